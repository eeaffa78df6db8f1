"""What was said: a transcription as it grows, the finished transcript, and people's corrections."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from lessons import Step, Transcript, Utterance, new_id
from storage import tables
from storage.database import Database
from storage.events import tell
from storage.mapping import from_row, to_plain, to_row
from storage.steps import still_mine


def save_chunk(database: Database, step: Step, number: int, chunk: object) -> bool:
    """Keep one recognised chunk of a running step; False when the step is no longer ours."""
    table = tables.transcript_chunk
    with database.write() as connection:
        if not still_mine(connection, step):
            return False
        connection.execute(
            delete(table).where(table.c.step_id == step.id, table.c.number == number)
        )
        connection.execute(
            insert(table).values(step_id=step.id, number=number, chunk=to_plain(chunk))
        )
        tell(
            connection,
            "transcript.chunk",
            recording_id=step.recording_id,
            number=number,
            chunk=to_plain(chunk),
        )
    return True


def chunks(connection: Connection, step_id: str) -> Sequence[object]:
    """Return the chunks already recognised, in order, as they were kept."""
    table = tables.transcript_chunk
    query = select(table.c.chunk).where(table.c.step_id == step_id).order_by(table.c.number)
    return list(connection.execute(query).scalars())


def save(connection: Connection, recording_id: str, transcript: Transcript, step_id: str) -> None:
    """Keep the finished transcript in place of what stood there, and forget the chunks."""
    for table in (tables.utterance, tables.transcript):
        connection.execute(delete(table).where(table.c.recording_id == recording_id))
    connection.execute(
        insert(tables.transcript).values(
            recording_id=recording_id,
            language=transcript.language,
            made_by=transcript.made_by,
        )
    )
    rows = [
        to_row(u, tables.utterance, id=new_id(), recording_id=recording_id)
        for u in transcript.utterances
    ]
    if rows:
        connection.execute(insert(tables.utterance), rows)
    chunk = tables.transcript_chunk
    connection.execute(delete(chunk).where(chunk.c.step_id == step_id))


def get(connection: Connection, recording_id: str) -> Transcript | None:
    """Return the transcript as it reads now, corrections included; None while there is none."""
    head = connection.execute(
        select(tables.transcript).where(tables.transcript.c.recording_id == recording_id)
    ).first()
    if head is None:
        return None
    table = tables.utterance
    query = select(table).where(table.c.recording_id == recording_id)
    rows = connection.execute(query.order_by(table.c.start_ms, table.c.id))
    return from_row(Transcript, head, utterances=[from_row(Utterance, row) for row in rows])


def revision(connection: Connection, recording_id: str) -> int:
    """Return how often the transcript was corrected, plus one; 0 while there is none."""
    table = tables.transcript
    query = select(table.c.revision).where(table.c.recording_id == recording_id)
    return connection.execute(query).scalar_one_or_none() or 0
