"""Child processes that die with their parent, and are started again when they die by themselves."""

import ctypes
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
PARENT_OPTION = "--parent"
LONGEST_PAUSE_S = 10.0
STEADY_S = 10.0  # a child that lived so long starts again without a pause


def owners(folder: Path) -> str:
    """Return how every lease begins that a supervised process of this data folder holds.

    The machine and the folder are in it: in a district others work on the same database.
    """
    place = hashlib.sha256(f"{socket.gethostname()}:{folder}".encode()).hexdigest()[:12]
    return f"embedded:{place}:"


def lease_owner(folder: Path, process: int) -> str:
    """Return how the leases of a supervised process are signed."""
    return f"{owners(folder)}{process}:"


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when `parent` dies; called first thing in a child."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we could ask
        os._exit(0)


@dataclass
class Child:
    """One supervised process: `guanke ARGUMENTS`, in a process group of its own."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    sign: Callable[[int], str]  # from its process to the name on its leases
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    _started: float = 0.0
    _not_before: float = field(default=0.0)

    @property
    def owner(self) -> str:
        """The name its claims carry."""
        return self.sign(self.process.pid if self.process else 0)

    def start(self) -> None:
        """Start it, unless it has died so often that it must wait."""
        if time.monotonic() < self._not_before:
            return
        command = [sys.executable, "-m", "guanke", *self.arguments, PARENT_OPTION, str(os.getpid())]
        self.process = subprocess.Popen(
            command, env=dict(self.environment), start_new_session=True, stdin=subprocess.DEVNULL
        )
        self._started = time.monotonic()

    def died(self) -> int | None:
        """Return the exit status of a process that has ended and note the pause before the next."""
        status = self.process.poll() if self.process else None
        if status is None:
            return None
        steady = time.monotonic() - self._started > STEADY_S
        self.deaths = 0 if steady else self.deaths + 1
        pause = 0.0 if self.deaths <= 1 else min(LONGEST_PAUSE_S, 0.2 * 2.0**self.deaths)
        self._not_before = time.monotonic() + pause
        return status

    def stop(self, patience_s: float) -> None:
        """End it: ask first, then insist; its own children go with it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, with its group."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
