"""The vocabulary of Guanke: every noun once, in plain Python; in Chinese: `docs/glossary.md`."""

from lessons.evidence import (
    Clip,
    ClipState,
    Comment,
    EvidenceItem,
    EvidenceKind,
    EvidenceSet,
    EvidenceState,
    Review,
)
from lessons.ids import new_id
from lessons.media import (
    Loudness,
    MediaInfo,
    MediaSegment,
    Rendition,
    RenditionSource,
    Track,
    TrackKind,
)
from lessons.records import Lesson, LessonPart, Recording, RecordingState
from lessons.structure import (
    Competency,
    EvidenceRule,
    Framework,
    Move,
    Phase,
    Reason,
    ReasonKind,
    Segment,
    Suggestion,
    SuggestionState,
)
from lessons.timing import Span, format_timecode, frame_at, frame_time_ms, parse_timecode
from lessons.words import Transcript, Utterance, Word
from lessons.work import Step, StepState

__all__ = [
    "Clip",
    "ClipState",
    "Comment",
    "Competency",
    "EvidenceItem",
    "EvidenceKind",
    "EvidenceRule",
    "EvidenceSet",
    "EvidenceState",
    "Framework",
    "Lesson",
    "LessonPart",
    "Loudness",
    "MediaInfo",
    "MediaSegment",
    "Move",
    "Phase",
    "Reason",
    "ReasonKind",
    "Recording",
    "RecordingState",
    "Rendition",
    "RenditionSource",
    "Review",
    "Segment",
    "Span",
    "Step",
    "StepState",
    "Suggestion",
    "SuggestionState",
    "Track",
    "TrackKind",
    "Transcript",
    "Utterance",
    "Word",
    "format_timecode",
    "frame_at",
    "frame_time_ms",
    "new_id",
    "parse_timecode",
]
