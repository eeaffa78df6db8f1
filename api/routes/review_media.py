"""What a reviewer plays: the clips of a review with up to 30 s on each side, and nothing else.

The addresses lie below the review, so that a blind one leads to no other name. They are opened by
a ticket (`playback`) for this review and this item, while its holder is asked for that review.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse

from api import desk, playback
from api.blind import cleaned, shield_of
from api.media import blob, bytes_answered
from api.review_schemas import ReviewedClip
from api.routes.media import Fetches, opened, playlist
from api.services import Held
from api.tickets import Opens
from lessons import Blindness, Rendition, Span, TrackKind, captions
from lessons.errors import NotFound
from storage import recordings, review_visibility

router = APIRouter(
    prefix="/media/{ticket}/reviews/{review_id}/items/{item_id}", tags=["review_media"]
)


def _clip(who: Fetches, held: Held, review_id: str, item_id: str) -> ReviewedClip:
    """Return a clip of a review that the holder of the ticket was asked for.

    Raises:
        NotSignedIn: the ticket is for another review or item.
        NotFound: there is none.
    """
    viewer = opened(who, Opens.REVIEW, f"{review_id}/{item_id}")
    with held.database.read() as connection:
        mine = review_visibility.review(connection, viewer, review_id)
        found = desk.clip_of(connection, mine, item_id)
        if mine.blindness is not Blindness.OPEN:
            return cleaned(found, shield_of(connection, mine.set_id))
        return found


Reviewed = Annotated[ReviewedClip, Depends(_clip)]


@router.get("/master.m3u8", response_class=PlainTextResponse)
def play_reviewed_clip(_: Fetches, held: Held, clip: Reviewed) -> PlainTextResponse:
    """Play a clip under review: HLS over all renditions there are."""
    with held.database.read() as connection:
        renditions = recordings.renditions(connection, clip.recording_id)
    return playlist(playback.master(renditions, captions=bool(clip.lines)))


@router.get("/captions.m3u8", response_class=PlainTextResponse)
def play_reviewed_captions(_: Fetches, clip: Reviewed) -> PlainTextResponse:
    """List the captions of a clip under review for a player."""
    return playlist(playback.captions(clip.context_end_ms))


@router.get("/captions.vtt", response_class=PlainTextResponse)
def read_reviewed_captions(_: Fetches, clip: Reviewed) -> PlainTextResponse:
    """Read what is said in and around a clip under review; names are gone where it is blind."""
    text = captions.webvtt(clip.lines, hls=True)
    return PlainTextResponse(
        text, media_type="text/vtt", headers={"cache-control": "private, no-cache"}
    )


@router.get("/{name}.m3u8", response_class=PlainTextResponse)
def play_reviewed_rendition(_: Fetches, held: Held, clip: Reviewed, name: str) -> PlainTextResponse:
    """Play one rendition of a clip under review, and no more of it."""
    rendition = _rendition(held, clip, name)
    return playlist(playback.excerpt(rendition, _around(clip), clip.start_ms))


@router.head("/{name}.mp4", include_in_schema=False)
@router.get("/{name}.mp4", response_class=Response)
def read_reviewed_rendition(
    _: Fetches, request: Request, held: Held, clip: Reviewed, name: str
) -> Response:
    """Read bytes of a clip under review; what lies outside of it is not there."""
    rendition = _rendition(held, clip, name)
    begin, until = bytes_answered(request, rendition.digest, rendition.bytes)
    first, end = playback.bytes_inside(rendition, _around(clip))
    opening = until <= rendition.init_bytes
    if not (opening or (first <= begin and until <= end)):
        raise NotFound(what="rendition", id=name)
    media_type = "video/mp4" if rendition.kind is TrackKind.VIDEO else "audio/mp4"
    return blob(request, held.store, rendition.digest, media_type)


@router.get("/document", response_class=Response)
def read_reviewed_document(
    who: Fetches, request: Request, held: Held, review_id: str, item_id: str
) -> Response:
    """Download a document of the set under review; in a blind review its file has a plain name."""
    viewer = opened(who, Opens.REVIEW, f"{review_id}/{item_id}")
    with held.database.read() as connection:
        mine = review_visibility.review(connection, viewer, review_id)
        digest, name = desk.document_of(connection, mine, item_id)
    return blob(request, held.store, digest, "application/octet-stream", download_as=name)


def _around(clip: ReviewedClip) -> Span:
    return Span(start_ms=clip.context_start_ms, end_ms=clip.context_end_ms)


def _rendition(held: Held, clip: ReviewedClip, name: str) -> Rendition:
    with held.database.read() as connection:
        found = recordings.renditions(connection, clip.recording_id)
    for rendition in found:
        if rendition.name == name:
            return rendition
    raise NotFound(what="rendition", id=name)
