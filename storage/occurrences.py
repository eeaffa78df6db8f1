"""What is counted for good: how steps ended, how long they took, which leases were lost.

A count outlives the rows that it counted (retention deletes those) and the process that saw it, so
that it only ever grows. It is kept in the transaction of what it counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from storage import tables
from storage.mapping import from_row

T = tables.occurrence.c
# Upper ends of the classes of step times, in seconds; longer ones are in none of them.
STEP_TIMES_S = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)


class Counted(StrEnum):
    """What is counted."""

    STEP_TIME = "step_time"  # cause: the upper end of its class in seconds, or +Inf
    FAILURE = "failure"  # ended for good without success; cause: the code of the error
    RETRY = "retry"  # given back to be tried again; cause: the code of the error
    LEASE_LOST = "lease_lost"  # cause: expired, died, released


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """How often something happened to one kind of step for one cause."""

    name: Counted
    kind: str
    cause: str
    count: int
    ms: int  # that it took in all; 0 where it takes no time


def add(connection: Connection, name: Counted, kind: str, cause: str, *, ms: int = 0) -> None:
    """Count one more."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"name": name, "kind": kind, "cause": cause, "count": 1, "ms": ms}
    one_more = dialect.insert(tables.occurrence).values(row)
    connection.execute(
        one_more.on_conflict_do_update(
            index_elements=[T.name, T.kind, T.cause],
            set_={"count": T.count + 1, "ms": T.ms + one_more.excluded.ms},
        )
    )


def step_took(connection: Connection, kind: str, ms: int) -> None:
    """Count a step that was done, by how long its last attempt took."""
    ms = max(0, ms)  # a clock may have been set back meanwhile
    longest = next((f"{s:g}" for s in STEP_TIMES_S if ms <= s * 1000), "+Inf")
    add(connection, Counted.STEP_TIME, kind, longest, ms=ms)


def every(connection: Connection) -> Sequence[Occurrence]:
    """Return every count, by name, kind and cause."""
    rows = connection.execute(select(tables.occurrence).order_by(T.name, T.kind, T.cause))
    return [from_row(Occurrence, row) for row in rows]
