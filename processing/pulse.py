"""The sign of life of a step at work: renews its lease, tells its progress, sees it lost."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from lessons import Step
from lessons.outages import Outage

TICK_S = 1.0
OUTLAST_S = 600.0  # what was computed waits so long for a server that is away
LONGEST_PAUSE_S = 10.0
T = TypeVar("T")


class Pulse:
    """A thread beside a running step. Use it as a context; `stop` is set when the work must end."""

    def __init__(
        self,
        step: Step,
        renew: Callable[[Step, float, int], bool],
        *,
        beat_s: float,
        stuck_s: float = 120.0,
        on_hopeless: Callable[[], None],
    ) -> None:
        """Prepare the pulse.

        Args:
            step: the claimed step.
            renew: prolongs the lease, keeps the progress and for how many milliseconds there was
                none; False when the step is no longer ours.
            beat_s: the longest pause between two renewals.
            stuck_s: a step without progress for so long is told to stop.
            on_hopeless: called when it was told to stop and does not; it has to end the process.
        """
        self.stop = threading.Event()
        self.lost = False
        self.stuck = False
        self._step = step
        self._renew = renew
        self._beat_s = beat_s
        self._stuck_s = stuck_s
        self._on_hopeless = on_hopeless
        self._over = threading.Event()
        self._progress = 0.0
        self._moved_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def progress(self, share: float) -> None:
        """Note that the step is alive and this far (0 to 1)."""
        self._progress = min(1.0, max(self._progress, share))
        self._moved_at = time.monotonic()

    def outlast(self, work: Callable[[], T]) -> T:
        """Do `work`, and again while a server does not answer: its results are not thrown away.

        Raises:
            Outage: it lasted too long, or the step must end.
        """
        until, pause_s = time.monotonic() + OUTLAST_S, 0.5
        while True:
            try:
                return work()
            except Outage:
                if time.monotonic() > until or self.stop.wait(pause_s):
                    raise
                pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
                self.progress(self._progress)  # it waits; it is not stuck

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        told, told_at = 0.0, time.monotonic()
        while not self._over.wait(min(TICK_S, self._beat_s)):
            now = time.monotonic()
            if now - told_at >= self._beat_s or self._progress >= told + 0.01:
                told, told_at = self._progress, now
                quiet_ms = round((now - self._moved_at) * 1000)
                if not self._renew(self._step, told, quiet_ms):
                    self.lost = True
            if now - self._moved_at > self._stuck_s:
                self.stuck = True
            if self.lost or self.stuck:
                self._end()
                return

    def _end(self) -> None:
        """Ask the step to stop; when it does not within ten seconds, end the process."""
        self.stop.set()
        if not self._over.wait(10.0):
            self._on_hopeless()
