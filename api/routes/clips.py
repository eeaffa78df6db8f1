"""Clips (课堂实录片段): playable at once, a file of their own on request."""

from dataclasses import fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse

from api.policy import Edits, Looks
from api.routes.transcripts import WRITERS, CaptionFormat
from api.schemas import After, ClipEdit, Limit, NewClip, Page, page_of
from api.services import Held
from ingest.cutting import ask_for_cut
from lessons import Clip, Transcript, captions, new_id
from storage import clips, frameworks, transcripts
from storage.clips import ClipFilter

router = APIRouter(prefix="/clips", tags=["clips"])


@router.get("")
def list_clips(
    _: Looks,
    held: Held,
    chosen: Annotated[ClipFilter, Depends()],
    after: After = None,
    limit: Limit = 50,
) -> Page[Clip]:
    """List clips, newest first."""
    with held.database.read() as connection:
        found = clips.page(connection, chosen, after=after, limit=limit + 1)
    return page_of(found, limit, attrgetter("id"))


@router.post("", status_code=201)
def make_clip(actor: Edits, held: Held, new: NewClip) -> Clip:
    """Make a clip. It plays at once from the lesson's own renditions; nothing is encoded."""
    clip = Clip(
        **{field.name: getattr(new, field.name) for field in fields(new)},
        id=new_id(),
        created_at=datetime.now(UTC),
    )
    with held.database.write() as connection:
        frameworks.check(connection, clip.competencies)
        clips.add(connection, clip, actor=actor.name)
    return clip


@router.get("/{clip_id}")
def read_clip(_: Looks, held: Held, clip_id: str) -> Clip:
    """Read one clip."""
    with held.database.read() as connection:
        return clips.get(connection, clip_id)


@router.put("/{clip_id}")
def edit_clip(actor: Edits, held: Held, clip_id: str, edit: ClipEdit) -> Clip:
    """Change a clip; when its ends or its title change, a file that was cut is let go."""
    with held.database.write() as connection:
        frameworks.check(connection, edit.competencies)
        return clips.edit(connection, clip_id, edit, edit.revision, actor=actor.name)


@router.delete("/{clip_id}", status_code=204)
def remove_clip(actor: Edits, held: Held, clip_id: str) -> None:
    """Remove a clip that is no evidence; the suggestion it grew from is open again."""
    with held.database.write() as connection:
        clips.remove(connection, clip_id, actor=actor.name)


@router.post("/{clip_id}/materialise", status_code=202)
def materialise_clip(actor: Edits, held: Held, clip_id: str) -> Clip:
    """Ask for the clip's own MP4; `clip.state` events say when it is there."""
    with held.database.write() as connection:
        ask_for_cut(connection, clips.get(connection, clip_id), actor=actor.name)
        return clips.get(connection, clip_id)


@router.get("/{clip_id}/subtitles.{format}", response_class=PlainTextResponse)
def download_clip_subtitles(
    _: Looks, held: Held, clip_id: str, format: CaptionFormat
) -> PlainTextResponse:
    """Download a clip's subtitles as the transcript reads now, on the clip's own clock."""
    write, media_type = WRITERS[format]
    with held.database.read() as connection:
        clip = clips.get(connection, clip_id)
        transcript = transcripts.get(connection, clip.recording_id) or Transcript(language=None)
    return PlainTextResponse(
        write(captions.within(transcript.utterances, clip)),
        media_type=media_type,
        headers={"content-disposition": f'attachment; filename="clip.{format}"'},
    )
