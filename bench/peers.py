"""The programs Guanke is measured against, in an environment of their own."""

import hashlib
import subprocess
import sys
from functools import cache
from pathlib import Path

LOCK = Path(__file__).with_name("peers.txt")
_ROOT = Path(__file__).parents[1]
_UV = _ROOT / ".cache" / "uv" / "bin" / "uv"


@cache
def peers() -> Path:
    """Return the environment that holds what `peers.txt` pins, made when it is not there yet."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    place = _ROOT / ".cache" / f"peers-{digest}"
    if not (place / "made").exists():
        python = str(place / "bin" / "python")
        for step in (
            ["venv", "--quiet", "--clear", "--python", sys.executable, str(place)],
            ["pip", "sync", "--quiet", "--require-hashes", "--python", python, str(LOCK)],
        ):
            subprocess.run([str(_UV), *step], check=True)
        (place / "made").touch()
    return place


def peer_program(name: str) -> str:
    """Return the path of a peer's command."""
    return str(peers() / "bin" / name)
