"""What is played and downloaded. A recording plays from our renditions, never from the upload."""

from pathlib import PurePath

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api import playback
from api.media import blob
from api.policy import Looks, Operates
from api.services import Held
from lessons import Clip, Rendition, TrackKind, captions
from lessons.errors import NotFound, NotReady
from lessons.people import Viewer
from lessons.sharing import Need
from storage import artifacts, recordings, tables, transcripts, visibility

router = APIRouter(prefix="/media", tags=["media"])
PICTURES = {"poster.jpg": "poster", "storyboard.vtt": "storyboard.vtt", "peaks": "peaks"}


def playlist(text: str) -> PlainTextResponse:
    """Return a playlist; it may change while renditions are made."""
    headers = {"cache-control": "private, no-cache"}
    return PlainTextResponse(text, media_type=playback.MEDIA_TYPE, headers=headers)


@router.get("/recordings/{recording_id}/master.m3u8", response_class=PlainTextResponse)
def play_recording(viewer: Looks, held: Held, recording_id: str) -> PlainTextResponse:
    """Play a recording: HLS over all renditions there are so far."""
    with held.database.read() as connection:
        recording = visibility.recording(connection, viewer, recording_id, Need.FACTS)
        renditions = recordings.renditions(connection, recording_id)
        words = transcripts.head(connection, recording_id)
    if not renditions:
        raise NotReady(what="recording", detail=recording.file_name)
    text = playback.master(
        renditions,
        language=words.language if words else recording.language,
        captions=bool(words and words.spoken),
    )
    return playlist(text)


@router.get("/recordings/{recording_id}/captions.m3u8", response_class=PlainTextResponse)
def play_captions(viewer: Looks, held: Held, recording_id: str) -> PlainTextResponse:
    """List the captions for a player."""
    with held.database.read() as connection:
        info = visibility.recording(connection, viewer, recording_id, Need.LOOK).info
    return playlist(playback.captions(info.duration_ms if info else 0))


@router.get("/recordings/{recording_id}/captions.vtt", response_class=PlainTextResponse)
def read_captions(viewer: Looks, held: Held, recording_id: str) -> PlainTextResponse:
    """Read the captions as the transcript stands now."""
    with held.database.read() as connection:
        visibility.recording(connection, viewer, recording_id, Need.LOOK)
        seen = visibility.inside(viewer, Need.LOOK, tables.utterance)
        lines = transcripts.utterances(connection, recording_id, seen)
    text = captions.webvtt(lines, hls=True)
    headers = {"cache-control": "private, no-cache"}
    return PlainTextResponse(text, media_type="text/vtt", headers=headers)


@router.get("/recordings/{recording_id}/{name}.m3u8", response_class=PlainTextResponse)
def play_rendition(viewer: Looks, held: Held, recording_id: str, name: str) -> PlainTextResponse:
    """Play one rendition, by byte ranges of its single file."""
    return playlist(playback.media(_rendition(held, viewer, recording_id, name)))


@router.head("/recordings/{recording_id}/{name}.mp4", include_in_schema=False)
@router.get("/recordings/{recording_id}/{name}.mp4", response_class=Response)
def read_rendition(
    viewer: Looks, request: Request, held: Held, recording_id: str, name: str
) -> Response:
    """Read a rendition's file, whole or in part."""
    rendition = _rendition(held, viewer, recording_id, name)
    media_type = "video/mp4" if rendition.kind is TrackKind.VIDEO else "audio/mp4"
    return blob(request, held.store, rendition.digest, media_type)


@router.head("/recordings/{recording_id}/original", include_in_schema=False)
@router.get("/recordings/{recording_id}/original", response_class=Response)
def download_original(
    viewer: Operates, request: Request, held: Held, recording_id: str
) -> Response:
    """Download the file as it came in."""
    with held.database.read() as connection:
        recording = visibility.recording(connection, viewer, recording_id, Need.HANDLE)
    return blob(
        request,
        held.store,
        recording.sha256,
        "application/octet-stream",
        download_as=PurePath(recording.file_name).name,
    )


@router.head("/recordings/{recording_id}/storyboard-{number}.jpg", include_in_schema=False)
@router.get("/recordings/{recording_id}/storyboard-{number}.jpg", response_class=Response)
def read_sprite(
    viewer: Looks, request: Request, held: Held, recording_id: str, number: int
) -> Response:
    """Read one sheet of the storyboard, as `storyboard.vtt` names it: counted from 1."""
    return _artifact(request, held, viewer, recording_id, f"sprite:{number - 1}")


@router.head("/recordings/{recording_id}/{picture}", include_in_schema=False)
@router.get("/recordings/{recording_id}/{picture}", response_class=Response)
def read_picture(
    viewer: Looks, request: Request, held: Held, recording_id: str, picture: str
) -> Response:
    """Read `poster.jpg`, `storyboard.vtt` (times of the sprites) or `peaks` (the waveform)."""
    if picture not in PICTURES:
        raise NotFound(what="picture", id=picture)
    return _artifact(request, held, viewer, recording_id, PICTURES[picture])


@router.head("/clips/{clip_id}.mp4", include_in_schema=False)
@router.get("/clips/{clip_id}.mp4", response_class=Response)
def download_clip(viewer: Looks, request: Request, held: Held, clip_id: str) -> Response:
    """Download a clip's own file, once it is cut."""
    clip = _clip(held, viewer, clip_id)
    if clip.media_digest is None:
        raise NotReady(what="clip", detail=clip.title or clip.id)
    name = f"{clip.title or clip.id}.mp4"
    return blob(request, held.store, clip.media_digest, "video/mp4", download_as=name)


@router.get("/clips/{clip_id}.json", response_class=Response)
def read_clip_manifest(viewer: Looks, request: Request, held: Held, clip_id: str) -> Response:
    """Read a clip's manifest: the source's digest, the span, versions, who and when."""
    clip = _clip(held, viewer, clip_id)
    if clip.manifest_digest is None:
        raise NotReady(what="clip", detail=clip.title or clip.id)
    return blob(request, held.store, clip.manifest_digest, "application/json")


@router.get("/documents/{item_id}", response_class=Response)
def download_document(viewer: Looks, request: Request, held: Held, item_id: str) -> Response:
    """Download a document of an evidence set; a browser never shows it as a page of ours."""
    with held.database.read() as connection:
        _set_id, item = visibility.evidence_item(connection, viewer, item_id, Need.LOOK)
    if item.document_digest is None:
        raise NotFound(what="document", id=item_id)
    return blob(
        request,
        held.store,
        item.document_digest,
        "application/octet-stream",
        download_as=item.document_name,
    )


def _rendition(held: Held, viewer: Viewer, recording_id: str, name: str) -> Rendition:
    with held.database.read() as connection:
        visibility.recording(connection, viewer, recording_id, Need.FACTS)
        found = recordings.renditions(connection, recording_id)
    for rendition in found:
        if rendition.name == name:
            return rendition
    raise NotFound(what="rendition", id=name)


def _artifact(
    request: Request, held: Held, viewer: Viewer, recording_id: str, role: str
) -> Response:
    with held.database.read() as connection:
        visibility.recording(connection, viewer, recording_id, Need.FACTS)
        found = artifacts.find(connection, recording_id, role)
    if found is None:
        raise NotReady(what="recording", detail=role)
    return blob(request, held.store, found.digest, found.media_type)


def _clip(held: Held, viewer: Viewer, clip_id: str) -> Clip:
    with held.database.read() as connection:
        return visibility.clip(connection, viewer, clip_id, Need.LOOK)
