"""Accounts as people meet them: signing in, sessions that end, keys, imports, rate limits."""

import dataclasses
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook
from sqlalchemy import update

from api.app import create_app
from api.policy import SECURE_COOKIE
from api.services import Services
from lessons.people import FIRST_SCHOOL_GROUP, PersonFacts, Role
from storage import passwords, people, sessions, sign_ins, tables
from tests.lesson import services
from tests.signed_in import ORIGIN, Staff, browser, cookies, staff_of

API = "/api/v1"
SECRET = "好记的密码 2026"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The services of a data folder with people in it."""
    return services(tmp_path_factory.mktemp("accounts"))


@pytest.fixture(scope="module")
def staff(house: Services) -> Staff:
    """Somebody for each role."""
    return staff_of(house.database)


@pytest.fixture
def visitor(house: Services) -> Iterator[TestClient]:
    """A browser in which nobody is signed in."""
    with TestClient(create_app(house), base_url=ORIGIN) as client:
        yield client


def newcomer(house: Services, number: str, name: str = "新老师", *, one_time: bool = True) -> str:
    """Add somebody with a password; return their id."""
    with house.database.write() as connection:
        facts = PersonFacts(staff_number=number, name=name, roles=(Role.TEACHER,))
        person = people.add(connection, FIRST_SCHOOL_GROUP, facts, actor="test")
        words = passwords.hashed_one_time(SECRET)
        passwords.keep(connection, person.id, words, one_time=one_time, actor="test")
    return person.id


def sign_in(client: TestClient, account: str, password: str = SECRET) -> Any:
    return client.post(f"{API}/session", json={"account": account, "password": password})


def test_a_newcomer_chooses_a_password_first(house: Services, visitor: TestClient) -> None:
    """With a one-time password nothing else is answered; the session goes on under a new id."""
    newcomer(house, "N1")
    assert visitor.get(f"{API}/session").json()["person_id"] is None
    answer = sign_in(visitor, "N1")
    assert (answer.status_code, answer.json()["password_to_change"]) == (201, True)
    first = visitor.cookies["guanke"]
    refused = visitor.get(f"{API}/lessons")
    assert (refused.status_code, refused.json()["code"]) == (403, "password-to-change")
    token = {"x-csrf-token": answer.json()["csrf_token"]}
    for weak in ("short", "N1N1N1N1N1N1"[:4] * 3, "1234567890", SECRET):
        change = {"current": SECRET, "chosen": weak}
        weak_answer = visitor.put(f"{API}/session/password", json=change, headers=token)
        assert weak_answer.json()["code"] == "password-too-weak", weak
    wrong = {"current": "something else", "chosen": "另一句好记的话 2027"}
    answer = visitor.put(f"{API}/session/password", json=wrong, headers=token)
    assert answer.json()["code"] == "password-wrong"
    right = {"current": SECRET, "chosen": "另一句好记的话 2027"}
    answer = visitor.put(f"{API}/session/password", json=right, headers=token)
    assert (answer.status_code, answer.json()["password_to_change"]) == (200, False)
    assert visitor.cookies["guanke"] != first
    assert visitor.get(f"{API}/lessons").status_code == 200
    old = {"cookie": f"guanke={first}"}
    visitor.cookies.clear()
    assert visitor.get(f"{API}/lessons", headers=old).status_code == 401


def test_a_name_is_enough_unless_two_share_it(house: Services, visitor: TestClient) -> None:
    """By name where only one is called so; two are asked for the staff number."""
    newcomer(house, "N2", "独一无二", one_time=False)
    assert sign_in(visitor, "独一无二").json()["staff_number"] == "N2"
    newcomer(house, "N3", "同名老师")
    newcomer(house, "N4", "同名老师")
    answer = sign_in(visitor, "同名老师")
    assert (answer.status_code, answer.json()["code"]) == (409, "several-people")
    assert sign_in(visitor, "N4").status_code == 201


def test_the_cookie_is_closed(house: Services, visitor: TestClient) -> None:
    """No script reads it, no other page sends it; under https it is the host's own."""
    newcomer(house, "N5", one_time=False)
    said = sign_in(visitor, "N5").headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said
    hosts = frozenset({"guanke.example"})
    app = create_app(dataclasses.replace(house, hosts=hosts))
    with TestClient(app, base_url="https://guanke.example") as client:
        said = sign_in(client, "N5").headers["set-cookie"]
        assert said.startswith(f"{SECURE_COOKIE}=")
        assert "Secure" in said
        assert "Path=/" in said
        assert "Domain" not in said


