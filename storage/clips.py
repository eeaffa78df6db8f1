"""Clips: virtual at once, a file of their own once they are cut."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from lessons import Clip, ClipState, Step
from lessons.errors import NotFound
from storage import audit, tables
from storage.events import tell
from storage.mapping import from_row, to_row

T = tables.clip.c


def add(connection: Connection, clip: Clip, *, actor: str) -> None:
    """Keep a new clip."""
    connection.execute(insert(tables.clip).values(to_row(clip, tables.clip)))
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
