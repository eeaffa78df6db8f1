"""Reviews: written as a draft that only the reviewer sees, submitted, and what is decided then."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from lessons import (
    Decision,
    EvidenceSet,
    EvidenceState,
    Finding,
    Mark,
    Outcome,
    Review,
    ReviewKind,
    Rubric,
    new_id,
)
from lessons.errors import Conflict, RequestFault
from lessons.people import person_of
from lessons.review_errors import AlreadySubmitted, ReviewsPending
from lessons.reviewing import RECALL, check_complete, check_recall, check_review, is_out
from lessons.rubrics import judged
from storage import assignments, audit, rubrics, tables, telling
from storage.assignments import AssignedReview
from storage.events import tell
from storage.mapping import from_row, to_row

R = tables.review.c
D = tables.decision.c


def rubric_of(connection: Connection, review: Review) -> Rubric | None:
    """Return the rubric that a review goes by: the version of the day it was assigned."""
    return rubrics.get(connection, review.rubric_id) if review.rubric_id else None


def save(
    connection: Connection,
    assignment: AssignedReview,
    marks: Sequence[Mark],
    summary: str,
    revision: int,
) -> Review:
    """Keep a draft.

    Raises:
        AlreadySubmitted, Conflict: it is closed, or was saved elsewhere since `revision`.
        MarksInPeerReview, UnknownMark: the marks don't fit the kind or the rubric.
    """
    review = assignment.review
    if review.submitted_at:
        raise AlreadySubmitted()
    if review.revision != revision:
        raise Conflict(detail=assignment.reviewer)
    check_review(assignment.kind, rubric_of(connection, review), marks)
    return _write(
        connection,
        replace(review, marks=tuple(marks), summary=summary, saved_at=datetime.now(UTC)),
    )


def submit(
    connection: Connection, assignment: AssignedReview, revision: int, *, actor: str
) -> Review:
    """Submit a review; for half a minute it can be recalled, and nobody else reads it.

    Raises:
        AlreadySubmitted, Conflict: it is closed, or was saved elsewhere since `revision`.
        MarksMissing, RequestFault: it is not complete.
    """
    review = assignment.review
    if review.submitted_at:
        raise AlreadySubmitted()
    if review.revision != revision:
        raise Conflict(detail=assignment.reviewer)
    comment = tables.comment.c
    said = select(func.count()).where(comment.review_id == review.id)
    check_complete(
        assignment.kind,
        rubric_of(connection, review),
        review,
        comments=connection.execute(said).scalar_one(),
    )
    new = _write(connection, replace(review, submitted_at=datetime.now(UTC)))
    audit.record(connection, actor, "review.submit", review.id, set=assignment.set_id)
    _tell(connection, assignment, "review.submitted")
    telling.of_review(connection, assignment.set_id, assignment.kind, recalled=False)
    return new


def recall(
    connection: Connection,
    assignment: AssignedReview,
    *,
    actor: str,
    window: timedelta = RECALL,
) -> Review:
    """Take back what was submitted a moment ago.

    Raises:
        RecallOver: it was not submitted, or longer ago.
    """
    check_recall(assignment.review, datetime.now(UTC), window)
    new = _write(connection, replace(assignment.review, submitted_at=None))
    audit.record(connection, actor, "review.recall", new.id, set=assignment.set_id)
    _tell(connection, assignment, "review.recalled")
    telling.of_review(connection, assignment.set_id, assignment.kind, recalled=True)
    return new


def findings(connection: Connection, asked: Sequence[AssignedReview]) -> tuple[Finding, ...]:
    """Return what each 校本考核 among `asked` amounts to under the rubric it went by."""
    used = rubrics.several(connection, [a.review.rubric_id for a in asked if a.review.rubric_id])
    return tuple(
        Finding(
            review_id=one.id,
            reviewer=one.reviewer,
            result=judged(used[one.review.rubric_id], one.review.marks),
            marks=one.review.marks,
        )
        for one in asked
        if one.review.rubric_id
    )


def decide(
    connection: Connection,
    kept: EvidenceSet,
    outcome: Outcome,
    *,
    revision: int,
    level: str | None,
    reasons: str,
    actor: str,
    window: timedelta = RECALL,
) -> Decision:
    """End a round of a 校本考核: the set is passed, or returned to be improved.

    Raises:
        Conflict: the set is not handed in, or was changed since `revision`.
        ReviewsPending: nobody has submitted, somebody has not yet, or may still recall.
        RequestFault: a returned set needs reasons; where reviewers differ, the level is named.
    """
    if kept.state is not EvidenceState.SUBMITTED or kept.revision != revision:
        raise Conflict(detail=kept.competency)
    current_round = assignments.round_of(connection, kept.id)
    asked = [
        one
        for one in assignments.of_sets(connection, [kept.id])[kept.id]
        if one.kind is ReviewKind.ASSESSMENT and one.round == current_round
    ]
    now = datetime.now(UTC)
    if not asked or not all(is_out(one.review.submitted_at, now, window) for one in asked):
        waiting = sum(not is_out(one.review.submitted_at, now, window) for one in asked)
        raise ReviewsPending(detail=f"{len(asked) - waiting}/{len(asked)}")
    found = findings(connection, asked)
    decision = Decision(
        id=new_id(),
        set_id=kept.id,
        round=current_round,
        outcome=outcome,
        level=_level(found, outcome, level, _lowest(connection, asked)),
        reasons=reasons.strip(),
        findings=found,
        decided_by_id=person_of(actor),
        decided_by=str(actor),
        created_at=now,
    )
    if outcome is Outcome.RETURNED and not decision.reasons:
        raise RequestFault(detail="say-what")
    connection.execute(insert(tables.decision).values(to_row(decision, tables.decision)))
    table = tables.evidence_set
    connection.execute(
        update(table)
        .where(table.c.id == kept.id)
        .values(state=EvidenceState(outcome.value), revision=revision + 1)
    )
    audit.record(connection, actor, f"evidence.{outcome}", kept.id, level=decision.level)
    tell(connection, "evidence.decided", set=kept.id, state=outcome)
    telling.of_decision(connection, kept.id, outcome, actor=actor)
    return decision


def decisions(connection: Connection, set_id: str) -> Sequence[Decision]:
    """Return what was decided on a set, the newest first."""
    query = select(tables.decision).where(D.set_id == set_id).order_by(D.id.desc())
    return [from_row(Decision, row) for row in connection.execute(query)]


def _lowest(connection: Connection, asked: Sequence[AssignedReview]) -> set[str]:
    """Return the codes of the levels below a pass, in the rubrics that were gone by."""
    used = rubrics.several(connection, [a.review.rubric_id for a in asked if a.review.rubric_id])
    return {one.criteria[0].levels[-1].code for one in used.values() if one.criteria}


def _level(
    found: Sequence[Finding], outcome: Outcome, level: str | None, too_low: set[str]
) -> str | None:
    """Return the level that is decided: as named, else the one that all reviewers found."""
    levels = {finding.result.level for finding in found}
    chosen = level or (levels.pop() if len(levels) == 1 else None)
    if outcome is Outcome.RETURNED:
        return chosen
    if chosen is None:
        raise RequestFault(detail="reviewers-differ")
    if chosen not in {mark.level for finding in found for mark in finding.marks}:
        raise RequestFault(detail="level-not-given", level=chosen)
    if chosen in too_low:
        raise RequestFault(detail="below-a-pass")
    return chosen


def _write(connection: Connection, review: Review) -> Review:
    new = replace(review, revision=review.revision + 1)
    values = to_row(new, tables.review)
    connection.execute(update(tables.review).where(R.id == review.id).values(values))
    return new


def _tell(connection: Connection, assignment: AssignedReview, kind: str) -> None:
    """Tell the reviewer, and those who may see the set; whose it is nobody is told."""
    tell(connection, kind, review=assignment.id)
    tell(connection, "evidence.reviewed", set=assignment.set_id)
