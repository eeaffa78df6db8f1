"""互评 and 校本考核 through the API: who reads what and when, what is refused, what comes of it."""

import time
from collections.abc import Iterator
from dataclasses import fields, replace

import pytest
from fastapi.testclient import TestClient

from api import tickets
from lessons.people import PersonFacts, Role
from storage import people
from tests.lesson import Served
from tests.reviewing import School, assigned, handed_in, marks, school_of, submitted


@pytest.fixture(scope="module")
def school(served: Served) -> Iterator[School]:
    """Everybody signed in, and a lesson of the teacher's."""
    with school_of(served) as school:
        yield school


def test_a_reviewer_marks_and_the_teacher_reads_it(school: School) -> None:
    """From the queue to the result: the level, why, and the wording it was given under."""
    kept = handed_in(school)
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer")
    queue = school.reviewer.get("/reviews")
    queued = next(one for one in queue["items"] if one["id"] == review_id)
    assert (queued["state"], queued["competency"], queued["teacher"]) == (
        "assigned", "A6", "王老师",
    )  # fmt: skip
    desk = school.reviewer.get(f"/reviews/{review_id}")
    assert [c["requirement"] for c in desk["rubric"]["criteria"]] == [
        "lesson_plan", "classroom_clip", "reflection",
    ]  # fmt: skip
    clip = next(item["clip"] for item in desk["items"] if item["clip"])
    assert (clip["context_start_ms"], clip["context_end_ms"]) == (0, 10_000)
    assert any("四人一组" in line["text"] for line in clip["lines"])
    document = next(item for item in desk["items"] if item["kind"] == "document")
    sent = school.reviewer.client.get(f"/api/v1/reviews/{review_id}/documents/{document['id']}")
    assert sent.content == b"plan"
    draft = {"revision": 1, "marks": marks("excellent", "pass", "excellent")[:2]}
    saved = school.reviewer.put(f"/reviews/{review_id}", draft)
    assert saved["saved_at"]
    stale = school.reviewer.put(f"/reviews/{review_id}", draft, 409)
    assert stale["code"] == "conflict"
    assert school.teacher.get(f"/evidence-sets/{kept['id']}/reviews")["reviews"] == []
    submitted(school.reviewer, review_id, "excellent", "pass", "excellent", summary="扎实")
    outcome = school.teacher.get(f"/evidence-sets/{kept['id']}/reviews")
    (read,) = outcome["reviews"]
    assert (read["reviewer"], read["summary"]) == ("评老师", "扎实")
    assert read["finding"]["result"]["level"] == "pass"
    assert read["finding"]["result"]["decided_by"] == ["classroom_clip"]
    assert "课堂实录片段为合格" in read["finding"]["result"]["zh"]
    assert outcome["rubrics"][desk["rubric"]["id"]]["criteria"] == desk["rubric"]["criteria"]


def test_peer_review_takes_no_marks(school: School) -> None:
    """互评 is comments and suggestions; the server refuses levels, and whoever has no role may."""
    kept = handed_in(school)
    (review_id,) = assigned(school, kept["id"], "peer", "colleague")
    desk = school.colleague.get(f"/reviews/{review_id}")
    assert (desk["rubric"], desk["result"]) == (None, None)
    draft = {"revision": 1, "marks": marks("pass", "pass", "pass")}
    for answer in (
        school.colleague.put(f"/reviews/{review_id}", draft, 422),
        school.colleague.post(f"/reviews/{review_id}/submit", draft, 422),
    ):
        assert answer["code"] == "marks-in-peer-review"
    nothing = school.colleague.post(f"/reviews/{review_id}/submit", {"revision": 1}, 400)
    assert nothing["code"] == "request-fault"
    said = {"revision": 1, "summary": "导入可以更快一些。"}
    school.colleague.post(f"/reviews/{review_id}/submit", said, 200)
    (read,) = school.teacher.get(f"/evidence-sets/{kept['id']}/reviews")["reviews"]
    assert (read["kind"], read["finding"], read["summary"]) == ("peer", None, said["summary"])


