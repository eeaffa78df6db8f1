"""Each deed tells whom it concerns, in its own transaction, and tells nothing that is private."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from lessons import RecordingState
from storage import recordings, tables
from tests.lesson import Served
from tests.reviewing import School, assigned, handed_in, school_of, share, submitted


@pytest.fixture(scope="module")
def school(served: Served) -> Iterator[School]:
    """Everybody signed in, and a lesson of the teacher's."""
    with school_of(served) as school:
        yield school


def unread(school: School, name: str) -> list[Any]:
    """Return what somebody has not read yet, newest first, and mark it as read."""
    found: list[Any] = school.people[name].get("/notices?unread=true")["items"]
    school.people[name].post("/notices/read", {}, 200)
    return found


def test_who_is_asked_to_review_is_told_and_not_whose_it_is(school: School) -> None:
    """A notice and a duty for the reviewer, no name of a blind set; its result for the teacher."""
    kept = handed_in(school)
    (review_id,) = assigned(school, kept["id"], "peer", "colleague", blindness="double_blind")
    (asked,) = unread(school, "colleague")
    assert (asked["kind"], asked["path"]) == ("clip_to_review", f"/reviews/{review_id}")
    home = school.colleague.get("/home")
    (duty,) = [duty for duty in home["duties"] if duty["kind"] == "reviews"]
    assert duty["items"][0]["path"] == f"/reviews/{review_id}"
    assert "王老师" not in json.dumps([asked, duty], ensure_ascii=False)
    unread(school, "teacher")
    said = {"revision": 1, "summary": "导入可以更快一些。"}
    school.later["colleague"].post(f"/reviews/{review_id}/submit", said, 200)
    school.later["colleague"].post(f"/reviews/{review_id}/recall", None, 200)
    assert unread(school, "teacher") == []
    revision = school.colleague.get(f"/reviews/{review_id}")["review"]["revision"]
    said = {"revision": revision, "summary": "导入可以更快一些。"}
    school.colleague.post(f"/reviews/{review_id}/submit", said, 200)
    (result,) = unread(school, "teacher")
    assert (result["kind"], result["path"]) == ("result", f"/evidence/{kept['id']}/reviews")
    assert "李同事" not in json.dumps(result, ensure_ascii=False)


def test_what_is_returned_is_told_to_its_teacher(school: School) -> None:
    """The decision of a 校本考核 is a notice of its own kind."""
    kept = handed_in(school)
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer")
    submitted(school.reviewer, review_id, "excellent", "pass", "fail")
    unread(school, "teacher")
    revision = school.teacher.get(f"/evidence-sets/{kept['id']}")["revision"]
    decision = {"revision": revision, "outcome": "returned", "reasons": "请补充教学反思。"}
    school.group_lead.post(f"/evidence-sets/{kept['id']}/decisions", decision)
    assert [notice["kind"] for notice in unread(school, "teacher")] == ["returned"]
    home = school.teacher.get("/home")
    assert "returned" in {duty["kind"] for duty in home["duties"]}


def test_a_comment_tells_the_teacher_and_who_is_named(school: School) -> None:
    """At its moment; the author is told nothing; who may not look is not told either."""
    share(school, "comment")
    for name in ("teacher", "colleague", "group_lead", "reviewer"):
        unread(school, name)
    named = [school.viewer(name).person_id for name in ("group_lead", "reviewer")]
    place = {"subject": "lesson", "subject_id": school.served.lesson.id}
    made = school.colleague.post(
        "/comments", place | {"text": "请看这里", "mentions": named, "start_ms": 3000}
    )
    (mention,) = unread(school, "group_lead")
    lesson = school.served.lesson
    assert (mention["kind"], mention["path"]) == ("mention", f"/lessons/{lesson.id}?t=3")
    assert mention["facts"] == {"title": lesson.title, "by": "李同事"}
    assert [notice["kind"] for notice in unread(school, "teacher")] == ["comment"]
    assert unread(school, "colleague") == []
    assert unread(school, "reviewer") == []
    school.teacher.post(f"/comments/{made['id']}/answers", {"text": "好的"})
    assert [notice["kind"] for notice in unread(school, "colleague")] == ["comment"]


def test_a_recording_tells_when_it_is_ready_or_has_failed(school: School) -> None:
    """Its lesson's teacher hears that it is ready; operators and the uploader that it failed."""
    recording = school.served.recording
    unread(school, "teacher")
    database = school.served.services.database
    with database.write() as connection:
        table = tables.recording
        connection.execute(update(table).values(state=RecordingState.PROCESSING))
        connection.execute(update(tables.step).values(state="done"))
        recordings.settle_state(connection, recording.id, ["transcribe"])
    (ready,) = unread(school, "teacher")
    assert (ready["kind"], ready["facts"]["title"]) == ("recording_ready", "二次函数的图像")
    with database.write() as connection:
        connection.execute(update(tables.step).values(state="failed"))
        recordings.settle_state(connection, recording.id, ["transcribe"])
        kinds = connection.execute(tables.notice.select()).all()
    failed = {row.person_id for row in kinds if row.kind == "recording_failed"}
    assert failed == {school.viewer(name).person_id for name in ("operator", "everything")}
    assert unread(school, "teacher") == []
