"""Who sees which review and comment: the part of `storage.visibility` that reviews are about.

A reviewer is handed a set by an assignment and reads it at the review alone, never by its own id:
so nothing that names its teacher lies on the way. An organiser is who leads the teacher's group or
the school, or administers it; administrators assign, and read no lesson.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, false, or_, select

from lessons import Comment, EvidenceSet, EvidenceState, ReviewKind
from lessons.errors import NotFound
from lessons.people import Role, Viewer
from lessons.reviewing import RECALL, check_conflict_of_interest
from lessons.sharing import Need
from storage import assignments, comments, evidence, tables, visibility
from storage.assignments import AssignedReview

A = tables.assignment.c
R = tables.review.c
C = tables.comment.c
SET = tables.evidence_set.c
Condition = ColumnElement[bool]
JUDGED = (EvidenceState.SUBMITTED, EvidenceState.RETURNED, EvidenceState.PASSED)


# --- reviewers ---------------------------------------------------------------------------------


def my_reviews(viewer: Viewer) -> Condition:
    """Return the condition on assignments that they are the viewer's, and the set handed in."""
    handed_in = select(SET.id).where(SET.state.in_(JUDGED))
    return and_(
        A.reviewer_id == viewer.person_id,
        A.school_group_id == viewer.school_group_id,
        A.set_id.in_(handed_in),
    )


def review(connection: Connection, viewer: Viewer, review_id: str) -> AssignedReview:
    """Return a review that the viewer was asked for.

    Raises:
        NotFound: there is none.
    """
    found = assignments.page(connection, A.id == review_id, my_reviews(viewer), limit=1)
    if not found:
        raise NotFound(what="review", id=review_id)
    return found[0]


# --- organisers --------------------------------------------------------------------------------


def may_organise(viewer: Viewer) -> Condition:
    """Return the condition on evidence sets that the viewer may have them reviewed."""
    here = and_(SET.school_group_id == viewer.school_group_id, SET.state.in_(JUDGED))
    if viewer.holds(Role.SCHOOL_LEAD, Role.ADMINISTRATOR):
        return here
    if not viewer.holds(Role.GROUP_LEAD) or not viewer.led_group_ids:
        return false()
    member = tables.membership.c
    led = select(member.person_id).where(member.group_id.in_(sorted(viewer.led_group_ids)))
    return and_(here, SET.teacher_id.in_(led))


def set_to_organise(connection: Connection, viewer: Viewer, set_id: str) -> EvidenceSet:
    """Return a set that the viewer may have reviewed.

    Raises:
        NotFound: there is none.
    """
    query = select(SET.id).where(SET.id == set_id, may_organise(viewer))
    if connection.execute(query).first() is None:
        raise NotFound(what="evidence set", id=set_id)
    return evidence.get(connection, set_id)


def set_with_reviews(connection: Connection, viewer: Viewer, set_id: str) -> EvidenceSet:
    """Return a set whose outcome the viewer may read: its teacher, and those who organise.

    Raises:
        NotFound: there is none.
    """
    query = select(SET.id).where(
        SET.id == set_id,
        SET.school_group_id == viewer.school_group_id,
        or_(SET.teacher_id == viewer.person_id, may_organise(viewer)),
    )
    if connection.execute(query).first() is None:
        raise NotFound(what="evidence set", id=set_id)
    return evidence.get(connection, set_id)


def check_not_own(viewer: Viewer, kept: EvidenceSet) -> None:
    """Let nobody decide on their own evidence.

    Raises:
        OwnEvidence: it is the viewer's.
    """
    check_conflict_of_interest(kept.teacher_id, viewer.person_id)


# --- what is out -------------------------------------------------------------------------------


def readable(viewer: Viewer, window: timedelta = RECALL) -> Condition:
    """Return the condition on assignments (with their reviews) that the viewer may read what was
    written: it is their own, a 互评, or submitted for good and not still hidden from them.

    Who has to judge the same set reads what others found after having submitted the own.
    """
    own = tables.assignment.alias()
    own_review = tables.review.alias()
    still_judging = (
        exists()
        .where(own.c.id == own_review.c.id, own.c.set_id == A.set_id, own.c.round == A.round)
        .where(own.c.reviewer_id == viewer.person_id, own.c.kind == ReviewKind.ASSESSMENT)
        .where(own_review.c.submitted_at.is_(None))
    )
    out = R.submitted_at < datetime.now(UTC) - window
    return or_(
        A.reviewer_id == viewer.person_id,
        and_(out, or_(A.kind == ReviewKind.PEER, ~still_judging)),
    )


def reviews_heard(viewer: Viewer) -> Select[str]:
    """Return the ids of reviews of whose changes the viewer is told: the own, and those of sets
    that they may see, as far as they may read them."""
    others = and_(
        A.set_id.in_(visibility.sets_of(viewer)), or_(A.kind == ReviewKind.PEER, readable(viewer))
    )
    return (
        select(A.id)
        .join(tables.review, R.id == A.id)
        .where(or_(my_reviews(viewer), others), A.school_group_id == viewer.school_group_id)
    )


def comment_readable(viewer: Viewer, window: timedelta = RECALL) -> Condition:
    """Return the condition on comments, besides what they are about: what is part of a review is
    read with it, and of a 互评 at once."""
    out: Select[str] = (
        select(R.id)
        .join(tables.assignment, A.id == R.id)
        .where(or_(A.kind == ReviewKind.PEER, readable(viewer, window)))
    )
    return or_(C.review_id.is_(None), C.author_id == viewer.person_id, C.review_id.in_(out))


def comments_about(viewer: Viewer, window: timedelta = RECALL) -> Condition:
    """Return the condition on comments that the viewer may see them by what they are about."""
    of_lessons = and_(
        C.subject != "evidence_set", C.lesson_id.in_(visibility.lessons_of(viewer, Need.LOOK))
    )
    of_clips = and_(C.subject == "clip", C.subject_id.in_(visibility.clips_of(viewer, Need.LOOK)))
    of_sets = and_(
        C.subject == "evidence_set",
        or_(
            C.subject_id.in_(visibility.sets_of(viewer)),
            C.subject_id.in_(select(A.set_id).where(my_reviews(viewer))),
        ),
    )
    return and_(or_(of_lessons, of_clips, of_sets), comment_readable(viewer, window))


def comment(
    connection: Connection, viewer: Viewer, comment_id: str, window: timedelta = RECALL
) -> Comment:
    """Return a comment that the viewer may read.

    Raises:
        NotFound: there is none.
    """
    return comments.get(connection, comment_id, comments_about(viewer, window))
