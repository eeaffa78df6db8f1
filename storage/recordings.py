"""Recordings and what is made of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from lessons import MediaInfo, Recording, RecordingState, Rendition, Span, Step, StepState, new_id
from lessons.errors import BadSpan, NotFound, SpanOutsideRecording
from lessons.people import person_of, school_of
from storage import artifacts, audit, steps, tables, telling
from storage.events import tell
from storage.mapping import from_row, to_plain, to_row

T = tables.recording.c


def admit(
    connection: Connection,
    *,
    sha256: str,
    size: int,
    fingerprint: str | None = None,
    file_name: str,
    media_type: str,
    language: str | None,
    actor: str,
    recording_id: str | None = None,
) -> tuple[Recording, bool]:
    """Keep a recording whose bytes are already in the store; return it, and whether it is new.

    Args:
        recording_id: what a new one is to be called; None: whatever is free.
    """
    school = school_of(actor)
    same = (T.sha256 == sha256) & (T.school_group_id == school)
    known = connection.execute(select(tables.recording).where(same)).first()
    if known:
        return from_row(Recording, known), False
    recording = Recording(
        id=recording_id or new_id(),
        sha256=sha256,
        bytes=size,
        file_name=file_name,
        state=RecordingState.ADMITTED,
        language=language,
        info=None,
        created_at=datetime.now(UTC),
        school_group_id=school,
        uploaded_by=person_of(actor),
    )
    row = to_row(recording, tables.recording, fingerprint=fingerprint)
    connection.execute(insert(tables.recording).values(row))
    artifacts.keep(
        connection,
        digest=sha256,
        size=size,
        media_type=media_type,
        role="original",
        recording_id=recording.id,
    )
    audit.record(connection, actor, "recording.admit", recording.id, sha256=sha256, bytes=size)
    tell(connection, "recording.state", recording_id=recording.id, state=recording.state.value)
    return recording, True


def get(connection: Connection, recording_id: str) -> Recording:
    """Return one recording.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(select(tables.recording).where(T.id == recording_id)).first()
    if row is None:
        raise NotFound(what="recording", id=recording_id)
    return from_row(Recording, row)


def find(connection: Connection, name: str) -> Recording | None:
    """Return the recording with this id, or whose SHA-256 begins so."""
    match = T.id == name
    if len(name) >= 8:
        match = match | T.sha256.startswith(name.lower(), autoescape=True)
    row = connection.execute(select(tables.recording).where(match)).first()
    return from_row(Recording, row) if row else None


def page(
    connection: Connection,
    *conditions: ColumnElement[bool],
    after: str | None = None,
    limit: int = 50,
) -> Sequence[Recording]:
    """Return recordings, newest first, that were admitted before the one named `after`.

    Args:
        conditions: which ones, such as those that somebody may see (`storage.visibility`).
    """
    query = select(tables.recording).where(*conditions).order_by(T.id.desc()).limit(limit)
    if after:
        query = query.where(T.id < after)
    return [from_row(Recording, row) for row in connection.execute(query)]


def check_inside(connection: Connection, recording_id: str, span: Span) -> None:
    """Hold a stretch against its recording.

    Raises:
        NotFound: there is no such recording.
        BadSpan, SpanOutsideRecording: the stretch is empty, or goes on after the recording's end.
    """
    info = get(connection, recording_id).info
    if span.duration_ms == 0:
        raise BadSpan(start_ms=span.start_ms, end_ms=span.end_ms)
    if info and span.end_ms > info.duration_ms:
        raise SpanOutsideRecording(end_ms=span.end_ms, duration_ms=info.duration_ms)


def steps_of(connection: Connection, recording_ids: Sequence[str]) -> Mapping[str, Sequence[Step]]:
    """Return the steps of several recordings, each oldest first, in one query."""
    column = tables.step.c
    found: dict[str, list[Step]] = {recording_id: [] for recording_id in recording_ids}
    query = select(tables.step).where(column.recording_id.in_(recording_ids))
    for row in connection.execute(query.order_by(column.created_at_ms, column.id)):
        found[row.recording_id].append(from_row(Step, row))
    return found


def set_info(connection: Connection, recording_id: str, info: MediaInfo) -> None:
    """Keep what the probe found; a lesson that is the whole recording gets its length."""
    connection.execute(
        update(tables.recording).where(T.id == recording_id).values(info=to_plain(info))
    )
    part = tables.lesson_part
    connection.execute(
        update(part)
        .where(part.c.recording_id == recording_id, part.c.end_ms == 0)
        .values(end_ms=info.duration_ms)
    )


def settle_state(connection: Connection, recording_id: str, wanted: Collection[str]) -> None:
    """Bring the recording's state into line with its steps, and tell who watches when it changed.

    Args:
        wanted: the kinds of step it has to go through to be ready.
    """
    recording = get(connection, recording_id)
    state = _state(steps.of_recording(connection, recording_id), wanted)
    if state is not recording.state:
        connection.execute(update(tables.recording).where(T.id == recording_id).values(state=state))
        tell(connection, "recording.state", recording_id=recording_id, state=state.value)
        telling.of_recording(connection, recording, state)


def _state(known: Iterable[Step], wanted: Collection[str]) -> RecordingState:
    by_kind = {s.kind: s.state for s in known if s.kind in wanted}
    if all(by_kind.get(k) is StepState.DONE for k in wanted) and "probe" not in wanted:
        return RecordingState.READY
    states = set(by_kind.values())
    if states & {StepState.READY, StepState.RUNNING}:
        return RecordingState.PROCESSING
    if states & {StepState.FAILED, StepState.QUARANTINED, StepState.CANCELLED}:
        return RecordingState.FAILED
    return RecordingState.READY if len(by_kind) == len(set(wanted)) else RecordingState.PROCESSING


def save_renditions(
    connection: Connection, recording_id: str, renditions: Sequence[Rendition]
) -> None:
    """Keep renditions; one of the same name is replaced."""
    table = tables.rendition
    for rendition in renditions:
        connection.execute(
            delete(table).where(
                table.c.recording_id == recording_id, table.c.name == rendition.name
            )
        )
        connection.execute(
            insert(table).values(to_row(rendition, table, recording_id=recording_id))
        )


def renditions(connection: Connection, recording_id: str) -> Sequence[Rendition]:
    """Return a recording's renditions: pictures from tall to small, then sounds."""
    table = tables.rendition
    query = select(table).where(table.c.recording_id == recording_id)
    found = [from_row(Rendition, row) for row in connection.execute(query)]
    return sorted(found, key=lambda r: (r.kind != "video", -(r.height or 0), r.name))
