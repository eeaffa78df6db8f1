"""Comments through the API: anchored, threaded, named, 已回应; who reads, who answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.lesson import Served
from tests.reviewing import School, assigned, handed_in, school_of, share
from tests.signed_in import browser, staff_of


@pytest.fixture(scope="module")
def school(served: Served) -> Iterator[School]:
    """Everybody signed in; the lesson is shared with the research group, to comment."""
    with school_of(served) as school:
        share(school, "comment")
        yield school


def on_lesson(school: School, text: str, **more: object) -> dict[str, object]:
    return {"subject": "lesson", "subject_id": school.served.lesson.id, "text": text} | more


def listed(school: School, who: str = "teacher") -> list[Any]:
    path = f"/comments?lesson_id={school.served.lesson.id}"
    items: list[Any] = school.people[who].get(path)["items"]
    return items


def lines(school: School) -> list[Any]:
    path = f"/recordings/{school.served.recording.id}/transcript"
    found: list[Any] = school.teacher.get(path)["utterances"]
    return found


def test_a_moment_a_range_words_and_the_whole(school: School) -> None:
    """Each is pinned to what is said then; the whole lesson has no pin."""
    moment = school.colleague.post("/comments", on_lesson(school, "好问题", start_ms=3100))
    assert moment["anchor"]["text"]
    assert moment["anchor"]["first"]["utterance_id"] == lines(school)[1]["id"]
    span = on_lesson(school, "讲得清楚", start_ms=1000, end_ms=2800)
    assert school.colleague.post("/comments", span)["anchor"]["text"].startswith("今天")
    line = lines(school)[1]
    first = {"utterance_id": line["id"], "offset": 4}
    last = {"utterance_id": line["id"], "offset": 8}
    words = school.colleague.post("/comments", on_lesson(school, "分组好", first=first, last=last))
    assert words["anchor"]["text"] == "四人一组"
    assert line["start_ms"] <= words["anchor"]["start_ms"] < words["anchor"]["end_ms"]
    whole = school.colleague.post("/comments", on_lesson(school, "整节课节奏好"))
    assert whole["anchor"] is None
    assert [c["text"] for c in listed(school)] == ["好问题", "讲得清楚", "分组好", "整节课节奏好"]
    empty = school.colleague.post("/comments", on_lesson(school, "  "), 400)
    assert empty["code"] == "request-fault"
    backwards = on_lesson(school, "x", start_ms=5000, end_ms=1000)
    assert school.colleague.post("/comments", backwards, 422)["code"] == "bad-span"


def test_comments_stay_with_their_words(school: School) -> None:
    """A corrected, divided and merged line takes its comments along; deleted words are told."""
    line = lines(school)[1]
    pins = {
        "first": {"utterance_id": line["id"], "offset": 8},
        "last": {"utterance_id": line["id"], "offset": 10},
    }
    made = school.colleague.post("/comments", on_lesson(school, "锚点", **pins))
    assert made["anchor"]["text"] == "讨论"

    def anchor() -> Any:
        return next(c["anchor"] for c in listed(school) if c["id"] == made["id"])

    def correct(text: str) -> None:
        now = next(one for one in lines(school) if one["id"] == line["id"])
        edit = {"revision": now["revision"], "text": text, "speaker": now["speaker"]}
        school.teacher.put(f"/utterances/{line['id']}", edit)

    correct("各位同学，请你们四人一组讨论。")
    assert anchor()["text"] == "讨论"
    assert anchor()["first"]["offset"] == 12
    assert anchor()["start_ms"] == made["anchor"]["start_ms"]
    now = next(one for one in lines(school) if one["id"] == line["id"])
    cut = {"revision": now["revision"], "offset": 5}
    first, second = school.teacher.post(f"/utterances/{line['id']}/split", cut, 200)
    assert anchor()["first"] == {"utterance_id": second["id"], "offset": 7}
    read = {"revision": first["revision"]}
    school.teacher.post(f"/utterances/{line['id']}/merge", read, 200)
    assert anchor()["first"]["utterance_id"] == line["id"]
    correct("各位同学，请你们四人一组。")
    assert (anchor()["first"], anchor()["quote"]) == (None, "讨论")
    correct("请同学们四人一组讨论。")
    assert anchor()["text"] == "讨论"


def test_a_clip_that_is_moved_keeps_its_comments(school: School) -> None:
    """The pin is on the recording's clock: other ends of the clip change nothing of it."""
    body = {"recording_id": school.served.recording.id, "lesson_id": school.served.lesson.id}
    clip = school.teacher.post("/clips", body | {"start_ms": 2000, "end_ms": 6000})
    said = {"subject": "clip", "subject_id": clip["id"], "text": "看这里", "start_ms": 3100}
    made = school.teacher.post("/comments", said)
    edit = {"revision": clip["revision"], "start_ms": 2600, "end_ms": 5000}
    edit |= {name: clip[name] for name in ("lesson_id", "title", "note", "competencies")}
    school.teacher.put(f"/clips/{clip['id']}", edit)
    about = f"/comments?subject=clip&subject_id={clip['id']}"
    (now,) = school.teacher.get(about)["items"]
    assert now["anchor"] == made["anchor"]


