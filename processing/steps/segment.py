"""The step that finds the phases of a lesson (教学环节) from its words, pauses and slides."""

from collections.abc import Sequence

from lessons.structure import Phase, Segment
from lessons.words import Transcript
from processing.understanding.understand import segments_of


def segment(
    transcript: Transcript,
    scene_changes_ms: Sequence[int],
    duration_ms: int,
    phases: Sequence[Phase],
) -> tuple[Segment, ...]:
    """Return the phases of the lesson in order, without gaps from 0 to `duration_ms`.

    Only `phases` are used. Each has a title from its words; "" where nothing was said.
    """
    return segments_of(transcript, scene_changes_ms, duration_ms, phases)
