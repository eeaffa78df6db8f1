"""Recordings: upload, progress in words, renditions, a step tried again."""

from collections.abc import Sequence
from operator import attrgetter

from fastapi import APIRouter, Request
from sqlalchemy import Connection

from api import showing
from api.policy import Looks, Operates
from api.schemas import After, Limit, ManyRecordings, Page, ShownRecording, page_of
from api.services import Held
from lessons import Receipt, Recording, Rendition
from lessons.errors import Conflict, NotFound
from lessons.sharing import Need
from processing.plan import StepKind, wanted
from storage import audit, findings, queue, receipts, recordings, steps, visibility
from storage.queue import Counts, Show

router = APIRouter(prefix="/recordings", tags=["recordings"])


@router.get("")
def list_recordings(
    viewer: Looks,
    request: Request,
    held: Held,
    show: Show = Show.ALL,
    after: After = None,
    limit: Limit = 50,
) -> Page[ShownRecording]:
    """List the recordings that one may see with their progress, newest first."""
    seen = visibility.may_recording(viewer, Need.FACTS)
    with held.database.read() as connection:
        found = recordings.page(connection, seen, queue.shows(show), after=after, limit=limit + 1)
        items = showing.shown(connection, viewer, found, request)
    return page_of(items, limit, attrgetter("id"))


@router.get("/counts")
def count_recordings(viewer: Looks, held: Held) -> Counts:
    """Count what each filter of the list shows."""
    with held.database.read() as connection:
        return queue.counts(connection, visibility.may_recording(viewer, Need.FACTS))


@router.post("/retry")
def retry_recordings(
    viewer: Operates, request: Request, held: Held, many: ManyRecordings
) -> Sequence[ShownRecording]:
    """Try every step again that ended without success, of several recordings."""
    with held.database.write() as connection:
        found = [
            visibility.recording(connection, viewer, recording_id, Need.HANDLE)
            for recording_id in many.recording_ids
        ]
        for recording in found:
            _retry(connection, recording)
    with held.database.read() as connection:
        now = [recordings.get(connection, recording.id) for recording in found]
        return showing.shown(connection, viewer, now, request)


@router.get("/{recording_id}")
def read_recording(
    viewer: Looks, request: Request, held: Held, recording_id: str
) -> ShownRecording:
    """Read a recording, its steps, its place in the queue, and why one failed."""
    with held.database.read() as connection:
        recording = visibility.recording(connection, viewer, recording_id, Need.FACTS)
        return showing.shown(connection, viewer, [recording], request)[0]


@router.post("/{recording_id}/cancel")
def cancel_recording(
    viewer: Operates, request: Request, held: Held, recording_id: str
) -> ShownRecording:
    """Stop the processing of a recording; its file stays, and each step can be tried again."""
    with held.database.write() as connection:
        recording = visibility.recording(connection, viewer, recording_id, Need.HANDLE)
        if not queue.cancel(connection, recording_id, actor=viewer.name):
            raise Conflict(detail="")
        recordings.settle_state(connection, recording_id, wanted(recording.info))
    return read_recording(viewer, request, held, recording_id)


@router.get("/{recording_id}/renditions", response_model_exclude={"__all__": {"segments"}})
def list_renditions(viewer: Looks, held: Held, recording_id: str) -> Sequence[Rendition]:
    """List what can be played: pictures from tall to small, then sounds."""
    with held.database.read() as connection:
        visibility.recording(connection, viewer, recording_id, Need.FACTS)
        return recordings.renditions(connection, recording_id)


@router.get("/{recording_id}/scene-changes")
def list_scene_changes(viewer: Looks, held: Held, recording_id: str) -> Sequence[int]:
    """List when slides and boards changed, in ms."""
    with held.database.read() as connection:
        visibility.recording(connection, viewer, recording_id, Need.FACTS)
        return findings.scene_changes(connection, recording_id)


@router.get("/{recording_id}/receipt")
def read_receipt(viewer: Looks, held: Held, recording_id: str) -> Receipt:
    """Read what proves that the file arrived whole (入库凭证)."""
    with held.database.read() as connection:
        visibility.recording(connection, viewer, recording_id, Need.FACTS)
        return receipts.of_recording(connection, recording_id)


@router.post("/{recording_id}/steps/{kind}/retry")
def retry_step(
    viewer: Operates, request: Request, held: Held, recording_id: str, kind: StepKind
) -> ShownRecording:
    """Try a step again that ended without success."""
    with held.database.write() as connection:
        recording = visibility.recording(connection, viewer, recording_id, Need.HANDLE)
        if not _retry(connection, recording, kind):
            raise NotFound(what="step", id=kind)
        audit.record(connection, viewer.name, "step.retry", recording_id, kind=kind)
    return read_recording(viewer, request, held, recording_id)


@router.post("/{recording_id}/steps/{kind}/set-aside")
def set_step_aside(
    viewer: Operates, request: Request, held: Held, recording_id: str, kind: StepKind
) -> ShownRecording:
    """Set a step aside that waits or runs; trying it again lets it go."""
    with held.database.write() as connection:
        recording = visibility.recording(connection, viewer, recording_id, Need.HANDLE)
        if not queue.set_aside(connection, recording_id, kind, actor=viewer.name):
            raise NotFound(what="step", id=kind)
        recordings.settle_state(connection, recording_id, wanted(recording.info))
    return read_recording(viewer, request, held, recording_id)


def _retry(connection: Connection, recording: Recording, kind: StepKind | None = None) -> int:
    """Let steps start again, those of one kind or all that ended; return how many."""
    done = steps.of_recording(connection, recording.id)
    again = [s for s in done if kind in (None, s.kind) and steps.retry(connection, s.id)]
    if again:
        recordings.settle_state(connection, recording.id, wanted(recording.info))
    return len(again)
