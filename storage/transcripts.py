"""What was said: a transcription as it grows, the finished transcript, and people's corrections."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, tuple_, update

from lessons import Span, Step, Transcript, Utterance, Word, editing, new_id
from lessons.editing import corrected, merged
from lessons.errors import Conflict, NotFound
from storage import audit, search, tables
from storage.anchors import anchors_follow
from storage.database import Database
from storage.events import tell
from storage.kept import KeptUtterance
from storage.leases import still_mine
from storage.mapping import from_row, to_plain, to_row
from storage.search import Entry, SearchKind

U = tables.utterance.c


@dataclass(frozen=True, kw_only=True)
class FormerUtterance(Span):
    """What a line said before somebody corrected it."""

    text: str
    words: tuple[Word, ...]
    revision: int
    changed_by: str
    changed_at: datetime


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
    with anchors_follow(connection, recording_id):
        _save(connection, recording_id, transcript)
    chunk = tables.transcript_chunk
    connection.execute(delete(chunk).where(chunk.c.step_id == step_id))


def _save(connection: Connection, recording_id: str, transcript: Transcript) -> None:
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
    search.forget_recording(connection, SearchKind.UTTERANCE, recording_id)
    search.put(
        connection,
        SearchKind.UTTERANCE,
        [_entry(from_row(_Row, {**row, "revision": 1})) for row in rows],
    )


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


@dataclass(frozen=True, kw_only=True)
class TranscriptHead:
    """What is known of a transcript without reading its lines."""

    language: str | None
    made_by: str
    revision: int
    spoken: bool  # whether anybody says anything


def head(connection: Connection, recording_id: str) -> TranscriptHead | None:
    """Return what is known of a transcript; None while there is none."""
    spoken = select(U.id).where(U.recording_id == recording_id).exists().label("spoken")
    query = select(tables.transcript, spoken)
    row = connection.execute(query.where(tables.transcript.c.recording_id == recording_id)).first()
    return from_row(TranscriptHead, row) if row else None


def utterances(
    connection: Connection, recording_id: str, *conditions: ColumnElement[bool]
) -> Sequence[KeptUtterance]:
    """Return every line (that meets the conditions) with id and revision, in order of time."""
    query = select(tables.utterance).where(U.recording_id == recording_id, *conditions)
    rows = connection.execute(query.order_by(U.start_ms, U.id))
    return [from_row(KeptUtterance, row) for row in rows]


def history(connection: Connection, utterance_id: str) -> Sequence[FormerUtterance]:
    """Return what stood there before each correction, the newest first."""
    table = tables.utterance_history
    query = select(table).where(table.c.utterance_id == utterance_id).order_by(table.c.id.desc())
    return [from_row(FormerUtterance, row) for row in connection.execute(query)]


def correct(
    connection: Connection,
    utterance_id: str,
    revision: int,
    *,
    text: str,
    speaker: str | None,
    actor: str,
) -> KeptUtterance:
    """Change the words of a line or who says them; each word keeps the time at which it is heard.

    Raises:
        NotFound, Conflict: the line is gone, or was changed since `revision`.
    """
    old = _take(connection, utterance_id, revision)
    new = corrected(old, text) if text.strip() != old.text else old
    with anchors_follow(connection, old.recording_id):
        return _replace(connection, old, replace(new, speaker=speaker), actor)


def split(
    connection: Connection, utterance_id: str, revision: int, offset: int, *, actor: str
) -> tuple[KeptUtterance, KeptUtterance]:
    """Make two lines of one, the second beginning at `offset` of the text.

    Raises:
        NotFound, Conflict: the line is gone, or was changed since `revision`.
    """
    old = _take(connection, utterance_id, revision)
    head, tail = editing.split(old, offset)
    new = _Row(**_spoken(tail), id=new_id(), recording_id=old.recording_id, revision=1)
    with anchors_follow(connection, old.recording_id):
        first = _replace(connection, old, head, actor)
        connection.execute(insert(tables.utterance).values(to_row(new, tables.utterance)))
    search.put(connection, SearchKind.UTTERANCE, [_entry(new)])
    return first, KeptUtterance(**_spoken(tail), id=new.id, revision=1)


def merge(connection: Connection, utterance_id: str, revision: int, *, actor: str) -> KeptUtterance:
    """Make one line of this and the one after it.

    Raises:
        NotFound, Conflict: the line or the one after it is gone, or was changed since `revision`.
    """
    old = _take(connection, utterance_id, revision)
    later = (
        select(tables.utterance)
        .where(
            U.recording_id == old.recording_id,
            tuple_(U.start_ms, U.id) > tuple_(old.start_ms, old.id),
        )
        .order_by(U.start_ms, U.id)
        .limit(1)
    )
    row = connection.execute(later).first()
    if row is None:
        raise NotFound(what="utterance", id="next")
    after = from_row(_Row, row)
    with anchors_follow(connection, old.recording_id):
        _remember(connection, after, actor)
        connection.execute(delete(tables.utterance).where(U.id == after.id))
        search.forget(connection, SearchKind.UTTERANCE, [after.id])
        return _replace(connection, old, merged(old, after), actor)


@dataclass(frozen=True, kw_only=True)
class _Row(KeptUtterance):
    """A line and the recording it belongs to."""

    recording_id: str


def _spoken(utterance: Utterance) -> dict[str, Any]:
    return {name: getattr(utterance, name) for name in Utterance.__dataclass_fields__}


def _entry(row: _Row) -> Entry:
    return Entry(subject_id=row.id, recording_id=row.recording_id, span=Span.of(row), text=row.text)


def _take(connection: Connection, utterance_id: str, revision: int) -> _Row:
    row = connection.execute(select(tables.utterance).where(U.id == utterance_id)).first()
    if row is None:
        raise NotFound(what="utterance", id=utterance_id)
    if row.revision != revision:
        raise Conflict(detail=row.text)
    return from_row(_Row, row)


def _replace(connection: Connection, old: _Row, new: Utterance, actor: str) -> KeptUtterance:
    """Write the new line over the old one, and remember that."""
    _remember(connection, old, actor)
    row = replace(old, **_spoken(new), revision=old.revision + 1)
    values = to_row(row, tables.utterance)
    connection.execute(update(tables.utterance).where(U.id == old.id).values(values))
    search.put(connection, SearchKind.UTTERANCE, [_entry(row)])
    head = tables.transcript
    connection.execute(
        update(head)
        .where(head.c.recording_id == old.recording_id)
        .values(revision=head.c.revision + 1)
    )
    tell(connection, "utterance.changed", recording_id=old.recording_id, utterance=old.id)
    return KeptUtterance(**_spoken(new), id=old.id, revision=row.revision)


def _remember(connection: Connection, old: _Row, actor: str) -> None:
    connection.execute(
        insert(tables.utterance_history).values(
            **{k: v for k, v in to_row(old, tables.utterance_history).items() if k != "id"},
            utterance_id=old.id,
            changed_by=actor,
            changed_at=datetime.now(UTC),
        )
    )
    audit.record(connection, actor, "utterance.change", old.id, was=old.text)
