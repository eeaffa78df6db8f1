"""What people are told, and that nobody is told what is somebody else's."""

import json
from pathlib import Path

import httpx
import pytest

from lessons import NoticeKind
from storage import notices
from tests.school import School, school
from tests.serving import serving
from tests.signed_in import cookies


@pytest.fixture
def place(tmp_path: Path) -> School:
    """A school in which nothing has happened yet."""
    return school(tmp_path)


def tell(place: School, *names: str, by: str = "数组长", path: str = "/lessons/1") -> None:
    """Let a deed tell these people."""
    people = [place.people[name].person_id for name in names]
    with place.services.database.write() as connection:
        notices.notify(
            connection, people, NoticeKind.COMMENT, path, actor=place.people[by].name, title="分数"
        )


def test_notices_are_read_once_and_by_their_person_alone(place: School) -> None:
    """Each sees their own, newest first; reading one lowers the count of that person alone."""
    tell(place, "数老师0", "数老师1", path="/lessons/1")
    tell(place, "数老师0", path="/lessons/2")
    mine = place.ask("数老师0", "/notices")["items"]
    assert [notice["path"] for notice in mine] == ["/lessons/2", "/lessons/1"]
    assert place.ask("数老师0", "/notices/unread") == {"count": 2}
    assert place.ask("语老师0", "/notices")["items"] == []
    stranger = place.do("语老师0", "/notices/read", {"ids": [mine[0]["id"]]})
    assert stranger == {"count": 0}
    assert place.do("数老师0", "/notices/read", {"ids": [mine[0]["id"]]}) == {"count": 1}
    assert [n["path"] for n in place.ask("数老师0", "/notices", unread="true")["items"]] == [
        "/lessons/1"
    ]
    assert place.do("数老师0", "/notices/read", {}) == {"count": 0}
    assert place.ask("数老师1", "/notices/unread") == {"count": 1}


def test_nobody_is_told_of_their_own_deed_nor_twice_of_one(place: School) -> None:
    """The same unread news about the same page stands once, with its latest time."""
    tell(place, "数组长", "数老师0")
    tell(place, "数老师0")
    assert place.ask("数组长", "/notices/unread") == {"count": 0}
    assert place.ask("数老师0", "/notices/unread") == {"count": 1}
    place.do("数老师0", "/notices/read", {})
    tell(place, "数老师0")
    assert place.ask("数老师0", "/notices/unread") == {"count": 1}
    assert len(place.ask("数老师0", "/notices")["items"]) == 2


def test_a_deed_that_fails_tells_nobody(place: School) -> None:
    """A notice is part of the transaction of its deed."""
    person = place.people["数老师0"].person_id

    def deed() -> None:
        with place.services.database.write() as connection:
            notices.notify(connection, [person], NoticeKind.RESULT, "/evidence/1", actor="system")
            raise RuntimeError("the deed failed")

    with pytest.raises(RuntimeError):
        deed()
    assert place.ask("数老师0", "/notices/unread") == {"count": 0}


def test_notices_come_in_pages(place: School) -> None:
    """Pages follow one another by a key."""
    for number in range(5):
        tell(place, "数老师0", path=f"/lessons/{number}")
    first = place.ask("数老师0", "/notices", limit="3")
    rest = place.ask("数老师0", "/notices", limit="3", after=first["next"])
    paths = [notice["path"] for notice in first["items"] + rest["items"]]
    assert paths == [f"/lessons/{number}" for number in (4, 3, 2, 1, 0)]
    assert rest["next"] is None


def test_only_the_person_hears_of_a_notice(place: School) -> None:
    """The stream of events tells the bell of its own person and of nobody else."""
    tell(place, "数老师1", path="/lessons/other")
    tell(place, "数老师0", path="/lessons/mine")
    person = place.people["数老师0"]
    with serving(place.app) as address:
        headers = dict(cookies(place.services, person))
        url = f"{address}/api/v1/events?after=0"
        with httpx.stream("GET", url, headers=headers, timeout=20) as answer:
            lines = (line for line in answer.iter_lines() if line.startswith("data: {"))
            heard = json.loads(next(x for x in lines if "person" in x).removeprefix("data:"))
    assert heard["person"] == person.person_id
