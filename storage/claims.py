"""Lessons that wait for their teacher (待认领): claimed for somebody, or joined to another one."""

from sqlalchemy import Connection, update

from lessons import Lesson
from lessons.people import Person
from lessons.records import LessonFacts
from storage import audit, lessons, tables

L = tables.lesson.c
IN = tables.intake.c
PART = tables.lesson_part.c


def claim(
    connection: Connection,
    lesson_id: str,
    facts: LessonFacts,
    teacher: Person,
    revision: int,
    *,
    actor: str,
) -> Lesson:
    """Put a lesson into its teacher's hands, with what is known of it.

    Raises:
        NotFound, Conflict: it is gone, or was changed since `revision`.
    """
    lesson = lessons.edit(connection, lesson_id, facts, revision, actor=actor)
    connection.execute(
        update(tables.lesson)
        .where(L.id == lesson_id)
        .values(teacher_id=teacher.id, teacher=teacher.name)
    )
    audit.record(connection, actor, "lesson.claim", lesson_id, teacher=teacher.id)
    settle(connection, lesson)
    return lessons.get(connection, lesson_id)


def settle(connection: Connection, lesson: Lesson) -> None:
    """Take the files of a lesson out of the tray."""
    recordings = [part.recording_id for part in lesson.parts]
    connection.execute(
        update(tables.intake).where(IN.recording_id.in_(recordings)).values(matched=True)
    )
