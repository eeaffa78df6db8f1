"""Receipts: what the audit knows of the moment a recording's bytes were safe."""

from sqlalchemy import Connection, select

from lessons import Receipt
from storage import recordings, tables


def of_recording(connection: Connection, recording_id: str) -> Receipt:
    """Return the receipt of a recording.

    Raises:
        NotFound: there is no such recording.
    """
    recording = recordings.get(connection, recording_id)
    audit = tables.audit.c
    line = connection.execute(
        select(audit.at, audit.actor, audit.digest)
        .where(audit.subject == recording_id, audit.action == "recording.admit")
        .order_by(audit.id)
        .limit(1)
    ).one()
    return Receipt(
        recording_id=recording.id,
        file_name=recording.file_name,
        sha256=recording.sha256,
        bytes=recording.bytes,
        received_at=line.at,
        received_by=line.actor,
        audit_line=line.digest,
    )
