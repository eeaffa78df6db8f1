"""Leases on steps: claimed, kept alive, finished and given back here, nowhere else.

Promise: a step runs at least once, its effect is kept exactly once. `attempt` is the fencing token:
whoever claimed a later attempt wins, and an earlier one can change nothing any more. The database's
clock alone decides whether a lease has run out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from lessons import Step, StepState
from lessons.errors import GuankeError, StepCrashed
from storage import fairness, occurrences, tables
from storage.database import Database, now_ms
from storage.events import tell
from storage.mapping import from_row, to_plain
from storage.occurrences import Counted

T = tables.step.c


@dataclass(frozen=True, kw_only=True)
class LeaseTerms:
    """How long a claim holds without a sign of life, and how many deaths put a step aside."""

    lease_ms: int = 60_000
    max_crashes: int = 3
    max_retries: int = 20


def free(lease_ms: int) -> ColumnElement[bool]:
    """Return the condition of a step that nobody holds.

    It is ready, or its lease ran out, or lies further ahead than a lease can.
    The last happens when a clock was set back; waiting for it would be waiting for ever.
    """
    expired = or_(T.lease_until_ms < now_ms(), T.lease_until_ms > now_ms() + lease_ms)
    return and_(
        T.not_before_ms <= now_ms(),
        or_(T.state == StepState.READY, and_(T.state == StepState.RUNNING, expired)),
    )


def claim(
    database: Database, queues: Collection[str], owner: str, terms: LeaseTerms
) -> Step | None:
    """Take the free step of `queues` whose turn it is, or return None where there is none."""
    next_one = fairness.first(queues, free(terms.lease_ms))
    with database.read() as connection:  # most polls find nothing: do not take the writer's lock
        if connection.execute(next_one).first() is None:
            return None
    return _take(
        database,
        T.id == next_one.with_for_update(of=tables.step, skip_locked=True).scalar_subquery(),
        owner,
        terms,
    )


def claim_one(database: Database, step_id: str, owner: str, terms: LeaseTerms) -> Step | None:
    """Take this step, or return None when it is held or over (a doorbell rung twice)."""
    return _take(database, and_(T.id == step_id, free(terms.lease_ms)), owner, terms)


def _take(
    database: Database, which: ColumnElement[bool], owner: str, terms: LeaseTerms
) -> Step | None:
    next_one = select(T.id, T.kind, T.state).where(which).with_for_update(skip_locked=True)
    taken = (
        update(tables.step)
        .values(
            state=StepState.RUNNING,
            attempt=T.attempt + 1,
            lease_owner=owner,
            lease_until_ms=now_ms() + terms.lease_ms,
            dispatched_at_ms=0,
            started_at_ms=now_ms(),
            moved_at_ms=now_ms(),
            finished_at_ms=None,
            progress=0.0,
            error_code=None,
            error_facts=None,
        )
        .returning(tables.step)
    )
    with database.write() as connection:
        found = connection.execute(next_one).first()
        if found is None:
            return None
        if found.state == StepState.RUNNING:  # whoever held it has not been heard of
            occurrences.add(connection, Counted.LEASE_LOST, found.kind, "expired")
        step = from_row(Step, connection.execute(taken.where(T.id == found.id)).one())
        tell(
            connection,
            "step.state",
            recording_id=step.recording_id,
            step=step.kind,
            state="running",
            attempt=step.attempt,
        )
    return step


def _mine(step: Step) -> ColumnElement[bool]:
    return and_(
        T.id == step.id,
        T.attempt == step.attempt,
        T.lease_owner == step.lease_owner,
        T.state == StepState.RUNNING,
    )


def renew(
    database: Database, step: Step, progress: float, terms: LeaseTerms, *, quiet_ms: int = 0
) -> bool:
    """Prolong the lease and note the progress (0 to 1); False when the step is no longer ours.

    Args:
        quiet_ms: for how long it has shown no progress.
    """
    with database.write() as connection:
        done = connection.execute(
            update(tables.step)
            .where(_mine(step))
            .values(
                lease_until_ms=now_ms() + terms.lease_ms,
                dispatched_at_ms=0,
                progress=progress,
                moved_at_ms=now_ms() - quiet_ms,
            )
        )
        if done.rowcount:
            tell(
                connection,
                "step.progress",
                recording_id=step.recording_id,
                step=step.kind,
                progress=round(progress, 3),
            )
    return bool(done.rowcount)


def still_mine(connection: Connection, step: Step) -> bool:
    """Return whether a write in this transaction is still allowed to this attempt."""
    query = select(T.id).where(_mine(step)).with_for_update()
    return connection.execute(query).first() is not None


def finish(connection: Connection, step: Step, output: object, tools: Mapping[str, str]) -> bool:
    """Mark the step done, in the transaction that keeps its results; False: no longer ours."""
    return _end(
        connection,
        step,
        StepState.DONE,
        progress=1.0,
        output=output,
        tools=dict(tools),
    )


def fail(connection: Connection, step: Step, error: GuankeError) -> bool:
    """End the step for good, with its reason."""
    return _end(connection, step, StepState.FAILED, **_reason(error))


def give_back(
    connection: Connection, step: Step, error: GuankeError, *, after_ms: int, counts: bool
) -> bool:
    """Let the step be tried again after a pause; `counts` adds to its retries."""
    values = _reason(error) | {
        "not_before_ms": now_ms() + after_ms,
        "retries": T.retries + int(counts),
    }
    return _end(connection, step, StepState.READY, **values)


def _reason(error: GuankeError) -> dict[str, object]:
    facts = {name: str(fact) for name, fact in error.facts.items()}
    return {"error_code": error.code, "error_facts": facts}


def _end(connection: Connection, step: Step, state: StepState, **values: object) -> bool:
    ended = connection.execute(
        update(tables.step)
        .where(_mine(step))
        .values(state=state, lease_owner=None, lease_until_ms=0, finished_at_ms=now_ms(), **values)
        .returning(T.started_at_ms, T.finished_at_ms)
    ).first()
    if ended:
        if state is StepState.DONE:
            occurrences.step_took(connection, step.kind, ended.finished_at_ms - ended.started_at_ms)
        elif code := values.get("error_code"):
            what = Counted.RETRY if state is StepState.READY else Counted.FAILURE
            occurrences.add(connection, what, step.kind, str(code))
        tell(
            connection,
            "step.state",
            recording_id=step.recording_id,
            step=step.kind,
            state=state.value,
            **{k: to_plain(v) for k, v in values.items() if k in ("error_code", "error_facts")},
        )
    return ended is not None


def release_dead(
    connection: Connection, owner: str, terms: LeaseTerms, *, crashed: bool
) -> Sequence[Step]:
    """Free at once what a process held that is known to be dead. Return those put aside for good.

    Args:
        owner: the dead process's name as it claimed.
        crashed: whether it died by itself; a shutdown or a restarted host never counts.
    """
    held = [
        from_row(Step, row)
        for row in connection.execute(
            select(tables.step).where(T.lease_owner == owner, T.state == StepState.RUNNING)
        )
    ]
    aside = []
    for step in held:
        cause = "died" if crashed else "released"
        occurrences.add(connection, Counted.LEASE_LOST, step.kind, cause)
        crashes = step.crashes + int(crashed)
        if not crashed or crashes < terms.max_crashes:
            _end(connection, step, StepState.READY, crashes=crashes)
            continue
        error = StepCrashed(kind=step.kind, crashes=crashes)
        _end(connection, step, StepState.QUARANTINED, crashes=crashes, **_reason(error))
        aside.append(step)
    return aside


def release_all(connection: Connection, owners: str) -> int:
    """Free what was held by owners whose name begins so, and who are known to be gone.

    Called once when a supervisor starts: its folder's lock proves that nobody works there.
    """
    held = select(T.lease_owner).where(
        T.state == StepState.RUNNING, T.lease_owner.startswith(owners, autoescape=True)
    )
    gone = set(connection.execute(held).scalars())
    for owner in gone:
        release_dead(connection, owner, LeaseTerms(), crashed=False)
    return len(gone)


def overdue(connection: Connection, owner: str, grace_ms: int) -> bool:
    """Return whether `owner` holds a step whose lease ran out more than `grace_ms` ago."""
    late = T.lease_until_ms + grace_ms < now_ms()
    query = select(T.id).where(T.lease_owner == owner, T.state == StepState.RUNNING, late)
    return connection.execute(query).first() is not None
