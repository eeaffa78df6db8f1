"""Who takes steps off a broker's queues, as each says of itself by a sign of life."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from storage import tables
from storage.database import now_ms
from storage.mapping import from_row

T = tables.worker.c
BEAT_S = 10.0
SILENT_MS = 35_000  # after so long without a sign of life a worker counts as gone
FORGOTTEN_MS = 86_400_000


@dataclass(frozen=True, kw_only=True)
class Worker:
    """One worker of a queue: a process with as many children as it does steps at a time."""

    id: str  # its host and process, as its leases are signed
    host: str
    queues: Mapping[str, int]  # name: how many steps at a time
    version: str
    started_at_ms: int = 0
    seen_at_ms: int = 0  # both on the database's clock


def beat(connection: Connection, worker: Worker) -> None:
    """Note that `worker` is alive."""
    known = update(tables.worker).where(T.id == worker.id).values(seen_at_ms=now_ms())
    if connection.execute(known).rowcount:
        return
    connection.execute(
        insert(tables.worker).values(
            id=worker.id,
            host=worker.host,
            queues=dict(worker.queues),
            version=worker.version,
            started_at_ms=now_ms(),
            seen_at_ms=now_ms(),
        )
    )
    connection.execute(delete(tables.worker).where(T.seen_at_ms < now_ms() - FORGOTTEN_MS))


def leave(connection: Connection, worker_id: str) -> None:
    """Note that a worker is gone."""
    connection.execute(delete(tables.worker).where(T.id == worker_id))


def alive(connection: Connection) -> Sequence[Worker]:
    """Return the workers that were heard of lately, by name."""
    query = select(tables.worker).where(T.seen_at_ms > now_ms() - SILENT_MS).order_by(T.id)
    return [from_row(Worker, row) for row in connection.execute(query)]


def places(connection: Connection) -> Mapping[str, int]:
    """Return how many steps of each queue the workers that are alive take at a time."""
    found: Counter[str] = Counter()
    for worker in alive(connection):
        found.update(worker.queues)
    return found
