"""The school: school group, campuses, research groups, rooms, subjects, grades."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Table

from api.policy import Administers, Looks
from api.services import Held, Services
from lessons import Campus, ResearchGroup, Room, Viewer
from lessons.people import ResearchGroupFacts, SchoolGroupFacts
from storage import school, tables
from storage.school import School

router = APIRouter(prefix="/school", tags=["school"])
Name = Annotated[str, Field(min_length=1, max_length=200)]


@dataclass(frozen=True, kw_only=True)
class SchoolEdit(SchoolGroupFacts):
    """The school group's name, subjects and grades from now on."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class CampusName:
    """What a campus is called."""

    name: Name


@dataclass(frozen=True, kw_only=True)
class RoomFacts:
    """What a room is called, and where it is."""

    name: Name
    campus_id: str


@router.get("")
def read_school(viewer: Looks, held: Held) -> School:
    """Read one's school group with all its parts."""
    with held.database.read() as connection:
        return school.get(connection, viewer.school_group_id)


@router.put("")
def edit_school(viewer: Administers, held: Held, edit: SchoolEdit) -> School:
    """Change the name, the subjects and the grades."""
    facts = SchoolGroupFacts(name=edit.name, subjects=edit.subjects, grades=edit.grades)
    with held.database.write() as connection:
        return school.edit(
            connection, viewer.school_group_id, facts, edit.revision, actor=viewer.name
        )


@router.post("/campuses", status_code=201)
def add_campus(viewer: Administers, held: Held, new: CampusName) -> Campus:
    """Add a campus (校区)."""
    with held.database.write() as connection:
        return school.add_campus(connection, viewer.school_group_id, new.name, actor=viewer.name)


@router.put("/campuses/{campus_id}")
def rename_campus(viewer: Administers, held: Held, campus_id: str, edit: CampusName) -> School:
    """Rename a campus."""
    return _changed(viewer, held, tables.campus, campus_id, name=edit.name)


@router.delete("/campuses/{campus_id}")
def remove_campus(viewer: Administers, held: Held, campus_id: str) -> School:
    """Remove a campus with its rooms; its people and groups belong to no campus then."""
    return _removed(viewer, held, tables.campus, campus_id)


@router.post("/research-groups", status_code=201)
def add_research_group(viewer: Administers, held: Held, new: ResearchGroupFacts) -> ResearchGroup:
    """Add a research group (教研组)."""
    with held.database.write() as connection:
        return school.add_group(connection, viewer.school_group_id, new, actor=viewer.name)


@router.put("/research-groups/{group_id}")
def edit_research_group(
    viewer: Administers, held: Held, group_id: str, edit: ResearchGroupFacts
) -> School:
    """Change a research group's name, subject or campus."""
    facts = {"name": edit.name, "subject": edit.subject, "campus_id": edit.campus_id}
    return _changed(viewer, held, tables.research_group, group_id, **facts)


@router.delete("/research-groups/{group_id}")
def remove_research_group(viewer: Administers, held: Held, group_id: str) -> School:
    """Remove a research group; its people stay."""
    return _removed(viewer, held, tables.research_group, group_id)


@router.post("/rooms", status_code=201)
def add_room(viewer: Administers, held: Held, new: RoomFacts) -> Room:
    """Add a room that records."""
    with held.database.write() as connection:
        return school.add_room(
            connection, viewer.school_group_id, new.campus_id, new.name, actor=viewer.name
        )


@router.put("/rooms/{room_id}")
def edit_room(viewer: Administers, held: Held, room_id: str, edit: RoomFacts) -> School:
    """Rename or move a room."""
    facts = {"name": edit.name, "campus_id": edit.campus_id}
    return _changed(viewer, held, tables.room, room_id, **facts)


@router.delete("/rooms/{room_id}")
def remove_room(viewer: Administers, held: Held, room_id: str) -> School:
    """Remove a room."""
    return _removed(viewer, held, tables.room, room_id)


def _changed(viewer: Viewer, held: Services, table: Table, row_id: str, **facts: object) -> School:
    here = viewer.school_group_id
    with held.database.write() as connection:
        school.rename(connection, here, table, row_id, actor=viewer.name, **facts)
        return school.get(connection, here)


def _removed(viewer: Viewer, held: Services, table: Table, row_id: str) -> School:
    here = viewer.school_group_id
    with held.database.write() as connection:
        school.remove(connection, here, table, row_id, actor=viewer.name)
        return school.get(connection, here)