def test_a_thread_is_answered_and_marked(school: School) -> None:
    """已回应 belongs to the thread; a new answer opens it again; others change nothing of mine."""
    made = school.colleague.post("/comments", on_lesson(school, "为什么分四人？"))
    path = f"/comments/{made['id']}"
    answer = school.teacher.post(f"{path}/answers", {"text": "座位正好四人。"})
    assert answer["thread_id"] == made["id"]
    read = school.teacher.post(f"{path}/resolve", {"revision": 2, "resolved": True}, 200)
    assert read["resolved_by"] == "王老师"
    stale = school.teacher.post(f"{path}/resolve", {"revision": 2, "resolved": False}, 409)
    assert stale["code"] == "conflict"
    school.colleague.post(f"/comments/{answer['id']}/answers", {"text": "明白了"})
    again = next(c for c in listed(school) if c["id"] == made["id"])
    assert again["resolved_at"] is None
    assert school.teacher.put(path, {"revision": 4, "text": "改"}, 404)["code"] == "not-found"
    edit = {"revision": again["revision"], "text": "为什么分四人一组？"}
    edited = school.colleague.put(path, edit)
    assert (edited["text"], bool(edited["edited_at"])) == ("为什么分四人一组？", True)
    assert school.colleague.delete(path, 409)["code"] == "conflict"
    alone = school.colleague.post("/comments", on_lesson(school, "写错了"))
    school.teacher.delete(f"/comments/{alone['id']}", 404)
    school.colleague.delete(f"/comments/{alone['id']}")


def test_colleagues_are_named(school: School) -> None:
    """@ names people who may see the lesson; nobody outside can be named."""
    people = school.colleague.get(f"/comments/mentionable?lesson_id={school.served.lesson.id}")
    assert {one["name"] for one in people} == {"王老师", "组老师"}
    lead = next(one["person_id"] for one in people if one["name"] == "组老师")
    said = on_lesson(school, "@组老师 请看", mentions=[lead])
    made = school.colleague.post("/comments", said)
    assert made["mentions"] == [{"person_id": lead, "name": "组老师"}]
    stranger = on_lesson(school, "@谁", mentions=["nobody"])
    school.colleague.post("/comments", stranger, 404)


def test_who_may_not_see_the_lesson_reads_and_writes_nothing(school: School) -> None:
    """Without a share there is no lesson, no comment, no answer."""
    made = school.teacher.post("/comments", on_lesson(school, "自己看"))
    for nobody in ("reviewer", "school_lead", "administrator"):
        person = school.people[nobody]
        assert listed(school, nobody) == []
        person.post("/comments", on_lesson(school, "路过"), 404)
        person.post(f"/comments/{made['id']}/answers", {"text": "路过"}, 404)
        person.get(f"/comments/mentionable?lesson_id={school.served.lesson.id}", 404)


def test_who_may_only_look_says_nothing(school: School) -> None:
    """The right to look reads comments; to write takes the right to comment."""
    share(school, "look")
    try:
        assert listed(school, "colleague")
        school.colleague.post("/comments", on_lesson(school, "可以说吗"), 404)
        first = listed(school, "colleague")[0]["id"]
        school.colleague.post(f"/comments/{first}/answers", {"text": "可以说吗"}, 404)
    finally:
        share(school, "comment")


def test_phases_are_commented_too(school: School) -> None:
    """观课: a phase of the lesson has comments of its own."""
    segment = school.teacher.get(f"/recordings/{school.served.recording.id}/segments")[0]
    said = {
        "subject": "segment", "subject_id": segment["id"], "text": "导入紧凑",
        "lesson_id": school.served.lesson.id, "start_ms": segment["start_ms"],
    }  # fmt: skip
    made = school.colleague.post("/comments", said)
    assert made["id"] in [c["id"] for c in listed(school)]


def test_comments_go_with_their_part_of_a_lesson(school: School) -> None:
    """A lesson that is divided takes them apart by their moments, joined it has them all again."""
    recording = school.served.recording.id
    teacher = school.teacher
    part = {"recording_id": recording, "start_ms": 0, "end_ms": 10_000}
    lesson = teacher.post("/lessons", {"title": "两节连上", "parts": [part]})

    def texts(lesson_id: str) -> list[str]:
        found = teacher.get(f"/comments?lesson_id={lesson_id}")["items"]
        return [comment["text"] for comment in found]

    for text, start_ms in (("前", 1000), ("后", 8000)):
        said = {"subject": "lesson", "subject_id": lesson["id"], "text": text}
        made = teacher.post("/comments", said | {"start_ms": start_ms})
        teacher.post(f"/comments/{made['id']}/answers", {"text": f"答{text}"})
    cut = {"title": "第二节", "recording_id": recording, "at_ms": 5000}
    cut["revision"] = lesson["revision"]
    two = teacher.post(f"/lessons/{lesson['id']}/split", cut, 200)
    assert texts(two["first"]["id"]) == ["前", "答前"]
    assert texts(two["second"]["id"]) == ["后", "答后"]
    join = {"revision": two["first"]["revision"], "other_id": two["second"]["id"]}
    teacher.post(f"/lessons/{lesson['id']}/join", join, 200)
    assert texts(lesson["id"]) == ["前", "答前", "后", "答后"]


