"""What people make of what the machine found: suggestions answered, phases put right."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, select, update

from lessons import Clip, Segment, Span, SuggestionState, new_id
from lessons.errors import BadSpan, Conflict, NotFound, RequestFault
from lessons.evidence import ClipFacts
from lessons.people import person_of
from storage import audit, clips, recordings, search, tables
from storage.events import tell
from storage.kept import KeptSegment, KeptSuggestion
from storage.mapping import from_row, to_row
from storage.search import Entry, SearchKind

S = tables.suggestion.c
G = tables.segment.c


def suggestions(
    connection: Connection,
    recording_id: str,
    *conditions: ColumnElement[bool],
    competencies: Sequence[str] = (),
    state: SuggestionState | None = None,
) -> Sequence[KeptSuggestion]:
    """Return a recording's proposals and what became of them, best first."""
    query = select(tables.suggestion).where(S.recording_id == recording_id, *conditions)
    if competencies:
        query = query.where(S.competency.in_(competencies))
    if state:
        query = query.where(S.state == state)
    rows = connection.execute(query.order_by(S.score.desc(), S.start_ms, S.id))
    return [from_row(KeptSuggestion, row) for row in rows]


def suggestion(connection: Connection, suggestion_id: str) -> KeptSuggestion:
    """Return one proposal.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(select(tables.suggestion).where(S.id == suggestion_id)).first()
    if row is None:
        raise NotFound(what="suggestion", id=suggestion_id)
    return from_row(KeptSuggestion, row)


def accept(
    connection: Connection, suggestion_id: str, revision: int, facts: ClipFacts, *, actor: str
) -> tuple[KeptSuggestion, Clip]:
    """Make a clip of a proposal (采用), as it stands or as the teacher has changed it in `facts`.

    Raises:
        NotFound, Conflict: it is gone, or was answered or changed since `revision`.
        BadSpan, SpanOutsideRecording: the stretch is empty, or longer than the recording.
    """
    old = _take(connection, suggestion_id, revision, SuggestionState.PROPOSED)
    clip = Clip(
        **{name: getattr(facts, name) for name in ClipFacts.__dataclass_fields__},
        id=new_id(),
        recording_id=old.recording_id,
        owner_id=person_of(actor),
        suggestion_id=old.id,
        created_at=datetime.now(UTC),
    )
    clips.add(connection, clip, actor=actor)
    new = replace(old, state=SuggestionState.ACCEPTED, clip_id=clip.id)
    return _write(connection, new, actor, "suggestion.accept"), clip


def dismiss(
    connection: Connection, suggestion_id: str, revision: int, reason: str, *, actor: str
) -> KeptSuggestion:
    """Put a proposal aside (不采用), with the teacher's reason.

    Raises:
        NotFound, Conflict: it is gone, or was answered or changed since `revision`.
    """
    old = _take(connection, suggestion_id, revision, SuggestionState.PROPOSED)
    new = replace(old, state=SuggestionState.DISMISSED, dismiss_reason=reason)
    return _write(connection, new, actor, "suggestion.dismiss")


def reopen(
    connection: Connection, suggestion_id: str, revision: int, *, actor: str
) -> KeptSuggestion:
    """Take an answer back; the clip that it made goes, unless it is evidence already.

    Raises:
        NotFound, Conflict: it is gone, is not answered, or was changed since `revision`.
        ClipInUse: its clip is part of an evidence set.
    """
    old = _take(
        connection,
        suggestion_id,
        revision,
        SuggestionState.ACCEPTED,
        SuggestionState.DISMISSED,
    )
    if old.clip_id:
        clips.remove(connection, old.clip_id, actor=actor)
        return suggestion(connection, suggestion_id)
    new = replace(old, state=SuggestionState.PROPOSED, dismiss_reason=None)
    return _write(connection, new, actor, "suggestion.reopen")


def _take(
    connection: Connection, suggestion_id: str, revision: int, *states: SuggestionState
) -> KeptSuggestion:
    found = suggestion(connection, suggestion_id)
    if found.revision != revision or found.state not in states:
        raise Conflict(detail=found.competency)
    return found


def _write(connection: Connection, new: KeptSuggestion, actor: str, action: str) -> KeptSuggestion:
    new = replace(new, revision=new.revision + 1)
    connection.execute(
        update(tables.suggestion)
        .where(S.id == new.id)
        .values(
            state=new.state,
            dismiss_reason=new.dismiss_reason,
            clip_id=new.clip_id,
            revision=new.revision,
        )
    )
    audit.record(connection, actor, action, new.id, reason=new.dismiss_reason)
    tell(
        connection,
        "suggestion.changed",
        recording_id=new.recording_id,
        suggestion=new.id,
        state=new.state,
    )
    return new


def segments(
    connection: Connection, recording_id: str, *conditions: ColumnElement[bool]
) -> Sequence[KeptSegment]:
    """Return the phases of the lesson with their ids and revisions, in order of time."""
    query = select(tables.segment).where(G.recording_id == recording_id, *conditions)
    return [from_row(KeptSegment, row) for row in connection.execute(query.order_by(G.start_ms))]


def change_segment(
    connection: Connection, segment_id: str, revision: int, wanted: Segment, *, actor: str
) -> Sequence[KeptSegment]:
    """Change a segment's phase, title or ends, and return it with the neighbours that moved.

    A moved end moves the end of the neighbour that touched it, so that no hole appears.

    Raises:
        NotFound, Conflict: it is gone, or was changed since `revision`.
        BadSpan, SpanOutsideRecording: it, or a neighbour, would have no length; or it is too long.
    """
    row = connection.execute(select(tables.segment).where(G.id == segment_id)).first()
    if row is None:
        raise NotFound(what="segment", id=segment_id)
    old = from_row(KeptSegment, row)
    if old.revision != revision:
        raise Conflict(detail=old.title)
    recordings.check_inside(connection, row.recording_id, wanted)
    new = {name: getattr(wanted, name) for name in Segment.__dataclass_fields__}
    changed = [replace(old, **new)]
    for other in segments(connection, row.recording_id):
        if other.id == old.id:
            continue
        if other.end_ms == old.start_ms != wanted.start_ms:
            changed.append(_moved(other, other.start_ms, wanted.start_ms))
        elif other.start_ms == old.end_ms != wanted.end_ms:
            changed.append(_moved(other, wanted.end_ms, other.end_ms))
        elif other.overlap_ms(wanted):
            raise RequestFault(detail="beyond-neighbour")
    return [_write_segment(connection, s, row.recording_id, actor) for s in changed]


def _moved(segment: KeptSegment, start_ms: int, end_ms: int) -> KeptSegment:
    if start_ms >= end_ms:
        raise BadSpan(start_ms=start_ms, end_ms=end_ms)
    return replace(segment, start_ms=start_ms, end_ms=end_ms)


def _write_segment(
    connection: Connection, segment: KeptSegment, recording_id: str, actor: str
) -> KeptSegment:
    new = replace(segment, revision=segment.revision + 1)
    values = to_row(new, tables.segment)
    connection.execute(update(tables.segment).where(G.id == new.id).values(values))
    entry = Entry(subject_id=new.id, recording_id=recording_id, span=Span.of(new), text=new.title)
    search.put(connection, SearchKind.SEGMENT, [entry])
    audit.record(connection, actor, "segment.change", new.id, phase=new.phase, title=new.title)
    tell(connection, "segment.changed", recording_id=recording_id, segment=new.id)
    return new
