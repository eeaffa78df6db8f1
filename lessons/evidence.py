"""What a teacher hands in and what colleagues say of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lessons.structure import EvidenceRule
from lessons.timing import Span


class ClipState(StrEnum):
    """Whether a clip's own file exists yet. It plays at once from the renditions either way."""

    VIRTUAL = "virtual"
    CUTTING = "cutting"
    MATERIALISED = "materialised"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class ClipFacts(Span):
    """What a person decides about a clip: where it starts and ends, and what it shows."""

    lesson_id: str | None = None
    title: str = ""
    note: str = ""
    competencies: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Clip(ClipFacts):
    """A stretch of a recording that shows something (课堂实录片段)."""

    id: str
    recording_id: str
    owner_id: str | None = None  # who made it; None: the system
    state: ClipState = ClipState.VIRTUAL
    media_digest: str | None = None  # the MP4, once it is cut
    manifest_digest: str | None = None
    suggestion_id: str | None = None  # the proposal it grew from
    revision: int = 1  # rises with each change; a stale writer is told so
    created_at: datetime


class EvidenceKind(StrEnum):
    """What an evidence item is made of."""

    CLIP = "clip"
    DOCUMENT = "document"
    REFLECTION = "reflection"


@dataclass(frozen=True, kw_only=True)
class EvidenceItem:
    """One piece of evidence (测评证据) in a set."""

    id: str
    kind: EvidenceKind
    requirement: str  # the evidence rule's kind that it answers, such as classroom_clip
    clip_id: str | None = None
    document_digest: str | None = None
    document_name: str | None = None
    text: str | None = None
    created_at: datetime


class EvidenceState(StrEnum):
    """Where an evidence set stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"  # 待完善
    PASSED = "passed"  # 已通过


@dataclass(frozen=True, kw_only=True)
class EvidenceSet:
    """All a teacher hands in for one competency (证据材料)."""

    id: str
    school_group_id: str
    lesson_id: str | None
    teacher_id: str | None = None
    teacher: str  # the name as it is shown
    framework_id: str
    framework_version: str  # an old set keeps the wording it was made under
    competency: str
    state: EvidenceState
    items: tuple[EvidenceItem, ...] = ()
    submitted_at: datetime | None = None  # when it was handed in last
    revision: int = 1
    created_at: datetime


def still_missing(
    rules: Sequence[EvidenceRule], items: Collection[EvidenceItem]
) -> tuple[EvidenceRule, ...]:
    """Return the rules that no item answers yet, in the order of the framework."""
    answered = {item.requirement for item in items}
    return tuple(rule for rule in rules if rule.kind not in answered)
