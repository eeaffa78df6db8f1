"""Which steps a broker is told of, and when. The broker may forget all of it: it is told again.

A queue is told of little more than its workers can take, in the order of `storage.fairness`: what
lies in a broker can no longer be overtaken. It is told again of a step that nobody took, or whose
lease ran out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from lessons import StepState
from storage import fairness, leases, tables, workers
from storage.database import Database, now_ms
from storage.leases import LeaseTerms

T = tables.step.c


@dataclass(frozen=True, kw_only=True)
class Bell:
    """A step that a broker is to be told of."""

    step_id: str
    queue: str


def due(database: Database, terms: LeaseTerms, again_ms: int) -> Sequence[Bell]:
    """Note which steps are rung for now, and return them; publish them after that.

    Args:
        database: the record.
        terms: when a lease counts as lost.
        again_ms: after how long an unanswered ring is repeated.
    """
    waiting = and_(leases.free(terms.lease_ms), _quiet(again_ms))
    with database.read() as connection:  # most rounds find nothing
        found = select(T.queue, func.count()).where(waiting).group_by(T.queue)
        queues = {str(row[0]): int(row[1]) for row in connection.execute(found)}
    bells: list[Bell] = []
    if queues:
        with database.write() as connection:
            room = _room(connection, terms, again_ms)
            for queue in queues:
                for _ in range(room(queue)):
                    step_id = _ring(connection, queue, waiting)
                    if step_id is None:
                        break
                    bells.append(Bell(step_id=step_id, queue=queue))
    return bells


def silence(connection: Connection, bells: Sequence[Bell]) -> None:
    """Forget that steps were rung for: the broker could not be told."""
    ids = [bell.step_id for bell in bells]
    connection.execute(update(tables.step).where(T.id.in_(ids)).values(dispatched_at_ms=0))


def _quiet(again_ms: int) -> ColumnElement[bool]:
    """Nobody was told lately; a ring in the future was before a clock was set back."""
    rung = T.dispatched_at_ms
    return or_(rung < now_ms() - again_ms, rung > now_ms() + again_ms)


def _ring(connection: Connection, queue: str, waiting: ColumnElement[bool]) -> str | None:
    turn = fairness.first([queue], waiting).with_for_update(of=tables.step, skip_locked=True)
    step_id: str | None = connection.execute(turn).scalar()
    if step_id is not None:
        told = update(tables.step).where(T.id == step_id)
        connection.execute(told.values(dispatched_at_ms=now_ms()))
    return step_id


def _room(connection: Connection, terms: LeaseTerms, again_ms: int) -> Callable[[str], int]:
    """Return how many more steps of a queue its broker should hold.

    One for each idle place, and one more for each place, so that nobody who finishes waits for the
    next round. A queue that nobody serves holds one: whoever comes finds work.
    """
    places = workers.places(connection)
    held = _count(connection, and_(T.state == StepState.RUNNING, ~leases.free(terms.lease_ms)))
    rung = _count(connection, and_(leases.free(terms.lease_ms), ~_quiet(again_ms)))

    def room(queue: str) -> int:
        there = max(1, places.get(queue, 0))
        idle = max(0, there - held.get(queue, 0))
        return max(0, idle + there - rung.get(queue, 0))

    return room


def _count(connection: Connection, which: ColumnElement[bool]) -> Mapping[str, int]:
    query = select(T.queue, func.count()).where(which).group_by(T.queue)
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}