def test_who_may_be_asked(school: School) -> None:
    """Nobody reviews their own; a 校本考核 wants a reviewer; nobody is asked twice."""
    kept = handed_in(school)
    ask = {"set_ids": [kept["id"]], "kind": "assessment"}
    people = [school.viewer(name).person_id for name in ("teacher", "colleague", "reviewer")]
    made = school.group_lead.post("/assignments", ask | {"reviewer_ids": people})
    assert [one["reviewer"] for one in made["made"]] == ["评老师"]
    assert [one["reason"] for one in made["skipped"]] == ["no-reviewer", "no-reviewer"]
    peers = school.group_lead.post(
        "/assignments", ask | {"kind": "peer", "reviewer_ids": people[:1]}
    )
    assert [one["reason"] for one in peers["skipped"]] == ["own-evidence"]
    again = school.group_lead.post("/assignments", ask | {"reviewer_ids": people[2:]})
    assert (again["made"], again["skipped"]) == ([], [])
    for nobody in ("teacher", "reviewer", "colleague"):
        school.people[nobody].post("/assignments", ask | {"reviewer_ids": people}, 403)
    candidates = school.school_lead.get("/assignments/candidates")
    assert candidates[0]["reviewer"]
    assert {"王老师", "李同事", "评老师"} <= {one["name"] for one in candidates}


def test_an_administrator_assigns_and_reads_no_lesson(school: School) -> None:
    """They see which sets were handed in, not what is in them."""
    kept = handed_in(school)
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer", by="administrator")
    listed = school.administrator.get("/assignments/sets?state=submitted")["items"]
    mine = next(one for one in listed if one["id"] == kept["id"])
    assert [one["id"] for one in mine["assignments"]] == [review_id]
    assert "items" not in mine
    school.administrator.get(f"/evidence-sets/{kept['id']}", 404)
    school.administrator.get(f"/reviews/{review_id}", 404)
    decision = {"revision": kept["revision"], "outcome": "passed"}
    school.administrator.post(f"/evidence-sets/{kept['id']}/decisions", decision, 403)


def test_a_reviewer_reads_what_was_assigned_and_nothing_else(school: School) -> None:
    """The review opens the set at the review alone; another's review is not there."""
    kept = handed_in(school)
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer")
    lesson = school.served.lesson.id
    recording = school.served.recording.id
    for path in (
        f"/evidence-sets/{kept['id']}",
        f"/evidence-sets/{kept['id']}/reviews",
        f"/lessons/{lesson}",
        f"/recordings/{recording}/transcript",
    ):
        school.reviewer.get(path, 404)
    for nobody in ("teacher", "colleague", "group_lead", "administrator"):
        school.people[nobody].get(f"/reviews/{review_id}", 404)
        school.people[nobody].get(f"/reviews/{review_id}/comments", 404)
        school.people[nobody].put(f"/reviews/{review_id}", {"revision": 1}, 404)


def test_half_a_minute_to_recall(school: School) -> None:
    """Within it nobody reads the review and it can be taken back; after it neither."""
    kept = handed_in(school)
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer")
    slow = school.later["reviewer"]
    sent = submitted(slow, review_id, "pass", "pass", "pass")
    assert sent["submitted_at"]
    desk = slow.get(f"/reviews/{review_id}")
    assert desk["recallable_until"] > sent["submitted_at"]
    path = f"/evidence-sets/{kept['id']}/reviews"
    assert school.later["teacher"].get(path)["reviews"] == []
    assert school.later["teacher"].get(path)["pending"] == 1
    listed = school.later["group_lead"].get("/assignments/sets")["items"]
    shown = next(one for one in listed if one["id"] == kept["id"])["assignments"][0]
    assert (shown["state"], shown["result"]) == ("submitted", None)
    closed = slow.put(f"/reviews/{review_id}", {"revision": sent["revision"]}, 409)
    assert closed["code"] == "already-submitted"
    assert slow.post(f"/reviews/{review_id}/recall", None, 200)["submitted_at"] is None
    submitted(school.reviewer, review_id, "pass", "pass", "pass")
    late = school.reviewer.post(f"/reviews/{review_id}/recall", None, 409)
    assert late["code"] == "recall-over"
    assert len(school.teacher.get(path)["reviews"]) == 1


