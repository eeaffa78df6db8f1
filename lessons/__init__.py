"""The vocabulary of Guanke: every noun once, in plain Python; in Chinese: `docs/glossary.md`."""

from lessons.agreement import Agreement, PairAgreement
from lessons.anchoring import Anchor, Pin
from lessons.commenting import Comment, CommentSubject, Mention
from lessons.evidence import (
    Clip,
    ClipState,
    EvidenceItem,
    EvidenceKind,
    EvidenceSet,
    EvidenceState,
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
from lessons.reviewing import (
    Assignment,
    Blindness,
    Decision,
    Finding,
    Outcome,
    Review,
    ReviewKind,
)
from lessons.rubrics import Aggregation, AggregationRule, Criterion, Level, Mark, Result, Rubric
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
from lessons.uploads import Receipt, Upload, UploadState
from lessons.words import Transcript, Utterance, Word
from lessons.work import Step, StepState

__all__ = [
    "Aggregation",
    "AggregationRule",
    "Agreement",
    "Anchor",
    "Assignment",
    "Blindness",
    "Clip",
    "ClipState",
    "Comment",
    "CommentSubject",
    "Competency",
    "Criterion",
    "Decision",
    "EvidenceItem",
    "EvidenceKind",
    "EvidenceRule",
    "EvidenceSet",
    "EvidenceState",
    "Finding",
    "Framework",
    "Lesson",
    "LessonPart",
    "Level",
    "Loudness",
    "Mark",
    "MediaInfo",
    "MediaSegment",
    "Mention",
    "Move",
    "Outcome",
    "PairAgreement",
    "Phase",
    "Pin",
    "Reason",
    "ReasonKind",
    "Receipt",
    "Recording",
    "RecordingState",
    "Rendition",
    "RenditionSource",
    "Result",
    "Review",
    "ReviewKind",
    "Rubric",
    "Segment",
    "Span",
    "Step",
    "StepState",
    "Suggestion",
    "SuggestionState",
    "Track",
    "TrackKind",
    "Transcript",
    "Upload",
    "UploadState",
    "Utterance",
    "Word",
    "format_timecode",
    "frame_at",
    "frame_time_ms",
    "new_id",
    "parse_timecode",
]
