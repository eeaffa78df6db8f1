"""API keys: for programs, each with what it may do and when it ends."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from lessons import new_id
from lessons.errors import NotFound
from lessons.people import ApiKey
from storage import audit, tables
from storage.events import SIGNED_OUT, tell
from storage.mapping import from_row, to_row
from storage.sessions import SignedIn, digest, viewer_from

T = tables.api_key.c
P = tables.person.c
M = tables.membership.c
BEGINS = "gk_"  # so that a leaked key is recognised by scanners
USED_S = 60  # how exactly it is known when a key was last used


def make(
    connection: Connection,
    person_id: str,
    *,
    name: str,
    scopes: Sequence[str],
    days: int,
    actor: str,
) -> tuple[ApiKey, str]:
    """Return a new key and its secret, which is shown once and kept nowhere."""
    secret = BEGINS + secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    key = ApiKey(
        id=new_id(),
        name=name,
        prefix=secret[:9],
        scopes=tuple(sorted(set(scopes))),
        expires_at=now + timedelta(days=days),
        created_at=now,
    )
    row = to_row(key, tables.api_key, person_id=person_id, digest=digest(secret))
    connection.execute(insert(tables.api_key).values(row))
    audit.record(connection, actor, "key.make", key.id, name=name, scopes=list(key.scopes))
    return key, secret


def of_person(connection: Connection, person_id: str) -> Sequence[ApiKey]:
    """Return somebody's keys, the newest first; those that are over too."""
    query = select(tables.api_key).where(T.person_id == person_id).order_by(T.id.desc())
    return [from_row(ApiKey, row) for row in connection.execute(query)]


def remove(connection: Connection, person_id: str, key_id: str, *, actor: str) -> None:
    """End a key of somebody at once.

    Raises:
        NotFound: they have none with this id.
    """
    mine = (T.person_id == person_id, T.id == key_id)
    if not connection.execute(delete(tables.api_key).where(*mine)).rowcount:
        raise NotFound(what="API key", id=key_id)
    tell(connection, SIGNED_OUT, holder=f"k{key_id}")
    audit.record(connection, actor, "key.end", key_id)


def signed_in(connection: Connection, secret: str) -> SignedIn | None:
    """Return whose key this is, in one query; None when it is over, or never was."""
    return _signed_in(connection, T.digest == digest(secret))


def by_id(connection: Connection, key_id: str) -> SignedIn | None:
    """Return the same, of a key that is named by its id."""
    return _signed_in(connection, T.id == key_id)


def touch(connection: Connection, key_id: str) -> None:
    """Note that a key is in use."""
    connection.execute(
        update(tables.api_key).where(T.id == key_id).values(used_at=datetime.now(UTC))
    )


def _signed_in(connection: Connection, named: ColumnElement[bool]) -> SignedIn | None:
    now = datetime.now(UTC)
    query = (
        select(
            *(P.id, P.name, P.staff_number, P.school_group_id, P.campus_id, P.roles, P.points),
            *(M.group_id, M.leads, T.id.label("key_id"), T.scopes, T.used_at),
        )
        .join(tables.person, P.id == T.person_id)
        .outerjoin(tables.membership, M.person_id == P.id)
        .where(named, T.expires_at > now, P.active.is_(True))
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    used = rows[0].used_at
    return SignedIn(
        viewer=viewer_from(rows, session_id=None),
        password_to_change=False,
        to_touch=used is None or now - used > timedelta(seconds=USED_S),
        key_id=rows[0].key_id,
        scopes=frozenset(rows[0].scopes),
    )
