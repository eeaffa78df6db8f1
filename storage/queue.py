"""The queue as an operator looks at it: filters with counts, lessons by their names, cancelling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, select, update

from lessons import RecordingState, StepState
from lessons.errors import Cancelled, SetAside
from storage import audit, tables
from storage.database import now_ms
from storage.events import tell

R = tables.recording.c
L = tables.lesson.c
PART = tables.lesson_part.c
S = tables.step.c


class Show(StrEnum):
    """Which recordings to list."""

    ALL = "all"
    IN_PROGRESS = "in_progress"
    FAILED = "failed"
    READY = "ready"
    UNCLAIMED = "unclaimed"  # nobody has said whose lesson it is (待认领)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many recordings each filter shows."""

    all: int
    in_progress: int
    failed: int
    ready: int
    unclaimed: int


@dataclass(frozen=True, kw_only=True)
class LessonName:
    """A lesson as a list names it."""

    id: str
    title: str
    teacher: str | None
    claimed: bool  # somebody's own; else it waits (待认领)
    revision: int


def unclaimed() -> ColumnElement[bool]:
    """Return the condition that a recording has a lesson, or none at all, without a teacher."""
    lesson = (
        select(PART.lesson_id)
        .join(tables.lesson, L.id == PART.lesson_id)
        .where(PART.recording_id == R.id)
    )
    owned = lesson.where(L.teacher_id.is_not(None))
    return ~exists(owned)


_SHOWN: Mapping[Show, ColumnElement[bool]] = {
    Show.ALL: R.id.is_not(None),
    Show.IN_PROGRESS: R.state.in_((RecordingState.ADMITTED, RecordingState.PROCESSING)),
    Show.FAILED: R.state == RecordingState.FAILED,
    Show.READY: R.state == RecordingState.READY,
    Show.UNCLAIMED: unclaimed(),
}


_NAMED = (L.id, L.title, L.teacher, L.teacher_id, L.revision)


def shows(show: Show) -> ColumnElement[bool]:
    """Return the condition on `tables.recording` of a filter."""
    return _SHOWN[show]


def counts(connection: Connection, seen: ColumnElement[bool]) -> Counts:
    """Return how many recordings each filter shows; `seen`: of those that somebody may see."""
    sums = [
        func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(show.value)
        for show, condition in _SHOWN.items()
    ]
    row = connection.execute(select(*sums).select_from(tables.recording).where(seen)).one()
    return Counts(**{show.value: int(getattr(row, show.value)) for show in Show})


def lessons_of(
    connection: Connection, recording_ids: Sequence[str], seen: ColumnElement[bool]
) -> Mapping[str, Sequence[LessonName]]:
    """Return the lessons of each recording, in the order of their stretches.

    Args:
        seen: the condition on `tables.lesson` that somebody may see it.
    """
    query = (
        select(PART.recording_id, *_NAMED, func.min(PART.start_ms).label("start"))
        .join(tables.lesson, L.id == PART.lesson_id)
        .where(PART.recording_id.in_(recording_ids), seen)
        .group_by(PART.recording_id, *_NAMED)
        .order_by("start")
    )
    found: dict[str, list[LessonName]] = {recording_id: [] for recording_id in recording_ids}
    for row in connection.execute(query):
        name = LessonName(
            id=row.id,
            title=row.title,
            teacher=row.teacher,
            claimed=row.teacher_id is not None,
            revision=row.revision,
        )
        found[row.recording_id].append(name)
    return found


def set_aside(connection: Connection, recording_id: str, kind: str, *, actor: str) -> bool:
    """Set a step aside that waits or runs; False: there is none of this kind.

    Who works on it loses it at the next sign of life. Trying it again lets it go.
    """
    error = SetAside()
    ended = connection.execute(
        update(tables.step)
        .where(
            S.recording_id == recording_id,
            S.kind == kind,
            S.state.in_((StepState.READY, StepState.RUNNING)),
        )
        .values(
            state=StepState.QUARANTINED,
            lease_owner=None,
            lease_until_ms=0,
            finished_at_ms=now_ms(),
            error_code=error.code,
            error_facts={},
        )
    )
    if not ended.rowcount:
        return False
    state = StepState.QUARANTINED.value
    tell(connection, "step.state", recording_id=recording_id, step=kind, state=state)
    audit.record(connection, actor, "step.set_aside", recording_id, kind=kind)
    return True


def cancel(connection: Connection, recording_id: str, *, actor: str) -> int:
    """End the steps of a recording that wait or run; return how many.

    Who works on one loses it at the next sign of life and keeps nothing. Each can be tried again.
    """
    error = Cancelled()
    ended = connection.execute(
        update(tables.step)
        .where(
            and_(S.recording_id == recording_id, S.state.in_((StepState.READY, StepState.RUNNING)))
        )
        .values(
            state=StepState.CANCELLED,
            lease_owner=None,
            lease_until_ms=0,
            finished_at_ms=now_ms(),
            error_code=error.code,
            error_facts={},
        )
        .returning(S.kind)
    ).scalars()
    kinds = list(ended)
    for kind in kinds:
        tell(connection, "step.state", recording_id=recording_id, step=kind, state="cancelled")
    if kinds:
        audit.record(connection, actor, "recording.cancel", recording_id, steps=kinds)
    return len(kinds)
