"""Asks for a clip's own file. Cutting is work like any other: a step, done by a worker."""

import logging

from sqlalchemy import Connection

from lessons import Clip, StepState
from lessons.errors import NotReady
from lessons.trace import facts
from processing.plan import StepKind, planned
from storage import clips, recordings, steps, transcripts

log = logging.getLogger("guanke.clips")


def ask_for_cut(connection: Connection, clip: Clip, *, actor: str) -> str:
    """Add the step that cuts `clip` and return its id; the same cut twice is one step.

    The transcript's revision is an input: a corrected word is corrected in the clip's subtitles.

    Raises:
        NotReady: the recording has no rendition yet to cut from.
    """
    renditions = recordings.renditions(connection, clip.recording_id)
    if not renditions:
        raise NotReady(what="clip", detail="no-rendition-yet")
    step = planned(
        StepKind.CLIP,
        {
            "start_ms": clip.start_ms,
            "end_ms": clip.end_ms,
            "title": clip.title,
            "actor": actor,
        },
        {
            "top": renditions[0].digest,
            "transcript": str(transcripts.revision(connection, clip.recording_id)),
        },
    )
    step_id = steps.add(
        connection,
        clip.recording_id,
        kind=step.kind,
        queue=step.queue,
        input_digest=step.input_digest,
        params=step.params,
        length_ms=clip.end_ms - clip.start_ms,
    )
    log.info("clip asked for", extra=facts(trace=clip.recording_id, clip=clip.id, step=step_id))
    clips.cutting(connection, clip.id, step_id)
    known = steps.get(connection, step_id)
    if known and known.state is StepState.DONE:
        clips.settle_done(connection, known)
    else:
        steps.retry(connection, step_id)  # changes nothing unless it failed before
    return step_id
