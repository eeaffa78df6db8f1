"""What is played and downloaded, by tickets (`playback` gives them) that stand in the address.

A recording plays from our renditions, never from the upload.
"""

from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from api import playback, tickets
from api.media import blob, bytes_answered
from api.policy import Looks, Policy, Right, holder_of
from api.routes.playback import read_clip_playback, read_document_address
from api.seats import Seat, Watches, segment_span
from api.services import Held, Services
from api.tickets import Opens, Ticket
from lessons import Rendition, TrackKind, captions
from lessons.errors import NotFound, NotReady
from lessons.people import Role, Viewer
from lessons.refusals import NotSignedIn
from lessons.sharing import Need
from storage import artifacts, recordings, tables, transcripts, visibility

router = APIRouter(prefix="/media", tags=["media"])
PICTURES = {"poster.jpg": "poster", "storyboard.vtt": "storyboard.vtt", "peaks": "peaks"}
ASK_AGAIN = {"cache-control": "private, no-cache"}


class Fetch(Policy):
    """Lets in who holds a ticket; for what, `opened` looks."""

    def __call__(self, request: Request, ticket: str) -> tuple[Viewer, Ticket]:
        """Return who fetches, and what the ticket opens.

        Raises:
            NotSignedIn: the ticket is over or not ours; its session is over.
        """
        services: Services = request.app.state.services
        said = tickets.read(services.secret, ticket)
        if said is None:
            raise NotSignedIn
        return holder_of(request, said.holder), said


Fetches = Annotated[tuple[Viewer, Ticket], Depends(Fetch(Right.WATCH))]


def playlist(text: str) -> PlainTextResponse:
    """Return a playlist; it may change while renditions are made."""
    return PlainTextResponse(text, media_type=playback.MEDIA_TYPE, headers=ASK_AGAIN)


@router.head("/recordings/{recording_id}/poster.jpg", include_in_schema=False)
@router.get("/recordings/{recording_id}/poster.jpg", response_class=Response)
def read_poster(viewer: Looks, request: Request, held: Held, recording_id: str) -> Response:
    """Read the poster, for lists: with the session itself, without a ticket."""
    with held.database.read() as connection:
        visibility.recording(connection, viewer, recording_id, Need.FACTS)
        part = visibility.stretches(connection, viewer, recording_id, Need.FACTS)
        found = artifacts.find(connection, recording_id, "poster")
        info = recordings.get(connection, recording_id).info
    whole = part is None or (len(part) == 1 and info and part[0].duration_ms >= info.duration_ms)
    if found is None or not whole:
        raise NotReady(what="picture", detail="poster")
    return blob(request, held.store, found.digest, found.media_type)


@router.get("/clips/{clip_id}.mp4", response_class=RedirectResponse)
def go_to_clip(viewer: Looks, request: Request, held: Held, clip_id: str) -> RedirectResponse:
    """Lead to a clip's own file, for links in pages."""
    address = read_clip_playback(viewer, request, held, clip_id).download
    if address is None:
        raise NotReady(what="clip", detail=clip_id)
    return RedirectResponse(address, headers={"cache-control": "no-store"})


@router.get("/documents/{item_id}", response_class=RedirectResponse)
def go_to_document(viewer: Looks, request: Request, held: Held, item_id: str) -> RedirectResponse:
    """Lead to a document of an evidence set, for links in pages."""
    address = read_document_address(viewer, request, held, item_id).address
    return RedirectResponse(address, headers={"cache-control": "no-store"})


@router.get("/{ticket}/recordings/{recording_id}/master.m3u8", response_class=PlainTextResponse)
def play_recording(seat: Watches, held: Held) -> PlainTextResponse:
    """Play a recording: HLS over all renditions there are so far."""
    recording = seat.recording
    with held.database.read() as connection:
        renditions = recordings.renditions(connection, recording.id)
        words = transcripts.head(connection, recording.id)
    if not renditions:
        raise NotReady(what="recording", detail=recording.file_name)
    text = playback.master(
        renditions,
        language=words.language if words else recording.language,
        captions=bool(words and words.spoken),
    )
    return playlist(text)


@router.get("/{ticket}/recordings/{recording_id}/captions.m3u8", response_class=PlainTextResponse)
def play_captions(seat: Watches) -> PlainTextResponse:
    """List the captions for a player."""
    info = seat.recording.info
    return playlist(playback.captions(info.duration_ms if info else 0))


@router.get("/{ticket}/recordings/{recording_id}/captions.vtt", response_class=PlainTextResponse)
def read_captions(seat: Watches, held: Held) -> PlainTextResponse:
    """Read the captions as the transcript stands now; empty for who may only see that it plays."""
    with held.database.read() as connection:
        if seat.need is Need.LOOK:  # by a clip: what lies around it
            lines = transcripts.utterances(connection, seat.recording.id)
            lines = [line for line in lines if seat.sees(line.start_ms, line.end_ms)]
        else:
            seen = visibility.inside(seat.viewer, Need.LOOK, tables.utterance)
            lines = transcripts.utterances(connection, seat.recording.id, seen)
    text = captions.webvtt(lines, hls=True)
    return PlainTextResponse(text, media_type="text/vtt", headers=ASK_AGAIN)


