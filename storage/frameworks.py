"""Versions of competency frameworks. An old evidence set keeps the wording it was made under."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from lessons import Competency, Framework
from lessons.errors import NotFound, UnknownCompetency
from storage import tables
from storage.mapping import from_plain, to_plain

T = tables.framework.c


def keep(connection: Connection, framework: Framework) -> None:
    """Keep a framework and make it the current one; a known version is not written again."""
    now = datetime.now(UTC)
    known = connection.execute(
        update(tables.framework)
        .where(T.id == framework.id, T.version == framework.version)
        .values(created_at=now)
    )
    if not known.rowcount:
        connection.execute(
            insert(tables.framework).values(
                id=framework.id,
                version=framework.version,
                data=to_plain(framework),
                created_at=now,
            )
        )


def current(connection: Connection) -> Framework:
    """Return the framework in use: the one that was kept last.

    Raises:
        NotFound: none was kept yet.
    """
    newest = select(T.data).order_by(T.created_at.desc()).limit(1)
    return _one(connection.execute(newest).scalar_one_or_none(), "current")


def get(connection: Connection, framework_id: str, version: str) -> Framework:
    """Return one version of a framework.

    Raises:
        NotFound: it was never kept.
    """
    query = select(T.data).where(T.id == framework_id, T.version == version)
    return _one(connection.execute(query).scalar_one_or_none(), f"{framework_id}@{version}")


def every(connection: Connection) -> Sequence[Framework]:
    """Return each version of each framework, the current one first."""
    rows = connection.execute(select(T.data).order_by(T.created_at.desc())).scalars()
    return [from_plain(Framework, data) for data in rows]


def competency(framework: Framework, code: str) -> Competency:
    """Return the competency with this code.

    Raises:
        UnknownCompetency: the framework has none.
    """
    for one in framework.competencies:
        if one.code == code:
            return one
    raise UnknownCompetency(code=code)


def check(connection: Connection, codes: Collection[str]) -> None:
    """Hold competency codes against the framework in use.

    Raises:
        UnknownCompetency: one is not in it.
    """
    if codes:
        framework = current(connection)
        for code in codes:
            competency(framework, code)


def _one(data: object, name: str) -> Framework:
    if data is None:
        raise NotFound(what="framework", id=name)
    return from_plain(Framework, data)
