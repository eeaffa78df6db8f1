"""A school group with two campuses and three research groups, one of them small, for overviews."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import insert

from api.app import create_app
from api.services import Services
from lessons import new_id
from lessons.people import FIRST_SCHOOL_GROUP, Membership, PersonFacts, Role, Viewer, viewer_of
from storage import people, tables
from tests.lesson import services
from tests.signed_in import browser

API = "/api/v1"
POINTS = ("A1", "A3")  # asked of each teacher


@dataclass(frozen=True, kw_only=True)
class School:
    """The application, its people by name, its groups and campuses by name."""

    app: FastAPI
    services: Services
    people: dict[str, Viewer]
    groups: dict[str, str]
    campuses: dict[str, str]

    @contextmanager
    def browser(self, name: str) -> Iterator[TestClient]:
        """Yield a browser in which this person is signed in."""
        with browser(self.app, self.people[name]) as client:
            yield client

    def ask(self, name: str, path: str, **query: str) -> Any:
        """Return what somebody is answered."""
        with self.browser(name) as client:
            answer = client.get(API + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, name: str, path: str, body: object, status: int = 200, put: bool = False) -> Any:
        """Let somebody do something and return the answer."""
        with self.browser(name) as client:
            answer = client.request("PUT" if put else "POST", API + path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()


def school(folder: Path) -> School:
    """Make the school: 数学组 6 teachers, 语文组 7, 音乐组 3; each group has its lead."""
    house = services(folder)
    groups = {name: new_id() for name in ("数学组", "语文组", "音乐组")}
    campuses = {name: new_id() for name in ("东校区", "西校区")}
    made: dict[str, Viewer] = {}
    with house.database.write() as connection:
        for name, campus_id in campuses.items():
            row = {"id": campus_id, "school_group_id": FIRST_SCHOOL_GROUP, "name": name}
            connection.execute(insert(tables.campus).values(row))
        for name, group_id in groups.items():
            row = {"id": group_id, "school_group_id": FIRST_SCHOOL_GROUP, "name": name}
            connection.execute(insert(tables.research_group).values(**row, subject=name[:2]))

        def add(name: str, role: Role, group: str | None = None, *, leads: bool = False) -> None:
            west = group == "语文组"
            member = (Membership(group_id=groups[group], leads=leads),) if group else ()
            facts = PersonFacts(
                staff_number=f"S{len(made):03}",
                name=name,
                roles=(role,),
                campus_id=campuses["西校区" if west else "东校区"],
                memberships=member,
            )
            person = people.add(connection, FIRST_SCHOOL_GROUP, facts, actor="test")
            made[name] = viewer_of(person)

        for group, size in (("数学组", 6), ("语文组", 7), ("音乐组", 3)):
            for number in range(size):
                add(f"{group[0]}老师{number}", Role.TEACHER, group)
            add(f"{group[0]}组长", Role.GROUP_LEAD, group, leads=True)
        add("校长", Role.SCHOOL_LEAD)
        add("管理员", Role.ADMINISTRATOR)
        add("录播员", Role.OPERATOR)
    return School(
        app=create_app(house), services=house, people=made, groups=groups, campuses=campuses
    )


def project(place: School, **more: object) -> Any:
    """Let the school lead begin a project that runs since yesterday."""
    begin = date.today() - timedelta(days=1)
    stages = [
        {"name": "选点", "aim": "choose", "begins_on": str(begin), "ends_on": str(begin)},
        {
            "name": "提交",
            "aim": "submit",
            "begins_on": str(begin),
            "ends_on": str(begin + timedelta(days=30)),
        },
    ]
    facts = {"title": "2026 秋季测评", "points_each": len(POINTS), "stages": stages} | more
    return place.do("校长", "/projects", facts, 201)


def choose(place: School, name: str) -> None:
    """Let a teacher choose the points."""
    who = place.people[name]
    with place.services.database.write() as connection:
        person = people.get(connection, who.school_group_id, who.person_id)
        people.choose_points(connection, person, POINTS, actor=who.name)


def evidence(
    place: School, name: str, competency: str, words: str = "反思", *, hand_in: bool
) -> Any:
    """Let a teacher write an evidence set for a competency, and hand it in."""
    new = {"teacher": name, "competency": competency}
    kept = place.do(name, "/evidence-sets", new, 201)
    for rule in kept["missing"]:
        item = {"kind": "reflection", "requirement": rule["kind"], "text": words}
        place.do(name, f"/evidence-sets/{kept['id']}/items", item, 201)
    kept = place.ask(name, f"/evidence-sets/{kept['id']}")
    if hand_in:
        kept = place.do(name, f"/evidence-sets/{kept['id']}/submit", {"revision": kept["revision"]})
    return kept


def just_now() -> datetime:
    """Return the time, as notices have it."""
    return datetime.now(UTC)
