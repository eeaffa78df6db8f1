"""People for tests, and browsers in which they are signed in.

staff = staff_of(database)                      # one person for each role, in one school group
with browser(app, staff.teacher) as client:     # a TestClient with session and CSRF token
    client.post("/api/v1/lessons", json=...)
httpx.get(url, headers=cookies(services, staff.teacher))   # against a real server
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import insert

from api.policy import CSRF_HEADER, PLAIN_COOKIE
from api.services import Services
from lessons import new_id
from lessons.people import (
    FIRST_SCHOOL_GROUP,
    Membership,
    Person,
    PersonFacts,
    Role,
    SchoolGroup,
    Viewer,
    viewer_of,
)
from storage import people, sessions, tables
from storage.database import Database
from storage.mapping import to_row

ORIGIN = "http://127.0.0.1:8765"


@dataclass(frozen=True, kw_only=True)
class Staff:
    """One person for each role of one school group, and a few more."""

    school_group_id: str
    group_id: str  # the research group of teacher and colleague; group_lead leads it
    administrator: Viewer
    operator: Viewer
    teacher: Viewer
    colleague: Viewer  # another teacher
    reviewer: Viewer
    group_lead: Viewer
    school_lead: Viewer
    everything: Viewer  # administrator, operator and teacher in one, as in a small school

    def by_role(self, role: Role) -> Viewer:
        """Return who holds this role and no other."""
        found: Viewer = getattr(self, role.value)
        return found


NAMES = {
    "administrator": "管老师",
    "operator": "录老师",
    "teacher": "王老师",
    "colleague": "李同事",
    "reviewer": "评老师",
    "group_lead": "组老师",
    "school_lead": "校长",
    "everything": "全老师",
}
ROLES = {
    "colleague": (Role.TEACHER,),
    "everything": (Role.ADMINISTRATOR, Role.OPERATOR, Role.TEACHER),
}


def staff_of(database: Database, school_group_id: str = FIRST_SCHOOL_GROUP) -> Staff:
    """Make somebody for each role; another school group than the first is made too."""
    with database.write() as connection:
        if school_group_id != FIRST_SCHOOL_GROUP:
            school = SchoolGroup(id=school_group_id, name="外校", created_at=datetime.now(UTC))
            connection.execute(
                insert(tables.school_group).values(to_row(school, tables.school_group))
            )
        group_id = new_id()
        connection.execute(
            insert(tables.research_group).values(
                id=group_id, school_group_id=school_group_id, name="数学组", subject="数学"
            )
        )
        made = {}
        for number, (key, name) in enumerate(NAMES.items(), 1):
            in_group = key in ("teacher", "colleague", "group_lead")
            membership = Membership(group_id=group_id, leads=key == "group_lead")
            person = people.add(
                connection,
                school_group_id,
                PersonFacts(
                    staff_number=f"T{number:03}",
                    name=name,
                    roles=ROLES[key] if key in ROLES else (Role(key),),
                    memberships=(membership,) if in_group else (),
                ),
                actor="test",
            )
            made[key] = viewer_of(person)
    return Staff(school_group_id=school_group_id, group_id=group_id, **made)


def session_of(services: Services, person: Viewer | Person) -> str:
    """Begin a session for somebody and return its secret."""
    person_id = person.person_id if isinstance(person, Viewer) else person.id
    with services.database.write() as connection:
        return sessions.begin(
            connection, person_id, services.sessions, address="127.0.0.1", agent="test"
        )


def cookies(services: Services, person: Viewer | Person) -> Mapping[str, str]:
    """Return the headers with which a client is signed in, its CSRF token among them."""
    secret = session_of(services, person)
    return {"cookie": f"{PLAIN_COOKIE}={secret}", CSRF_HEADER: sessions.csrf_token(secret)}


@contextmanager
def browser(app: FastAPI, person: Viewer | Person) -> Iterator[TestClient]:
    """Yield a client of the application, as from this machine, in which somebody is signed in."""
    headers = cookies(app.state.services, person)
    with TestClient(app, base_url=ORIGIN, headers=dict(headers)) as client:
        yield client
