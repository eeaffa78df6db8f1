"""Who can be named in a comment, so that they are told of it."""

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from lessons import Mention
from lessons.errors import NotFound
from lessons.people import Viewer
from lessons.sharing import Audience
from storage import tables

P = tables.person.c
MOST = 20  # people named in one comment


def mentions_of(
    connection: Connection, viewer: Viewer, person_ids: Sequence[str]
) -> tuple[Mention, ...]:
    """Return the people who are named; colleagues of the same school group only.

    Raises:
        NotFound: one of them is nobody here.
    """
    wanted = list(dict.fromkeys(person_ids))[:MOST]
    if not wanted:
        return ()
    query = select(P.id, P.name).where(
        P.id.in_(wanted), P.school_group_id == viewer.school_group_id, P.active.is_(True)
    )
    names = {row.id: row.name for row in connection.execute(query)}
    for person_id in wanted:
        if person_id not in names:
            raise NotFound(what="person", id=person_id)
    return tuple(Mention(person_id=one, name=names[one]) for one in wanted)


def mentionable(connection: Connection, lesson_id: str) -> Sequence[tuple[str, str]]:
    """Return id and name of who may look at a lesson: its teacher, and whom it is shared with."""
    lesson, share, member = tables.lesson.c, tables.share.c, tables.membership.c
    shared = select(share.audience_id).where(share.lesson_id == lesson_id)

    groups = select(member.person_id).where(
        member.group_id.in_(shared.where(share.audience == Audience.GROUP))
    )
    query = (
        select(P.id, P.name)
        .join(tables.lesson, lesson.id == lesson_id)
        .where(
            P.school_group_id == lesson.school_group_id,
            P.active.is_(True),
            or_(
                P.id == lesson.teacher_id,
                P.id.in_(shared.where(share.audience == Audience.PERSON)),
                P.id.in_(groups),
                P.campus_id.in_(shared.where(share.audience == Audience.CAMPUS)),
                P.school_group_id.in_(shared.where(share.audience == Audience.SCHOOL_GROUP)),
            ),
        )
        .order_by(P.name)
        .limit(500)
    )
    return [(row.id, row.name) for row in connection.execute(query)]