@router.get("/{ticket}/recordings/{recording_id}/{name}.m3u8", response_class=PlainTextResponse)
def play_rendition(seat: Watches, held: Held, name: str) -> PlainTextResponse:
    """Play one rendition, by byte ranges of its single file; what is not open is a gap."""
    rendition = _rendition(held, seat, name)
    gaps = {
        number
        for number in range(len(rendition.segments))
        if seat.stretches is not None and not seat.sees(*segment_span(rendition, number))
    }
    return playlist(playback.media(rendition, gaps))


@router.head("/{ticket}/recordings/{recording_id}/{name}.mp4", include_in_schema=False)
@router.get("/{ticket}/recordings/{recording_id}/{name}.mp4", response_class=Response)
def read_rendition(seat: Watches, request: Request, held: Held, name: str) -> Response:
    """Read a rendition's file, whole or in part; by a clip's ticket only what lies around it."""
    rendition = _rendition(held, seat, name)
    if seat.stretches is not None:
        seat.check_bytes(rendition, *bytes_answered(request, rendition.digest, rendition.bytes))
    media_type = "video/mp4" if rendition.kind is TrackKind.VIDEO else "audio/mp4"
    return blob(request, held.store, rendition.digest, media_type)


@router.head("/{ticket}/recordings/{recording_id}/original", include_in_schema=False)
@router.get("/{ticket}/recordings/{recording_id}/original", response_class=Response)
def download_original(seat: Watches, request: Request, held: Held) -> Response:
    """Download the file as it came in; for operators."""
    if seat.stretches is not None or not seat.viewer.holds(Role.OPERATOR):
        raise NotFound(what="recording", id=seat.recording.id)
    return blob(
        request,
        held.store,
        seat.recording.sha256,
        "application/octet-stream",
        download_as=PurePath(seat.recording.file_name).name,
    )


@router.head("/{ticket}/recordings/{recording_id}/storyboard-{number}.jpg", include_in_schema=False)
@router.get("/{ticket}/recordings/{recording_id}/storyboard-{number}.jpg", response_class=Response)
def read_sprite(seat: Watches, request: Request, held: Held, number: int) -> Response:
    """Read one sheet of the storyboard, as `storyboard.vtt` names it: counted from 1."""
    return _artifact(request, held, seat, f"sprite:{number - 1}")


@router.head("/{ticket}/recordings/{recording_id}/{picture}", include_in_schema=False)
@router.get("/{ticket}/recordings/{recording_id}/{picture}", response_class=Response)
def read_picture(seat: Watches, request: Request, held: Held, picture: str) -> Response:
    """Read `poster.jpg`, `storyboard.vtt` (times of the sprites) or `peaks` (the waveform)."""
    if picture not in PICTURES:
        raise NotFound(what="picture", id=picture)
    return _artifact(request, held, seat, PICTURES[picture])


@router.head("/{ticket}/clips/{clip_id}.mp4", include_in_schema=False)
@router.get("/{ticket}/clips/{clip_id}.mp4", response_class=Response)
def download_clip(who: Fetches, request: Request, held: Held, clip_id: str) -> Response:
    """Download a clip's own file, once it is cut."""
    viewer = opened(who, Opens.CLIP, clip_id)
    with held.database.read() as connection:
        clip = visibility.clip(connection, viewer, clip_id, Need.LOOK)
    if clip.media_digest is None:
        raise NotReady(what="clip", detail=clip.title or clip.id)
    name = f"{clip.title or clip.id}.mp4"
    return blob(request, held.store, clip.media_digest, "video/mp4", download_as=name)


@router.get("/{ticket}/clips/{clip_id}.json", response_class=Response)
def read_clip_manifest(who: Fetches, request: Request, held: Held, clip_id: str) -> Response:
    """Read a clip's manifest: the source's digest, the span, versions, who and when."""
    viewer = opened(who, Opens.CLIP, clip_id)
    with held.database.read() as connection:
        clip = visibility.clip(connection, viewer, clip_id, Need.LOOK)
    if clip.manifest_digest is None:
        raise NotReady(what="clip", detail=clip.title or clip.id)
    return blob(request, held.store, clip.manifest_digest, "application/json")


@router.get("/{ticket}/documents/{item_id}", response_class=Response)
def download_document(who: Fetches, request: Request, held: Held, item_id: str) -> Response:
    """Download a document of an evidence set; a browser never shows it as a page of ours."""
    viewer = opened(who, Opens.DOCUMENT, item_id)
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


def opened(who: tuple[Viewer, Ticket], opens: Opens, subject_id: str) -> Viewer:
    """Return who fetches, if the ticket is for this very thing.

    Raises:
        NotSignedIn: it is for another.
    """
    viewer, ticket = who
    if (ticket.opens, ticket.subject_id) != (opens, subject_id):
        raise NotSignedIn
    return viewer


def _rendition(held: Held, seat: Seat, name: str) -> Rendition:
    with held.database.read() as connection:
        found = recordings.renditions(connection, seat.recording.id)
    for rendition in found:
        if rendition.name == name:
            return rendition
    raise NotFound(what="rendition", id=name)


def _artifact(request: Request, held: Held, seat: Seat, role: str) -> Response:
    if seat.stretches is not None:  # it shows what lies outside of them too
        raise NotFound(what="picture", id=role)
    with held.database.read() as connection:
        found = artifacts.find(connection, seat.recording.id, role)
    if found is None:
        raise NotReady(what="recording", detail=role)
    return blob(request, held.store, found.digest, found.media_type)