BLIND_PATHS = ("/reviews", "/reviews/{id}", "/reviews/{id}/comments")


def test_a_blind_review_tells_no_name(school: School) -> None:
    """No answer, file name or document name that the reviewer can get says whose work it is."""
    kept = handed_in(school, document="王老师-T003-教学设计.docx", note="王老师（T003）的课")
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer", blindness="blind")
    said = {"subject": "evidence_set", "subject_id": kept["id"], "text": "我是王老师，请多指教"}
    school.teacher.post("/comments", said)
    desk = school.reviewer.get(f"/reviews/{review_id}")
    document = next(item for item in desk["items"] if item["kind"] == "document")
    assert document["document_name"] == "教学设计.docx"
    sent = school.reviewer.client.get(f"/api/v1/reviews/{review_id}/documents/{document['id']}")
    answers = [
        school.reviewer.client.get(f"/api/v1{path.format(id=review_id)}") for path in BLIND_PATHS
    ]
    about = f"/api/v1/comments?subject=evidence_set&subject_id={kept['id']}"
    answers += [sent, school.reviewer.client.get(about)]
    reflection = next(item["text"] for item in desk["items"] if item["kind"] == "reflection")
    assert "某老师" in reflection
    person = school.viewer("teacher")
    for answer in answers:
        assert answer.status_code == 200
        told = answer.text + str(dict(answer.headers))
        if answer.url.path.endswith("/reviews"):
            items = answer.json()["items"]
            told = str(next(one for one in items if one["id"] == review_id))
        for name in ("王老师", "T003", person.person_id):
            assert name not in told, (answer.url, name)
        assert "%E7%8E%8B" not in told  # 王, as a header writes it
    (comment,) = school.reviewer.get(f"/reviews/{review_id}/comments")
    assert (comment["author"], comment["author_id"]) == ("某老师", None)


def test_a_double_blind_review_hides_both(school: School) -> None:
    """The teacher is not told who reviews, in results, comments or threads."""
    kept = handed_in(school)
    (review_id,) = assigned(school, kept["id"], "peer", "reviewer", blindness="double_blind")
    said = {"text": "这里很好", "mentions": [school.viewer("teacher").person_id]}
    made = school.reviewer.post(f"/reviews/{review_id}/comments", said)
    assert (made["mine"], made["mentions"]) == (True, [])
    school.reviewer.post(f"/reviews/{review_id}/submit", {"revision": 1, "summary": "好"}, 200)
    about = f"/comments?subject=evidence_set&subject_id={kept['id']}"
    path = f"/evidence-sets/{kept['id']}/reviews"
    for answer in (school.teacher.client.get(f"/api/v1{p}") for p in (about, path)):
        for name in ("评老师", school.viewer("reviewer").person_id):
            assert name not in answer.text
    answer = school.teacher.post(f"/comments/{made['id']}/answers", {"text": "谢谢"})
    seen = school.reviewer.get(f"/reviews/{review_id}/comments")
    assert [c["author"] for c in seen if c["id"] == answer["id"]] == ["某老师"]
    organiser = school.group_lead.get(path)["reviews"]
    assert [one["reviewer"] for one in organiser] == ["评老师"]


def test_another_school_finds_nothing(served: Served, school: School) -> None:
    """Comments, reviews and sets of one school are not there for another."""
    other = staff_of(served.services.database, "00000000-0000-7000-8000-0000000000ff")
    kept = handed_in(school)
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer")
    made = school.teacher.post("/comments", on_lesson(school, "本校"))
    for person in (other.school_lead, other.administrator, other.reviewer, other.teacher):
        with browser(served.app, person) as client:
            assert_nothing(client, kept["id"], review_id, made["id"])


def assert_nothing(client: TestClient, set_id: str, review_id: str, comment_id: str) -> None:
    for path in (
        f"/reviews/{review_id}", f"/reviews/{review_id}/comments",
        f"/evidence-sets/{set_id}/reviews",
    ):  # fmt: skip
        assert client.get(f"/api/v1{path}").status_code == 404
    said = client.post(f"/api/v1/comments/{comment_id}/answers", json={"text": "x"})
    assert said.status_code == 404
    listed = client.get(f"/api/v1/comments?subject=evidence_set&subject_id={set_id}")
    assert listed.json()["items"] == []
    ask = {"set_ids": [set_id], "kind": "peer", "reviewer_ids": []}
    assert client.post("/api/v1/assignments", json=ask).status_code in (403, 404)
    assert client.delete(f"/api/v1/assignments/{review_id}").status_code in (403, 404)
