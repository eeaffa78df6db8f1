"""Group robots, and the outbox of what they still have to say.

An announcement is written with the notice it repeats, and deleted when the robot has said it: said
at least once. A robot is claimed for as long as a message may take, so that several processes never
say the same together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, insert, select, update

from lessons import NoticeKind, Webhook, WebhookService, new_id
from lessons.errors import Conflict, NotFound
from lessons.webhooks import GIVE_UP_MS, PAUSE_MS, WebhookFacts, host_of, wait_ms
from storage import audit, tables
from storage.database import now_ms
from storage.mapping import from_row, to_row

T = tables.webhook.c
OUT = tables.announcement.c
CLAIM_MS = 60_000
TOGETHER = 20  # announcements in one message


@dataclass(frozen=True, kw_only=True)
class Pending:
    """One thing that a robot still has to say."""

    id: str
    kind: NoticeKind
    path: str


@dataclass(frozen=True, kw_only=True)
class Errand:
    """A robot, how to reach it, and what it has to say now."""

    webhook_id: str
    service: WebhookService
    url: str
    secret: str | None
    failures: int
    news: tuple[Pending, ...]


def add(
    connection: Connection,
    facts: WebhookFacts,
    url: str,
    secret: str | None,
    *,
    school_group_id: str,
    actor: str,
) -> Webhook:
    """Keep a new robot.

    Raises:
        NotFound: its research group is not of this school group.
    """
    _check_group(connection, facts, school_group_id)
    new = Webhook(
        **_plain(facts),
        id=new_id(),
        school_group_id=school_group_id,
        host=host_of(url),
        created_at=datetime.now(UTC),
    )
    row = to_row(new, tables.webhook, url=url, secret=secret)
    connection.execute(insert(tables.webhook).values(row))
    audit.record(connection, actor, "webhook.make", new.id, host=new.host, enabled=new.enabled)
    return new


def every(connection: Connection, school_group_id: str) -> Sequence[Webhook]:
    """Return the robots of a school group, oldest first, without what opens them."""
    query = select(tables.webhook).where(T.school_group_id == school_group_id).order_by(T.id)
    return [from_row(Webhook, row) for row in connection.execute(query)]


def get(connection: Connection, webhook_id: str, school_group_id: str) -> Webhook:
    """Return one robot.

    Raises:
        NotFound: there is none with this id in the school group.
    """
    for webhook in every(connection, school_group_id):
        if webhook.id == webhook_id:
            return webhook
    raise NotFound(what="webhook", id=webhook_id)


def edit(
    connection: Connection,
    old: Webhook,
    facts: WebhookFacts,
    revision: int,
    *,
    url: str | None,
    secret: str | None,
    actor: str,
) -> Webhook:
    """Change a robot; address and secret stay as they are where none are given.

    Raises:
        Conflict: it was changed since `revision`.
        NotFound: its research group is not of this school group.
    """
    if old.revision != revision:
        raise Conflict(detail=old.name)
    _check_group(connection, facts, old.school_group_id)
    new = replace(
        old,
        **_plain(facts),
        revision=revision + 1,
        host=host_of(url) if url else old.host,
        failures=0,
        last_error=None,
    )
    more = {name: value for name, value in (("url", url), ("secret", secret)) if value}
    row = to_row(new, tables.webhook, not_before_ms=0, **more)
    connection.execute(update(tables.webhook).where(T.id == old.id).values(row))
    if not new.enabled:
        connection.execute(delete(tables.announcement).where(OUT.webhook_id == new.id))
    audit.record(connection, actor, "webhook.edit", new.id, host=new.host, enabled=new.enabled)
    return new


def remove(connection: Connection, webhook: Webhook, *, actor: str) -> None:
    """Forget a robot and what it had to say."""
    connection.execute(delete(tables.webhook).where(T.id == webhook.id))
    audit.record(connection, actor, "webhook.remove", webhook.id, host=webhook.host)


def announce(connection: Connection, webhook: Webhook, kind: NoticeKind, path: str) -> None:
    """Let a robot say something by itself: an administrator tries it."""
    connection.execute(
        insert(tables.announcement).values(
            id=new_id(), webhook_id=webhook.id, kind=kind, path=path, made_at_ms=now_ms()
        )
    )


def due(connection: Connection) -> bool:
    """Return whether a robot has something to say now."""
    return connection.execute(select(exists(_due()))).scalar_one()


def claim(connection: Connection) -> Errand | None:
    """Take the robot that is due longest, with what it has to say."""
    first = _due().order_by(T.not_before_ms, T.id).limit(1).scalar_subquery()
    row = connection.execute(
        update(tables.webhook)
        .where(T.id == first, T.not_before_ms <= now_ms())
        .values(not_before_ms=now_ms() + CLAIM_MS)
        .returning(T.id, T.service, T.url, T.secret, T.failures)
    ).first()
    if row is None:
        return None
    query = select(tables.announcement).where(OUT.webhook_id == row.id).order_by(OUT.id)
    news = [from_row(Pending, r) for r in connection.execute(query.limit(TOGETHER))]
    return from_row(Errand, row, webhook_id=row.id, news=news)


def said(connection: Connection, errand: Errand) -> None:
    """Note that a robot has said what it had to."""
    ids = [pending.id for pending in errand.news]
    connection.execute(delete(tables.announcement).where(OUT.id.in_(ids)))
    connection.execute(
        update(tables.webhook)
        .where(T.id == errand.webhook_id)
        .values(
            failures=0,
            last_error=None,
            last_sent_at=datetime.now(UTC),
            not_before_ms=now_ms() + PAUSE_MS,
        )
    )


def refused(connection: Connection, errand: Errand, reason: str) -> None:
    """Note that a robot could not be reached or would not say it; it is tried again later."""
    connection.execute(
        update(tables.webhook)
        .where(T.id == errand.webhook_id)
        .values(
            failures=T.failures + 1,
            last_error=reason[:500],
            not_before_ms=now_ms() + wait_ms(errand.failures + 1),
        )
    )
    old = delete(tables.announcement).where(
        OUT.webhook_id == errand.webhook_id, OUT.made_at_ms < now_ms() - GIVE_UP_MS
    )
    dropped = connection.execute(old).rowcount
    if dropped:
        audit.record(connection, "system", "webhook.give-up", errand.webhook_id, messages=dropped)


def _due() -> Select[str]:
    waiting = exists().where(OUT.webhook_id == T.id)
    return select(T.id).where(T.enabled.is_(True), T.not_before_ms <= now_ms(), waiting)


def _plain(facts: WebhookFacts) -> dict[str, Any]:
    return {field.name: getattr(facts, field.name) for field in fields(WebhookFacts)}


def _check_group(connection: Connection, facts: WebhookFacts, school_group_id: str) -> None:
    group = tables.research_group.c
    if facts.group_id is None:
        return
    mine = select(func.count()).where(
        group.id == facts.group_id, group.school_group_id == school_group_id
    )
    if not connection.execute(mine).scalar_one():
        raise NotFound(what="research group", id=facts.group_id)
