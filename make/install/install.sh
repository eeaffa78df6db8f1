#!/usr/bin/env bash
# Installs this release of Guanke, or upgrades to it, without any network. 安装或升级观课，无需联网。
#
#   sudo ./install.sh                 the service of this machine 安装为系统服务
#   ./install.sh --prefix ~/guanke    for oneself, without root 不需要管理员权限
#   sudo ./install.sh --rollback      back to the release before 退回上一版本
#
# --prefix FOLDER     where the program goes (/opt/guanke)
# --data FOLDER       where lessons are kept (/var/lib/guanke; with --prefix: FOLDER/data)
# --python PROGRAM    which Python 3.11 or newer to use
# --no-start          install, but do not start
#
# A release has a folder of its own; `current` points at the one in use and is changed last, after
# the new one has answered on this machine's data. When it does not answer, the old one goes on with
# the database as it was. Data are never deleted.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
prefix="" data="" python="" start=yes rollback=no
while [ $# -gt 0 ]; do
    case "$1" in
        --prefix) prefix="$2"; shift ;;
        --data) data="$2"; shift ;;
        --python) python="$2"; shift ;;
        --no-start) start=no ;;
        --rollback) rollback=yes ;;
        -h | --help) sed -n '2,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) echo "install.sh: $1 ?  ($0 --help)" >&2; exit 2 ;;
    esac
    shift
done

service=no
if [ -z "$prefix" ]; then
    prefix=/opt/guanke service=yes data="${data:-/var/lib/guanke}"
    [ "$(id -u)" = 0 ] || { echo "install.sh: run it with sudo, or name a folder: --prefix ~/guanke" >&2
        echo "请用 sudo 运行，或用 --prefix 指定安装目录。" >&2; exit 4; }
fi
mkdir -p "$prefix"
prefix="$(cd "$prefix" && pwd)"
data="${data:-$prefix/data}"
settings="$prefix/guanke.env"
[ "$service" = no ] || settings=/etc/guanke/guanke.env
current="$prefix/current" before="$prefix/before"
log="$prefix/install.log"

say() { printf '%s\n' "$@"; }
fail() { printf 'install.sh: %s\n' "$@" >&2; exit 4; }

as_guanke() { # as the user whose data they are; by=exec: instead of this shell
    if [ "$service" = yes ]; then
        ${by:-} setpriv --reuid=guanke --regid=guanke --init-groups env HOME="$data" GUANKE_SETTINGS="$settings" "$@"
    else
        ${by:-} env GUANKE_SETTINGS="$settings" "$@"
    fi
}

has_systemd() { [ "$service" = yes ] && [ -d /run/systemd/system ]; }
stop_service() { if has_systemd; then systemctl stop guanke 2>/dev/null || true; fi; }
start_service() { if has_systemd && [ "$start" = yes ]; then systemctl restart guanke; fi; }

point_at() { # RELEASE_FOLDER: one rename, so that there is always a `current`
    ln -sfn "$1" "$current.new"
    mv -T "$current.new" "$current"
}

# --- back to the release before -------------------------------------------------------------------

restore_database() { # RELEASE_FOLDER of the one that goes on: the copy made before the upgrade
    local copy="$1/guanke.db.before-upgrade"
    [ -e "$copy" ] || return 0
    for left in "$data/guanke.db" "$data/guanke.db-wal" "$data/guanke.db-shm"; do
        [ ! -e "$left" ] || mv "$left" "$left.undone"
    done
    cp --preserve=all "$copy" "$data/guanke.db"
    sync "$data/guanke.db"
}

if [ "$rollback" = yes ]; then
    [ -e "$before" ] || fail "there is no release before this one." "没有可以退回的版本。"
    old="$(readlink -f "$before")"
    stop_service
    # What an older program can't read goes back to how it was; what came in since then is kept aside.
    if ! as_guanke "$old/bin/guanke" fsck --data "$data" >>"$log" 2>&1; then
        restore_database "$old"
        say "The database is as it was before the upgrade; the newer one is $data/guanke.db.undone" \
            "数据库已退回升级前的状态，新的数据库保留为 guanke.db.undone"
    fi
    point_at "$old"
    rm -f "$before"
    start_service
    say "Guanke $(cat "$old/RELEASE") is in use again. 已退回。"
    exit 0
fi

# --- what is needed -------------------------------------------------------------------------------

release="$(cat "$here/RELEASE")"
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || fail \
    "the archive is damaged (see above): copy it again." "安装包已损坏（见上），请重新复制。"

find_python() {
    local candidate version
    for candidate in ${python:-python3 python3.13 python3.12 python3.11}; do
        version="$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" || continue
        case " $(cat "$here/PYTHONS") " in *" $version "*) "$candidate" -c 'import sys; print(sys.executable)'; return ;; esac
    done
    fail "this archive is for Python $(cat "$here/PYTHONS"); found: $(python3 --version 2>&1)" \
        "此安装包适用于 Python $(cat "$here/PYTHONS")。"
}
python="$(find_python)"
needed=$(($(du -sk "$here/wheels" | cut -f1) * 3))
free=$(df -Pk "$prefix" | awk 'NR==2 {print $4}')
[ "$free" -gt "$needed" ] || fail \
    "$prefix has $((free / 1024)) MB free; $((needed / 1024)) MB are needed." "磁盘空间不足。"

