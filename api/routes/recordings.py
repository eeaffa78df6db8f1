"""Recordings: upload, progress in words, renditions, a step tried again."""

from collections.abc import Sequence
from operator import attrgetter

from fastapi import APIRouter, Request

from api.errors import language_of
from api.policy import Looks, Operates
from api.schemas import (
    After,
    Limit,
    Page,
    ShownRecording,
    ShownStep,
    page_of,
)
from api.services import Held
from lessons import Receipt, Recording, Rendition, Step, StepState
from lessons.errors import NotFound, restored
from lessons.sharing import Need
from processing.plan import StepKind, wanted
from storage import findings, receipts, recordings, steps, visibility
from storage.events import tell

router = APIRouter(prefix="/recordings", tags=["recordings"])


@router.get("")
def list_recordings(
    viewer: Looks, request: Request, held: Held, after: After = None, limit: Limit = 50
) -> Page[ShownRecording]:
    """List the recordings that one may see with their progress, newest first."""
    seen = visibility.may_recording(viewer, Need.FACTS)
    with held.database.read() as connection:
        found = recordings.page(connection, seen, after=after, limit=limit + 1)
        done = recordings.steps_of(connection, [recording.id for recording in found])
    language = language_of(request)
    shown = [_shown(recording, done[recording.id], language) for recording in found]
    return page_of(shown, limit, attrgetter("id"))


@router.get("/{recording_id}")
def read_recording(
    viewer: Looks, request: Request, held: Held, recording_id: str
) -> ShownRecording:
    """Read a recording, its steps, and why one failed."""
    with held.database.read() as connection:
        recording = visibility.recording(connection, viewer, recording_id, Need.FACTS)
        done = steps.of_recording(connection, recording_id)
    return _shown(recording, done, language_of(request))


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
        done = steps.of_recording(connection, recording_id)
        ended = [s for s in done if s.kind == kind and steps.retry(connection, s.id)]
        if not ended:
            raise NotFound(what="step", id=kind)
        tell(connection, "step.state", recording_id=recording_id, step=kind, state="ready")
        recordings.settle_state(connection, recording_id, wanted(recording.info))
    return read_recording(viewer, request, held, recording_id)


def _shown(recording: Recording, done: Sequence[Step], language: str) -> ShownRecording:
    kinds = wanted(recording.info)
    reached = {step.kind: step.progress for step in done}
    return ShownRecording(
        **{name: getattr(recording, name) for name in Recording.__dataclass_fields__},
        progress=round(sum(reached.get(kind, 0.0) for kind in kinds) / len(kinds), 4),
        steps=tuple(
            ShownStep(
                **{name: getattr(step, name) for name in Step.__dataclass_fields__},
                reason=_reason(step, recording, language),
            )
            for step in done
        ),
    )


def _reason(step: Step, recording: Recording, language: str) -> str | None:
    """Say why a step stands still, naming the file as its owner calls it."""
    if not step.error_code or step.state is StepState.DONE:
        return None
    facts = {**(step.error_facts or {}), "file": recording.file_name}
    return restored(step.error_code, facts).message(language)
