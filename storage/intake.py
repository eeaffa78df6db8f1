"""What drop folders offered: each file is read once, and none disappears without a word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from lessons import new_id
from lessons.errors import GuankeError, NotFound
from lessons.people import FIRST_SCHOOL_GROUP
from storage import audit, tables
from storage.events import tell
from storage.mapping import from_row

T = tables.intake.c


@dataclass(frozen=True, kw_only=True)
class Intake:
    """One file that a drop folder offered."""

    id: str
    identity: str
    name: str
    details: Mapping[str, str]
    matched: bool
    recording_id: str | None
    error_code: str | None
    error_facts: Mapping[str, object] | None
    created_at: datetime


def is_known(connection: Connection, identity: str) -> bool:
    """Return whether this file, with this content, was dealt with before."""
    return connection.execute(select(T.id).where(T.identity == identity)).first() is not None


def keep(
    connection: Connection,
    *,
    identity: str,
    name: str,
    details: Mapping[str, str],
    matched: bool,
    school_group_id: str = FIRST_SCHOOL_GROUP,
    recording_id: str | None = None,
    error: GuankeError | None = None,
) -> None:
    """Note what became of a file."""
    connection.execute(
        insert(tables.intake).values(
            id=new_id(),
            school_group_id=school_group_id,
            identity=identity,
            name=name,
            details=dict(details),
            matched=matched,
            recording_id=recording_id,
            error_code=error.code if error else None,
            error_facts={k: str(v) for k, v in error.facts.items()} if error else None,
            created_at=datetime.now(UTC),
        )
    )
    tell(connection, "intake", recording_id=recording_id, name=name, matched=matched)


def unmatched(
    connection: Connection, school_group_id: str = FIRST_SCHOOL_GROUP
) -> Sequence[Intake]:
    """Return what waits for somebody to say whose it is (待认领), oldest first."""
    waiting = (T.matched.is_(False), T.school_group_id == school_group_id)
    query = select(tables.intake).where(*waiting).order_by(T.id)
    return [from_row(Intake, row) for row in connection.execute(query)]


def dismiss(connection: Connection, intake_id: str, school_group_id: str, *, actor: str) -> None:
    """Take a file that was refused off the list.

    Raises:
        NotFound: there is none with this id.
    """
    done = connection.execute(
        update(tables.intake)
        .where(T.id == intake_id, T.school_group_id == school_group_id, T.matched.is_(False))
        .values(matched=True)
        .returning(T.name)
    ).scalar_one_or_none()
    if done is None:
        raise NotFound(what="document", id=intake_id)
    audit.record(connection, actor, "intake.dismiss", intake_id, name=done)
