"""Lessons: list, read, write, trim, split and join. No media is touched."""

from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from api.policy import Edits, Looks
from api.schemas import (
    After,
    LessonEdit,
    LessonJoin,
    LessonSplit,
    Limit,
    NewLesson,
    Page,
    PartEdit,
    TwoLessons,
    page_of,
)
from api.services import Held
from lessons import Lesson
from lessons.parts import trimmed, without
from lessons.people import Role, Viewer
from lessons.sharing import Need
from storage import lessons, people, visibility
from storage.lessons import LessonFilter

router = APIRouter(prefix="/lessons", tags=["lessons"])


@router.get("")
def list_lessons(
    viewer: Looks,
    held: Held,
    chosen: Annotated[LessonFilter, Depends()],
    after: After = None,
    limit: Limit = 50,
) -> Page[Lesson]:
    """List the lessons that one may see, newest first."""
    seen = visibility.may_lesson(viewer, Need.FACTS)
    with held.database.read() as connection:
        found = lessons.page(connection, chosen, seen, after=after, limit=limit + 1)
    return page_of(found, limit, attrgetter("id"))


@router.post("", status_code=201)
def make_lesson(actor: Edits, held: Held, new: NewLesson) -> Lesson:
    """Keep a new lesson: one's own, or, where an operator names the teacher, theirs."""
    with held.database.write() as connection:
        visibility.check_parts(connection, actor, new.parts)
        teacher_id = teacher_of(connection, actor, new.teacher)
        return lessons.create(connection, new, new.parts, actor=actor.name, teacher_id=teacher_id)


@router.get("/{lesson_id}")
def read_lesson(viewer: Looks, held: Held, lesson_id: str) -> Lesson:
    """Read one lesson."""
    with held.database.read() as connection:
        return visibility.lesson(connection, viewer, lesson_id, Need.FACTS)


@router.put("/{lesson_id}")
def edit_lesson(actor: Edits, held: Held, lesson_id: str, edit: LessonEdit) -> Lesson:
    """Change what people write about a lesson: its topic, teacher, class, term and so on."""
    with held.database.write() as connection:
        visibility.lesson(connection, actor, lesson_id, Need.HANDLE)
        return lessons.edit(connection, lesson_id, edit, edit.revision, actor=actor.name)


@router.post("/{lesson_id}/trim")
def trim_lesson(actor: Edits, held: Held, lesson_id: str, kept: PartEdit) -> Lesson:
    """Keep only this stretch of a recording; what lies outside is no longer the lesson."""
    with held.database.write() as connection:
        visibility.lesson(connection, actor, lesson_id, Need.HANDLE)
        return lessons.set_parts(
            connection,
            lesson_id,
            kept.revision,
            lambda parts: trimmed(parts, kept.recording_id, kept),
            actor=actor.name,
            action="lesson.trim",
        )


@router.post("/{lesson_id}/leave-out")
def leave_out(actor: Edits, held: Held, lesson_id: str, gap: PartEdit) -> Lesson:
    """Take a stretch out of the middle, such as a break; the lesson goes on after it."""
    with held.database.write() as connection:
        visibility.lesson(connection, actor, lesson_id, Need.HANDLE)
        return lessons.set_parts(
            connection,
            lesson_id,
            gap.revision,
            lambda parts: without(parts, gap.recording_id, gap),
            actor=actor.name,
            action="lesson.leave_out",
        )


@router.post("/{lesson_id}/split")
def split_lesson(actor: Edits, held: Held, lesson_id: str, cut: LessonSplit) -> TwoLessons:
    """Make two lessons of one, where a file holds two; clips after the cut go with the second."""
    with held.database.write() as connection:
        visibility.lesson(connection, actor, lesson_id, Need.HANDLE)
        first, second = lessons.split(
            connection,
            lesson_id,
            cut.revision,
            cut.recording_id,
            cut.at_ms,
            cut,
            actor=actor.name,
        )
    return TwoLessons(first=first, second=second)


@router.post("/{lesson_id}/join")
def join_lesson(actor: Edits, held: Held, lesson_id: str, join: LessonJoin) -> Lesson:
    """Make one lesson of two: the other's stretches, clips and evidence come behind this one's."""
    with held.database.write() as connection:
        visibility.lesson(connection, actor, lesson_id, Need.HANDLE)
        visibility.lesson(connection, actor, join.other_id, Need.HANDLE)
        return lessons.join(connection, lesson_id, join.revision, join.other_id, actor=actor.name)


def teacher_of(connection: Connection, viewer: Viewer, name: str | None) -> str | None:
    """Return whose a new lesson is: the teacher's an operator names, else the viewer's own.

    None (待认领) where nobody, or more than one, is called so.
    """
    if not viewer.holds(Role.OPERATOR):
        name = None  # a teacher writes what is shown, and keeps the lesson
    return people.whose(connection, viewer.name, name)
