"""What happened, in order, for people who are watching: a table read by id, no bus in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from storage import tables
from storage.database import now_ms
from storage.mapping import from_row

SIGNED_OUT = "signed_out"  # a session or a key is over; only the server itself hears of it


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. A client resumes after the last `id` it saw."""

    id: int
    at_ms: int
    recording_id: str | None
    kind: str  # recording.state, step.state, step.progress, transcript.chunk, clip.state, …
    data: Mapping[str, object]


def tell(
    connection: Connection, kind: str, *, recording_id: str | None = None, **data: object
) -> None:
    """Add an event; it becomes visible with the transaction that caused it."""
    connection.execute(
        insert(tables.event).values(at_ms=now_ms(), kind=kind, recording_id=recording_id, data=data)
    )


def events_after(
    connection: Connection, last_id: int, *, recording_id: str | None = None, limit: int = 500
) -> Sequence[Event]:
    """Return what came after `last_id`, oldest first."""
    query = select(tables.event).where(tables.event.c.id > last_id)
    if recording_id:
        query = query.where(tables.event.c.recording_id == recording_id)
    rows = connection.execute(query.order_by(tables.event.c.id).limit(limit))
    return [from_row(Event, row) for row in rows]


def last_event_id(connection: Connection) -> int:
    """Return the id of the newest event, 0 where there is none."""
    return connection.execute(select(func.max(tables.event.c.id))).scalar_one() or 0
