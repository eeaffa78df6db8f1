"""A recording as people see it: how far it is, how long it takes, what went wrong, what helps."""

from collections.abc import Mapping, Sequence

from fastapi import Request
from sqlalchemy import Connection

from api.errors import language_of
from api.outlook import Outlooks
from api.schemas import Failure, ShownRecording, ShownStep
from lessons import Recording, RecordingState, Step, StepState
from lessons.errors import restored
from lessons.forecast import Outlook
from lessons.people import Viewer
from lessons.remedies import WORDS, Remedy, remedy_of
from lessons.sharing import Need
from processing.plan import wanted
from storage import queue, recordings, visibility
from storage.queue import LessonName

OVER = (StepState.FAILED, StepState.QUARANTINED, StepState.CANCELLED)


def shown(
    connection: Connection, viewer: Viewer, found: Sequence[Recording], request: Request
) -> list[ShownRecording]:
    """Return recordings with all that is known of their way, in the reader's language."""
    ids = [recording.id for recording in found]
    steps = recordings.steps_of(connection, ids)
    names = queue.lessons_of(connection, ids, visibility.may_lesson(viewer, Need.FACTS))
    outlooks: Mapping[str, Outlook] = {}
    if any(r.state in (RecordingState.ADMITTED, RecordingState.PROCESSING) for r in found):
        estimates: Outlooks = request.app.state.outlooks
        outlooks = estimates.now(connection)
    language = language_of(request)
    return [
        _one(r, steps[r.id], names[r.id], outlooks.get(r.id, Outlook()), language) for r in found
    ]


def _one(
    recording: Recording,
    steps: Sequence[Step],
    names: Sequence[LessonName],
    outlook: Outlook,
    language: str,
) -> ShownRecording:
    kinds = wanted(recording.info)
    reached = {step.kind: step.progress for step in steps}
    done = [_step(step, recording, language) for step in steps]
    left = outlook.seconds_left
    return ShownRecording(
        **{name: getattr(recording, name) for name in Recording.__dataclass_fields__},
        progress=round(sum(reached.get(kind, 0.0) for kind in kinds) / len(kinds), 4),
        steps=tuple(done),
        wanted=tuple(kinds),
        lessons=tuple(names),
        place=outlook.place,
        seconds_left=None if left is None else round(left),
        notes=tuple(n.message(language) for n in recording.info.notes) if recording.info else (),
        failure=next((s.failure for s in done if s.failure and s.state in OVER), None),
    )


def _step(step: Step, recording: Recording, language: str) -> ShownStep:
    failure = _failure(step, recording, language)
    return ShownStep(
        **{name: getattr(step, name) for name in Step.__dataclass_fields__},
        reason=failure.cause if failure else None,
        failure=failure,
    )


def _failure(step: Step, recording: Recording, language: str) -> Failure | None:
    """Say why a step stands still and what helps, naming the file as its owner calls it."""
    if not step.error_code or step.state is StepState.DONE:
        return None
    error = restored(step.error_code, {**(step.error_facts or {}), "file": recording.file_name})
    remedy = remedy_of(error, over=step.state in OVER)
    zh, en = WORDS[remedy]
    return Failure(
        step=step.kind,
        cause=error.message(language),
        remedy=remedy,
        next_action=en if language == "en" else zh,
        can_retry=remedy is not Remedy.WAIT,
    )
