"""Sessions: opaque ids in a cookie, their digests here, so that each can be ended at once."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from lessons.people import Role, Session, Signature, Viewer
from storage import tables
from storage.events import SIGNED_OUT, tell
from storage.mapping import from_row

T = tables.session.c
P = tables.person.c
M = tables.membership.c
TOUCH_S = 60  # how exactly it is known when a session was last seen
MOST = 20  # sessions of one person; the oldest goes when another begins


@dataclass(frozen=True, kw_only=True)
class SessionTerms:
    """How long a session lasts."""

    idle_s: float = 8 * 3600
    longest_s: float = 7 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who a session belongs to, and what has to be done about it."""

    viewer: Viewer
    password_to_change: bool
    to_touch: bool  # it was last noted as seen a while ago
    key_id: str | None = None  # of the API key, where no session asks
    scopes: frozenset[str] | None = None  # what the key is for; None: a session, for all

    @property
    def holder(self) -> str:
        """What names the session or the key, for tickets."""
        return f"k{self.key_id}" if self.key_id else f"s{self.viewer.session_id}"


def begin(
    connection: Connection, person_id: str, terms: SessionTerms, *, address: str, agent: str
) -> str:
    """Begin a session and return its secret id, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    forget_ended(connection, terms)
    kept = select(T.id).where(T.person_id == person_id).order_by(T.seen_at.desc())
    surplus = list(connection.execute(kept.offset(MOST - 1)).scalars())
    connection.execute(delete(tables.session).where(T.id.in_(surplus)))
    connection.execute(
        insert(tables.session).values(
            id=digest(secret),
            person_id=person_id,
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(seconds=terms.longest_s),
            address=address[:60],
            agent=agent[:200],
        )
    )
    return secret


def signed_in(connection: Connection, secret: str, terms: SessionTerms) -> SignedIn | None:
    """Return whose session this is, in one query; None when it is over, or never was."""
    return by_id(connection, digest(secret), terms)


def by_id(connection: Connection, session_id: str, terms: SessionTerms) -> SignedIn | None:
    """Return the same, of a session that is named by its id."""
    now = datetime.now(UTC)
    query = (
        select(
            *(P.id, P.name, P.staff_number, P.school_group_id, P.campus_id, P.roles, P.points),
            *(M.group_id, M.leads, T.seen_at, tables.password.c.one_time),
        )
        .join(tables.person, P.id == T.person_id)
        .outerjoin(tables.password, tables.password.c.person_id == P.id)
        .outerjoin(tables.membership, M.person_id == P.id)
        .where(
            T.id == session_id,
            T.expires_at > now,
            T.seen_at > now - timedelta(seconds=terms.idle_s),
            P.active.is_(True),
        )
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    return SignedIn(
        viewer=viewer_from(rows, session_id=session_id),
        password_to_change=bool(rows[0].one_time),
        to_touch=now - rows[0].seen_at > timedelta(seconds=min(TOUCH_S, terms.idle_s / 4)),
    )


def viewer_from(rows: Sequence[Any], *, session_id: str | None) -> Viewer:
    """Return who asks from the rows of one person, a row for each membership."""
    one = rows[0]
    return Viewer(
        person_id=one.id,
        name=Signature(one.name, person_id=one.id, school_group_id=one.school_group_id),
        staff_number=one.staff_number,
        school_group_id=one.school_group_id,
        campus_id=one.campus_id,
        roles=frozenset(Role(role) for role in one.roles),
        group_ids=frozenset(row.group_id for row in rows if row.group_id),
        led_group_ids=frozenset(row.group_id for row in rows if row.leads),
        session_id=session_id,
        points=tuple(one.points),
    )


def touch(connection: Connection, session_id: str) -> None:
    """Note that a session is in use."""
    connection.execute(
        update(tables.session).where(T.id == session_id).values(seen_at=datetime.now(UTC))
    )


def of_person(connection: Connection, person_id: str, terms: SessionTerms) -> Sequence[Session]:
    """Return somebody's living sessions, the one used last first."""
    forgotten = datetime.now(UTC) - timedelta(seconds=terms.idle_s)
    query = select(tables.session).where(
        T.person_id == person_id, T.expires_at > datetime.now(UTC), T.seen_at > forgotten
    )
    return [from_row(Session, r) for r in connection.execute(query.order_by(T.seen_at.desc()))]


def end(connection: Connection, person_id: str, session_id: str) -> bool:
    """End one session of somebody, at once; return whether there was one."""
    return _end(connection, T.person_id == person_id, T.id == session_id)


def forget(connection: Connection, secret: str) -> None:
    """Forget the session of a secret id, where there is one: another takes its place."""
    _end(connection, T.id == digest(secret))


def end_all(connection: Connection, person_id: str, *, but: str | None = None) -> None:
    """End every session of somebody (but the one they are in)."""
    _end(connection, T.person_id == person_id, T.id != (but or ""))


def _end(connection: Connection, *which: ColumnElement[bool]) -> bool:
    """End these sessions, and tell the streams that they keep open."""
    ended = connection.execute(delete(tables.session).where(*which).returning(T.id)).scalars().all()
    for session_id in ended:
        tell(connection, SIGNED_OUT, holder=f"s{session_id}")
    return bool(ended)


def forget_ended(connection: Connection, terms: SessionTerms) -> None:
    """Clear sessions that are over."""
    now = datetime.now(UTC)
    over = (T.expires_at <= now) | (T.seen_at <= now - timedelta(seconds=terms.idle_s))
    connection.execute(delete(tables.session).where(over))


def digest(secret: str) -> str:
    """Return what a secret id is kept as. It has 256 bits: no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_token(secret: str) -> str:
    """Return the token that a page shows with each change; only who has the session knows it."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()
