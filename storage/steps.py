"""The queue of record: every step of every recording, and what is known of it.

Who works on one holds a lease on it: see `storage.leases`.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, func, insert, select, update

from lessons import RecordingState, Step, StepState, new_id
from storage import tables
from storage.database import now_ms
from storage.events import tell
from storage.mapping import from_row

T = tables.step.c
FINAL = (StepState.DONE, StepState.FAILED, StepState.QUARANTINED, StepState.CANCELLED)


def add(
    connection: Connection,
    recording_id: str,
    *,
    kind: str,
    queue: str,
    input_digest: str,
    params: Mapping[str, object],
    length_ms: int = 0,
) -> str:
    """Add a step that may start at once, and return its id; the same work twice is one step.

    `length_ms` is what it works through: long ones let short ones pass (`storage.fairness`).
    """
    same = select(T.id).where(
        T.recording_id == recording_id, T.kind == kind, T.input_digest == input_digest
    )
    known = connection.execute(same).scalar_one_or_none()
    if known:
        return str(known)
    step_id = new_id()
    connection.execute(
        insert(tables.step).values(
            id=step_id,
            recording_id=recording_id,
            kind=kind,
            queue=queue,
            input_digest=input_digest,
            params=dict(params),
            length_ms=length_ms,
            state=StepState.READY,
            created_at_ms=now_ms(),
        )
    )
    tell(connection, "step.state", recording_id=recording_id, step=kind, state="ready")
    return step_id


def revive(connection: Connection, codes: Collection[str]) -> int:
    """Let steps start again that failed by one of these causes, which may be mended by now."""
    failed = select(T.id).where(T.state == StepState.FAILED, T.error_code.in_(codes))
    return sum(retry(connection, i) for i in connection.execute(failed).scalars().all())


def running(connection: Connection) -> Collection[tuple[str, int]]:
    """Return (id, attempt) of every step somebody works on."""
    query = select(T.id, T.attempt).where(T.state == StepState.RUNNING)
    return {(row.id, row.attempt) for row in connection.execute(query)}


def retry(connection: Connection, step_id: str) -> bool:
    """Let a step that ended without success start again, with a clean count."""
    changed = connection.execute(
        update(tables.step)
        .where(T.id == step_id, T.state.in_([s for s in FINAL if s is not StepState.DONE]))
        .values(
            state=StepState.READY,
            crashes=0,
            retries=0,
            not_before_ms=0,
            dispatched_at_ms=0,
            error_code=None,
            error_facts=None,
        )
        .returning(T.recording_id, T.kind)
    ).first()
    if changed is None:
        return False
    tell(
        connection,
        "step.state",
        recording_id=changed.recording_id,
        step=changed.kind,
        state=StepState.READY.value,
    )
    work_again(connection, changed.recording_id, RecordingState.FAILED)
    return True


def work_again(
    connection: Connection,
    recording_id: str,
    *states: RecordingState,
) -> None:
    """Let a recording that is in one of `states` be in work again."""
    table = tables.recording
    done = connection.execute(
        update(table)
        .where(table.c.id == recording_id, table.c.state.in_(states))
        .values(state=RecordingState.PROCESSING)
    )
    if done.rowcount:
        state = RecordingState.PROCESSING.value
        tell(connection, "recording.state", recording_id=recording_id, state=state)


def of_recording(connection: Connection, recording_id: str) -> Sequence[Step]:
    """Return every step of a recording, oldest first."""
    query = select(tables.step).where(T.recording_id == recording_id)
    return [
        from_row(Step, row) for row in connection.execute(query.order_by(T.created_at_ms, T.id))
    ]


def get(connection: Connection, step_id: str) -> Step | None:
    """Return one step."""
    row = connection.execute(select(tables.step).where(T.id == step_id)).first()
    return from_row(Step, row) if row else None


def waiting(connection: Connection) -> Mapping[str, int]:
    """Return how many steps wait or run, by queue."""
    query = (
        select(T.queue, func.count())
        .where(T.state.in_([StepState.READY, StepState.RUNNING]))
        .group_by(T.queue)
    )
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}
