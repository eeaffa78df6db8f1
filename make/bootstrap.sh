#!/usr/bin/env bash
# Brings uv into .cache/uv, then the environment of the uv lock file into .venv.
#
#   make/bootstrap.sh run    what a school needs: the program, the worker, the speech model
#   make/bootstrap.sh dev    the same, and the tools of `make test`
#
# Needs python3 ≥ 3.11 with venv, and a package index (PIP_INDEX_URL and the like are respected).
# Nothing is installed outside this folder, and no Python is downloaded.
set -euo pipefail

case "${1:-}" in
    run) groups=(--no-default-groups --inexact) ;; # keeps a developer's tools where they are
    dev) groups=(--group dev --extra district) ;;
    *) echo "usage: make/bootstrap.sh run|dev" >&2; exit 2 ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Settings of the caller that would send packages elsewhere or change what is installed. Where to
# fetch from (index, proxy, certificates, cache) stays as the caller has it.
unset PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIREMENT PIP_CONSTRAINT PIP_REQUIRE_VIRTUALENV
unset PIP_NO_BINARY PIP_NO_DEPS PIP_DRY_RUN PYTHONHOME PYTHONPATH VIRTUAL_ENV CONDA_PREFIX
unset UV_LOCKED UV_NO_SYNC UV_NO_DEV UV_DEV UV_NO_EDITABLE UV_PYTHON UV_PROJECT UV_WORKING_DIR
unset UV_SYSTEM_PYTHON UV_ISOLATED UV_NO_BINARY UV_RESOLUTION UV_NO_GROUP UV_NO_DEFAULT_GROUPS
unset UV_NO_BUILD UV_NO_BUILD_PACKAGE UV_NO_BINARY_PACKAGE UV_NO_BUILD_ISOLATION UV_COMPILE_BYTECODE
unset UV_CONSTRAINT UV_OVERRIDE UV_EXCLUDE UV_EXCLUDE_NEWER UV_PYTHON_PREFERENCE UV_MANAGED_PYTHON
export UV_PROJECT_ENVIRONMENT="$PWD/.venv"

fail() {
    printf 'guanke: %s\n' "$@" >&2
    exit 1
}

# A candidate is run, not only looked up: a version manager's shim may stand for nothing.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    fail "Python 3.11 or newer is needed; found: $("${PYTHON:-python3}" --version 2>&1 | head -n 1)." \
        "Install it (Debian 12, Ubuntu 24.04 have it), or name it: make PYTHON=/path/to/python3 …" \
        "需要 Python 3.11 或更新版本；请安装，或用 make PYTHON=路径 指定。"
}

bring_uv() {
    local wanted have
    wanted="$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' make/uv.txt)"
    have="$(.cache/uv/bin/uv --version 2>/dev/null | cut -d' ' -f2 || true)"
    if [ "$have" = "$wanted" ]; then return; fi
    echo "guanke: bringing uv $wanted"
    rm -rf .cache/uv
    mkdir -p .cache
    "$python" -m venv .cache/uv >.cache/venv.log 2>&1 || fail \
        "python3 can't make a virtual environment: $(tail -n 3 .cache/venv.log | tr '\n' ' ')" \
        "On Debian and Ubuntu its administrator runs: apt install python3-venv" \
        "无法创建虚拟环境；请管理员运行：apt install python3-venv"
    .cache/uv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
        --only-binary=:all: --require-hashes -r make/uv.txt || fail \
        "uv could not be fetched. Is the package index reachable? A mirror is named by PIP_INDEX_URL." \
        "无法下载 uv；请检查网络，或用 PIP_INDEX_URL 指定镜像。"
}

python="$(find_python)"
bring_uv
if [ -e .venv/.guanke-home ] && [ "$(cat .venv/.guanke-home)" != "$PWD" ]; then
    rm -rf .venv # it was moved: its programs name the old folder
fi
echo "guanke: bringing the packages of uv.lock ($1)"
.cache/uv/bin/uv sync --frozen --python "$python" --extra worker --extra model "${groups[@]}" || fail \
    "the packages of uv.lock could not be installed; the lines above say why." \
    "依赖安装失败，原因见上。"
echo "$PWD" >.venv/.guanke-home
