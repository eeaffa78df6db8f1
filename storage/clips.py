"""Clips: virtual at once, a file of their own once they are cut."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, Text, cast, delete, insert, select, update

from lessons import Clip, ClipState, Span, Step, SuggestionState
from lessons.errors import ClipInUse, Conflict, NotFound
from lessons.evidence import ClipFacts
from storage import audit, clip_files, recordings, search, tables
from storage.events import tell
from storage.mapping import from_row, to_plain, to_row
from storage.search import Entry, SearchKind

T = tables.clip.c


def add(connection: Connection, clip: Clip, *, actor: str) -> None:
    """Keep a new clip.

    Raises:
        NotFound: its recording is not there.
        BadSpan, SpanOutsideRecording: its stretch is empty, or longer than the recording.
    """
    recordings.check_inside(connection, clip.recording_id, clip)
    connection.execute(insert(tables.clip).values(to_row(clip, tables.clip)))
    search.put(connection, SearchKind.CLIP, [_entry(clip)])
    audit.record(
        connection,
        actor,
        "clip.make",
        clip.id,
        recording=clip.recording_id,
        start_ms=clip.start_ms,
        end_ms=clip.end_ms,
    )
    tell(connection, "clip.state", recording_id=clip.recording_id, clip=clip.id, state=clip.state)


def get(connection: Connection, clip_id: str) -> Clip:
    """Return one clip.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(select(tables.clip).where(T.id == clip_id)).first()
    if row is None:
        raise NotFound(what="clip", id=clip_id)
    return from_row(Clip, row)


def of_recording(connection: Connection, recording_id: str) -> Sequence[Clip]:
    """Return a recording's clips, oldest first."""
    query = select(tables.clip).where(T.recording_id == recording_id).order_by(T.id)
    return [from_row(Clip, row) for row in connection.execute(query)]


@dataclass(frozen=True, kw_only=True)
class ClipFilter:
    """Which clips to list; what is None does not matter."""

    recording_id: str | None = None
    lesson_id: str | None = None
    competency: str | None = None
    state: ClipState | None = None


def page(
    connection: Connection,
    chosen: ClipFilter,
    *conditions: ColumnElement[bool],
    after: str | None = None,
    limit: int = 50,
) -> Sequence[Clip]:
    """Return the chosen clips, newest first, that were made before the one named `after`.

    Args:
        conditions: which ones besides, such as those that somebody may see (`storage.visibility`).
    """
    query = select(tables.clip).where(*conditions).order_by(T.id.desc()).limit(limit)
    for name in ("recording_id", "lesson_id", "state"):
        if (value := getattr(chosen, name)) is not None:
            query = query.where(T[name] == value)
    if chosen.competency:
        query = query.where(cast(T.competencies, Text).contains(f'"{chosen.competency}"'))
    if after:
        query = query.where(T.id < after)
    return [from_row(Clip, row) for row in connection.execute(query)]


def edit(
    connection: Connection, clip_id: str, facts: ClipFacts, revision: int, *, actor: str
) -> Clip:
    """Change a clip. Where its stretch or title changes, its file is out of date and let go.

    Raises:
        NotFound, Conflict: it is gone, or was changed since `revision`.
        BadSpan, SpanOutsideRecording: its stretch is empty, or longer than the recording.
    """
    old = get(connection, clip_id)
    if old.revision != revision:
        raise Conflict(detail=old.title)
    recordings.check_inside(connection, old.recording_id, facts)
    written = {name: getattr(facts, name) for name in ClipFacts.__dataclass_fields__}
    new = replace(old, **written, revision=revision + 1)
    values = to_row(new, tables.clip)
    if (new.start_ms, new.end_ms, new.title) != (old.start_ms, old.end_ms, old.title):
        new = replace(new, state=ClipState.VIRTUAL, media_digest=None, manifest_digest=None)
        values = to_row(new, tables.clip, step_id=None)
        clip_files.let_all_go(connection, old.recording_id, clip_id)
    connection.execute(update(tables.clip).where(T.id == clip_id).values(values))
    search.put(connection, SearchKind.CLIP, [_entry(new)])
    audit.record(connection, actor, "clip.edit", clip_id, **to_plain(facts))
    tell(connection, "clip.state", recording_id=new.recording_id, clip=clip_id, state=new.state)
    return new


def remove(connection: Connection, clip_id: str, *, actor: str) -> None:
    """Forget a clip; the suggestion it grew from is open again.

    Raises:
        NotFound: there is none with this id.
        ClipInUse: it is part of an evidence set.
    """
    clip = get(connection, clip_id)
    item = tables.evidence_item.c
    if connection.execute(select(item.id).where(item.clip_id == clip_id)).first():
        raise ClipInUse(title=clip.title or clip.id)
    suggestion = tables.suggestion
    connection.execute(
        update(suggestion)
        .where(suggestion.c.clip_id == clip_id)
        .values(
            state=SuggestionState.PROPOSED,
            clip_id=None,
            revision=suggestion.c.revision + 1,
        )
    )
    search.forget(connection, SearchKind.CLIP, [clip_id])
    clip_files.let_all_go(connection, clip.recording_id, clip_id)
    connection.execute(delete(tables.clip).where(T.id == clip_id))
    audit.record(connection, actor, "clip.remove", clip_id, recording=clip.recording_id)
    tell(connection, "clip.state", recording_id=clip.recording_id, clip=clip_id, state="removed")


def _entry(clip: Clip) -> Entry:
    return Entry(
        subject_id=clip.id,
        recording_id=clip.recording_id,
        span=Span.of(clip),
        text=f"{clip.title}\n{clip.note}".strip(),
    )


def cutting(connection: Connection, clip_id: str, step_id: str) -> None:
    """Note that a step cuts this clip's file."""
    connection.execute(
        update(tables.clip)
        .where(T.id == clip_id)
        .values(step_id=step_id, state=ClipState.CUTTING, media_digest=None, manifest_digest=None)
    )


def settle(
    connection: Connection,
    step_id: str,
    state: ClipState,
    *,
    recording_id: str,
    media_digest: str | None = None,
    manifest_digest: str | None = None,
) -> None:
    """Give every clip that waits for this step its file, or its failure."""
    waiting = select(T.id).where(T.step_id == step_id)
    for clip_id in connection.execute(waiting).scalars().all():
        connection.execute(
            update(tables.clip)
            .where(T.id == clip_id)
            .values(state=state, media_digest=media_digest, manifest_digest=manifest_digest)
        )
        tell(connection, "clip.state", recording_id=recording_id, clip=clip_id, state=state)


def failed(connection: Connection, step: Step) -> None:
    """Tell every clip that waits for this step that it has no file of its own."""
    settle(connection, step.id, ClipState.FAILED, recording_id=step.recording_id)


def settle_done(connection: Connection, step: Step) -> None:
    """Give every clip that waits for this finished step the file it made."""
    output = step.output or {}
    settle(
        connection,
        step.id,
        ClipState.MATERIALISED,
        recording_id=step.recording_id,
        media_digest=str(output["media"]),
        manifest_digest=str(output["manifest"]),
    )
