"""Nobody sees what is not theirs: every operation of the API, every role, two school groups.

The matrix is made from the OpenAPI document, so that a new route is in it at once: where its path
names something that this file does not know, the test fails and says so.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.openapi import example
from api.services import Services
from lessons import new_id
from lessons.people import FIRST_SCHOOL_GROUP
from processing.profiles import load_profiles
from tests.lesson import services
from tests.schools import Furnished, furnished
from tests.signed_in import ORIGIN, Staff, cookies

ROLES = (
    *("administrator", "operator", "teacher", "colleague", "reviewer", "group_lead"),
    *("school_lead", "everything"),
)
# What a path may name besides things that belong to a school group.
FREE = {
    "kind": "transcribe",
    "format": "vtt",
    "framework_id": "cn-tisheng-2.0",
    "version": "x",
    "number": "1",
    "name": "720p",
    "profile": "plain",
    "table": "groups",
}
# What is a teacher's own until shared or handed in.
PRIVATE = {
    *("lesson_id", "recording_id", "clip_id", "set_id", "item_id"),
    *("utterance_id", "segment_id", "suggestion_id", "comment_id"),
}
# What an operator may do with a lesson of somebody else: its facts and stretches, never its words.
HANDLING = {
    *("read_lesson", "edit_lesson", "trim_lesson", "leave_out", "split_lesson", "join_lesson"),
    *("read_recording", "list_renditions", "list_scene_changes"),
    *(
        "read_receipt",
        "retry_step",
        "cancel_recording",
        "set_step_aside",
        "read_playback",
        "read_poster",
    ),
}
# What an administrator may do with any recording: keep it from being deleted by a rule.
KEEPING = {"hold_recording", "release_recording"}
REFUSED = {403, 404}
# What a teacher may not do with the own: an operator's work, and a lead's decision.
NOT_A_TEACHERS = {"retry_step", "cancel_recording", "set_step_aside", "decide_on_set", *KEEPING}
# What ends the session that the matrix is called with, or never ends itself.
ENDING = {"sign_in", "sign_out", "change_password", "follow_events"}


@dataclass(frozen=True)
class Operation:
    """One operation of the API."""

    name: str
    method: str
    path: str
    names: tuple[str, ...]  # what its path names
    body: Any  # an example, or None

    def called(self, client: TestClient, ids: Mapping[str, str]) -> Any:
        """Call it with the things of a school group in its path and its body."""
        path = self.path.format(**FREE, **{n: ids[n] for n in self.names if n not in FREE})
        if self.body == "form":
            file = {"file": ("a.csv", "工号,姓名\n1,甲\n".encode(), "text/csv")}
            return client.post(path, data={"requirement": "lesson_plan"}, files=file)
        headers = {"tus-resumable": "1.0.0", "upload-offset": "0"}
        if self.method == "PATCH":
            headers["content-type"] = "application/offset+octet-stream"
            return client.patch(path, content=b"12345", headers=headers)
        body = _with(self.body, ids)
        return client.request(self.method, path, json=body, headers=headers, follow_redirects=False)


def _with(body: Any, ids: Mapping[str, str]) -> Any:
    """Return a body that names the things of a school group, at a revision that never was."""
    if isinstance(body, list):
        return [_with(item, ids) for item in body]
    if not isinstance(body, dict):
        return body
    filled = {name: _with(value, ids) for name, value in body.items()}
    for name in filled:
        plain = name.removeprefix("other_").removeprefix("into_")
        if name in ids or plain in ids:
            filled[name] = ids.get(name) or ids[plain]
        elif name == "other_id":
            filled[name] = ids["lesson_id"]
        elif name in ("lesson_ids", "set_ids"):
            filled[name] = [ids[name.removesuffix("s")]]
        elif name == "reviewer_ids":
            filled[name] = [ids["person_id"]]
        elif name.endswith("revision"):
            filled[name] = 999
    return filled


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The services of a data folder for two school groups."""
    return replace(services(tmp_path_factory.mktemp("walls")), profiles=load_profiles())


@pytest.fixture(scope="module")
def ours(house: Services) -> Furnished:
    """The school group whose things are asked for."""
    return furnished(house, FIRST_SCHOOL_GROUP, "鹦鹉螺")


@pytest.fixture(scope="module")
def theirs(house: Services) -> Furnished:
    """Another school group."""
    return furnished(house, new_id(), "海葵")


@pytest.fixture(scope="module")
def app_client(house: Services) -> Iterator[TestClient]:
    """A client without a session."""
    with TestClient(create_app(house), base_url=ORIGIN) as client:
        yield client


@pytest.fixture(scope="module")
def operations(app_client: TestClient) -> list[Operation]:
    """Every operation of the document; media by tickets have tests of their own."""
    document = app_client.get("/api/v1/openapi.json").json()
    components = document["components"]["schemas"]
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            names = tuple(re.findall(r"{(\w+)}", path))
            content = operation.get("requestBody", {}).get("content", {})
            body: Any = None
            if "multipart/form-data" in content:
                body = "form"
            elif "application/json" in content:
                body = example(content["application/json"]["schema"], components)
            name = operation["operationId"]
            if "ticket" not in names and name not in ENDING:
                found.append(Operation(name, method.upper(), path, names, body))
    return sorted(found, key=lambda operation: operation.name == "hand_lesson_over")


