"""How a lesson is built: phases, the competencies a framework names, and what hints at them."""

from dataclasses import dataclass
from enum import StrEnum

from lessons.timing import Span


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One kind of lesson phase (教学环节). The set of phases is data; a school may change it."""

    code: str  # opening, exposition, …
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Segment(Span):
    """A stretch of the lesson in one phase, with a title from its words."""

    phase: str
    title: str


@dataclass(frozen=True, kw_only=True)
class EvidenceRule:
    """One item that a competency asks for, and how sure we are that it does."""

    kind: str
    format: str  # document, video, file
    status: str  # source, inferred, …: whether the rule was read or guessed
    max_minutes: int | None = None
    must_show: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Competency:
    """One micro-competency (微能力点) of a framework."""

    code: str
    name_zh: str
    name_en: str
    environment: str
    dimension: str
    lesson_visibility: str  # high, medium, low: how likely a recording shows it
    evidence: tuple[EvidenceRule, ...] = ()
    status: str = "source"


@dataclass(frozen=True, kw_only=True)
class Framework:
    """A versioned set of competencies, as a region publishes it."""

    id: str
    version: str  # digest of the data it was read from
    name_zh: str
    name_en: str
    competencies: tuple[Competency, ...]


class ReasonKind(StrEnum):
    """What a reason points at."""

    WORDS = "words"
    SLIDE = "slide"
    PHASE = "phase"
    MOMENT = "moment"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a moment may show a competency: words really said there, or something that happened."""

    kind: ReasonKind
    quote: str  # verbatim from the transcript where kind is words
    at_ms: int


class SuggestionState(StrEnum):
    """What the teacher made of a suggestion."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


@dataclass(frozen=True, kw_only=True)
class Suggestion(Span):
    """A proposal (智能推荐，待确认): this stretch may show that competency; a teacher decides."""

    competency: str
    score: float  # 0 to 1, comparable within one lesson
    reasons: tuple[Reason, ...]
    made_by: str  # version of what made it


@dataclass(frozen=True, kw_only=True)
class Move:
    """What a teacher does with one utterance: the utterance's number and a label."""

    index: int
    label: str
