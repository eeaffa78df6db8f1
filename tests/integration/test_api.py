"""The API as a client meets it: lessons, words, suggestions, clips, evidence, problems."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.lesson import Served
from tests.signed_in import browser

API = "/api/v1"
FOREIGN = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[TestClient]:
    """A browser of the lesson's teacher."""
    with browser(served.app, served.staff.teacher) as client:
        yield client


@pytest.fixture(scope="module")
def operator(served: Served) -> Iterator[TestClient]:
    """A browser of the operator."""
    with browser(served.app, served.staff.operator) as client:
        yield client


def get(client: TestClient, path: str) -> Any:
    answer = client.get(API + path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(client: TestClient, path: str, body: object, status: int = 200) -> Any:
    answer = client.post(API + path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def put(client: TestClient, path: str, body: object, status: int = 200) -> Any:
    answer = client.put(API + path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_lesson_is_written_and_a_stale_writer_is_told(client: TestClient) -> None:
    """A change names the revision it was made from; an older one is refused."""
    lesson = post(client, "/lessons", {"title": "分数", "subject": "数学"}, 201)
    facts = {"title": "分数的加法", "grade": "五年级", "revision": lesson["revision"]}
    edited = put(client, f"/lessons/{lesson['id']}", facts)
    assert (edited["title"], edited["subject"], edited["revision"]) == ("分数的加法", None, 2)
    assert put(client, f"/lessons/{lesson['id']}", facts, 409)["code"] == "conflict"


def test_lessons_come_in_pages(client: TestClient) -> None:
    """Pages follow one another by a key, filters hold on each."""
    for number in range(5):
        post(client, "/lessons", {"title": f"课{number}", "teacher": "分页老师"}, 201)
    first = get(client, "/lessons?teacher=分页老师&limit=3")
    rest = get(client, f"/lessons?teacher=分页老师&limit=3&after={first['next']}")
    titles = [lesson["title"] for lesson in first["items"] + rest["items"]]
    assert titles == ["课4", "课3", "课2", "课1", "课0"]
    assert rest["next"] is None


def test_a_lesson_is_split_trimmed_and_joined(client: TestClient, served: Served) -> None:
    """One file with two lessons and a break; only stretches change, no media."""
    recording = served.recording.id
    part = {"recording_id": recording, "start_ms": 0, "end_ms": 10_000}
    lesson = post(client, "/lessons", {"title": "两节", "parts": [part]}, 201)
    path = f"/lessons/{lesson['id']}"
    gap = {"recording_id": recording, "start_ms": 4000, "end_ms": 5000, "revision": 1}
    assert len(post(client, f"{path}/leave-out", gap)["parts"]) == 2
    cut = {"title": "第二节", "recording_id": recording, "at_ms": 7000, "revision": 2}
    two = post(client, f"{path}/split", cut)
    assert [p["end_ms"] for p in two["first"]["parts"]] == [4000, 7000]
    join = {"revision": 3, "other_id": two["second"]["id"]}
    joined = post(client, f"{path}/join", join)
    assert [(p["start_ms"], p["end_ms"]) for p in joined["parts"]] == [(0, 4000), (5000, 10_000)]
    assert client.get(f"{API}/lessons/{two['second']['id']}").status_code == 404
    trim = {"recording_id": recording, "start_ms": 1000, "end_ms": 6000, "revision": 4}
    trimmed = post(client, f"{path}/trim", trim)
    assert [(p["start_ms"], p["end_ms"]) for p in trimmed["parts"]] == [(1000, 4000), (5000, 6000)]
    beyond = {"recording_id": recording, "start_ms": 20_000, "end_ms": 30_000, "revision": 5}
    assert post(client, f"{path}/trim", beyond, 422)["code"] == "bad-span"


def test_a_corrected_line_is_found_at_its_word(client: TestClient, served: Served) -> None:
    """A correction changes transcript, captions and search at once, and is remembered."""
    path = f"/recordings/{served.recording.id}/transcript"
    line = get(client, path)["utterances"][1]
    edit = {"revision": line["revision"], "text": "请同学们四人一组开展探究。"}
    edited = put(client, f"/utterances/{line['id']}", edit)
    assert edited["revision"] == 2
    (hit,) = get(client, "/search?q=探究")["items"]
    assert hit["kind"] == "utterance"
    assert line["start_ms"] < hit["at_ms"] < line["end_ms"]
    assert hit["lesson_title"] == "二次函数的图像"
    start, end = hit["marks"][0]
    assert hit["snippet"][start:end] == "探究"
    assert get(client, "/search?q=讨论&kind=utterance")["items"] == []
    assert "探究" in client.get(f"{API}{path}.vtt").text
    (former,) = get(client, f"/utterances/{line['id']}/history")
    assert former["text"] == line["text"]
    assert put(client, f"/utterances/{line['id']}", edit, 409)["code"] == "conflict"


def test_lines_are_split_and_merged(client: TestClient, served: Served) -> None:
    """Two lines of one, and one of two again."""
    path = f"/recordings/{served.recording.id}/transcript"
    line = get(client, path)["utterances"][0]
    cut = {"revision": line["revision"], "offset": 6}
    first, second = post(client, f"/utterances/{line['id']}/split", cut)
    assert first["text"] + second["text"] == line["text"]
    assert first["end_ms"] <= second["start_ms"]
    read = {"revision": first["revision"]}
    merged = post(client, f"/utterances/{line['id']}/merge", read)
    assert merged["text"] == line["text"]
    assert merged["words"][0] == line["words"][0]


@pytest.mark.parametrize(("suffix", "begins"), [("vtt", "WEBVTT"), ("srt", "1\n"), ("txt", "[00:")])
def test_the_transcript_is_downloaded(
    client: TestClient, served: Served, suffix: str, begins: str
) -> None:
    """WebVTT, SRT and plain lines."""
    answer = client.get(f"{API}/recordings/{served.recording.id}/transcript.{suffix}")
    assert answer.text.startswith(begins)
    assert "attachment" in answer.headers["content-disposition"]


def test_a_phase_is_put_right_with_its_neighbour(client: TestClient, served: Served) -> None:
    """A moved boundary moves the neighbour's end; an unknown phase is refused."""
    path = f"/recordings/{served.recording.id}/segments"
    first = get(client, path)[0]
    edit = {"phase": "exposition", "title": "讲授新课", "start_ms": 0, "end_ms": 6000}
    put(client, f"/segments/{first['id']}", edit | {"revision": 1})
    after = get(client, path)
    assert [(s["start_ms"], s["end_ms"]) for s in after] == [(0, 6000), (6000, 10_000)]
    assert after[0]["phase"] == "exposition"
    wrong = edit | {"revision": 2, "phase": "nonsense"}
    assert put(client, f"/segments/{first['id']}", wrong, 400)["code"] == "request-fault"


def test_a_suggestion_becomes_a_clip_and_back(client: TestClient, served: Served) -> None:
    """Accepting makes a clip that names its suggestion; undoing takes both back."""
    path = f"/recordings/{served.recording.id}/suggestions?competency=A6"
    (proposal,) = get(client, path)
    facts = {"revision": 1, "start_ms": 1200, "end_ms": 3500, "competencies": ["A6"]}
    done = post(client, f"/suggestions/{proposal['id']}/accept", facts | {"title": "讲解"}, 201)
    assert done["suggestion"]["state"] == "accepted"
    assert done["clip"]["suggestion_id"] == proposal["id"]
    assert post(client, f"/suggestions/{proposal['id']}/accept", facts, 409)
    again = post(client, f"/suggestions/{proposal['id']}/reopen", {"revision": 2})
    assert (again["state"], again["clip_id"]) == ("proposed", None)
    assert client.get(f"{API}/clips/{done['clip']['id']}").status_code == 404
    reason = {"revision": 3, "reason": "与教学目标无关"}
    assert post(client, f"/suggestions/{proposal['id']}/dismiss", reason)["state"] == "dismissed"


def test_a_clip_is_made_changed_and_ordered(client: TestClient, served: Served) -> None:
    """It plays at once; its own file is a step for a worker; new ends let the file go."""
    facts = {"start_ms": 2000, "end_ms": 5000, "title": "小组", "competencies": ["B5"]}
    clip = post(client, "/clips", facts | {"recording_id": served.recording.id}, 201)
    assert clip["state"] == "cutting"  # behind; it plays meanwhile
    ordered = post(client, f"/clips/{clip['id']}/materialise", None, 202)
    assert ordered["state"] == "cutting"
    steps = get(client, f"/recordings/{served.recording.id}")["steps"]
    assert [s["params"]["start_ms"] for s in steps if s["kind"] == "clip"] == [2000]
    assert get(client, f"/clips/{clip['id']}/playback")["download"] is None
    moved = put(client, f"/clips/{clip['id']}", facts | {"end_ms": 6000, "revision": 1})
    assert (moved["state"], moved["revision"]) == ("cutting", 2)
    subtitles = client.get(f"{API}/clips/{clip['id']}/subtitles.srt").text
    assert "00:00:01,000 -->" in subtitles
    beyond = facts | {"recording_id": served.recording.id, "end_ms": 10_001}
    assert post(client, "/clips", beyond, 422)["code"] == "span-outside-recording"
    unknown = facts | {"recording_id": served.recording.id, "competencies": ["Z9"]}
    assert post(client, "/clips", unknown, 422)["code"] == "unknown-competency"


def test_an_evidence_set_says_what_it_lacks(client: TestClient, served: Served) -> None:
    """A6 asks for plan, clip and reflection; only with all three it is handed in."""
    new = {"competency": "A6", "lesson_id": served.lesson.id}
    kept = post(client, "/evidence-sets", new, 201)
    path = f"/evidence-sets/{kept['id']}"
    assert [r["kind"] for r in kept["missing"]] == ["lesson_plan", "classroom_clip", "reflection"]
    refused = post(client, f"{path}/submit", {"revision": 1}, 409)
    assert refused["code"] == "evidence-incomplete"
    clip = post(
        client,
        "/clips",
        {"recording_id": served.recording.id, "start_ms": 0, "end_ms": 4000},
        201,
    )
    item = {"kind": "clip", "requirement": "classroom_clip", "clip_id": clip["id"]}
    post(client, f"{path}/items", item, 201)
    words = {"kind": "reflection", "requirement": "reflection", "text": "学生说得多了。"}
    reflection = post(client, f"{path}/items", words, 201)
    put(client, f"/evidence-items/{reflection['id']}", {"text": "学生说得更多了。"})
    sent = client.post(
        f"{API}{path}/documents",
        data={"requirement": "lesson_plan"},
        files={"file": ("教学设计.html", b"<script>1</script>", "text/html")},
    )
    assert sent.status_code == 201, sent.text
    address = get(client, f"/evidence-items/{sent.json()['id']}/document")["address"]
    document = client.get(address)
    assert document.content == b"<script>1</script>"
    assert document.headers["content-type"] == "application/octet-stream"
    assert "attachment" in document.headers["content-disposition"]
    assert client.delete(f"{API}/clips/{clip['id']}").json()["code"] == "clip-in-use"
    full = get(client, path)
    assert (full["missing"], full["too_long"]) == ([], [])
    handed_in = post(client, f"{path}/submit", {"revision": full["revision"]})
    assert handed_in["state"] == "submitted"
    assert post(client, f"{path}/items", words, 409)["code"] == "conflict"
    back = post(client, f"{path}/take-back", {"revision": handed_in["revision"]})
    assert back["state"] == "draft"
    gone = client.delete(f"{API}/evidence-items/{reflection['id']}")
    assert gone.status_code == 204
    assert [r["kind"] for r in get(client, path)["missing"]] == ["reflection"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/media/nothing", "/api/v1/lessons/x"])
def test_what_is_not_there_is_a_problem(client: TestClient, path: str) -> None:
    """404 is JSON below /api and /media, in the language that is read."""
    for language, title in (("zh-CN", "没有找到"), ("en", "Not found")):
        answer = client.get(path, headers={"accept-language": language})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"] == title


def test_strangers_are_refused(client: TestClient) -> None:
    """A foreign name, and writes from a foreign page, do not pass."""
    rebound = client.get(f"{API}/lessons", headers={"host": "evil.example"})
    assert (rebound.status_code, rebound.json()["code"]) == (403, "host-refused")
    for headers in (FOREIGN, {"origin": "null"}, {"sec-fetch-site": "same-site"}):
        written = client.post(f"{API}/lessons", json={"title": "x"}, headers=headers)
        assert (written.status_code, written.json()["code"]) == (403, "cross-site-refused")
    own = {"origin": "http://127.0.0.1:8765", "sec-fetch-site": "same-origin"}
    assert client.post(f"{API}/lessons", json={"title": "x"}, headers=own).status_code == 201


def test_health_tells_facts(client: TestClient) -> None:
    """Alive says nothing of lessons; ready names the tools and the queues."""
    assert get(client, "/health/live") == {"status": "alive"}
    ready = client.get(f"{API}/health/ready").json()
    assert ready["facts"]["sandbox"] is False
    assert ready["disk_free_bytes"] > 0
