"""Rubrics (评价标准) by version: what came with the framework, and what a school brought."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, or_, select

from lessons import Rubric, new_id
from lessons.errors import NotFound
from lessons.people import school_of
from lessons.rubrics import RubricFacts
from storage import audit, tables
from storage.mapping import from_row, to_row

T = tables.rubric.c


def keep_shipped(connection: Connection, rubrics: Iterable[RubricFacts]) -> None:
    """Keep the rubrics that come with a framework; what says the same is not written again."""
    for facts in rubrics:
        query = select(tables.rubric).where(
            T.school_group_id.is_(None),
            T.framework_version == facts.framework_version,
            T.competency == facts.competency,
        )
        rows = connection.execute(query.order_by(T.number.desc())).all()
        last = from_row(Rubric, rows[0]) if rows else None
        if last is None or (last.criteria, last.aggregation) != (facts.criteria, facts.aggregation):
            _write(connection, facts, None, (last.number if last else 0) + 1, "")


def add(connection: Connection, facts: RubricFacts, *, actor: str) -> Rubric:
    """Keep a school's own rubric as the next version; older ones stay for what they judged."""
    school = school_of(actor)
    newest = select(func.max(T.number)).where(
        or_(T.school_group_id == school, T.school_group_id.is_(None)),
        T.framework_version == facts.framework_version,
        T.competency == facts.competency,
    )
    number = (connection.execute(newest).scalar_one() or 0) + 1
    rubric = _write(connection, facts, school, number, actor)
    audit.record(connection, actor, "rubric.add", rubric.id, competency=rubric.competency)
    return rubric


def get(connection: Connection, rubric_id: str, school_group_id: str | None = None) -> Rubric:
    """Return one version of a rubric; with a school group, only what that school may read.

    Raises:
        NotFound: there is none with this id.
    """
    query = select(tables.rubric).where(T.id == rubric_id)
    if school_group_id:
        query = query.where(or_(T.school_group_id == school_group_id, T.school_group_id.is_(None)))
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(what="rubric", id=rubric_id)
    return from_row(Rubric, row)


def several(connection: Connection, ids: Iterable[str]) -> Mapping[str, Rubric]:
    """Return rubrics by their ids."""
    query = select(tables.rubric).where(T.id.in_(set(ids)))
    return {row.id: from_row(Rubric, row) for row in connection.execute(query)}


def current(
    connection: Connection, school_group_id: str, framework_version: str
) -> Mapping[str, Rubric]:
    """Return the rubric in use for each competency: the school's newest, else what was shipped."""
    found: dict[str, Rubric] = {}
    for rubric in versions(connection, school_group_id, framework_version):
        known = found.get(rubric.competency)
        own = rubric.school_group_id is not None
        if known is None or (own and known.school_group_id is None):
            found[rubric.competency] = rubric
    return found


def versions(
    connection: Connection,
    school_group_id: str,
    framework_version: str,
    competency: str | None = None,
) -> Sequence[Rubric]:
    """Return every version that a school may read, by competency, the newest first."""
    query = select(tables.rubric).where(
        T.framework_version == framework_version,
        or_(T.school_group_id == school_group_id, T.school_group_id.is_(None)),
    )
    if competency:
        query = query.where(T.competency == competency)
    rows = connection.execute(query.order_by(T.competency, T.number.desc()))
    return [from_row(Rubric, row) for row in rows]


def _write(
    connection: Connection, facts: RubricFacts, school: str | None, number: int, made_by: str
) -> Rubric:
    rubric = Rubric(
        **{f.name: getattr(facts, f.name) for f in fields(RubricFacts)},
        id=new_id(),
        school_group_id=school,
        number=number,
        made_by=str(made_by),
        created_at=datetime.now(UTC),
    )
    connection.execute(insert(tables.rubric).values(to_row(rubric, tables.rubric)))
    return rubric
