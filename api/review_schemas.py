"""What travels over the API about reviews: what is asked, what is shown, and to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ingest.rubric_sheet import RowFault
from lessons import (
    Agreement,
    Assignment,
    Blindness,
    Comment,
    CommentSubject,
    Decision,
    EvidenceKind,
    EvidenceState,
    Finding,
    Mark,
    Outcome,
    Pin,
    Result,
    Review,
    ReviewKind,
    Rubric,
    Span,
)
from lessons.rubrics import RubricFacts
from storage.kept import KeptUtterance


@dataclass(frozen=True, kw_only=True)
class CommentText:
    """What somebody says; `mentions` names people by their ids."""

    text: str
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CommentWords(CommentText):
    """A comment as somebody writes it.

    Pinned to a moment (`start_ms`), a range (`end_ms` too), or selected words (`first`, `last`).
    """

    start_ms: int | None = None
    end_ms: int | None = None
    first: Pin | None = None
    last: Pin | None = None
    item_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewComment(CommentWords):
    """A comment on a lesson, a phase of it, a clip or an evidence set."""

    subject: CommentSubject
    subject_id: str
    lesson_id: str | None = None  # for a phase: the lesson in which it was seen


@dataclass(frozen=True, kw_only=True)
class CommentEdit(CommentText):
    """The words of a comment as they shall read from now on."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """Whether a thread is marked as 已回应."""

    revision: int
    resolved: bool = True


@dataclass(frozen=True, kw_only=True)
class ShownComment(Comment):
    """A comment as the viewer may read it; names that are hidden from them are not there."""

    mine: bool


@dataclass(frozen=True, kw_only=True)
class Mentionable:
    """Somebody who can be named in a comment, as they may see it."""

    person_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class NewAssignments:
    """Which sets shall be reviewed by whom; every reviewer gets every set."""

    set_ids: tuple[str, ...]
    reviewer_ids: tuple[str, ...]
    kind: ReviewKind
    blindness: Blindness = Blindness.OPEN
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class NotAssigned:
    """A reviewer who was not asked for a set, and why."""

    set_id: str
    reviewer_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AssignmentsMade:
    """What came of asking."""

    made: tuple[Assignment, ...]
    skipped: tuple[NotAssigned, ...]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody who may be asked to review, and how much they have to review already."""

    person_id: str
    name: str
    staff_number: str
    campus_id: str | None
    reviewer: bool  # holds the role that 校本考核 asks for
    open_reviews: int


@dataclass(frozen=True, kw_only=True)
class ShownAssignment(Assignment):
    """An assignment as its organiser sees it: how far it is, and the level once it is out."""

    state: str  # assigned, drafting, submitted
    submitted_at: datetime | None
    result: Result | None
    overdue: bool


@dataclass(frozen=True, kw_only=True)
class SetToReview:
    """An evidence set that was handed in, with who reviews it and how far they agree."""

    id: str
    teacher: str
    teacher_id: str | None
    competency: str
    state: EvidenceState
    revision: int
    round: int
    created_at: datetime
    assignments: tuple[ShownAssignment, ...]
    agreement: Agreement | None
    differ: bool  # reviewers came to different levels


@dataclass(frozen=True, kw_only=True)
class QueuedReview:
    """A review in the viewer's queue. `teacher` is not there when the review is blind."""

    id: str
    kind: ReviewKind
    blindness: Blindness
    round: int
    due_on: date | None
    overdue: bool
    competency: str
    name_zh: str
    name_en: str
    teacher: str | None
    lesson_title: str | None
    set_state: EvidenceState
    state: str  # assigned, drafting, submitted
    submitted_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReviewQueue:
    """What the viewer has to review: the open ones first, by due date."""

    items: tuple[QueuedReview, ...]
    open: int
    done: int


@dataclass(frozen=True, kw_only=True)
class ReviewedClip(Span):
    """A clip under review, up to 30 s on each side of it, and what is said there."""

    id: str
    recording_id: str
    title: str
    note: str
    context_start_ms: int
    context_end_ms: int
    lines: tuple[KeptUtterance, ...]


@dataclass(frozen=True, kw_only=True)
class ReviewedItem:
    """One evidence item under review."""

    id: str
    kind: EvidenceKind
    requirement: str
    zh: str
    en: str
    text: str | None
    document_name: str | None
    clip: ReviewedClip | None


@dataclass(frozen=True, kw_only=True)
class ReviewDesk:
    """All that a reviewer needs for one review, in one answer."""

    review: Review
    queued: QueuedReview
    items: tuple[ReviewedItem, ...]
    rubric: Rubric | None
    result: Result | None  # what the own marks amount to
    recallable_until: datetime | None
    place: int  # this is number `place` of `of`
    of: int
    next_id: str | None  # the next review that is still open
    may_decide: bool  # the only reviewer of this round may say whether it is passed
    set_revision: int
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, kw_only=True)
class ReviewPlayback:
    """Where a clip under review plays, for ten minutes; ask again before."""

    base: str
    master: str
    poster: str = ""  # a picture of the lesson is not part of the clip
    storyboard: str = ""
    peaks: str = ""
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReviewDraft:
    """What a reviewer has written so far."""

    revision: int
    marks: tuple[Mark, ...] = ()
    summary: str = ""


@dataclass(frozen=True, kw_only=True)
class NewDecision:
    """How a round of a 校本考核 ends; without a level, the one that all reviewers found."""

    revision: int  # of the evidence set
    outcome: Outcome
    level: str | None = None
    reasons: str = ""


@dataclass(frozen=True, kw_only=True)
class ReadReview:
    """A review as others read it once it is out."""

    id: str
    kind: ReviewKind
    round: int
    reviewer: str
    submitted_at: datetime
    summary: str
    finding: Finding | None  # None: a 互评


@dataclass(frozen=True, kw_only=True)
class SetReviews:
    """What became of an evidence set: reviews that are out, how many are still to come, decisions.

    `rubrics` holds each version that a review went by, in the wording of its day.
    """

    set_id: str
    state: EvidenceState
    revision: int
    round: int
    pending: int
    reviews: tuple[ReadReview, ...]
    agreement: Agreement | None
    decisions: tuple[Decision, ...]
    rubrics: Mapping[str, Rubric]
    may_decide: bool


@dataclass(frozen=True, kw_only=True)
class RubricImport:
    """What a table of rubrics says, and what is wrong with it; kept only when nothing is."""

    rubrics: Sequence[RubricFacts]
    faults: Sequence[RowFault]
    kept: bool
