"""Who did what: append-only, each line chained to the one before, so that a change is seen."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from lessons.people import person_of, school_of
from storage import tables

START = "0" * 64
SAID = ("at", "actor", "action", "subject", "detail", "actor_id", "school_group_id")
LATER = ("actor_id", "school_group_id")  # lines from before there were people have none


def record(
    connection: Connection, actor: str, action: str, subject: str, /, **detail: object
) -> None:
    """Add a line to the audit, in the transaction of the deed itself."""
    newest = select(tables.audit.c.digest).order_by(tables.audit.c.id.desc()).limit(1)
    previous = connection.execute(newest).scalar_one_or_none() or START
    line = {
        "at": datetime.now(UTC),
        "actor": str(actor),
        "action": action,
        "subject": subject,
        "detail": detail,
        "previous": previous,
        "actor_id": person_of(actor),
        "school_group_id": school_of(actor),
    }
    connection.execute(insert(tables.audit).values(**line, digest=_digest(line)))


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which lines to list; what is None does not matter."""

    actor_id: str | None = None
    subject: str | None = None
    action: str | None = None  # its beginning: lesson, lesson.share
    since: datetime | None = None
    until: datetime | None = None


def page(
    connection: Connection,
    school_group_id: str,
    chosen: AuditFilter,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[Row[Any]]:
    """Return the chosen lines of a school group, newest first, older than the one named `after`."""
    column = tables.audit.c
    query = select(tables.audit).where(column.school_group_id == school_group_id)
    if chosen.actor_id:
        query = query.where(column.actor_id == chosen.actor_id)
    if chosen.subject:
        query = query.where(column.subject == chosen.subject)
    if chosen.action:
        query = query.where(column.action.startswith(chosen.action, autoescape=True))
    if chosen.since:
        query = query.where(column.at >= chosen.since)
    if chosen.until:
        query = query.where(column.at < chosen.until)
    if after and after.isdecimal():
        query = query.where(column.id < int(after))
    return connection.execute(query.order_by(column.id.desc()).limit(limit)).all()


def broken_lines(connection: Connection) -> Iterator[int]:
    """Yield the id of every line that does not follow from the one before it."""
    previous = START
    for row in connection.execute(select(tables.audit).order_by(tables.audit.c.id)):
        line = {c: getattr(row, c) for c in SAID}
        if row.previous != previous or row.digest != _digest(line | {"previous": row.previous}):
            yield row.id
        previous = row.digest


def _digest(line: dict[str, object]) -> str:
    line = {name: value for name, value in line.items() if name not in LATER or value is not None}
    text = json.dumps(line, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
