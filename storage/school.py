"""The school tree: school group, campuses, research groups, rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from lessons import new_id
from lessons.errors import Conflict, NotFound
from lessons.people import (
    Campus,
    ResearchGroup,
    ResearchGroupFacts,
    Room,
    SchoolGroup,
    SchoolGroupFacts,
)
from lessons.refusals import NameTaken
from storage import audit, tables
from storage.mapping import from_row, to_plain, to_row

S = tables.school_group.c
Place = TypeVar("Place", Campus, ResearchGroup, Room)


@dataclass(frozen=True, kw_only=True)
class School(SchoolGroup):
    """A school group with all that belongs to it."""

    campuses: tuple[Campus, ...]
    research_groups: tuple[ResearchGroup, ...]
    rooms: tuple[Room, ...]


def get(connection: Connection, school_group_id: str) -> School:
    """Return a school group with its campuses, research groups and rooms, by name."""
    row = connection.execute(select(tables.school_group).where(S.id == school_group_id)).one()
    return from_row(
        School,
        row,
        campuses=_all(connection, tables.campus, Campus, school_group_id),
        research_groups=_all(connection, tables.research_group, ResearchGroup, school_group_id),
        rooms=_all(connection, tables.room, Room, school_group_id),
    )


def edit(
    connection: Connection,
    school_group_id: str,
    facts: SchoolGroupFacts,
    revision: int,
    *,
    actor: str,
) -> School:
    """Change the school group's name, subjects and grades.

    Raises:
        Conflict: it was changed since `revision`.
    """
    values = to_row(facts, tables.school_group) | {"revision": revision + 1}
    mine = (S.id == school_group_id, S.revision == revision)
    if not connection.execute(update(tables.school_group).where(*mine).values(values)).rowcount:
        raise Conflict(detail=facts.name)
    audit.record(connection, actor, "school.edit", school_group_id, **to_plain(facts))
    return get(connection, school_group_id)


def add_campus(connection: Connection, school_group_id: str, name: str, *, actor: str) -> Campus:
    """Keep a new campus.

    Raises:
        NameTaken: there is one of this name.
    """
    campus = Campus(id=new_id(), school_group_id=school_group_id, name=name)
    return _add(connection, tables.campus, campus, actor)


def add_group(
    connection: Connection, school_group_id: str, facts: ResearchGroupFacts, *, actor: str
) -> ResearchGroup:
    """Keep a new research group.

    Raises:
        NameTaken: there is one of this name at this campus.
        NotFound: there is no such campus here.
    """
    _check_campus(connection, school_group_id, facts.campus_id)
    group = ResearchGroup(id=new_id(), school_group_id=school_group_id, **to_plain(facts))
    if _same_name(connection, group):  # NULL differs from NULL: the constraint sees no campus
        raise NameTaken(name=group.name)
    return _add(connection, tables.research_group, group, actor)


def add_room(
    connection: Connection, school_group_id: str, campus_id: str, name: str, *, actor: str
) -> Room:
    """Keep a new room.

    Raises:
        NameTaken, NotFound: as with groups.
    """
    _check_campus(connection, school_group_id, campus_id)
    room = Room(id=new_id(), campus_id=campus_id, name=name)
    return _add(connection, tables.room, room, actor, school_group_id=school_group_id)


def rename(
    connection: Connection,
    school_group_id: str,
    table: Table,
    place_id: str,
    *,
    actor: str,
    **values: object,
) -> None:
    """Change what a campus, research group or room is called, or where it is.

    Raises:
        NotFound: there is none here.
        NameTaken: another is called so.
    """
    if "campus_id" in values:
        campus_id = values["campus_id"]
        _check_campus(connection, school_group_id, str(campus_id) if campus_id else None)
    mine = (table.c.id == place_id, table.c.school_group_id == school_group_id)
    try:
        with connection.begin_nested():
            done = connection.execute(update(table).where(*mine).values(values))
    except IntegrityError as error:
        raise NameTaken(name=values.get("name", "")) from error
    if not done.rowcount:
        raise NotFound(what=_WHAT[table.name], id=place_id)
    audit.record(connection, actor, "school.change", place_id, kind=table.name, **values)


def remove(
    connection: Connection, school_group_id: str, table: Table, place_id: str, *, actor: str
) -> None:
    """Forget a campus, research group or room; people and lessons stay.

    Raises:
        NotFound: there is none here.
    """
    mine = (table.c.id == place_id, table.c.school_group_id == school_group_id)
    if not connection.execute(delete(table).where(*mine)).rowcount:
        raise NotFound(what=_WHAT[table.name], id=place_id)
    audit.record(connection, actor, "school.remove", place_id, kind=table.name)


def group_named(
    connection: Connection, school_group_id: str, name: str, *, actor: str
) -> ResearchGroup:
    """Return the research group of this name that belongs to no campus; make it where needed."""
    wanted = ResearchGroup(id="", school_group_id=school_group_id, name=name)
    known = _same_name(connection, wanted)
    return known or add_group(
        connection, school_group_id, ResearchGroupFacts(name=name), actor=actor
    )


_WHAT = {"campus": "campus", "research_group": "research group", "room": "room"}


def _add(connection: Connection, table: Table, place: Place, actor: str, **more: object) -> Place:
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(to_row(place, table, **more)))
    except IntegrityError as error:
        raise NameTaken(name=place.name) from error
    audit.record(connection, actor, "school.add", place.id, kind=table.name, name=place.name)
    return place


def _all(
    connection: Connection, table: Table, noun: type[Any], school_group_id: str
) -> Sequence[Any]:
    query = select(table).where(table.c.school_group_id == school_group_id)
    return [from_row(noun, row) for row in connection.execute(query.order_by(table.c.name))]


def _same_name(connection: Connection, group: ResearchGroup) -> ResearchGroup | None:
    column = tables.research_group.c
    query = select(tables.research_group).where(
        column.school_group_id == group.school_group_id,
        column.name == group.name,
        column.campus_id.is_not_distinct_from(group.campus_id),
    )
    row = connection.execute(query).first()
    return from_row(ResearchGroup, row) if row else None


def _check_campus(connection: Connection, school_group_id: str, campus_id: str | None) -> None:
    column = tables.campus.c
    if campus_id is not None:
        query = select(column.id).where(
            column.id == campus_id, column.school_group_id == school_group_id
        )
        if connection.execute(query).first() is None:
            raise NotFound(what="campus", id=campus_id)
