"""An evidence set that was handed in, and people who review it, for tests of reviews."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import delete, insert

from api.app import create_app
from lessons.people import Viewer
from storage import tables
from tests.lesson import Served
from tests.signed_in import browser

API = "/api/v1"


@dataclass(frozen=True)
class Person:
    """A signed-in browser that speaks the API."""

    client: TestClient

    def get(self, path: str, status: int = 200) -> Any:
        return self._read(self.client.get(API + path), status)

    def post(self, path: str, body: object = None, status: int = 201) -> Any:
        return self._read(self.client.post(API + path, json=body), status)

    def put(self, path: str, body: object, status: int = 200) -> Any:
        return self._read(self.client.put(API + path, json=body), status)

    def delete(self, path: str, status: int = 204) -> Any:
        return self._read(self.client.delete(API + path), status)

    @staticmethod
    def _read(answer: Any, status: int) -> Any:
        assert answer.status_code == status, answer.text
        json = answer.headers.get("content-type", "").endswith("json")
        return answer.json() if json and answer.content else answer


@dataclass(frozen=True)
class School:
    """People of one school, at once signed in; `now` recalls nothing: a review is out at once."""

    people: Mapping[str, Person]
    later: Mapping[str, Person]  # the same, where 30 seconds to recall have not passed
    served: Served

    def __getattr__(self, name: str) -> Person:
        return self.people[name]

    def viewer(self, name: str) -> Viewer:
        """Return who is signed in as `name`."""
        found: Viewer = getattr(self.served.staff, name)
        return found


@contextmanager
def school_of(served: Served) -> Iterator[School]:
    """Sign everybody in, with and without half a minute to recall."""
    names = ("teacher", "colleague", "reviewer", "group_lead", "school_lead", "administrator")
    with ExitStack() as stack:
        worlds = []
        for recall in (timedelta(seconds=-1), timedelta(seconds=30)):
            app = create_app(replace(served.services, recall=recall))
            worlds.append(
                {
                    name: Person(stack.enter_context(browser(app, getattr(served.staff, name))))
                    for name in names
                }
            )
        yield School(people=worlds[0], later=worlds[1], served=served)


def share(school: School, allows: str) -> None:
    """Share the lesson with the research group of its teacher."""
    staff, lesson = school.served.staff, school.served.lesson
    table = tables.share
    with school.served.services.database.write() as connection:
        connection.execute(delete(table).where(table.c.lesson_id == lesson.id))
        connection.execute(
            insert(table).values(
                lesson_id=lesson.id, audience="group", audience_id=staff.group_id,
                allows=allows, created_at=datetime.now(UTC),
            )
        )  # fmt: skip


def handed_in(school: School, *, document: str = "教学设计.docx", note: str = "") -> Any:
    """Return an evidence set for A6 that its teacher has handed in: plan, clip, reflection."""
    teacher = school.teacher
    begun = {"teacher": "王老师", "competency": "A6", "lesson_id": school.served.lesson.id}
    kept = teacher.post("/evidence-sets", begun)
    path = f"/evidence-sets/{kept['id']}"
    clip = teacher.post(
        "/clips",
        {
            "recording_id": school.served.recording.id, "lesson_id": school.served.lesson.id,
            "start_ms": 2500, "end_ms": 5500, "title": "小组讨论", "note": note,
            "competencies": ["A6"],
        },
    )  # fmt: skip
    item = {"kind": "clip", "requirement": "classroom_clip", "clip_id": clip["id"]}
    teacher.post(f"{path}/items", item)
    words = {"kind": "reflection", "requirement": "reflection", "text": f"学生说得多了。{note}"}
    teacher.post(f"{path}/items", words)
    sent = teacher.client.post(
        f"{API}{path}/documents",
        data={"requirement": "lesson_plan"},
        files={"file": (document, b"plan", "application/octet-stream")},
    )
    assert sent.status_code == 201, sent.text
    full = teacher.get(path)
    return teacher.post(f"{path}/submit", {"revision": full["revision"]}, 200)


def assigned(
    school: School, set_id: str, kind: str, *who: str, blindness: str = "open", by: str = ""
) -> list[str]:
    """Ask people to review a set; return the ids of their reviews."""
    made = school.people[by or "group_lead"].post(
        "/assignments",
        {
            "set_ids": [set_id], "kind": kind, "blindness": blindness,
            "reviewer_ids": [school.viewer(name).person_id for name in who],
        },
    )  # fmt: skip
    assert not made["skipped"], made
    return [one["id"] for one in made["made"]]


def marks(*levels: str) -> list[dict[str, str]]:
    """Return marks for the three items of A6."""
    items = ("lesson_plan", "classroom_clip", "reflection")
    return [
        {"requirement": item, "level": level, "note": "请补充" if level == "fail" else ""}
        for item, level in zip(items, levels, strict=True)
    ]


def submitted(person: Person, review_id: str, *levels: str, summary: str = "") -> Any:
    """Submit a 校本考核 with these levels."""
    revision = person.get(f"/reviews/{review_id}")["review"]["revision"]
    draft = {"revision": revision, "marks": marks(*levels), "summary": summary}
    return person.post(f"/reviews/{review_id}/submit", draft, 200)
