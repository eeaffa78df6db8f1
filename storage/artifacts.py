"""Which objects the database counts on. What no row names is an orphan; what is gone is a loss."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select

from lessons.ids import new_id
from storage import tables
from storage.mapping import from_row


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """An object in the store, and what it is for."""

    id: str
    digest: str
    bytes: int
    media_type: str
    role: str  # original, pcm, peaks, rendition:720p, frames, poster, sprite:0, clip:…
    recording_id: str | None
    step_id: str | None
    created_at: datetime


def keep(
    connection: Connection,
    *,
    digest: str,
    size: int,
    media_type: str,
    role: str,
    recording_id: str | None,
    step_id: str | None = None,
) -> None:
    """Name an object that is already in the store; naming it twice changes nothing."""
    table = tables.artifact
    same = select(table.c.id).where(
        table.c.digest == digest, table.c.role == role, table.c.recording_id == recording_id
    )
    if connection.execute(same).first():
        return
    connection.execute(
        insert(table).values(
            id=new_id(),
            digest=digest,
            bytes=size,
            media_type=media_type,
            role=role,
            recording_id=recording_id,
            step_id=step_id,
            created_at=datetime.now(UTC),
        )
    )


def find(connection: Connection, recording_id: str, role: str) -> Artifact | None:
    """Return the newest object of a recording in this role."""
    table = tables.artifact
    query = (
        select(table)
        .where(table.c.recording_id == recording_id, table.c.role == role)
        .order_by(table.c.id.desc())
    )
    row = connection.execute(query).first()
    return from_row(Artifact, row) if row else None


def forget(connection: Connection, role: str) -> None:
    """Count no longer on what is kept in this role, such as one person's document."""
    connection.execute(delete(tables.artifact).where(tables.artifact.c.role == role))


def named_digests(connection: Connection) -> Iterator[tuple[str, int]]:
    """Yield (digest, bytes) of every object that some row counts on."""
    for row in connection.execute(
        select(tables.artifact.c.digest, tables.artifact.c.bytes).distinct()
    ):
        yield row.digest, row.bytes


def newest_digest(connection: Connection) -> str | None:
    """Return the object that was named last; None where there is none."""
    table = tables.artifact
    found: str | None = connection.execute(
        select(table.c.digest).order_by(table.c.id.desc()).limit(1)
    ).scalar()
    return found


def is_named(connection: Connection, digest: str) -> bool:
    """Return whether any row counts on this object."""
    query = select(tables.artifact.c.id).where(tables.artifact.c.digest == digest).limit(1)
    return connection.execute(query).first() is not None
