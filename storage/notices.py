"""Notices: made in the transaction of the deed, read by one person, repeated to a group's chat."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from lessons import Notice, NoticeKind, new_id
from lessons.people import person_of
from storage import tables
from storage.database import now_ms
from storage.events import tell
from storage.mapping import from_row, to_row

T = tables.notice.c
HOOK = tables.webhook.c


def notify(
    connection: Connection,
    person_ids: Collection[str | None],
    kind: NoticeKind,
    path: str,
    *,
    actor: str,
    **facts: str | None,
) -> None:
    """Tell people what happened, and the robots of their groups that something did.

    Nobody is told of their own deed. The same news about the same page, while it is unread, stands
    once, with its latest time.

    Args:
        path: of the page that it leads to, within the product.
        facts: what the sentence names: `title`, `by`, `competency`, …; empty ones are left out.
    """
    wanted = {i for i in person_ids if i} - {person_of(actor)}
    there = select(tables.person.c.id).where(
        tables.person.c.id.in_(wanted), tables.person.c.active.is_(True)
    )
    told = connection.execute(there).scalars().all() if wanted else []
    if not told:
        return
    connection.execute(
        delete(tables.notice).where(
            T.person_id.in_(told), T.kind == kind, T.path == path, T.read_at.is_(None)
        )
    )
    for person_id in told:
        notice = Notice(
            id=new_id(),
            person_id=person_id,
            kind=kind,
            path=path,
            facts={name: fact for name, fact in facts.items() if fact},
            created_at=datetime.now(UTC),
        )
        connection.execute(insert(tables.notice).values(to_row(notice, tables.notice)))
        tell(connection, "notice.made", person=person_id, notice=notice.id)
    _announce(connection, told, kind, path)


def page(
    connection: Connection,
    person_id: str,
    *,
    unread: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[Notice]:
    """Return a person's notices, newest first, that were made before the one named `after`."""
    query = select(tables.notice).where(T.person_id == person_id).order_by(T.id.desc()).limit(limit)
    if unread:
        query = query.where(T.read_at.is_(None))
    if after:
        query = query.where(T.id < after)
    return [from_row(Notice, row) for row in connection.execute(query)]


def unread_count(connection: Connection, person_id: str) -> int:
    """Return how many notices a person has not read."""
    query = select(func.count()).where(T.person_id == person_id, T.read_at.is_(None))
    return connection.execute(query).scalar_one()


def mark_read(connection: Connection, person_id: str, ids: Collection[str] | None) -> int:
    """Note that a person has read these notices, or all there are, and return how many were new."""
    mine = update(tables.notice).where(T.person_id == person_id, T.read_at.is_(None))
    if ids is not None:
        mine = mine.where(T.id.in_(ids))
    done = connection.execute(mine.values(read_at=datetime.now(UTC)))
    if done.rowcount:
        tell(connection, "notice.read", person=person_id)
    return done.rowcount


def _announce(
    connection: Connection, person_ids: Collection[str], kind: NoticeKind, path: str
) -> None:
    """Put the news into the outbox of each robot whose group one of these people belongs to."""
    schools = select(tables.person.c.school_group_id).where(tables.person.c.id.in_(person_ids))
    groups = select(tables.membership.c.group_id).where(
        tables.membership.c.person_id.in_(person_ids)
    )
    query = select(HOOK.id, HOOK.kinds).where(
        HOOK.enabled.is_(True),
        HOOK.school_group_id.in_(schools),
        or_(HOOK.group_id.is_(None), HOOK.group_id.in_(groups)),
    )
    for row in connection.execute(query).all():
        if kind in row.kinds:
            connection.execute(
                insert(tables.announcement).values(
                    id=new_id(), webhook_id=row.id, kind=kind, path=path, made_at_ms=now_ms()
                )
            )