def test_a_change_needs_the_token_of_its_session(house: Services, staff: Staff) -> None:
    """Without it, or with that of another session, a change is refused; reading is not."""
    other = cookies(house, staff.teacher)["x-csrf-token"]
    with browser(create_app(house), staff.teacher) as client:
        for token in ("", other):
            headers = {"x-csrf-token": token}
            answer = client.post(f"{API}/lessons", json={"title": "课"}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "request-forged")
        assert client.get(f"{API}/lessons", headers={"x-csrf-token": ""}).status_code == 200
        assert client.post(f"{API}/lessons", json={"title": "课"}).status_code == 201


def test_a_session_ends(house: Services, staff: Staff) -> None:
    """Idle too long, older than any may be, ended by its owner or an administrator: at once."""
    table = tables.session
    now = datetime.now(UTC)
    endings = (
        {"seen_at": now - timedelta(seconds=house.sessions.idle_s + 1)},
        {"expires_at": now - timedelta(seconds=1)},
    )
    app = create_app(house)
    for values in endings:
        with browser(app, staff.colleague) as client:
            me = client.get(f"{API}/me/sessions").json()
            (this,) = [session["id"] for session in me if session["this"]]
            with house.database.write() as connection:
                connection.execute(update(table).where(table.c.id == this).values(**values))
            assert client.get(f"{API}/lessons").status_code == 401
    with browser(app, staff.colleague) as client, browser(app, staff.administrator) as boss:
        assert client.delete(f"{API}/session").status_code == 204
        assert client.get(f"{API}/lessons").status_code == 401
        client.headers.update(dict(cookies(house, staff.colleague)))
        assert client.get(f"{API}/lessons").status_code == 200
        kill = f"{API}/people/{staff.colleague.person_id}/sessions"
        assert boss.get(kill).json()
        assert boss.delete(kill).status_code == 204
        assert client.get(f"{API}/lessons").status_code == 401


def test_who_leaves_is_out_at_once(house: Services, staff: Staff) -> None:
    """Sessions end with the account; the last administrator can't leave."""
    person_id = newcomer(house, "N6", one_time=False)
    with browser(create_app(house), staff.administrator) as boss:
        person = boss.get(f"{API}/people/{person_id}").json()
        with house.database.read() as connection:
            leaver = people.get(connection, FIRST_SCHOOL_GROUP, person_id)
        with browser(boss.app, leaver) as client:  # type: ignore[arg-type]  # it is the FastAPI
            assert client.get(f"{API}/lessons").status_code == 200
            gone = boss.put(f"{API}/people/{person_id}", json=person | {"active": False})
            assert gone.json()["active"] is False
            assert client.get(f"{API}/lessons").status_code == 401
            assert sign_in(client, "N6").status_code == 401
        for key in ("everything", "administrator"):
            holder = getattr(staff, key)
            known = boss.get(f"{API}/people/{holder.person_id}").json()
            answer = boss.put(
                f"{API}/people/{holder.person_id}", json=known | {"roles": ["teacher"]}
            )
        assert (answer.status_code, answer.json()["code"]) == (409, "last-administrator")


def test_guessing_is_slowed_down(house: Services, visitor: TestClient) -> None:
    """After some failures one waits, and is told how long; an unknown name is no different."""
    newcomer(house, "N7", one_time=False)
    for account in ("N7", "nobody"):
        for _ in range(sign_ins.PER_ACCOUNT_AND_ADDRESS):
            assert sign_in(visitor, account, "guess").status_code == 401
        answer = sign_in(visitor, account)
        assert (answer.status_code, answer.json()["code"]) == (429, "too-many-sign-ins")
        assert 0 < int(answer.headers["retry-after"]) <= sign_ins.WINDOW_MS // 1000


