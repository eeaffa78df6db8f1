#!/bin/sh
# Makes the secrets of docker/compose.yaml, once: a file that is there already is left as it is.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
made() {
    [ -s "secrets/$1" ] || head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"secrets/$1"
}
made database_password
made store_access_key
made store_secret_key
[ -s secrets/store_identities ] || printf \
    '{"identities":[{"name":"guanke","credentials":[{"accessKey":"%s","secretKey":"%s"}],"actions":["Admin","Read","List","Tagging","Write"]}]}\n' \
    "$(cat secrets/store_access_key)" "$(cat secrets/store_secret_key)" >secrets/store_identities
# Compose shows each file to its container with the rights it has here. The containers' users have
# other numbers than yours: the folder keeps strangers of this machine out, not the files.
chmod 0444 secrets/*
chmod 0700 secrets
