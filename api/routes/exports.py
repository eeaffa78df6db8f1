"""Downloads of a clip (下载): in which forms it can be had, asking for one, and where it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from api import tickets
from api.errors import language_of
from api.media import blob
from api.policy import Edits, Looks, asking
from api.routes.media import Fetches, opened
from api.services import Held
from api.tickets import Opens
from lessons import Clip, Step, StepState, TrackKind
from lessons.errors import NotFound, NotReady, restored
from lessons.exporting import ExportProfile, Unfit, estimated_bytes, source_of, unfit
from lessons.refusals import ExportUnfit
from lessons.sharing import Need
from processing.cutting import ask_for_export, exports_now
from storage import artifacts, audit, recordings, visibility

router = APIRouter(prefix="/clips", tags=["exports"])
media = APIRouter(prefix="/media", tags=["exports"])


class ExportState(StrEnum):
    """Where a download stands."""

    NONE = "none"  # nobody has asked for it
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Export:
    """One form in which a clip can be downloaded, and how far that is."""

    profile: ExportProfile
    unfit: Unfit | None  # why the clip can't be had in this form
    state: ExportState
    progress: float  # 0 to 1
    bytes: int | None  # of the file; before it is made: about
    step_id: str | None
    cause: str | None  # why it failed, in the language of the request
    address: str | None  # where it is fetched, once it is done


STATES = {
    StepState.READY: ExportState.WAITING,
    StepState.RUNNING: ExportState.RUNNING,
    StepState.DONE: ExportState.DONE,
}


@router.get("/{clip_id}/exports")
def list_exports(viewer: Looks, request: Request, held: Held, clip_id: str) -> Sequence[Export]:
    """List the forms in which a clip can be downloaded: sizes, what does not fit, how far it is."""
    with held.database.read() as connection:
        clip = visibility.clip(connection, viewer, clip_id, Need.LOOK)
        return _listed(connection, held, clip, language_of(request))


@router.post("/{clip_id}/exports/{profile}", status_code=202)
def make_export(
    actor: Edits, request: Request, held: Held, clip_id: str, profile: str
) -> Sequence[Export]:
    """Ask for a download; events of its step say how far it is. The same twice is one."""
    chosen = _profile(held, profile)
    with held.database.write() as connection:
        clip = visibility.clip(connection, actor, clip_id, Need.OWN)
        reason = unfit(chosen, clip, picture=_has_picture(connection, clip))
        if reason:
            raise ExportUnfit(detail=reason.value)
        ask_for_export(connection, clip, chosen, actor=actor.name)
        audit.record(connection, actor.name, "clip.export", clip_id, profile=profile)
        return _listed(connection, held, clip, language_of(request))


@media.get("/clips/{clip_id}/exports/{profile}", response_class=RedirectResponse)
def go_to_export(
    viewer: Looks, request: Request, held: Held, clip_id: str, profile: str
) -> RedirectResponse:
    """Lead to a download of a clip, for links in pages."""
    holder = asking(request).holder
    with held.database.write() as connection:
        clip = visibility.clip(connection, viewer, clip_id, Need.LOOK)
        _done(connection, clip, _profile(held, profile))
        audit.record(connection, viewer.name, "clip.download", clip_id, profile=profile)
    text, _ = tickets.issue(held.secret, Opens.CLIP, clip_id, holder)
    address = f"/media/{text}/clips/{clip_id}/exports/{profile}"
    return RedirectResponse(address, headers={"cache-control": "no-store"})


@media.head("/{ticket}/clips/{clip_id}/exports/{profile}", include_in_schema=False)
@media.get("/{ticket}/clips/{clip_id}/exports/{profile}", response_class=Response)
def download_export(
    who: Fetches, request: Request, held: Held, clip_id: str, profile: str
) -> Response:
    """Download a clip in one of the forms, whole or in part."""
    viewer = opened(who, Opens.CLIP, clip_id)
    with held.database.read() as connection:
        clip = visibility.clip(connection, viewer, clip_id, Need.LOOK)
        step = _done(connection, clip, _profile(held, profile))
        found = artifacts.find(connection, clip.recording_id, f"export:{step.id}:media")
    if found is None:
        raise NotReady(what="clip", detail=clip.title or clip.id)
    end = "mp4" if found.media_type.startswith("video/") else "m4a"
    name = f"{clip.title or clip.id}-{profile}.{end}"
    return blob(request, held.store, found.digest, found.media_type, download_as=name)


def _listed(connection: Connection, held: Held, clip: Clip, language: str) -> Sequence[Export]:
    renditions = recordings.renditions(connection, clip.recording_id)
    if not renditions:
        return []
    pictures = [r for r in renditions if r.kind is TrackKind.VIDEO]
    made = exports_now(connection, clip, held.profiles)
    name = recordings.get(connection, clip.recording_id).file_name
    listed = []
    for profile in held.profiles:
        step = made.get(profile.code)
        state = STATES.get(step.state, ExportState.FAILED) if step else ExportState.NONE
        size = step.output.get("bytes") if step and step.output else None
        source = source_of(pictures, profile) if pictures else renditions[0]
        done = state is ExportState.DONE
        listed.append(
            Export(
                profile=profile,
                unfit=unfit(profile, clip, picture=bool(pictures)),
                state=state,
                progress=step.progress if step else 0.0,
                bytes=int(str(size)) if size else estimated_bytes(profile, source, clip),
                step_id=step.id if step else None,
                cause=_cause(step, name, language) if step else None,
                address=f"/media/clips/{clip.id}/exports/{profile.code}" if done else None,
            )
        )
    return listed


def _cause(step: Step, file_name: str, language: str) -> str | None:
    if not step.error_code or step.state is StepState.DONE:
        return None
    facts = {**(step.error_facts or {}), "file": file_name}
    return restored(step.error_code, facts).message(language)


def _done(connection: Connection, clip: Clip, profile: ExportProfile) -> Step:
    step = exports_now(connection, clip, (profile,)).get(profile.code)
    if step is None or step.state is not StepState.DONE:
        raise NotReady(what="clip", detail=clip.title or clip.id)
    return step


def _has_picture(connection: Connection, clip: Clip) -> bool:
    renditions = recordings.renditions(connection, clip.recording_id)
    return any(r.kind is TrackKind.VIDEO for r in renditions)


def _profile(held: Held, code: str) -> ExportProfile:
    for profile in held.profiles:
        if profile.code == code:
            return profile
    raise NotFound(what="export-profile", id=code)
