"""The step that proposes moments that may show a competency (智能推荐，待确认)."""

from collections.abc import Sequence

from lessons.structure import Segment, Suggestion
from lessons.words import Transcript
from processing.understanding.framework import FrameworkData
from processing.understanding.understand import suggestions_of


def suggest(
    transcript: Transcript,
    segments: Sequence[Segment],
    scene_changes_ms: Sequence[int],
    framework: FrameworkData,
    chosen: Sequence[str] | None,
) -> tuple[Suggestion, ...]:
    """Return proposals, best first: at most three per competency, of the `chosen` only when given.

    Each has at least one reason with words really said, when, and the version of what made it.
    """
    return suggestions_of(transcript, segments, scene_changes_ms, framework, chosen)
