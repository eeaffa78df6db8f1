"""Nouns as the database keeps them: with the id and the revision that a change has to name."""

from dataclasses import dataclass

from lessons import Segment, Suggestion, SuggestionState, Utterance


@dataclass(frozen=True, kw_only=True)
class KeptUtterance(Utterance):
    """A line of the transcript, as it reads now."""

    id: str
    revision: int


@dataclass(frozen=True, kw_only=True)
class KeptSegment(Segment):
    """A phase of the lesson, as it stands now."""

    id: str
    revision: int


@dataclass(frozen=True, kw_only=True)
class KeptSuggestion(Suggestion):
    """A proposal, and what the teacher made of it."""

    id: str
    recording_id: str
    revision: int
    state: SuggestionState
    dismiss_reason: str | None = None
    clip_id: str | None = None
