"""People: who works here. Administrators keep them; everybody may look a colleague up."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Query, UploadFile

from api.policy import Administers, Looks
from api.schemas import After, Limit, Page, page_of
from api.services import Held
from ingest.staff import ImportedPeople, carry_out, read_people
from lessons import Person, Session
from lessons.errors import NotFound
from lessons.people import PersonFacts, Role
from storage import audit, passwords, people, sessions

router = APIRouter(prefix="/people", tags=["people"])
MOST_BYTES = 5 << 20  # of a table of people


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody as colleagues see them: to share with, to mention."""

    id: str
    name: str
    staff_number: str
    campus_id: str | None
    roles: tuple[Role, ...]
    group_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PersonEdit(PersonFacts):
    """What is known of somebody from now on."""

    active: bool = True  # false: has left; sessions and keys end at once
    revision: int


@dataclass(frozen=True, kw_only=True)
class Welcomed:
    """A person and the one-time password to hand to them; it is shown only this once."""

    person: Person
    one_time_password: str


@router.get("/colleagues")
def find_colleagues(
    viewer: Looks,
    held: Held,
    q: Annotated[str, Query(max_length=60, description="Of the name or staff number.")] = "",
    group_id: str | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[Colleague]:
    """Find colleagues of one's school group, to share with or mention; leavers are left out."""
    with held.database.read() as connection:
        found = people.page(
            connection,
            viewer.school_group_id,
            query=q,
            group_id=group_id,
            active_only=True,
            after=after,
            limit=limit + 1,
        )
    shown = [
        Colleague(
            id=person.id,
            name=person.name,
            staff_number=person.staff_number,
            campus_id=person.campus_id,
            roles=person.roles,
            group_ids=tuple(m.group_id for m in person.memberships),
        )
        for person in found
    ]
    return page_of(shown, limit, attrgetter("staff_number"))


@router.get("")
def list_people(
    viewer: Administers,
    held: Held,
    q: Annotated[str, Query(max_length=60, description="Of the name or staff number.")] = "",
    group_id: str | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[Person]:
    """List people in the order of their staff numbers."""
    school = viewer.school_group_id
    with held.database.read() as connection:
        found = people.page(
            connection, school, query=q, group_id=group_id, after=after, limit=limit + 1
        )
    return page_of(found, limit, attrgetter("staff_number"))


@router.post("", status_code=201)
def add_person(viewer: Administers, held: Held, new: PersonFacts) -> Welcomed:
    """Add somebody; they sign in with the one-time password and choose their own."""
    password = passwords.one_time()
    words = passwords.hashed_one_time(password)
    with held.database.write() as connection:
        person = people.add(connection, viewer.school_group_id, new, actor=viewer.name)
        passwords.keep(connection, person.id, words, one_time=True, actor=viewer.name)
    return Welcomed(person=person, one_time_password=password)


@router.post("/import")
def import_people(
    viewer: Administers, held: Held, file: UploadFile, preview: bool = True
) -> ImportedPeople:
    """Add and change people from a table (CSV or XLSX), row by row; `preview` changes nothing.

    A row with an error stops nothing else. New people get one-time passwords, shown only here.
    """
    table = read_people(file.filename or "", file.file.read(MOST_BYTES + 1), MOST_BYTES)
    with held.database.read() as connection:
        plan = carry_out(connection, viewer, table, change=False)
    if preview or not plan.acceptable:
        return plan
    with held.database.write() as connection:
        return carry_out(connection, viewer, table, change=True)


@router.get("/{person_id}")
def read_person(viewer: Administers, held: Held, person_id: str) -> Person:
    """Read one person."""
    with held.database.read() as connection:
        return people.get(connection, viewer.school_group_id, person_id)


@router.put("/{person_id}")
def edit_person(viewer: Administers, held: Held, person_id: str, edit: PersonEdit) -> Person:
    """Change somebody's name, number, campus, roles and groups, or let them leave."""
    with held.database.write() as connection:
        person = people.get(connection, viewer.school_group_id, person_id)
        facts = {name: getattr(edit, name) for name in PersonFacts.__dataclass_fields__}
        new = people.edit(
            connection, person, PersonFacts(**facts), edit.revision, actor=viewer.name
        )
        if edit.active != person.active:
            new = people.set_active(connection, new, edit.active, new.revision, actor=viewer.name)
        people.check_administered(connection, new)
    return new


@router.post("/{person_id}/password")
def reset_password(viewer: Administers, held: Held, person_id: str) -> Welcomed:
    """Give somebody a new one-time password; their sessions end at once."""
    password = passwords.one_time()
    words = passwords.hashed_one_time(password)
    with held.database.write() as connection:
        person = people.get(connection, viewer.school_group_id, person_id)
        passwords.keep(connection, person.id, words, one_time=True, actor=viewer.name)
        sessions.end_all(connection, person.id)
    return Welcomed(person=person, one_time_password=password)


@router.get("/{person_id}/sessions")
def list_sessions(viewer: Administers, held: Held, person_id: str) -> Sequence[Session]:
    """List where somebody is signed in."""
    with held.database.read() as connection:
        people.get(connection, viewer.school_group_id, person_id)
        return sessions.of_person(connection, person_id, held.sessions)


@router.delete("/{person_id}/sessions", status_code=204)
def end_sessions(viewer: Administers, held: Held, person_id: str) -> None:
    """Sign somebody out everywhere, at once."""
    with held.database.write() as connection:
        people.get(connection, viewer.school_group_id, person_id)
        sessions.end_all(connection, person_id)
        audit.record(connection, viewer.name, "session.end_all", person_id)


@router.delete("/{person_id}/sessions/{session_id}", status_code=204)
def end_session(viewer: Administers, held: Held, person_id: str, session_id: str) -> None:
    """End one session of somebody, at once."""
    with held.database.write() as connection:
        people.get(connection, viewer.school_group_id, person_id)
        if not sessions.end(connection, person_id, session_id):
            raise NotFound(what="session", id=session_id)
        audit.record(connection, viewer.name, "session.end", person_id)
