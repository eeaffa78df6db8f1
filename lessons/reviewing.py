"""What colleagues are asked to say of an evidence set, and what comes of it.

There are two kinds and they never mix: 互评 among colleagues has comments and suggestions and no
marks at all; 校本考核 gives each item a level by a rubric.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lessons.errors import RequestFault
from lessons.review_errors import (
    MarksInPeerReview,
    MarksMissing,
    OwnEvidence,
    RecallOver,
)
from lessons.rubrics import Mark, Result, Rubric, check_marks, judged

RECALL = timedelta(seconds=30)  # how long a reviewer may take back what was just submitted


class ReviewKind(StrEnum):
    """Which of the two it is."""

    PEER = "peer"  # 互评
    ASSESSMENT = "assessment"  # 校本考核


class Blindness(StrEnum):
    """Who knows whom."""

    OPEN = "open"
    BLIND = "blind"  # the reviewer is not told whose work it is
    DOUBLE_BLIND = "double_blind"  # nor is the teacher told who reviews


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One reviewer is asked to review one evidence set."""

    id: str
    set_id: str
    kind: ReviewKind
    reviewer_id: str
    reviewer: str
    blindness: Blindness = Blindness.OPEN
    round: int = 1  # 2 after the set was returned once, and so on
    due_on: date | None = None
    organiser_id: str
    organiser: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Review:
    """What a reviewer says of an evidence set; it has the id of its assignment."""

    id: str
    rubric_id: str | None = None  # None: 互评, which has no levels
    marks: tuple[Mark, ...] = ()
    summary: str = ""
    revision: int = 1
    saved_at: datetime | None = None
    submitted_at: datetime | None = None


class Outcome(StrEnum):
    """What an organiser decides after a 校本考核."""

    PASSED = "passed"  # 已通过
    RETURNED = "returned"  # 待完善


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one reviewer found, as it stood when it was decided on."""

    review_id: str
    reviewer: str
    result: Result
    marks: tuple[Mark, ...]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The end of one round of a 校本考核; decisions are kept, a later one stands beside them."""

    id: str
    set_id: str
    round: int
    outcome: Outcome
    level: str | None
    reasons: str
    findings: tuple[Finding, ...]
    decided_by_id: str | None  # None: no longer known
    decided_by: str
    created_at: datetime


def check_conflict_of_interest(teacher_id: str | None, reviewer_id: str) -> None:
    """Nobody reviews their own evidence.

    Raises:
        OwnEvidence: the two are one.
    """
    if teacher_id == reviewer_id:
        raise OwnEvidence()


def check_review(kind: ReviewKind, rubric: Rubric | None, marks: Sequence[Mark]) -> None:
    """Hold what a reviewer writes against the kind of the review.

    Raises:
        MarksInPeerReview: a 互评 has levels.
        UnknownMark: a level or an item is not in the rubric.
    """
    if kind is ReviewKind.PEER:
        if marks:
            raise MarksInPeerReview()
    elif rubric is not None:
        check_marks(rubric, marks)


def check_complete(
    kind: ReviewKind, rubric: Rubric | None, review: Review, *, comments: int
) -> None:
    """Hold a review against what it takes to submit it.

    Raises:
        MarksMissing: an item has no level yet.
        RequestFault: a level below the last but one has no reason; a 互评 says nothing.
    """
    if kind is ReviewKind.PEER or rubric is None:
        if not review.summary.strip() and not comments:
            raise RequestFault(detail="nothing-written")
        return
    missing = judged(rubric, review.marks).missing
    if missing:
        raise MarksMissing(missing=", ".join(rubric.criterion(name).zh for name in missing))
    for mark in review.marks:
        criterion = rubric.criterion(mark.requirement)
        lowest = criterion.levels[-1]
        if mark.level == lowest.code and not mark.note.strip():
            raise RequestFault(detail="level-needs-reason", criterion=criterion.zh, level=lowest.zh)


def check_recall(review: Review, now: datetime, window: timedelta = RECALL) -> None:
    """Let a reviewer take back only what was submitted a moment ago.

    Raises:
        RecallOver: it was not submitted, or longer ago than `window`.
    """
    if review.submitted_at is None or now - review.submitted_at > window:
        raise RecallOver()


def is_out(submitted_at: datetime | None, now: datetime, window: timedelta = RECALL) -> bool:
    """Return whether a review can be read by others: submitted, and no longer to be taken back."""
    return submitted_at is not None and now - submitted_at > window
