"""Tickets to play and download with: short-lived addresses for one person and one thing."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request

from api import tickets
from api.policy import Looks, asking
from api.seats import CONTEXT_MS
from api.services import Held
from api.tickets import Opens
from lessons.errors import NotFound
from lessons.people import Role
from lessons.sharing import Need
from storage import artifacts, audit, visibility

router = APIRouter(tags=["playback"])


@dataclass(frozen=True, kw_only=True)
class Playback:
    """Where to play a recording, for ten minutes; ask again before. Parts may be missing: null."""

    base: str  # everything below is below it
    master: str
    poster: str | None
    storyboard: str | None
    peaks: str | None
    download: str | None  # the original, or the clip's own file
    manifest: str | None
    start_ms: int  # what is open: the clip and half a minute around it, or all
    end_ms: int | None
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Download:
    """Where to fetch a file, for ten minutes."""

    address: str
    expires_at: datetime


@router.get("/recordings/{recording_id}/playback")
def read_playback(viewer: Looks, request: Request, held: Held, recording_id: str) -> Playback:
    """Get the addresses with which a recording plays. The audit notes who watches what."""
    holder = asking(request).holder
    with held.database.read() as connection:
        visibility.recording(connection, viewer, recording_id, Need.FACTS)
        part = visibility.stretches(connection, viewer, recording_id, Need.FACTS)
        there = {
            role: part is None and artifacts.find(connection, recording_id, role) is not None
            for role in ("poster", "storyboard.vtt", "peaks")
        }
    with held.database.write() as connection:
        audit.record(connection, viewer.name, "recording.play", recording_id)
    text, ticket = tickets.issue(held.secret, Opens.RECORDING, recording_id, holder)
    base = f"/media/{text}/recordings/{recording_id}/"
    return Playback(
        base=base,
        master=f"{base}master.m3u8",
        poster=f"{base}poster.jpg" if there["poster"] else None,
        storyboard=f"{base}storyboard.vtt" if there["storyboard.vtt"] else None,
        peaks=f"{base}peaks" if there["peaks"] else None,
        download=f"{base}original" if viewer.holds(Role.OPERATOR) else None,
        manifest=None,
        start_ms=min((s.start_ms for s in part), default=0) if part is not None else 0,
        end_ms=max((s.end_ms for s in part), default=0) if part is not None else None,
        expires_at=datetime.fromtimestamp(ticket.expires_at, UTC),
    )


@router.get("/clips/{clip_id}/playback")
def read_clip_playback(viewer: Looks, request: Request, held: Held, clip_id: str) -> Playback:
    """Get the addresses with which a clip plays in its lesson, with half a minute around it."""
    holder = asking(request).holder
    with held.database.read() as connection:
        clip = visibility.clip(connection, viewer, clip_id, Need.LOOK)
    with held.database.write() as connection:
        audit.record(connection, viewer.name, "clip.play", clip_id)
    text, ticket = tickets.issue(held.secret, Opens.CLIP, clip_id, holder)
    base = f"/media/{text}/recordings/{clip.recording_id}/"
    own = f"/media/{text}/clips/{clip_id}"
    return Playback(
        base=base,
        master=f"{base}master.m3u8",
        poster=None,
        storyboard=None,
        peaks=None,
        download=f"{own}.mp4" if clip.media_digest else None,
        manifest=f"{own}.json" if clip.manifest_digest else None,
        start_ms=max(0, clip.start_ms - CONTEXT_MS),
        end_ms=clip.end_ms + CONTEXT_MS,
        expires_at=datetime.fromtimestamp(ticket.expires_at, UTC),
    )


@router.get("/evidence-items/{item_id}/document")
def read_document_address(viewer: Looks, request: Request, held: Held, item_id: str) -> Download:
    """Get the address with which a document of an evidence set is fetched."""
    holder = asking(request).holder
    with held.database.read() as connection:
        set_id, item = visibility.evidence_item(connection, viewer, item_id, Need.LOOK)
    if item.document_digest is None:
        raise NotFound(what="document", id=item_id)
    with held.database.write() as connection:
        audit.record(connection, viewer.name, "document.fetch", set_id, item=item_id)
    text, ticket = tickets.issue(held.secret, Opens.DOCUMENT, item_id, holder)
    until = datetime.fromtimestamp(ticket.expires_at, UTC)
    return Download(address=f"/media/{text}/documents/{item_id}", expires_at=until)
