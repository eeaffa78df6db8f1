"""How much of everything there is, on the whole machine, for whoever watches from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, case, func, select, text

from lessons import StepState, UploadState
from storage import tables
from storage.database import now_ms
from storage.mapping import from_row
from storage.sessions import SessionTerms
from storage.upload_table import upload

S = tables.step.c
STANDING_STILL = (StepState.FAILED, StepState.QUARANTINED, StepState.CANCELLED)
LIVE_UPLOADS = (UploadState.RECEIVING, UploadState.COMPLETE)


@dataclass(frozen=True, kw_only=True)
class StepCount:
    """How many steps of a kind are in one state."""

    kind: str
    state: StepState
    count: int


@dataclass(frozen=True, kw_only=True)
class AtWork:
    """One step that somebody works on; all times in milliseconds by the database's clock."""

    step_id: str
    recording_id: str
    file_name: str
    kind: str
    queue: str
    worker: str  # as it signs its leases
    attempt: int
    progress: float
    running_ms: int  # since it was taken
    quiet_ms: int  # since it last showed progress
    lease_left_ms: int  # below zero: whoever works on it has not been heard of in time
    lost: bool  # its worker is dead, or cut off: somebody else takes it
    hung: bool  # no progress for longer than the settings allow: it is stopped


@dataclass(frozen=True, kw_only=True)
class UploadsUnderWay:
    """Uploads that have not become recordings yet."""

    live: int
    announced_bytes: int
    received_bytes: int


def step_counts(connection: Connection) -> Sequence[StepCount]:
    """Return how many steps there are, by kind and state."""
    query = select(S.kind, S.state, func.count().label("count")).group_by(S.kind, S.state)
    return [from_row(StepCount, row) for row in connection.execute(query.order_by(S.kind, S.state))]


def at_work(
    connection: Connection, *, stuck_ms: int, school_group_id: str | None = None
) -> Sequence[AtWork]:
    """Return what is worked on, the longest first.

    Args:
        stuck_ms: without progress for so long, a step counts as hung.
        school_group_id: only this school group's recordings; None: the whole machine's.
    """
    recording = tables.recording.c
    query = (
        select(
            S.id.label("step_id"),
            *(S.recording_id, S.kind, S.queue, S.attempt, S.progress, recording.file_name),
            func.coalesce(S.lease_owner, "").label("worker"),
            (now_ms() - func.coalesce(S.started_at_ms, S.created_at_ms)).label("running_ms"),
            (now_ms() - func.coalesce(S.moved_at_ms, S.started_at_ms, S.created_at_ms)).label(
                "quiet_ms"
            ),
            (S.lease_until_ms - now_ms()).label("lease_left_ms"),
        )
        .join(tables.recording, recording.id == S.recording_id)
        .where(S.state == StepState.RUNNING)
        .order_by(S.started_at_ms, S.id)
    )
    if school_group_id is not None:
        query = query.where(recording.school_group_id == school_group_id)
    return [
        AtWork(
            **row._mapping,
            lost=row.lease_left_ms < 0,
            hung=row.quiet_ms >= stuck_ms,
        )
        for row in connection.execute(query)
    ]


def uploads_under_way(connection: Connection) -> UploadsUnderWay:
    """Return how many uploads are under way, and how far."""
    row = connection.execute(
        select(
            func.count().label("live"),
            func.coalesce(func.sum(upload.c.bytes), 0).label("announced_bytes"),
            func.coalesce(func.sum(upload.c.offset), 0).label("received_bytes"),
        ).where(upload.c.state.in_(LIVE_UPLOADS))
    ).one()
    return UploadsUnderWay(**{name: int(value) for name, value in row._mapping.items()})


def live_sessions(connection: Connection, terms: SessionTerms) -> int:
    """Return how many sessions are neither idle for too long nor over."""
    session = tables.session.c
    now = datetime.now(UTC)
    living = and_(session.expires_at > now, session.seen_at > now - timedelta(seconds=terms.idle_s))
    query = select(func.count()).select_from(tables.session).where(living)
    return int(connection.execute(query).scalar_one())


def recordings_by_state(connection: Connection) -> Mapping[str, int]:
    """Return how many recordings there are, by state."""
    state = tables.recording.c.state
    rows = connection.execute(select(state, func.count()).group_by(state).order_by(state))
    return {str(row[0]): int(row[1]) for row in rows}


def stored_bytes(connection: Connection) -> int:
    """Return how much the objects come to that some row names, each counted once."""
    artifact = tables.artifact.c
    each = select(func.max(artifact.bytes).label("bytes")).group_by(artifact.digest).subquery()
    return int(connection.execute(select(func.coalesce(func.sum(each.c.bytes), 0))).scalar_one())


def database_bytes(connection: Connection) -> int:
    """Return how large the database is."""
    if connection.dialect.name == "postgresql":
        return int(
            connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        )
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Steps of one kind that wait, and what for."""

    kind: str
    queue: str
    count: int
    oldest_ms: int
    paused: int  # of them, those that pause after a passing fault
    paused_by: str | None  # the code of such a fault
    next_try_ms: int  # until the first of those that pause; 0 where none does


def waiting(connection: Connection, school_group_id: str | None = None) -> Sequence[Waiting]:
    """Return what waits, by kind; `school_group_id` None: the whole machine's."""
    recording = tables.recording.c
    pausing = S.not_before_ms > now_ms()
    query = (
        select(
            *(S.kind, S.queue),
            func.count().label("count"),
            (now_ms() - func.min(S.created_at_ms)).label("oldest_ms"),
            func.sum(case((pausing, 1), else_=0)).label("paused"),
            func.max(case((pausing, S.error_code))).label("paused_by"),
            func.coalesce(func.min(case((pausing, S.not_before_ms - now_ms()))), 0).label(
                "next_try_ms"
            ),
        )
        .join(tables.recording, recording.id == S.recording_id)
        .where(S.state == StepState.READY)
        .group_by(S.kind, S.queue)
        .order_by(S.queue, S.kind)
    )
    if school_group_id is not None:
        query = query.where(recording.school_group_id == school_group_id)
    return [from_row(Waiting, row) for row in connection.execute(query)]


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """A step that stands still for good: failed, set aside, or cancelled."""

    step_id: str
    recording_id: str
    file_name: str
    kind: str
    state: StepState
    code: str
    facts: Mapping[str, object]
    at_ms: int


def stopped(connection: Connection, school_group_id: str, limit: int = 50) -> Sequence[Stopped]:
    """Return what stands still for good, the newest first."""
    recording = tables.recording.c
    at_ms = func.coalesce(S.finished_at_ms, S.created_at_ms)
    query = (
        select(
            S.id.label("step_id"),
            *(S.recording_id, recording.file_name, S.kind, S.state),
            func.coalesce(S.error_code, "guanke-error").label("code"),
            *(S.error_facts.label("facts"), at_ms.label("at_ms")),
        )
        .join(tables.recording, recording.id == S.recording_id)
        .where(S.state.in_(STANDING_STILL), recording.school_group_id == school_group_id)
        .order_by(at_ms.desc(), S.id)
        .limit(limit)
    )
    return [
        Stopped(**{**row._mapping, "state": StepState(row.state), "facts": row.facts or {}})
        for row in connection.execute(query)
    ]