def test_a_key_does_what_it_was_made_for(house: Services, staff: Staff) -> None:
    """Only its scopes, only until it ends, without a cookie or token; never more than its owner."""
    app = create_app(house)
    with browser(app, staff.teacher) as client:
        made = client.post(f"{API}/me/keys", json={"name": "脚本", "scopes": ["look"], "days": 1})
        assert made.status_code == 201, made.text
        beyond = {"name": "x", "scopes": ["administer"], "days": 1}
        assert client.post(f"{API}/me/keys", json=beyond).json()["code"] == "role-missing"
        secret, key = made.json()["secret"], made.json()["key"]
        with TestClient(app, base_url=ORIGIN) as program:
            program.headers["authorization"] = f"Bearer {secret}"
            assert program.get(f"{API}/lessons").status_code == 200
            written = program.post(f"{API}/lessons", json={"title": "课"})
            assert (written.status_code, written.json()["code"]) == (403, "scope-missing")
            assert program.delete(f"{API}/session").json()["code"] == "scope-missing"
            listed = client.get(f"{API}/me/keys").json()
            assert listed[0]["used_at"]
            assert secret not in client.get(f"{API}/me/keys").text
            assert client.delete(f"{API}/me/keys/{key['id']}").status_code == 204
            assert program.get(f"{API}/lessons").status_code == 401
        late = client.post(f"{API}/me/keys", json={"name": "a", "scopes": ["look"], "days": 1})
        with house.database.write() as connection:
            ended = {"expires_at": datetime.now(UTC)}
            connection.execute(update(tables.api_key).values(**ended))
        headers = {"authorization": f"Bearer {late.json()['secret']}"}
        with TestClient(app, base_url=ORIGIN, headers=headers) as program:
            assert program.get(f"{API}/lessons").status_code == 401


ROWS = (
    ("工号", "姓名", "校区", "教研组", "教研组长", "角色"),
    ("I1", "甲老师", "东校区", "语文组", "是", "教师"),
    ("I2", "乙老师", "东校区", "语文组、数学组", "", "教师、评审教师"),
    ("I1", "重复", "", "", "", ""),
    ("", "没有工号", "", "", "", ""),
    ("I5", "", "", "", "", "校工"),
    (1006, "数字工号", "", "", "", ""),
)


def _xlsx() -> bytes:
    book, file = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    book.save(file)
    return file.getvalue()


def _csv(encoding: str) -> bytes:
    return "\r\n".join(",".join(map(str, row)) for row in ROWS).encode(encoding)


@pytest.mark.parametrize("kind", ["xlsx", "utf-8-sig", "gb18030"])
def test_people_come_in_by_a_table(tmp_path: Path, kind: str) -> None:
    """The preview changes nothing and tells what is wrong in each row; then the right ones come."""
    house = services(tmp_path)
    boss_of = staff_of(house.database).administrator
    data = _xlsx() if kind == "xlsx" else _csv(kind)
    with browser(create_app(house), boss_of) as boss:

        def send(preview: bool) -> Any:
            path = f"{API}/people/import?preview={str(preview).lower()}"
            answer = boss.post(path, files={"file": ("名单.xlsx", data)})
            assert answer.status_code == 200, answer.text
            return answer.json()

        plan = send(True)
        outcomes = [row["outcome"] for row in plan["rows"]]
        assert outcomes == ["added", "added", "wrong", "wrong", "wrong", "added"]
        assert [row["row"] for row in plan["rows"]] == [2, 3, 4, 5, 6, 7]
        faults = [[fault["column"] for fault in row["faults"]] for row in plan["rows"]]
        assert faults == [[], [], ["staff_number"], ["staff_number"], ["name", "roles"], []]
        assert plan["rows"][4]["faults"][1]["zh"] == "没有“校工”这个角色"
        assert (plan["new_campuses"], plan["new_groups"]) == (["东校区"], ["语文组"])
        assert boss.get(f"{API}/people?q=I").json()["items"] == []
        done = send(False)
        passwords_given = [row["one_time_password"] for row in done["rows"]]
        assert [bool(one) for one in passwords_given] == [True, True, False, False, False, True]
        first = boss.get(f"{API}/people?q=I1").json()["items"][0]
        assert first["roles"] == ["teacher", "group_lead"]
        assert first["memberships"][0]["leads"] is True
        assert boss.get(f"{API}/people?q=1006").json()["items"][0]["name"] == "数字工号"
        again = send(False)
        assert [row["outcome"] for row in again["rows"]][:2] == ["same", "same"]
        with TestClient(boss.app, base_url=ORIGIN) as client:
            assert sign_in(client, "I2", passwords_given[1]).json()["password_to_change"] is True


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\x00", b"PK\x03\x04broken", "学号,班级\n1,2".encode(), b"x" * (5 << 20)],
)
def test_what_is_no_table_of_people_is_refused(house: Services, staff: Staff, data: bytes) -> None:
    """With a reason, and nothing is changed."""
    with browser(create_app(house), staff.administrator) as boss:
        answer = boss.post(f"{API}/people/import", files={"file": ("表.xlsx", data)})
        assert (answer.status_code, answer.json()["code"]) == (422, "table-unreadable")


