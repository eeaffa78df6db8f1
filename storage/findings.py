"""What the machine found in a lesson: scene changes, segments, suggestions."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from lessons import Segment, Span, Suggestion, SuggestionState, new_id
from storage import search, tables
from storage.kept import KeptSegment
from storage.mapping import from_row, to_plain, to_row
from storage.search import Entry, SearchKind


def save_scene_changes(
    connection: Connection, recording_id: str, changes: Sequence[int], builds: Sequence[int]
) -> None:
    """Keep when slides and boards changed, and when something was only added to one."""
    table = tables.scene_change
    connection.execute(delete(table).where(table.c.recording_id == recording_id))
    rows = [
        {"recording_id": recording_id, "at_ms": at, "kind": kind}
        for kind, times in (("change", changes), ("build", builds))
        for at in times
    ]
    if rows:
        connection.execute(insert(table), rows)


def scene_changes(connection: Connection, recording_id: str, kind: str = "change") -> Sequence[int]:
    """Return the times of changes (or of builds), ascending."""
    table = tables.scene_change
    query = select(table.c.at_ms).where(table.c.recording_id == recording_id, table.c.kind == kind)
    return list(connection.execute(query.order_by(table.c.at_ms)).scalars())


def save_segments(connection: Connection, recording_id: str, segments: Sequence[Segment]) -> None:
    """Keep the phases of the lesson in place of those that stood there."""
    table = tables.segment
    connection.execute(delete(table).where(table.c.recording_id == recording_id))
    search.forget_recording(connection, SearchKind.SEGMENT, recording_id)
    kept = [KeptSegment(**to_plain(s), id=new_id(), revision=1) for s in segments]
    rows = [to_row(s, table, recording_id=recording_id) for s in kept]
    if rows:
        connection.execute(insert(table), rows)
        search.put(connection, SearchKind.SEGMENT, [_entry(s, recording_id) for s in kept])


def _entry(segment: KeptSegment, recording_id: str) -> Entry:
    return Entry(
        subject_id=segment.id,
        recording_id=recording_id,
        span=Span.of(segment),
        text=segment.title,
    )


def segments(connection: Connection, recording_id: str) -> Sequence[Segment]:
    """Return the phases of the lesson, in order."""
    table = tables.segment
    query = select(table).where(table.c.recording_id == recording_id)
    rows = connection.execute(query.order_by(table.c.start_ms))
    return [from_row(Segment, row) for row in rows]


def save_suggestions(
    connection: Connection, recording_id: str, suggestions: Sequence[Suggestion]
) -> None:
    """Put new proposals in place of old ones; what a teacher has answered stays as it is."""
    table = tables.suggestion
    connection.execute(
        delete(table).where(
            table.c.recording_id == recording_id, table.c.state == SuggestionState.PROPOSED
        )
    )
    rows = [
        to_row(s, table, id=new_id(), recording_id=recording_id, state=SuggestionState.PROPOSED)
        for s in suggestions
    ]
    if rows:
        connection.execute(insert(table), rows)


def suggestions(connection: Connection, recording_id: str) -> Sequence[Suggestion]:
    """Return the proposals and what became of them, best first."""
    table = tables.suggestion
    query = select(table).where(table.c.recording_id == recording_id)
    rows = connection.execute(query.order_by(table.c.score.desc(), table.c.start_ms))
    return [from_row(Suggestion, row) for row in rows]
