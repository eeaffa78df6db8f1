"""How the rooms and the queue are: what arrived from where, what waits, what failed and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, case, func, or_, select

from lessons import StepState
from storage import tables
from storage.database import now_ms
from storage.mapping import from_row

STEP = tables.step.c
WEEK = timedelta(days=7)
USUAL_WEEKS = 4  # before the last seven days


@dataclass(frozen=True, kw_only=True)
class RoomHealth:
    """What a room has delivered. There is no timetable: what arrives is held against what is usual.

    `usual` is the mean of the four weeks before the last seven days.
    """

    name: str
    campus: str | None
    last_arrived_at: datetime | None
    last_recording_id: str | None
    last_seven_days: int
    usual: float
    silent: bool  # nothing for seven days, where something is usual; or never anything


@dataclass(frozen=True, kw_only=True)
class QueueHealth:
    """One queue of the whole machine: what waits, what is in work."""

    queue: str
    waiting: int
    running: int
    oldest_waiting_ms: int | None


@dataclass(frozen=True, kw_only=True)
class FailureCause:
    """Why steps have failed, and how many still stand so."""

    kind: str
    code: str
    count: int
    last_at_ms: int
    recording_id: str  # the latest of them
    facts: Mapping[str, object]
    file_name: str


def rooms(connection: Connection, school_group_id: str) -> Sequence[RoomHealth]:
    """Return every room of a school group: those that are silent first, then by name."""
    arrivals = _arrivals(connection, school_group_id)
    now = datetime.now(UTC)
    found = []
    for campus, name in _known_rooms(connection, school_group_id) | arrivals.keys():
        seen = sorted(arrivals.get((campus, name), ()), reverse=True)
        recent = sum(at > now - WEEK for at, _ in seen)
        before = sum(now - (USUAL_WEEKS + 1) * WEEK < at <= now - WEEK for at, _ in seen)
        usual = before / USUAL_WEEKS
        found.append(
            RoomHealth(
                name=name,
                campus=campus,
                last_arrived_at=seen[0][0] if seen else None,
                last_recording_id=seen[0][1] if seen else None,
                last_seven_days=recent,
                usual=usual,
                silent=not seen or (recent == 0 and usual > 0),
            )
        )
    return sorted(found, key=lambda room: (not room.silent, room.campus or "", room.name))


def queues(connection: Connection) -> Sequence[QueueHealth]:
    """Return the queues in which something waits or runs, by name."""
    waits = and_(STEP.state == StepState.READY)
    query = (
        select(
            STEP.queue,
            func.sum(case((waits, 1), else_=0)).label("waiting"),
            func.sum(case((waits, 0), else_=1)).label("running"),
            (now_ms() - func.min(case((waits, STEP.created_at_ms)))).label("oldest_waiting_ms"),
        )
        .where(STEP.state.in_([StepState.READY, StepState.RUNNING]))
        .group_by(STEP.queue)
        .order_by(STEP.queue)
    )
    return [from_row(QueueHealth, row) for row in connection.execute(query)]


def failures(connection: Connection, school_group_id: str | None = None) -> Sequence[FailureCause]:
    """Return why steps of a school group's recordings stand still, the most frequent first.

    `school_group_id` None: of every recording of the machine.
    """
    recording = tables.recording.c
    ours = [recording.school_group_id == school_group_id] if school_group_id else []
    stands = or_(STEP.state == StepState.FAILED, STEP.state == StepState.QUARANTINED)
    query = (
        select(
            STEP.kind,
            STEP.error_code.label("code"),
            STEP.error_facts,
            STEP.recording_id,
            recording.file_name,
            func.coalesce(STEP.finished_at_ms, STEP.created_at_ms).label("at_ms"),
        )
        .join(tables.recording, recording.id == STEP.recording_id)
        .where(stands, *ours)
        .order_by(func.coalesce(STEP.finished_at_ms, STEP.created_at_ms).desc())
    )
    latest: dict[tuple[str, str], FailureCause] = {}
    counts: dict[tuple[str, str], int] = {}
    for row in connection.execute(query):
        key = (row.kind, row.code or "guanke-error")
        counts[key] = counts.get(key, 0) + 1
        latest.setdefault(
            key,
            FailureCause(
                kind=key[0],
                code=key[1],
                count=0,
                last_at_ms=row.at_ms,
                recording_id=row.recording_id,
                facts=row.error_facts or {},
                file_name=row.file_name,
            ),
        )
    causes = [_counted(cause, counts[key]) for key, cause in latest.items()]
    return sorted(causes, key=lambda cause: (-cause.count, -cause.last_at_ms))


def _counted(cause: FailureCause, count: int) -> FailureCause:
    return FailureCause(**{**vars(cause), "count": count})


def _known_rooms(connection: Connection, school_group_id: str) -> set[tuple[str | None, str]]:
    room, campus = tables.room.c, tables.campus.c
    query = (
        select(campus.name, room.name)
        .join(tables.campus, campus.id == room.campus_id)
        .where(room.school_group_id == school_group_id)
    )
    return {(row[0], row[1]) for row in connection.execute(query)}


def _arrivals(
    connection: Connection, school_group_id: str
) -> Mapping[tuple[str | None, str], set[tuple[datetime, str]]]:
    """Return when which recording came from which room, as lessons name it.

    A lesson of no campus counts for the one campus that has a room of this name.
    """
    lesson, part, recording = tables.lesson.c, tables.lesson_part.c, tables.recording.c
    campus = tables.campus.c
    query = (
        select(campus.name, lesson.room, recording.created_at, recording.id)
        .join(tables.lesson_part, part.lesson_id == lesson.id)
        .join(tables.recording, recording.id == part.recording_id)
        .outerjoin(tables.campus, campus.id == lesson.campus_id)
        .where(lesson.school_group_id == school_group_id, lesson.room.is_not(None))
    )
    homes: dict[str, list[str | None]] = {}
    for place, name in _known_rooms(connection, school_group_id):
        homes.setdefault(name, []).append(place)
    found: dict[tuple[str | None, str], set[tuple[datetime, str]]] = {}
    for place, name, at, recording_id in connection.execute(query).all():
        only = homes.get(name, [])
        where = place if place or len(only) != 1 else only[0]
        found.setdefault((where, name), set()).add((at, recording_id))
    return found
