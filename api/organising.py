"""Puts together what organisers and teachers read: who reviews what, what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from api.blind import REVIEWER, knows_reviewer
from api.desk import state_of
from api.review_schemas import ReadReview, SetReviews, SetToReview, ShownAssignment
from lessons import (
    Agreement,
    Assignment,
    Decision,
    EvidenceSet,
    EvidenceState,
    Finding,
    ReviewKind,
)
from lessons.agreement import Ratings, Unit, agreement
from lessons.people import Role, Viewer
from lessons.reviewing import is_out
from storage import assignments, reviews, rubrics, tables
from storage.assignments import AssignedReview
from storage.review_visibility import may_organise, readable

A = tables.assignment.c
SET = tables.evidence_set.c
SCALE = ("excellent", "pass", "fail")


def sets_to_review(
    connection: Connection,
    viewer: Viewer,
    window: timedelta,
    *,
    state: EvidenceState | None,
    competency: str | None,
    after: str | None,
    limit: int,
) -> Sequence[SetToReview]:
    """Return the sets whose review the viewer organises, the newest first."""
    query = select(tables.evidence_set).where(may_organise(viewer)).order_by(SET.id.desc())
    if state:
        query = query.where(SET.state == state)
    if competency:
        query = query.where(SET.competency == competency)
    if after:
        query = query.where(SET.id < after)
    rows = connection.execute(query.limit(limit)).all()
    asked = assignments.of_sets(connection, [row.id for row in rows])
    open_to_me = _readable_ids(connection, viewer, window, [row.id for row in rows])
    shown = []
    for row in rows:
        now_round = assignments.round_of(connection, row.id)
        here = [one for one in asked[row.id] if one.id in open_to_me]
        found = {f.review_id: f for f in reviews.findings(connection, here)}
        current = [f for one in here if one.round == now_round and (f := found.get(one.id))]
        shown.append(
            SetToReview(
                id=row.id, teacher=row.teacher, teacher_id=row.teacher_id,
                competency=row.competency, state=EvidenceState(row.state), revision=row.revision,
                round=now_round, created_at=row.created_at,
                assignments=tuple(
                    _assignment(one, found.get(one.id), window) for one in asked[row.id]
                ),
                agreement=agreement_of(current) if len(current) > 1 else None,
                differ=len({f.result.level for f in current}) > 1,
            )
        )  # fmt: skip
    return shown


def agreement_of(found: Sequence[Finding], scale: Sequence[str] = SCALE) -> Agreement:
    """Return how far reviewers agree on one set."""
    return agreement(_ratings((f.reviewer, "", f) for f in found), scale)


def agreement_of_all(connection: Connection, viewer: Viewer, window: timedelta) -> Agreement:
    """Return how far the reviewers of all sets that the viewer organises agree."""
    sets = list(connection.execute(select(SET.id).where(may_organise(viewer))).scalars())
    asked = [
        one
        for several in assignments.of_sets(connection, sets).values()
        for one in several
        if one.kind is ReviewKind.ASSESSMENT
    ]
    ids = _readable_ids(connection, viewer, window, sets)
    out = {one.id: one for one in asked if one.id in ids}
    found = reviews.findings(connection, list(out.values()))
    named = ((f.reviewer, f"{out[f.review_id].set_id}:{out[f.review_id].round}", f) for f in found)
    return agreement(_ratings(named), SCALE)


def outcome_of(
    connection: Connection, viewer: Viewer, kept: EvidenceSet, window: timedelta
) -> SetReviews:
    """Return what became of a set, as its teacher or an organiser may read it."""
    asked = assignments.of_sets(connection, [kept.id])[kept.id]
    ids = _readable_ids(connection, viewer, window, [kept.id])
    now = datetime.now(UTC)
    out = [one for one in asked if one.id in ids and is_out(one.review.submitted_at, now, window)]
    found = {f.review_id: f for f in reviews.findings(connection, out)}
    now_round = assignments.round_of(connection, kept.id)
    hidden = _aliases(out, viewer)
    current = [found[one.id] for one in out if one.round == now_round and one.id in found]
    used = [one.review.rubric_id for one in out if one.review.rubric_id]
    return SetReviews(
        set_id=kept.id,
        state=kept.state,
        revision=kept.revision,
        round=now_round,
        pending=sum(one.round == now_round and one not in out for one in asked),
        reviews=tuple(_read(one, found.get(one.id), hidden) for one in out),
        agreement=agreement_of(_renamed(current, hidden)) if len(current) > 1 else None,
        decisions=tuple(
            _hide(decision, hidden) for decision in reviews.decisions(connection, kept.id)
        ),
        rubrics=rubrics.several(connection, used),
        may_decide=viewer.holds(Role.GROUP_LEAD, Role.SCHOOL_LEAD)
        and viewer.person_id != kept.teacher_id,
    )


def _readable_ids(
    connection: Connection, viewer: Viewer, window: timedelta, set_ids: Sequence[str]
) -> set[str]:
    query = (
        select(A.id)
        .join(tables.review, tables.review.c.id == A.id)
        .where(A.set_id.in_(set_ids), readable(viewer, window))
    )
    return set(connection.execute(query).scalars())


def _ratings(named: Iterable[tuple[str, str, Finding]]) -> Ratings:
    """Return levels by reviewer and item; `named` are reviewer, set and what they found."""
    ratings: dict[str, dict[Unit, str]] = {}
    for reviewer, unit, finding in named:
        for mark in finding.marks:
            ratings.setdefault(reviewer, {})[f"{unit}:{mark.requirement}"] = mark.level
    return ratings


def _assignment(one: AssignedReview, finding: Finding | None, window: timedelta) -> ShownAssignment:
    plain = {name: getattr(one, name) for name in Assignment.__dataclass_fields__}
    today = datetime.now(UTC).date()
    out = is_out(one.review.submitted_at, datetime.now(UTC), window)
    return ShownAssignment(
        **plain,
        state=state_of(one.review),
        submitted_at=one.review.submitted_at,
        result=finding.result if finding and out else None,
        overdue=bool(one.due_on and one.due_on < today and not one.review.submitted_at),
    )


def _aliases(out: Sequence[AssignedReview], viewer: Viewer) -> Mapping[str, str]:
    """Return what reviewers are called whom the viewer must not know, by their reviews."""
    hidden = [one for one in out if not knows_reviewer(one, viewer)]
    people = list(dict.fromkeys(one.reviewer_id for one in hidden))
    return {one.id: f"{REVIEWER}{people.index(one.reviewer_id) + 1}" for one in hidden}


def _renamed(found: Sequence[Finding], hidden: Mapping[str, str]) -> Sequence[Finding]:
    return [replace(f, reviewer=hidden.get(f.review_id, f.reviewer)) for f in found]


def _read(one: AssignedReview, finding: Finding | None, hidden: Mapping[str, str]) -> ReadReview:
    assert one.review.submitted_at is not None
    return ReadReview(
        id=one.id,
        kind=one.kind,
        round=one.round,
        reviewer=hidden.get(one.id, one.reviewer),
        submitted_at=one.review.submitted_at,
        summary=one.review.summary,
        finding=_renamed([finding], hidden)[0] if finding else None,
    )


def _hide(decision: Decision, hidden: Mapping[str, str]) -> Decision:
    return replace(decision, findings=tuple(_renamed(decision.findings, hidden)))
