"""Sees work to its end: as the supervisor of the folder, or beside the server that is."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from guanke.house import House
from guanke.progress import Bars
from guanke.supervisor import Supervisor
from lessons import Recording, RecordingState, Step, StepState
from lessons.errors import DataFolderInUse, DiskFull
from storage import steps

LOOK_S = 0.3
OVER = (RecordingState.READY, RecordingState.FAILED)


def follow(house: House, followed: Sequence[Recording], bars: Bars) -> Sequence[Recording]:
    """Return the recordings once each is ready or failed, or waits for room on a full disk."""
    now: Sequence[Recording] = followed

    def over() -> bool:
        nonlocal now
        now = bars.draw(house.database, followed)
        return all(r.state in OVER or _no_room(house, r) for r in now)

    see_to(house, over)
    return now


def _no_room(house: House, recording: Recording) -> bool:
    with house.database.read() as connection:
        known = steps.of_recording(connection, recording.id)
    return any(s.state is StepState.READY and s.error_code == DiskFull.code for s in known)


def follow_step(house: House, step_id: str) -> Step:
    """Return a step once it is over."""

    def found() -> Step:
        with house.database.read() as connection:
            step = steps.get(connection, step_id)
        assert step is not None
        return step

    see_to(house, lambda: found().state not in (StepState.READY, StepState.RUNNING))
    return found()


def see_to(house: House, over: Callable[[], bool]) -> None:
    """Run the workers of this folder until `over`, or wait for the server that runs them.

    Raises:
        DiskFull: there is no room even for the database.
    """
    while not over():
        supervisor = Supervisor(house, serve=False)
        try:
            with supervisor.at_work():
                supervisor.run(partial(_ended, supervisor, over))
            if supervisor.full:
                raise supervisor.full
        except DataFolderInUse:
            time.sleep(LOOK_S)


def _ended(supervisor: Supervisor, over: Callable[[], bool]) -> bool:
    return supervisor.full is not None or over()
