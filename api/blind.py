"""Hides names on the server: what a person must not know never leaves it.

A reviewer of a blind review is not told whose work it is; in a double-blind one the teacher is not
told who reviews. Only what is written can be hidden: voice, picture and documents may still tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from api.review_schemas import ShownComment
from lessons import Blindness, Comment, CommentSubject
from lessons.blinding import Shield
from lessons.people import Viewer
from storage import assignments, tables
from storage.assignments import AssignedReview
from storage.mapping import from_plain, to_plain

Noun = TypeVar("Noun")
REVIEWER = "评审人"
NO_TEXT = ("id", "_at", "digest", "version", "_on")  # fields that hold no words


def shield_of(connection: Connection, set_id: str) -> Shield:
    """Return the shield against every name by which the teacher of a set is known."""
    kept, person, lesson = tables.evidence_set.c, tables.person.c, tables.lesson.c
    query = (
        select(kept.teacher, person.name, person.staff_number, lesson.teacher)
        .select_from(tables.evidence_set)
        .outerjoin(tables.person, person.id == kept.teacher_id)
        .outerjoin(tables.lesson, lesson.id == kept.lesson_id)
        .where(kept.id == set_id)
    )
    return Shield.against(name for row in connection.execute(query) for name in row)


def cleaned(noun: Noun, shield: Shield) -> Noun:
    """Return a noun without the names, in whichever of its texts they stand."""
    return from_plain(type(noun), _walk(to_plain(noun), shield))


def shown_comments(
    connection: Connection, viewer: Viewer, found: Sequence[Comment]
) -> Sequence[ShownComment]:
    """Return comments as the viewer may read them."""
    sets = {c.subject_id for c in found if c.subject is CommentSubject.EVIDENCE_SET}
    asked = assignments.of_sets(connection, sets) if sets else {}
    reviews = {one.id: one for several in asked.values() for one in several}
    shields = {
        set_id: shield_of(connection, set_id)
        for set_id, several in asked.items()
        if any(_is_blind(one, viewer) for one in several)
    }
    return [_shown(comment, viewer, reviews, shields) for comment in found]


def knows_reviewer(review: AssignedReview, viewer: Viewer) -> bool:
    """Return whether the viewer may know who reviews."""
    if review.blindness is not Blindness.DOUBLE_BLIND:
        return True
    return viewer.person_id in (review.reviewer_id, review.organiser_id)


def _shown(
    comment: Comment,
    viewer: Viewer,
    reviews: Mapping[str, AssignedReview],
    shields: Mapping[str, Shield],
) -> ShownComment:
    mine = comment.author_id == viewer.person_id
    shown = ShownComment(**{f.name: getattr(comment, f.name) for f in fields(Comment)}, mine=mine)
    review = reviews.get(comment.review_id or "")
    if review and comment.author_id == review.reviewer_id and not knows_reviewer(review, viewer):
        shown = replace(shown, author=REVIEWER, author_id=None, resolved_by=None)
    shield = shields.get(comment.subject_id)
    if shield is None:
        return shown
    hidden = replace(cleaned(shown, shield), mentions=())
    return hidden if mine else replace(hidden, author_id=None)


def _is_blind(review: AssignedReview, viewer: Viewer) -> bool:
    """Return whether the viewer reviews this and must not know whose it is."""
    return review.reviewer_id == viewer.person_id and review.blindness is not Blindness.OPEN


def _walk(plain: Any, shield: Shield, name: str = "") -> Any:
    """Clean every text below; identifiers and digests are no texts."""
    if isinstance(plain, dict):
        return {key: _walk(value, shield, key) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_walk(value, shield, name) for value in plain]
    if isinstance(plain, str) and not name.endswith(NO_TEXT):
        return shield.cleaned(plain)
    return plain
