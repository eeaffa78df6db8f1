"""How many lessons or clips each value of each filter would leave, the other filters given."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, FromClause, Table, func, select

from lessons import EvidenceState
from lessons.people import Viewer
from storage import tables
from storage.library import competencies_of
from storage.library_filter import (
    TEXTS,
    LessonState,
    LibraryFilter,
    clip_conditions,
    clip_standing,
    lesson_conditions,
    lesson_state,
)

L = tables.lesson.c
C = tables.clip.c
MOST_VALUES = 200  # of one facet
CLIPS = tables.clip.outerjoin(tables.lesson, L.id == C.lesson_id)


@dataclass(frozen=True, kw_only=True)
class FacetValue:
    """One value of a filter, and how many there would be with it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class LibraryCounts:
    """How many there are, and for each filter what it would leave, the other filters given."""

    total: int
    facets: Mapping[str, tuple[FacetValue, ...]]


def lesson_counts(
    connection: Connection,
    viewer: Viewer,
    chosen: LibraryFilter,
    state: LessonState | None = None,
) -> LibraryCounts:
    """Count the chosen lessons, and what each value of each filter would leave."""

    def counted(name: str, column: ColumnElement[str]) -> tuple[FacetValue, ...]:
        kept = None if name == "state" else state
        wanted = lesson_conditions(viewer, _without(chosen, name), kept)
        return _grouped(connection, tables.lesson, column, wanted)

    facets = _facets(connection, counted, lesson_state())
    wanted = lesson_conditions(viewer, _without(chosen, "competency"), state)
    some = C.lesson_id.in_(select(L.id).where(*wanted))
    shown = competencies_of(connection, viewer, some)
    facets["competency"] = _tallied(
        {code for codes in many for code in codes} for many in shown.values()
    )
    total = _total(connection, tables.lesson, lesson_conditions(viewer, chosen, state))
    return LibraryCounts(total=total, facets=facets)


def clip_counts(
    connection: Connection,
    viewer: Viewer,
    chosen: LibraryFilter,
    state: EvidenceState | None = None,
) -> LibraryCounts:
    """Count the chosen clips, and what each value of each filter would leave."""

    def counted(name: str, column: ColumnElement[str]) -> tuple[FacetValue, ...]:
        kept = None if name == "state" else state
        wanted = clip_conditions(viewer, _without(chosen, name), kept)
        return _grouped(connection, CLIPS, column, wanted)

    facets = _facets(connection, counted, clip_standing(viewer))
    wanted = clip_conditions(viewer, _without(chosen, "competency"), state)
    codes = connection.execute(select(C.competencies).select_from(CLIPS).where(*wanted))
    facets["competency"] = _tallied(set(row[0]) for row in codes)
    total = _total(connection, CLIPS, clip_conditions(viewer, chosen, state))
    return LibraryCounts(total=total, facets=facets)


def _facets(
    connection: Connection,
    counted: Callable[[str, ColumnElement[str]], tuple[FacetValue, ...]],
    state: ColumnElement[str],
) -> dict[str, tuple[FacetValue, ...]]:
    facets = {name: counted(name, L[name]) for name in TEXTS}
    for name, table in (("teacher_id", tables.person), ("campus_id", tables.campus)):
        facets[name] = _named(connection, table, counted(name, L[name]))
    facets["state"] = counted("state", state)
    return facets


def _grouped(
    connection: Connection,
    source: FromClause,
    column: ColumnElement[str],
    wanted: Sequence[ColumnElement[bool]],
) -> tuple[FacetValue, ...]:
    value = column.label("value")
    some = select(value).select_from(source).where(*wanted).subquery("some")
    number = func.count().label("number")
    query = select(some.c.value, number).where(some.c.value.is_not(None)).group_by(some.c.value)
    rows = connection.execute(query.order_by(number.desc(), some.c.value).limit(MOST_VALUES))
    return tuple(FacetValue(value=row[0], label=row[0], count=row[1]) for row in rows)


def _total(
    connection: Connection, source: FromClause, wanted: Sequence[ColumnElement[bool]]
) -> int:
    query = select(func.count()).select_from(source).where(*wanted)
    return connection.execute(query).scalar_one()


def _tallied(many: Iterable[Iterable[str]]) -> tuple[FacetValue, ...]:
    counts = Counter(code for codes in many for code in codes)
    return tuple(FacetValue(value=c, label=c, count=n) for c, n in counts.most_common(MOST_VALUES))


def _named(
    connection: Connection, table: Table, values: Sequence[FacetValue]
) -> tuple[FacetValue, ...]:
    ids = [value.value for value in values]
    query = select(table.c.id, table.c.name).where(table.c.id.in_(ids))
    names = {row.id: row.name for row in connection.execute(query)}
    return tuple(replace(value, label=names.get(value.value, value.value)) for value in values)


def _without(chosen: LibraryFilter, name: str) -> LibraryFilter:
    return replace(chosen, **{name: None}) if hasattr(chosen, name) else chosen
