"""Who did what: append-only, each line chained to the one before, so that a change is seen."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from storage import tables

START = "0" * 64


def record(
    connection: Connection, actor: str, action: str, subject: str, /, **detail: object
) -> None:
    """Add a line to the audit, in the transaction of the deed itself."""
    newest = select(tables.audit.c.digest).order_by(tables.audit.c.id.desc()).limit(1)
    previous = connection.execute(newest).scalar_one_or_none() or START
    line = {
        "at": datetime.now(UTC),
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": detail,
        "previous": previous,
    }
    connection.execute(insert(tables.audit).values(**line, digest=_digest(line)))


def broken_lines(connection: Connection) -> Iterator[int]:
    """Yield the id of every line that does not follow from the one before it."""
    previous = START
    for row in connection.execute(select(tables.audit).order_by(tables.audit.c.id)):
        line = {c: getattr(row, c) for c in ("at", "actor", "action", "subject", "detail")}
        if row.previous != previous or row.digest != _digest(line | {"previous": row.previous}):
            yield row.id
        previous = row.digest


def _digest(line: dict[str, object]) -> str:
    text = json.dumps(line, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
