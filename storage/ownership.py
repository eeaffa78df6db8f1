"""Whose a lesson is, and with whom it is shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update

from lessons import Lesson
from lessons.errors import Conflict, NotFound
from lessons.people import Person
from lessons.sharing import Audience, Share
from storage import audit, lessons, tables
from storage.events import tell
from storage.mapping import from_row, to_plain, to_row

L = tables.lesson.c
S = tables.share.c


@dataclass(frozen=True, kw_only=True)
class ShownShare(Share):
    """A share, and what its audience is called."""

    name: str


def hand_over(
    connection: Connection, lesson_ids: Sequence[str], teacher: Person, *, actor: str
) -> Sequence[Lesson]:
    """Give lessons to their teacher, with the clips and evidence that are nobody's yet.

    What was shared stays shared only by the new teacher's word: the shares go.
    """
    done = []
    for lesson_id in lesson_ids:
        old = lessons.get(connection, lesson_id)
        values = {
            "teacher_id": teacher.id,
            "teacher": teacher.name,
            "campus_id": teacher.campus_id,
            "revision": old.revision + 1,
        }
        connection.execute(update(tables.lesson).where(L.id == lesson_id).values(values))
        connection.execute(delete(tables.share).where(S.lesson_id == lesson_id))
        for table, column in ((tables.clip, "owner_id"), (tables.evidence_set, "teacher_id")):
            unclaimed = (table.c.lesson_id == lesson_id, table.c[column].is_(None))
            connection.execute(update(table).where(*unclaimed).values({column: teacher.id}))
        audit.record(connection, actor, "lesson.hand_over", lesson_id, to=teacher.id)
        done.append(_told(connection, lesson_id))
    return done


def shares(connection: Connection, lesson_id: str) -> Sequence[ShownShare]:
    """Return with whom a lesson is shared, and what they are called."""
    found = []
    for row in connection.execute(
        select(tables.share).where(S.lesson_id == lesson_id).order_by(S.audience, S.audience_id)
    ):
        table = _TABLES[Audience(row.audience)]
        query = select(table.c.name).where(table.c.id == row.audience_id)
        name = connection.execute(query).scalar_one_or_none() or ""
        found.append(from_row(ShownShare, row, name=name))
    return found


def share(
    connection: Connection, lesson: Lesson, wanted: Sequence[Share], revision: int, *, actor: str
) -> Sequence[ShownShare]:
    """Let a lesson be shared with these, and nobody else.

    Raises:
        Conflict: the lesson was changed since `revision`.
        NotFound: somebody is not of this school group.
    """
    if lesson.revision != revision:
        raise Conflict(detail=lesson.title)
    for one in wanted:
        _check(connection, lesson.school_group_id, one)
    connection.execute(delete(tables.share).where(S.lesson_id == lesson.id))
    by_audience = {(one.audience, one.audience_id): one for one in wanted}
    now = datetime.now(UTC)
    rows = [
        to_row(one, tables.share, lesson_id=lesson.id, created_at=now)
        for one in by_audience.values()
    ]
    if rows:
        connection.execute(insert(tables.share), rows)
    connection.execute(update(tables.lesson).where(L.id == lesson.id).values(revision=revision + 1))
    audit.record(connection, actor, "lesson.share", lesson.id, shares=to_plain(list(wanted)))
    _told(connection, lesson.id)
    return shares(connection, lesson.id)


_TABLES = {
    Audience.PERSON: tables.person,
    Audience.GROUP: tables.research_group,
    Audience.CAMPUS: tables.campus,
    Audience.SCHOOL_GROUP: tables.school_group,
}
_WHAT = {
    Audience.PERSON: "person",
    Audience.GROUP: "research group",
    Audience.CAMPUS: "campus",
    Audience.SCHOOL_GROUP: "school group",
}


def _check(connection: Connection, school_group_id: str, wanted: Share) -> None:
    table = _TABLES[wanted.audience]
    query = select(table.c.id).where(table.c.id == wanted.audience_id)
    if wanted.audience is Audience.SCHOOL_GROUP:
        query = query.where(table.c.id == school_group_id)
    else:
        query = query.where(table.c.school_group_id == school_group_id)
    if connection.execute(query).first() is None:
        raise NotFound(what=_WHAT[wanted.audience], id=wanted.audience_id)


def _told(connection: Connection, lesson_id: str) -> Lesson:
    now = lessons.get(connection, lesson_id)
    watched = now.parts[0].recording_id if now.parts else None
    tell(connection, "lesson.changed", recording_id=watched, lesson=lesson_id)
    return now