def test_private_until_submitted_and_hidden_until_the_own_is_in(
    school: School, second: str
) -> None:
    """Marks and comments are the reviewer's alone until then; who judges too reads them later."""
    kept = handed_in(school)
    first_id, second_id = assigned(school, kept["id"], "assessment", "reviewer", second)
    item = next(i["id"] for i in school.reviewer.get(f"/reviews/{first_id}")["items"] if i["clip"])
    said = {"text": "这里追问得好", "start_ms": 3200, "item_id": item}
    made = school.reviewer.post(f"/reviews/{first_id}/comments", said)
    assert made["anchor"]["text"]
    other = school.people[second]
    about = f"/comments?subject=evidence_set&subject_id={kept['id']}"

    def texts(name: str) -> list[str]:
        return [c["text"] for c in school.people[name].get(about)["items"]]

    for name in ("teacher", "group_lead", second):
        assert texts(name) == []
    assert [c["text"] for c in other.get(f"/reviews/{second_id}/comments")] == []
    assert len(school.reviewer.get(f"/reviews/{first_id}/comments")) == 1
    submitted(school.reviewer, first_id, "excellent", "excellent", "pass")
    assert texts("teacher") == ["这里追问得好"]
    assert other.get(f"/reviews/{second_id}/comments") == []
    submitted(other, second_id, "excellent", "pass", "pass")
    assert [c["text"] for c in other.get(f"/reviews/{second_id}/comments")] == ["这里追问得好"]
    outcome = school.teacher.get(f"/evidence-sets/{kept['id']}/reviews")
    agreement = outcome["agreement"]
    assert (agreement["raters"], agreement["units"]) == (2, 3)
    assert agreement["percent"] == pytest.approx(2 / 3)
    # by hand: po = 2/3, pe = (2·1 + 1·2)/9 = 4/9, κ = (2/3 - 4/9) / (5/9) = 0.4
    assert agreement["pairs"][0]["kappa"] == pytest.approx(0.4)
    listed = school.group_lead.get("/assignments/sets")["items"]
    assert not next(one for one in listed if one["id"] == kept["id"])["differ"]
    assert school.group_lead.get("/assignments/agreement")["raters"] >= 2


@pytest.fixture(scope="module")
def second(served: Served) -> str:
    """Give the colleague the role of a reviewer too."""
    with served.services.database.write() as connection:
        who = served.staff.colleague
        person = people.get(connection, who.school_group_id, who.person_id)
        facts = PersonFacts(**{f.name: getattr(person, f.name) for f in fields(PersonFacts)})
        both = replace(facts, roles=(Role.TEACHER, Role.REVIEWER))
        people.edit(connection, person, both, person.revision, actor="test")
    return "colleague"


def test_a_set_is_returned_with_reasons_and_comes_back(school: School) -> None:
    """待完善 keeps its history; handed in again, the same reviewer is asked for a second round."""
    kept = handed_in(school)
    path = f"/evidence-sets/{kept['id']}"
    early = {"revision": kept["revision"], "outcome": "passed"}
    assert school.group_lead.post(f"{path}/decisions", early, 409)["code"] == "reviews-pending"
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer")
    submitted(school.reviewer, review_id, "pass", "pass", "fail")
    taken = school.teacher.post(f"{path}/take-back", {"revision": kept["revision"]}, 409)
    assert taken["code"] == "already-submitted"
    ending = {"revision": kept["revision"], "outcome": "returned"}
    assert school.group_lead.post(f"{path}/decisions", ending, 400)["code"] == "request-fault"
    too_low = ending | {"outcome": "passed"}
    school.group_lead.post(f"{path}/decisions", too_low, 400)
    school.group_lead.post(f"{path}/decisions", ending | {"reasons": "请补充教学反思"})
    back = school.teacher.get(path)
    assert back["state"] == "returned"
    reflection = next(i for i in back["items"] if i["kind"] == "reflection")
    school.teacher.put(f"/evidence-items/{reflection['id']}", {"text": "技术让学生看见了过程。"})
    revision = school.teacher.get(path)["revision"]
    again = school.teacher.post(f"{path}/submit", {"revision": revision}, 200)
    outcome = school.teacher.get(f"{path}/reviews")
    assert (outcome["round"], outcome["pending"]) == (2, 1)
    assert [d["reasons"] for d in outcome["decisions"]] == ["请补充教学反思"]
    queue = school.reviewer.get("/reviews")["items"]
    renewed = next(o for o in queue if o["round"] == 2 and o["state"] == "assigned")
    submitted(school.reviewer, renewed["id"], "pass", "excellent", "pass")
    desk = school.reviewer.get(f"/reviews/{renewed['id']}")
    assert desk["may_decide"]
    passed = {"revision": again["revision"], "outcome": "passed"}
    decision = school.reviewer.post(f"/reviews/{renewed['id']}/decision", passed)
    assert (decision["level"], decision["round"]) == ("pass", 2)
    assert school.teacher.get(path)["state"] == "passed"
    history = school.teacher.get(f"{path}/reviews")["decisions"]
    assert [d["outcome"] for d in history] == ["passed", "returned"]
    assert history[1]["findings"][0]["result"]["level"] == "fail"