# --- the release, in a folder of its own ------------------------------------------------------------

folder="$prefix/releases/$release"
if [ ! -e "$folder/.complete" ]; then
    say "Installing Guanke $release … 正在安装"
    rm -rf "$folder"
    mkdir -p "$folder"
    uv() { env -u VIRTUAL_ENV UV_OFFLINE=1 UV_NO_CONFIG=1 UV_PYTHON_DOWNLOADS=never UV_CACHE_DIR="$folder/.uv" "$here/bin/uv" "$@"; }
    uv venv --quiet --python "$python" "$folder/venv"
    uv pip install --quiet --no-index --no-deps --find-links "$here/wheels" --link-mode copy \
        --compile-bytecode --python "$folder/venv/bin/python" --requirement "$here/packages.txt" ||
        fail "the packages could not be installed; the lines above say why." "依赖安装失败，原因见上。"
    rm -rf "$folder/.uv"
    ln -s venv/bin "$folder/bin"
    cp "$here/RELEASE" "$here/install.sh" "$here/LICENSE" "$folder/"
    touch "$folder/.complete"
    sync -f "$folder"
fi

# --- user, folders, settings ------------------------------------------------------------------------

if [ "$service" = yes ]; then
    getent passwd guanke >/dev/null || useradd --system --home-dir "$data" --no-create-home \
        --shell /usr/sbin/nologin --comment Guanke guanke
    install -d -m 0755 /etc/guanke
    install -d -m 0750 -o guanke -g guanke "$data"
else
    mkdir -p "$data"
fi
if [ ! -e "$settings" ]; then
    sed "s|^GUANKE_DATA=.*|GUANKE_DATA=$data|" "$here/guanke.env" >"$settings"
    chmod 0640 "$settings"
    [ "$service" = no ] || chgrp guanke "$settings"
fi

# --- upgrade: the database as it was, and a start on trial ------------------------------------------

old=""
[ ! -e "$current" ] || old="$(readlink -f "$current")"
if [ "$old" = "$folder" ]; then
    say "Guanke $release is installed already. 已经安装过此版本。"
    start_service
    exit 0
fi
stop_service
if [ -n "$old" ] && [ -e "$data/guanke.db" ]; then
    "$folder/bin/python" - "$data/guanke.db" "$old/guanke.db.before-upgrade" <<'PY'
import os, sqlite3, sys
source, target = sys.argv[1:]
if os.path.exists(target):
    os.unlink(target)
reader, writer = sqlite3.connect(source), sqlite3.connect(target)
reader.backup(writer)
writer.close()
facts = os.stat(source)
os.chown(target, facts.st_uid, facts.st_gid)
with open(target, "rb") as file:
    os.fsync(file.fileno())
PY
fi

is_well() { # PORT: by http, or by https with a certificate for another name
    "$folder/bin/python" - "$1" <<'PY' 2>/dev/null
import ssl, sys, urllib.request
anyone = ssl.create_default_context()
anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
for scheme in ("http", "https"):
    try:
        urllib.request.urlopen(f"{scheme}://127.0.0.1:{sys.argv[1]}/api/v1/health/ready", timeout=5, context=anyone)
        sys.exit(0)
    except OSError:
        continue
sys.exit(1)
PY
}

trial() { # start it on the data, on a port nobody knows, and ask whether it is well
    local port process answer=1
    port="$("$folder/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
    by=exec as_guanke "$folder/bin/guanke" serve --host 127.0.0.1 --port "$port" --data "$data" >>"$log" 2>&1 &
    process=$!
    for _ in $(seq 1 120); do
        kill -0 "$process" 2>/dev/null || break
        if is_well "$port"; then
            answer=0
            break
        fi
        sleep 1
    done
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
    return "$answer"
}

if [ -n "$old" ] || [ "$start" = yes ]; then
    say "Trying it on this machine's data … 正在试运行"
    if ! trial; then
        if [ -n "$old" ]; then
            restore_database "$old"
            start_service
            fail "the new release does not start (see $log): $(cat "$old/RELEASE") goes on, with the data as they were." \
                "新版本无法启动，已自动退回原版本，数据未改变。"
        fi
        fail "it does not start; see $log, or run: $folder/bin/guanke doctor --data $data" "无法启动，原因见 $log。"
    fi
fi
[ -z "$old" ] || ln -sfn "$old" "$before"
point_at "$folder"

if [ "$service" = yes ]; then
    install -m 0644 "$here/guanke.service" /etc/systemd/system/guanke.service
    ln -sfn "$current/bin/guanke" /usr/local/bin/guanke
    if has_systemd; then
        systemctl daemon-reload
        systemctl enable guanke >>"$log" 2>&1
    fi
    start_service
fi
# The release in use and the one before it are kept; older ones go.
for one in "$prefix"/releases/*; do
    [ "$one" = "$folder" ] || [ "$one" = "$old" ] || rm -rf "$one"
done

say "" "Guanke $release is installed. 观课已安装。"
say "  settings 设置    $settings" "  data 数据        $data"
if [ "$service" = yes ]; then
    say "  first password 首次登录密码   journalctl -u guanke | grep -i administrator" \
        "  (or 或) sudo -u guanke GUANKE_SETTINGS=$settings guanke password admin"
else
    say "  start 启动       GUANKE_SETTINGS=$settings $current/bin/guanke serve"
fi
