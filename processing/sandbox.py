"""How a program that opens strangers' files is shut in.

Two walls around the whitelists of `ffmpeg.py`: limits on memory, CPU and file size (prlimit), and
a room without network in which only the input (read-only) and the scratch folder exist
(bubblewrap). Where a machine lacks a wall, work goes on without it and `describe` says so, for the
health page.

Either way the program dies with the worker that started it. The kernel is asked for that (a signal
at the parent's death), but it can only be asked after the start, and a parent that died before is
never noticed. So the program stands behind a gate: a shell, already tied, that reports on stdout
and waits on stdin for the worker's word. The end of the worker is the end of that pipe.
"""

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

# A program gets this environment and no other: no proxies, no report files, no secrets.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

_ROOM = (
    *("--unshare-all", "--die-with-parent", "--as-pid-1", "--new-session"),
    *("--cap-drop", "ALL", "--clearenv"),
)

READY, GO = b"\n", b"\n"  # what the gate says, and the answer it waits for
# In the room the shell stays, as its first process: when it dies, so does everything in the room.
# (ffmpeg must not be the first: the kernel keeps signals such as that of its own limits from it.)
_GATE_IN_ROOM = 'echo && read -r go && { "$@" </dev/null; exit $?; }'
_GATE = 'echo && read -r go && exec "$@" </dev/null'


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one run may use at most."""

    memory_bytes: int = 8 << 30  # address space: decoders' thread arenas alone reserve over 1 GiB
    cpu_s: int = 24 * 3600
    file_bytes: int = 64 << 30


@dataclass(frozen=True, kw_only=True)
class Walls:
    """Which walls this machine has."""

    bubblewrap: str | None  # the program, where it works
    prlimit: str | None
    setpriv: str | None

    @property
    def sandboxed(self) -> bool:
        """Whether an input can neither reach the network nor see other files."""
        return self.bubblewrap is not None

    @property
    def detail(self) -> str:
        """One line for the health page."""
        parts = ["bubblewrap" if self.bubblewrap else "NO SANDBOX: bubblewrap is missing or barred"]
        parts.append("limits by prlimit" if self.prlimit else "NO LIMITS: prlimit is missing")
        return "; ".join(parts)


@cache
def describe() -> Walls:
    """Look once at what this machine offers, by trying it."""
    bubblewrap = shutil.which("bwrap")
    if bubblewrap and not _works([bubblewrap, *_ROOM, *_system(), "/usr/bin/env", "true"]):
        bubblewrap = None
    return Walls(
        bubblewrap=bubblewrap,
        prlimit=shutil.which("prlimit"),
        setpriv=shutil.which("setpriv"),
    )


def shut_in(
    command: Sequence[str], *, reads: Iterable[Path], scratch: Path | None, limits: Limits
) -> list[str]:
    """Return `command` wrapped in every wall there is, behind the gate.

    Args:
        command: the program by absolute path, and its arguments.
        reads: files it may read; they keep their paths.
        scratch: the folder it may write in, and starts in; None: it writes nothing.
        limits: set before the program starts, inherited by it.
    """
    walls = describe()
    wrapped = ["nice", "-n", "10"]
    if walls.prlimit:
        wrapped += [walls.prlimit, f"--as={limits.memory_bytes}", f"--cpu={limits.cpu_s}"]
        wrapped += [f"--fsize={limits.file_bytes}", "--core=0", "--"]
    if walls.bubblewrap:
        wrapped += [walls.bubblewrap, *_ROOM, *_system(), "--dev", "/dev"]
        for name, value in ENVIRONMENT.items():
            wrapped += ["--setenv", name, value]
        if scratch:
            wrapped += ["--bind", str(scratch), str(scratch), "--chdir", str(scratch)]
        for path in (Path(command[0]), *reads):
            wrapped += ["--ro-bind", str(path), str(path)]
        wrapped += ["--", "/bin/sh", "-c", _GATE_IN_ROOM, "gate"]
    else:
        tie = [walls.setpriv, "--pdeathsig", "KILL", "--"] if walls.setpriv else []
        wrapped += [*tie, "/bin/sh", "-c", _GATE, "gate"]
    return [*wrapped, *command]


@cache
def _system() -> tuple[str, ...]:
    """The read-only system folders a dynamically linked program needs."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for path in (Path("/bin"), Path("/lib"), Path("/lib64")):
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            arguments += ["--ro-bind", str(path), str(path)]
    for path in (Path("/etc/alternatives"), Path("/etc/ld.so.cache")):
        arguments += ["--ro-bind-try", str(path), str(path)]
    return tuple(arguments)


def _works(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def inputs_of(arguments: Sequence[str]) -> list[Path]:
    """Return the files behind `-i`: what the sandbox has to let in."""
    pairs = pairwise(arguments)
    return [Path(name[5:]) for flag, name in pairs if flag == "-i" and name.startswith("file:")]


def file_limit(duration_ms: int | None, inputs: Sequence[Path]) -> int:
    """Return how large an output may grow: its inputs and a quarter, or 12 Mbit/s, and 1 GiB."""
    read = sum(path.stat().st_size for path in inputs if path.exists())
    return (1 << 30) + max(read * 5 // 4, (duration_ms or 0) * 1500)
