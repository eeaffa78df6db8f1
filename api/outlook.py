"""Where recordings stand in the queue and how long they will take, as far as one can say."""

import time
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from api.services import Services
from lessons import Recording, Step, StepState
from lessons.forecast import Outlook, Task, foresee, places
from processing.plan import KINDS, ON_REQUEST, StepKind, wanted
from storage import measured
from storage.measured import Pace

KEPT_S = 15.0  # what was measured changes slowly
PROBED_LATER = tuple(k for k in StepKind if k not in ON_REQUEST | {StepKind.PROBE})


class Outlooks:
    """Estimates of one web process."""

    def __init__(self, services: Services) -> None:
        self._workers = services.workers
        self._pace: Pace | None = None
        self._measured_at = 0.0

    def now(self, connection: Connection) -> Mapping[str, Outlook]:
        """Return the outlook of every recording that is in processing."""
        pace = self._newest(connection)
        work = {
            recording.id: tasks(recording, steps, pace)
            for recording, steps in measured.under_way(connection)
        }
        seconds = foresee(work, self._workers)
        place = places(work)
        return {
            name: Outlook(
                seconds_left=seconds[name] if _measured(todo, pace) else None,
                place=place.get(name),
            )
            for name, todo in work.items()
        }

    def _newest(self, connection: Connection) -> Pace:
        if self._pace is None or time.monotonic() - self._measured_at > KEPT_S:
            self._pace, self._measured_at = measured.pace(connection), time.monotonic()
        return self._pace


def tasks(recording: Recording, steps: Sequence[Step], pace: Pace) -> Sequence[Task]:
    """Return what is still to be done for a recording; before its probe, what is usual."""
    kinds = wanted(recording.info)
    if recording.info is None:
        kinds = (StepKind.PROBE, *PROBED_LATER)
    newest = {step.kind: step for step in steps}
    open_kinds = [k for k in kinds if k not in newest or newest[k].state is not StepState.DONE]
    length_s = (recording.info.duration_ms if recording.info else pace.duration_ms or 0) / 1000
    return [_task(kind, open_kinds, newest.get(kind), length_s, pace) for kind in open_kinds]


def _task(
    kind: StepKind, todo: Sequence[StepKind], step: Step | None, length_s: float, pace: Pace
) -> Task:
    ready = step is not None and step.state in (StepState.READY, StepState.RUNNING)
    progress = step.progress if step and step.state is StepState.RUNNING else 0.0
    return Task(
        kind=kind,
        queue=KINDS[kind].queue,
        needs=() if ready else tuple(need for need in KINDS[kind].needs if need in todo),
        seconds=pace.rates.get(kind, 0.0) * length_s * (1 - progress),
        running=step is not None and step.state is StepState.RUNNING,
        since_ms=step.created_at_ms if step and ready else None,
    )


def _measured(todo: Sequence[Task], pace: Pace) -> bool:
    """An estimate needs the time of the heavy steps; light ones may be missing."""
    heavy = {StepKind.LADDER, StepKind.TRANSCRIBE}
    return pace.duration_ms is not None and all(
        task.kind in pace.rates for task in todo if task.kind in heavy
    )
