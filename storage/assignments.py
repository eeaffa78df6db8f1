"""Who is asked to review what: assignments, one for each reviewer and evidence set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from lessons import (
    Assignment,
    Blindness,
    EvidenceSet,
    EvidenceState,
    Outcome,
    Review,
    ReviewKind,
    new_id,
)
from lessons.errors import NotFound
from lessons.people import Person, person_of
from lessons.review_errors import AlreadySubmitted
from lessons.reviewing import check_conflict_of_interest
from storage import audit, rubrics, tables, telling
from storage.events import tell
from storage.mapping import from_row, to_row

A = tables.assignment.c
R = tables.review.c
D = tables.decision.c


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How reviewers are asked."""

    kind: ReviewKind
    blindness: Blindness = Blindness.OPEN
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class AssignedReview(Assignment):
    """An assignment with what has come of it so far."""

    review: Review


def assign(
    connection: Connection, kept: EvidenceSet, reviewer: Person, terms: Terms, *, actor: str
) -> Assignment | None:
    """Ask somebody to review a set that was handed in; None where they are asked already.

    Raises:
        OwnEvidence: it is their own.
        NotFound: there is no rubric for the competency.
    """
    check_conflict_of_interest(kept.teacher_id, reviewer.id)
    current_round = round_of(connection, kept.id)
    known = select(A.id).where(
        A.set_id == kept.id,
        A.kind == terms.kind,
        A.reviewer_id == reviewer.id,
        A.round == current_round,
    )
    if connection.execute(known).first():
        return None
    organiser_id = person_of(actor)
    assignment = Assignment(
        id=new_id(),
        set_id=kept.id,
        kind=terms.kind,
        reviewer_id=reviewer.id,
        reviewer=reviewer.name,
        blindness=terms.blindness,
        round=current_round,
        due_on=terms.due_on,
        organiser_id=organiser_id or reviewer.id,
        organiser=str(actor),
        created_at=datetime.now(UTC),
    )
    _keep(connection, kept, assignment, actor)
    return assignment


def renew(connection: Connection, kept: EvidenceSet, *, actor: str) -> Sequence[Assignment]:
    """Ask the reviewers of a returned set again, now that it was handed in anew."""
    now_round = round_of(connection, kept.id)
    former = of_sets(connection, [kept.id])[kept.id]
    asked_now = {one.reviewer_id for one in former if one.round == now_round}
    again = []
    for one in former:
        if one.kind is not ReviewKind.ASSESSMENT or one.round != now_round - 1:
            continue
        if one.reviewer_id in asked_now:
            continue
        new = Assignment(
            id=new_id(), set_id=kept.id, kind=one.kind, reviewer_id=one.reviewer_id,
            reviewer=one.reviewer, blindness=one.blindness, round=now_round,
            organiser_id=one.organiser_id, organiser=one.organiser, created_at=datetime.now(UTC),
        )  # fmt: skip
        _keep(connection, kept, new, actor)
        again.append(new)
    return again


def round_of(connection: Connection, set_id: str) -> int:
    """Return which round of assessment a set is in: 1, and one more each time it was returned."""
    returned = select(func.count()).where(D.set_id == set_id, D.outcome == Outcome.RETURNED)
    return 1 + int(connection.execute(returned).scalar_one())


def get(connection: Connection, assignment_id: str) -> AssignedReview:
    """Return one assignment.

    Raises:
        NotFound: there is none with this id.
    """
    found = page(connection, A.id == assignment_id, limit=1)
    if not found:
        raise NotFound(what="assignment", id=assignment_id)
    return found[0]


def page(
    connection: Connection,
    *conditions: ColumnElement[bool],
    after: str | None = None,
    limit: int = 200,
) -> Sequence[AssignedReview]:
    """Return assignments with their reviews, in the order in which they were made."""
    review = [c.label(f"review_{c.name}") for c in tables.review.columns]
    query = (
        select(tables.assignment, *review)
        .join(tables.review, R.id == A.id)
        .where(*conditions)
        .order_by(A.id)
        .limit(limit)
    )
    if after:
        query = query.where(A.id > after)
    return [
        from_row(
            AssignedReview,
            row,
            review=from_row(
                Review, {c.name: getattr(row, f"review_{c.name}") for c in tables.review.columns}
            ),
        )
        for row in connection.execute(query)
    ]


def of_sets(
    connection: Connection, set_ids: Iterable[str]
) -> Mapping[str, Sequence[AssignedReview]]:
    """Return the assignments of each set."""
    ids = list(set_ids)
    found: dict[str, list[AssignedReview]] = {set_id: [] for set_id in ids}
    for one in page(connection, A.set_id.in_(ids), limit=10_000):
        found[one.set_id].append(one)
    return found


def withdraw(connection: Connection, assignment: AssignedReview, *, actor: str) -> None:
    """Ask somebody no longer.

    Raises:
        AlreadySubmitted: they have submitted their review.
    """
    if assignment.review.submitted_at:
        raise AlreadySubmitted()
    connection.execute(delete(tables.assignment).where(A.id == assignment.id))
    audit.record(connection, actor, "review.withdraw", assignment.id, set=assignment.set_id)
    tell(connection, "review.withdrawn", set=assignment.set_id)


def set_in_review(connection: Connection, set_id: str) -> bool:
    """Return whether somebody has submitted a 校本考核 of this round: it can't be taken back."""
    query = (
        select(R.id)
        .join(tables.assignment, A.id == R.id)
        .where(
            A.set_id == set_id,
            A.kind == ReviewKind.ASSESSMENT,
            A.round == round_of(connection, set_id),
            R.submitted_at.is_not(None),
        )
    )
    return connection.execute(query.limit(1)).first() is not None


def _keep(connection: Connection, kept: EvidenceSet, assignment: Assignment, actor: str) -> None:
    rubric_id = None
    if assignment.kind is ReviewKind.ASSESSMENT:
        in_use = rubrics.current(connection, kept.school_group_id, kept.framework_version)
        if kept.competency not in in_use:
            raise NotFound(what="rubric", id=kept.competency)
        rubric_id = in_use[kept.competency].id
    row = to_row(assignment, tables.assignment, school_group_id=kept.school_group_id)
    connection.execute(insert(tables.assignment).values(row))
    review = Review(id=assignment.id, rubric_id=rubric_id)
    connection.execute(insert(tables.review).values(to_row(review, tables.review)))
    audit.record(
        connection, actor, "review.assign", assignment.id, set=kept.id, kind=assignment.kind
    )
    tell(connection, "review.assigned", review=assignment.id)
    telling.of_assignment(connection, kept, assignment.id, assignment.reviewer_id, actor=actor)


def open_states() -> tuple[EvidenceState, ...]:
    """Return the states in which a set is judged."""
    return (EvidenceState.SUBMITTED,)
