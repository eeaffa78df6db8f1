"""Assignments (评审任务): who is asked to review what, and how far reviewers agree."""

from collections.abc import Sequence
from operator import attrgetter

from fastapi import APIRouter
from sqlalchemy import func, select

from api import organising
from api.policy import Organises
from api.review_schemas import (
    AssignmentsMade,
    Candidate,
    NewAssignments,
    NotAssigned,
    SetToReview,
)
from api.schemas import After, Limit, Page, page_of
from api.services import Held
from lessons import Agreement, EvidenceState, ReviewKind
from lessons.errors import Conflict, GuankeError, NotFound
from lessons.people import Role
from lessons.review_errors import NoReviewer, OwnEvidence
from storage import assignments, people, review_visibility, tables
from storage.assignments import Terms

router = APIRouter(prefix="/assignments", tags=["assignments"])
LEADS = (Role.GROUP_LEAD, Role.SCHOOL_LEAD)


@router.get("/sets")
def list_sets_to_review(
    viewer: Organises,
    held: Held,
    state: EvidenceState | None = None,
    competency: str | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[SetToReview]:
    """List what was handed in, newest first: who reviews it, how far they are, whether they differ.

    Marks stay hidden until a review is submitted for good.
    """
    with held.database.read() as connection:
        found = organising.sets_to_review(
            connection, viewer, held.recall,
            state=state, competency=competency, after=after, limit=limit + 1,
        )  # fmt: skip
    return page_of(found, limit, attrgetter("id"))


@router.get("/candidates")
def list_candidates(viewer: Organises, held: Held) -> Sequence[Candidate]:
    """List who may be asked to review: those with the role of a reviewer first, then colleagues."""
    a, r = tables.assignment.c, tables.review.c
    waiting = (
        select(a.reviewer_id, func.count().label("waiting"))
        .join(tables.review, r.id == a.id)
        .where(a.school_group_id == viewer.school_group_id, r.submitted_at.is_(None))
        .group_by(a.reviewer_id)
    )
    with held.database.read() as connection:
        busy = {row.reviewer_id: row.waiting for row in connection.execute(waiting)}
        everybody = people.page(connection, viewer.school_group_id, limit=5000)
    found = [
        Candidate(
            person_id=one.id,
            name=one.name,
            staff_number=one.staff_number,
            campus_id=one.campus_id,
            reviewer=Role.REVIEWER in one.roles,
            open_reviews=busy.get(one.id, 0),
        )
        for one in everybody
        if one.active and not {Role.REVIEWER, Role.TEACHER, *LEADS}.isdisjoint(one.roles)
    ]
    return sorted(found, key=lambda one: (not one.reviewer, one.open_reviews, one.staff_number))


@router.post("", status_code=201)
def assign_reviews(viewer: Organises, held: Held, new: NewAssignments) -> AssignmentsMade:
    """Ask reviewers; each gets each set. What is not possible is skipped, with its reason.

    Nobody reviews their own; a 校本考核 is for people with the role of a reviewer.
    """
    terms = Terms(kind=new.kind, blindness=new.blindness, due_on=new.due_on)
    made, skipped = [], []
    with held.database.write() as connection:
        asked = [people.get(connection, viewer.school_group_id, one) for one in new.reviewer_ids]
        for set_id in dict.fromkeys(new.set_ids):
            kept = review_visibility.set_to_organise(connection, viewer, set_id)
            for reviewer in asked:
                try:
                    if kept.state is not EvidenceState.SUBMITTED:
                        raise Conflict(detail=kept.competency)
                    if new.kind is ReviewKind.ASSESSMENT and Role.REVIEWER not in reviewer.roles:
                        raise NoReviewer(name=reviewer.name)
                    one = assignments.assign(connection, kept, reviewer, terms, actor=viewer.name)
                except (Conflict, NoReviewer, OwnEvidence) as error:
                    skipped.append(_skipped(set_id, reviewer.id, error))
                    continue
                if one is not None:
                    made.append(one)
    return AssignmentsMade(made=tuple(made), skipped=tuple(skipped))


@router.delete("/{assignment_id}", status_code=204)
def withdraw_assignment(viewer: Organises, held: Held, assignment_id: str) -> None:
    """Ask somebody no longer; what was submitted stays."""
    with held.database.write() as connection:
        assignment = assignments.get(connection, assignment_id)
        try:
            review_visibility.set_to_organise(connection, viewer, assignment.set_id)
        except NotFound as error:
            raise NotFound(what="assignment", id=assignment_id) from error
        assignments.withdraw(connection, assignment, actor=viewer.name)


@router.get("/agreement")
def read_agreement(viewer: Organises, held: Held) -> Agreement:
    """Read how far reviewers agree over all that the viewer organises: percent, each κ, α."""
    with held.database.read() as connection:
        return organising.agreement_of_all(connection, viewer, held.recall)


def _skipped(set_id: str, reviewer_id: str, error: GuankeError) -> NotAssigned:
    return NotAssigned(set_id=set_id, reviewer_id=reviewer_id, reason=error.code)
