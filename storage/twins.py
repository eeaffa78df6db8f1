"""Finds what looks like a file before it is sent: a recording, or an upload to go on with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from lessons import Upload, UploadState
from storage import tables
from storage.mapping import from_row
from storage.upload_table import upload

MOST = 5


@dataclass(frozen=True, kw_only=True)
class Twin:
    """A recording that looks like a file. `certain`: its SHA-256 is the same."""

    recording_id: str
    file_name: str
    created_at: datetime
    certain: bool


def of_recordings(
    connection: Connection,
    *conditions: ColumnElement[bool],
    size: int,
    fingerprint: str | None,
    sha256: str | None,
    file_name: str | None,
) -> Sequence[Twin]:
    """Return recordings with the same SHA-256, the same fingerprint, or the same name and size."""
    column = tables.recording.c
    alike = [column.sha256 == sha256]
    if fingerprint:
        alike.append(and_(column.bytes == size, column.fingerprint == fingerprint))
    if file_name:
        alike.append(and_(column.bytes == size, column.file_name == file_name))
    query = (
        select(tables.recording)
        .where(*conditions, or_(*alike))
        .order_by(column.id.desc())
        .limit(MOST)
    )
    return [
        Twin(
            recording_id=row.id,
            file_name=row.file_name,
            created_at=row.created_at,
            certain=row.sha256 == sha256,
        )
        for row in connection.execute(query)
    ]


def of_uploads(
    connection: Connection, seen: ColumnElement[bool], *, size: int, fingerprint: str | None
) -> Sequence[Upload]:
    """Return uploads under way with the same fingerprint, the furthest first."""
    if fingerprint is None:
        return []
    query = (
        select(upload)
        .where(
            seen,
            upload.c.state == UploadState.RECEIVING,
            upload.c.fingerprint == fingerprint,
            upload.c.bytes == size,
        )
        .order_by(upload.c.offset.desc())
        .limit(MOST)
    )
    return [from_row(Upload, row) for row in connection.execute(query)]
