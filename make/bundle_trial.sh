#!/usr/bin/env bash
# Tries an archive as a school would: no network, an empty home, nothing on the PATH but the system's
# own tools; installs it, processes the sample lesson, serves, upgrades, survives a broken upgrade,
# goes back.
#
#   make/bundle_trial.sh ARCHIVE.tar [NEWER.tar]      (needs unshare from util-linux)
#
# Without a second archive the upgrade is to the same release under another name.
set -euo pipefail

if [ -z "${GUANKE_TRIAL:-}" ]; then
    place="$(mktemp -d)"
    trap 'rm -rf "$place"' EXIT
    mkdir "$place/home" "$place/bin" "$place/tmp"
    for tool in bash sh env python3 tar sha256sum sed cut awk du df grep cat cp mv ln rm mkdir touch \
        chmod seq sleep readlink dirname mktemp sync kill ls tail head id uname getconf prlimit setpriv bwrap; do
        found="$(command -v "$tool" || true)"
        [ -z "$found" ] || ln -s "$found" "$place/bin/$tool"
    done
    unshare --net --user --map-root-user -- env -i GUANKE_TRIAL="$place" HOME="$place/home" TMPDIR="$place/tmp" \
        LANG=C.UTF-8 PATH="$place/bin" bash "$(readlink -f "$0")" "$(readlink -f "$1")" "${2:+$(readlink -f "$2")}"
    exit
fi

place="$GUANKE_TRIAL"
cd "$place"
python3 - <<'PY' # the loopback device of the new network, and no other
import fcntl, socket, struct
device = struct.pack("16sh", b"lo", 1)
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8914, device)
try:
    socket.create_connection(("1.1.1.1", 443), timeout=2)
except OSError as error:
    print("no network:", error)
PY
step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }
unpack() { mkdir "$2" && tar -xf "$1" -C "$2" --strip-components=1 --no-same-owner; }
guanke() { GUANKE_SETTINGS="$place/to/guanke.env" "$place/to/current/bin/guanke" "$@"; }
in_use() { cat "$place/to/current/RELEASE"; }

step install
unpack "$1" first
first/install.sh --prefix "$place/to" || { cat "$place/to/install.log" >&2; exit 1; }
guanke doctor
step process the sample lesson
lesson="$(ls "$place"/to/current/venv/lib/python3*/site-packages/guanke/samples/*.mp4)"
guanke process "$lesson" --language zh >process.txt
tail -n 5 process.txt
step back up, rehearse
guanke backup "$place/nas" --begin
guanke backup "$place/nas" --rehearse

step upgrade
first="$(in_use)"
unpack "${2:-$1}" second
if [ -z "${2:-}" ]; then echo "$first.next" >second/RELEASE; fi
sed -i '/ RELEASE$/d' second/SHA256SUMS
second/install.sh --prefix "$place/to"
second="$(in_use)"
[ "$second" != "$first" ]

step "an upgrade that does not start"
unpack "$1" broken
echo "$first.broken" >broken/RELEASE
sed -i '/ RELEASE$/d; / packages.txt$/d' broken/SHA256SUMS
sed -i '/^uvicorn==/d' broken/packages.txt # what it needs is not there
if broken/install.sh --prefix "$place/to"; then
    echo "a release that can't start was taken" >&2
    exit 1
fi
[ "$(in_use)" = "$second" ]
guanke fsck --deep

step "back to the first"
second/install.sh --prefix "$place/to" --rollback
[ "$(in_use)" = "$first" ]
guanke fsck --deep

step "a damaged archive"
unpack "$1" damaged
printf x >>damaged/packages.txt
if damaged/install.sh --prefix "$place/other"; then exit 1; fi

step "restore into a new folder"
guanke restore "$place/nas" --data "$place/restored"
guanke fsck --deep --data "$place/restored"
step "all is well"