def as_(client: TestClient, house: Services, staff: Staff, role: str) -> TestClient:
    """Sign somebody in."""
    client.headers.update(dict(cookies(house, getattr(staff, role))))
    return client


def test_the_matrix_knows_what_every_path_names(
    operations: list[Operation], ours: Furnished
) -> None:
    """A path names only what this file can put into it, so that no operation is left out."""
    unknown = {(o.name, n) for o in operations for n in o.names if n not in {*FREE, *ours.ids}}
    assert not unknown
    assert len(operations) > 90


def test_nobody_is_answered_without_a_session(
    app_client: TestClient, operations: list[Operation], ours: Furnished
) -> None:
    """Only signing in, health and what an upload server can do are open."""
    app_client.headers.pop("cookie", None)
    app_client.headers.pop("x-csrf-token", None)
    answered = {o.name for o in operations if o.called(app_client, ours.ids).status_code != 401}
    assert answered <= {"health_live", "health_ready", "describe_uploads", "read_session"}


@pytest.mark.parametrize("role", ROLES)
def test_another_school_is_not_there(
    app_client: TestClient,
    house: Services,
    operations: list[Operation],
    ours: Furnished,
    theirs: Furnished,
    role: str,
) -> None:
    """Whatever somebody of another school names in a path is not there, and no word of it shows."""
    client = as_(app_client, house, theirs.staff, role)
    for operation in operations:
        answer = operation.called(client, ours.ids)
        assert ours.word not in answer.text, operation.name
        if set(operation.names) - set(FREE):
            assert answer.status_code in REFUSED, (operation.name, answer.text)


@pytest.mark.parametrize("role", ["teacher", "everything"])
def test_nothing_of_another_school_is_used(
    app_client: TestClient,
    house: Services,
    operations: list[Operation],
    ours: Furnished,
    theirs: Furnished,
    role: str,
) -> None:
    """In a body, too, another school's things are not there: one's own path, their ids."""
    client = as_(app_client, house, theirs.staff, role)
    for operation in operations:
        said = json.dumps(_with(operation.body, ours.ids))
        if not any(known in said for known in ours.ids.values()):
            continue
        mixed = {**ours.ids, **{n: theirs.ids[n] for n in operation.names if n in theirs.ids}}
        answer = operation.called(client, mixed)
        assert ours.word not in answer.text, operation.name
        nothing = answer.text == "[]"  # of several, those that are not there are left out
        done = answer.status_code in (200, 201, 202, 204) and not nothing
        assert not done, (operation.name, answer.text)


@pytest.mark.parametrize("role", [r for r in ROLES if r not in ("teacher", "everything")])
def test_a_draft_is_its_teachers_alone(
    app_client: TestClient,
    house: Services,
    operations: list[Operation],
    ours: Furnished,
    role: str,
) -> None:
    """Within the school, what is not shared is nobody else's; an operator gets the facts only."""
    client = as_(app_client, house, ours.staff, role)
    handles = {"operator": HANDLING, "administrator": KEEPING}.get(role, set())
    for operation in operations:
        if not PRIVATE & set(operation.names):
            continue
        if role == "operator" and operation.name == "hand_lesson_over":
            continue  # it would: the lesson would be somebody else's for the tests that follow
        answer = operation.called(client, ours.ids)
        if operation.name in handles:
            assert answer.status_code not in REFUSED, (operation.name, answer.text)
        else:
            assert answer.status_code in REFUSED, (operation.name, answer.text)


@pytest.mark.parametrize("role", ["colleague", "reviewer", "group_lead", "school_lead"])
def test_lists_and_search_hold_nothing_of_a_draft(
    app_client: TestClient, house: Services, ours: Furnished, role: str
) -> None:
    """Neither lists nor search snippets show a word of what one may not see."""
    client = as_(app_client, house, ours.staff, role)
    for path in ("lessons", "recordings", "clips", "evidence-sets", f"search?q={ours.word}"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 200
        assert ours.word not in answer.text, path
        if path != "evidence-sets":  # leads see what was handed in
            assert answer.json()["items"] == [], path


def test_an_operator_finds_lessons_but_not_what_is_said(
    app_client: TestClient, house: Services, ours: Furnished
) -> None:
    """The title of a lesson is a fact; speech, phases and clips are not."""
    client = as_(app_client, house, ours.staff, "operator")
    hits = client.get(f"/api/v1/search?q={ours.word}").json()["items"]
    assert {hit["kind"] for hit in hits} == {"lesson"}


def test_the_teacher_is_let_in(
    app_client: TestClient, house: Services, operations: list[Operation], ours: Furnished
) -> None:
    """The ids of this matrix are real: their owner is refused nowhere."""
    client = as_(app_client, house, ours.staff, "teacher")
    for operation in operations:
        if not PRIVATE & set(operation.names) or operation.method == "DELETE":
            continue
        if "review_id" in operation.names:
            continue  # what a reviewer reads; the teacher reads it elsewhere
        answer = operation.called(client, ours.ids)
        expected = operation.name in NOT_A_TEACHERS
        missing = answer.status_code in REFUSED
        assert missing == expected, (operation.name, answer.status_code, answer.text)