def test_an_old_session_is_touched_and_many_are_pruned(house: Services, staff: Staff) -> None:
    """Use is noted about once a minute; of very many sessions the oldest go."""
    table = tables.session
    with browser(create_app(house), staff.reviewer) as client:
        before = datetime.now(UTC) - timedelta(minutes=5)
        with house.database.write() as connection:
            mine = table.c.person_id == staff.reviewer.person_id
            connection.execute(update(table).where(mine).values(seen_at=before))
        (session,) = client.get(f"{API}/me/sessions").json()
        assert datetime.fromisoformat(session["seen_at"]) > before + timedelta(minutes=4)
        for _ in range(sessions.MOST + 3):
            cookies(house, staff.reviewer)
        assert client.get(f"{API}/me/sessions").status_code == 401


def test_the_school_tree_is_kept(house: Services, staff: Staff) -> None:
    """Campuses, groups and rooms are added, renamed, removed; a second name is refused."""
    with browser(create_app(house), staff.administrator) as boss:
        campus = boss.post(f"{API}/school/campuses", json={"name": "西校区"}).json()
        twice = boss.post(f"{API}/school/campuses", json={"name": "西校区"})
        assert (twice.status_code, twice.json()["code"]) == (409, "name-taken")
        group = {"name": "英语组", "campus_id": campus["id"], "subject": "英语"}
        made = boss.post(f"{API}/school/research-groups", json=group)
        assert made.status_code == 201, made.text
        room = {"name": "录播室一", "campus_id": campus["id"]}
        assert boss.post(f"{API}/school/rooms", json=room).status_code == 201
        renamed = {"name": "西校区（新）"}
        tree = boss.put(f"{API}/school/campuses/{campus['id']}", json=renamed).json()
        assert "西校区（新）" in [each["name"] for each in tree["campuses"]]
        facts = {"name": "示例教育集团", "subjects": ["语文"], "grades": ["一年级"], "revision": 1}
        assert boss.put(f"{API}/school", json=facts).json()["revision"] == 2
        assert boss.put(f"{API}/school", json=facts).status_code == 409
        tree = boss.delete(f"{API}/school/campuses/{campus['id']}").json()
        assert tree["rooms"] == []
        (left,) = [each for each in tree["research_groups"] if each["name"] == "英语组"]
        assert left["campus_id"] is None
    with browser(create_app(house), staff.teacher) as client:
        assert client.get(f"{API}/school").json()["name"] == "示例教育集团"
        assert client.post(f"{API}/school/campuses", json={"name": "x"}).status_code == 403


def test_the_audit_is_told_to_administrators(house: Services, staff: Staff) -> None:
    """Who did what, newest first, by person and deed; words of lessons are left out."""
    with browser(create_app(house), staff.administrator) as boss:
        lines = boss.get(f"{API}/audit?action=school.&limit=3").json()
        assert len(lines["items"]) == 3
        assert {line["actor"] for line in lines["items"]} == {"管老师"}
        after = boss.get(f"{API}/audit?action=school.&limit=3&after={lines['next']}").json()
        assert int(after["items"][0]["id"]) < int(lines["items"][-1]["id"])
    with browser(create_app(house), staff.school_lead) as client:
        assert client.get(f"{API}/audit").status_code == 403
