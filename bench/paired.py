"""What a piece of work costs, and two ways of doing it measured in turn.

Each run is a process of its own, made by fork, so that the kernel's account of it and of all it
started is exact: CPU seconds (user and system) of the whole family, the peak of its largest member.
Wall time on a machine that others use says little; the ratio of CPU seconds, pair by pair, repeats.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

Work = Callable[[], object]


class RunFailed(Exception):
    """A measured run did not end well: {what}, exit {code}."""

    def __init__(self, what: str, code: int) -> None:
        super().__init__(f"a measured run did not end well: {what}, exit {code}")


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one run took: CPU and wall in seconds, resident memory of its largest process in MiB."""

    cpu_s: float
    wall_s: float
    peak_mib: float


def cost_of(work: Work, what: str = "work") -> Cost:
    """Do `work` in a child process and return what it took.

    Raises:
        RunFailed: it raised, or its process died.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)  # nothing that the parent opened is closed twice
    _, status, usage = os.wait4(child, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise RunFailed(what, code)
    return Cost(
        cpu_s=usage.ru_utime + usage.ru_stime,
        wall_s=time.monotonic() - began,
        peak_mib=usage.ru_maxrss / 1024,
    )


def command(*commands: Sequence[str | Path]) -> Work:
    """Return the work of running these programs one after another."""

    def run() -> None:
        for one in commands:
            subprocess.run(one, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    return run


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """Both ways, round by round."""

    ours: tuple[Cost, ...]
    peer: tuple[Cost, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Return our CPU seconds over the peer's, pair by pair."""
        return tuple(a.cpu_s / b.cpu_s for a, b in zip(self.ours, self.peer, strict=True))

    @property
    def ratio(self) -> float:
        """Return the median of the ratios."""
        return median(self.ratios)

    def told(self) -> str:
        """Return both ways in a few words: medians, and how far the ratios lie apart."""
        sides = []
        for name, costs in (("ours", self.ours), ("peer", self.peer)):
            cpu, wall = median(c.cpu_s for c in costs), median(c.wall_s for c in costs)
            peak = max(c.peak_mib for c in costs)
            sides.append(f"{name} {cpu:.2f} CPU s, {wall:.1f} s, {peak:.0f} MiB")
        spread = f"{min(self.ratios):.3f}–{max(self.ratios):.3f}"
        return f"{'; '.join(sides)}; ratios {spread}"


def in_turn(ours: Work, peer: Work, *, rounds: int) -> Pairing:
    """Run the two ways A B A B …, `rounds` of each."""
    pairs = [(cost_of(ours, "ours"), cost_of(peer, "peer")) for _ in range(rounds)]
    return Pairing(ours=tuple(a for a, _ in pairs), peer=tuple(b for _, b in pairs))
