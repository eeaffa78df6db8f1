"""Sees work to its end: as the supervisor of the folder, or beside the server that is."""

import time
from collections.abc import Callable, Sequence

from guanke.house import House
from guanke.progress import Bars
from guanke.supervisor import Supervisor
from lessons import Recording, RecordingState, Step, StepState
from lessons.errors import DataFolderInUse
from storage import steps

LOOK_S = 0.3
OVER = (RecordingState.READY, RecordingState.FAILED)


def follow(house: House, followed: Sequence[Recording], bars: Bars) -> Sequence[Recording]:
    """Return the recordings once each is ready or failed."""
    now: Sequence[Recording] = followed

    def over() -> bool:
        nonlocal now
        now = bars.draw(house.database, followed)
        return all(r.state in OVER for r in now)

    see_to(house, over)
    return now


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
    """Run the workers of this folder until `over`, or wait for the server that runs them."""
    while not over():
        supervisor = Supervisor(house, serve=False)
        try:
            with supervisor.at_work():
                supervisor.run(over)
        except DataFolderInUse:
            time.sleep(LOOK_S)
