"""Clips (课堂实录片段): playable at once, a file of their own on request."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse

from api.policy import Edits, Looks
from api.routes.transcripts import WRITERS, CaptionFormat
from api.schemas import After, ClipEdit, Limit, NewClip, Page, page_of
from api.services import Held
from lessons import Clip, Transcript, captions, new_id
from lessons.sharing import Need
from processing.cutting import ask_for_cut, keep_up
from storage import clips, frameworks, transcripts, visibility
from storage.clips import ClipFilter

router = APIRouter(prefix="/clips", tags=["clips"])


@router.get("")
def list_clips(
    viewer: Looks,
    held: Held,
    chosen: Annotated[ClipFilter, Depends()],
    after: After = None,
    limit: Limit = 50,
) -> Page[Clip]:
    """List the clips that one may see, newest first."""
    seen = visibility.may_clip(viewer, Need.LOOK)
    with held.database.read() as connection:
        found = clips.page(connection, chosen, seen, after=after, limit=limit + 1)
    return page_of(found, limit, attrgetter("id"))


@router.post("", status_code=201)
def make_clip(actor: Edits, held: Held, new: NewClip) -> Clip:
    """Make a clip. It plays at once from the lesson's own renditions; its file is cut behind."""
    with held.database.write() as connection:
        facts = {field.name: getattr(new, field.name) for field in fields(new)}
        facts["lesson_id"] = visibility.lesson_around(
            connection, actor, new.recording_id, new, new.lesson_id
        )
        clip = Clip(**facts, id=new_id(), owner_id=actor.person_id, created_at=datetime.now(UTC))
        frameworks.check(connection, clip.competencies)
        clips.add(connection, clip, actor=actor.name)
        keep_up(connection, clip.recording_id, actor=actor.name)
        return clips.get(connection, clip.id)


@router.get("/{clip_id}")
def read_clip(viewer: Looks, held: Held, clip_id: str) -> Clip:
    """Read one clip."""
    with held.database.read() as connection:
        return visibility.clip(connection, viewer, clip_id, Need.LOOK)


@router.put("/{clip_id}")
def edit_clip(actor: Edits, held: Held, clip_id: str, edit: ClipEdit) -> Clip:
    """Change a clip; when its ends or its title change, a file that was cut is let go."""
    with held.database.write() as connection:
        old = visibility.clip(connection, actor, clip_id, Need.OWN)
        frameworks.check(connection, edit.competencies)
        lesson_id = visibility.lesson_around(
            connection, actor, old.recording_id, edit, edit.lesson_id
        )
        edit = replace(edit, lesson_id=lesson_id)
        clips.edit(connection, clip_id, edit, edit.revision, actor=actor.name)
        keep_up(connection, old.recording_id, actor=actor.name)
        return clips.get(connection, clip_id)


@router.delete("/{clip_id}", status_code=204)
def remove_clip(actor: Edits, held: Held, clip_id: str) -> None:
    """Remove a clip that is no evidence; the suggestion it grew from is open again."""
    with held.database.write() as connection:
        visibility.clip(connection, actor, clip_id, Need.OWN)
        clips.remove(connection, clip_id, actor=actor.name)


@router.post("/{clip_id}/materialise", status_code=202)
def materialise_clip(actor: Edits, held: Held, clip_id: str) -> Clip:
    """Ask for the clip's own MP4; `clip.state` events say when it is there."""
    with held.database.write() as connection:
        clip = visibility.clip(connection, actor, clip_id, Need.OWN)
        ask_for_cut(connection, clip, actor=actor.name)
        return clips.get(connection, clip_id)


@router.get("/{clip_id}/subtitles.{format}", response_class=PlainTextResponse)
def download_clip_subtitles(
    viewer: Looks, held: Held, clip_id: str, format: CaptionFormat
) -> PlainTextResponse:
    """Download a clip's subtitles as the transcript reads now, on the clip's own clock."""
    write, media_type = WRITERS[format]
    with held.database.read() as connection:
        clip = visibility.clip(connection, viewer, clip_id, Need.LOOK)
        transcript = transcripts.get(connection, clip.recording_id) or Transcript(language=None)
    return PlainTextResponse(
        write(captions.within(transcript.utterances, clip)),
        media_type=media_type,
        headers={"content-disposition": f'attachment; filename="clip.{format}"'},
    )
