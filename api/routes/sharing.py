"""Whose a lesson is, and with whom it is shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.policy import Edits, Looks
from api.services import Held, Services
from lessons import Lesson, Share, Viewer
from lessons.errors import NotFound
from lessons.people import Role
from lessons.sharing import Need
from storage import ownership, people, visibility
from storage.ownership import ShownShare

router = APIRouter(tags=["sharing"])


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """With whom a lesson is shared from now on: these, and nobody else."""

    revision: int  # of the lesson
    shares: Annotated[tuple[Share, ...], Field(max_length=200)]


@dataclass(frozen=True, kw_only=True)
class NewTeacher:
    """Whose a lesson shall be."""

    teacher_id: str


@dataclass(frozen=True, kw_only=True)
class HandOver(NewTeacher):
    """Several lessons for one teacher."""

    lesson_ids: Annotated[tuple[str, ...], Field(min_length=1, max_length=500)]


@router.get("/lessons/{lesson_id}/shares")
def list_shares(viewer: Looks, held: Held, lesson_id: str) -> Sequence[ShownShare]:
    """List with whom one's lesson is shared."""
    with held.database.read() as connection:
        visibility.lesson(connection, viewer, lesson_id, Need.OWN)
        return ownership.shares(connection, lesson_id)


@router.put("/lessons/{lesson_id}/shares")
def share_lesson(
    viewer: Edits, held: Held, lesson_id: str, wanted: Sharing
) -> Sequence[ShownShare]:
    """Share one's lesson with people, groups, a campus or the school group; or with nobody."""
    with held.database.write() as connection:
        lesson = visibility.lesson(connection, viewer, lesson_id, Need.OWN)
        return ownership.share(
            connection, lesson, wanted.shares, wanted.revision, actor=viewer.name
        )


@router.put("/lessons/{lesson_id}/teacher")
def hand_lesson_over(viewer: Edits, held: Held, lesson_id: str, new: NewTeacher) -> Lesson:
    """Hand a lesson to its teacher: an operator any lesson, a teacher the own."""
    return _handed(viewer, held, [lesson_id], new.teacher_id)[0]


@router.post("/lessons/hand-over")
def hand_lessons_over(viewer: Edits, held: Held, many: HandOver) -> Sequence[Lesson]:
    """Hand several lessons to one teacher: all of them, or none where one can't be."""
    return _handed(viewer, held, many.lesson_ids, many.teacher_id)


def _handed(
    viewer: Viewer, held: Services, lesson_ids: Sequence[str], teacher_id: str
) -> Sequence[Lesson]:
    with held.database.write() as connection:
        for lesson_id in lesson_ids:
            visibility.lesson(connection, viewer, lesson_id, Need.HANDLE)
        teacher = people.get(connection, viewer.school_group_id, teacher_id)
        if not teacher.active or Role.TEACHER not in teacher.roles:
            raise NotFound(what="person", id=teacher_id)
        return ownership.hand_over(connection, lesson_ids, teacher, actor=viewer.name)