def test_reviewers_who_differ_leave_the_level_to_the_lead(school: School, second: str) -> None:
    """Different levels are shown as such, and the decision names one of them."""
    kept = handed_in(school)
    ids = assigned(school, kept["id"], "assessment", "reviewer", second)
    submitted(school.reviewer, ids[0], "excellent", "excellent", "excellent")
    waiting = {"revision": kept["revision"], "outcome": "passed"}
    path = f"/evidence-sets/{kept['id']}"
    assert school.school_lead.post(f"{path}/decisions", waiting, 409)["code"] == "reviews-pending"
    submitted(school.people[second], ids[1], "excellent", "pass", "pass")
    listed = school.group_lead.get("/assignments/sets")["items"]
    assert next(one for one in listed if one["id"] == kept["id"])["differ"]
    school.school_lead.post(f"{path}/decisions", waiting, 400)
    named = waiting | {"level": "pass", "reasons": "以片段为准"}
    assert school.school_lead.post(f"{path}/decisions", named)["level"] == "pass"


def test_an_assignment_is_withdrawn_until_it_is_submitted(school: School) -> None:
    """Then it stays."""
    kept = handed_in(school)
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer")
    school.group_lead.delete(f"/assignments/{review_id}")
    school.reviewer.get(f"/reviews/{review_id}", 404)
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer")
    submitted(school.reviewer, review_id, "pass", "pass", "pass")
    school.group_lead.delete(f"/assignments/{review_id}", 409)


def test_a_reviewer_plays_the_clip_and_no_more(school: School) -> None:
    """Playlists lead to the clip with its surroundings; other bytes are not there."""
    kept = handed_in(school)
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer")
    desk = school.reviewer.get(f"/reviews/{review_id}")
    item = next(item["id"] for item in desk["items"] if item["clip"])
    told = school.reviewer.get(f"/reviews/{review_id}/items/{item}/playback")
    client = school.reviewer.client
    master = client.get(told["master"]).text
    names = [line for line in master.splitlines() if line.endswith(".m3u8")]
    assert names
    assert "audio.m3u8" in master
    assert "四人一组" in client.get(f"{told['base']}captions.vtt").text
    media = client.get(told["base"] + names[0]).text
    assert "#EXT-X-START:TIME-OFFSET=2.500" in media
    address = told["base"] + next(x for x in media.splitlines() if ".mp4" in x and x[0] != "#")
    found = [x for x in media.splitlines() if x.startswith("#EXT-X-BYTERANGE")]
    length, offset = map(int, found[-1].partition(":")[2].split("@"))
    part = client.get(address, headers={"range": f"bytes={offset}-{offset + length - 1}"})
    assert (part.status_code, len(part.content)) == (206, length)
    for nobody in ("colleague", "administrator", "group_lead"):
        other = school.people[nobody].client
        path = f"/api/v1/reviews/{review_id}/items/{item}/playback"
        assert other.get(path).status_code == 404
        assert other.get(f"/media/recordings/{school.served.recording.id}/peaks").status_code == 404


def test_the_media_of_a_review_open_by_its_own_ticket(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not without, not when it is over, changed, for another item, or the review is withdrawn."""
    kept, other = handed_in(school), handed_in(school)
    (review_id,) = assigned(school, kept["id"], "assessment", "reviewer")
    (other_id,) = assigned(school, other["id"], "assessment", "reviewer")

    def told(review: str) -> tuple[str, str, str]:
        items = school.reviewer.get(f"/reviews/{review}")["items"]
        item = next(one["id"] for one in items if one["clip"])
        path = f"/reviews/{review}/items/{item}/playback"
        return review, item, str(school.reviewer.get(path)["master"])

    _, _, master = told(review_id)
    _, _, elsewhere = told(other_id)
    client = school.reviewer.client
    bare = TestClient(client.app, base_url=str(client.base_url))  # no cookie, as a player
    assert bare.get(master).status_code == 200
    _, _, ticket, *rest = master.split("/")
    without = "/".join(["", "media", *rest])
    assert client.get(without).status_code == 404
    forged = ("A" if ticket[5] != "A" else "B").join((ticket[:5], ticket[6:]))
    for wrong in (forged, ticket[:-2], elsewhere.split("/")[2]):
        assert client.get("/".join(["", "media", wrong, *rest])).status_code == 401, wrong
    now = time.time()
    with monkeypatch.context() as later:
        later.setattr("api.tickets.time.time", lambda: now + tickets.LIVES_S + 1)
        assert bare.get(master).status_code == 401
    school.group_lead.delete(f"/assignments/{review_id}")
    assert bare.get(master).status_code == 404
