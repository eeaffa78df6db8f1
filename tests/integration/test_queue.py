"""The queue told honestly: filters, counts, place and time left, cause, remedy, retry, cancel."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from api.app import create_app
from api.services import Services
from lessons import MediaInfo, StepState
from lessons.errors import MediaRefused, MediaUnreadable
from lessons.records import LessonFacts
from processing.plan import StepKind
from storage import intake, leases, lessons, recordings, steps, tables
from storage.leases import LeaseTerms
from tests.signed_in import Staff, browser, staff_of

API = "/api/v1/recordings"
INTAKE = "/api/v1/intake"
HEAVY = {StepKind.LADDER: 60, StepKind.TRANSCRIBE: 30, StepKind.SOUND: 10}  # s for a minute


@pytest.fixture(scope="module")
def staff(empty_house: Services) -> Staff:
    """Somebody for each role."""
    return staff_of(empty_house.database)


@pytest.fixture(scope="module")
def client(empty_house: Services, staff: Staff) -> Iterator[TestClient]:
    """An operator's client of the application."""
    with browser(create_app(empty_house), staff.operator) as client:
        yield client


def take_in(house: Services, number: int, *, teacher_id: str | None = None) -> str:
    """Keep a recording with a lesson and its probe."""
    with house.database.write() as connection:
        recording, _ = recordings.admit(
            connection,
            sha256=f"{number:064x}",
            size=1000,
            file_name=f"课{number}.mp4",
            media_type="video/mp4",
            language=None,
            actor="test",
        )
        facts = LessonFacts(title=f"课{number}")
        lessons.of_recording(connection, recording, facts, actor="test", teacher_id=teacher_id)
        add(connection, recording.id, "probe", "io")
        recordings.settle_state(connection, recording.id, ["probe"])
    return recording.id


def add(connection: Any, recording_id: str, kind: str, queue: str) -> str:
    return steps.add(connection, recording_id, kind=kind, queue=queue, input_digest=kind, params={})


def probed(house: Services, recording_id: str, *, minutes: int = 1) -> None:
    """End the probe of a sound recording; its sound and ladder wait."""
    info = MediaInfo(container="mp4", duration_ms=minutes * 60_000, tracks=())
    with house.database.write() as connection:
        recordings.set_info(connection, recording_id, info)
        done = tables.step.c.recording_id == recording_id
        connection.execute(update(tables.step).where(done).values(state="done", progress=1))
        add(connection, recording_id, "ladder", "transcode")


def finished_before(house: Services, staff: Staff) -> None:
    """Keep one recording of a minute whose steps were measured."""
    recording_id = take_in(house, 99, teacher_id=staff.teacher.person_id)
    probed(house, recording_id)
    with house.database.write() as connection:
        for kind, seconds in HEAVY.items():
            add(connection, recording_id, kind, "x")
            connection.execute(
                update(tables.step)
                .where(tables.step.c.recording_id == recording_id, tables.step.c.kind == kind)
                .values(state="done", started_at_ms=0, finished_at_ms=seconds * 1000, progress=1)
            )
        done = tables.recording.c.id == recording_id
        connection.execute(update(tables.recording).where(done).values(state="ready"))


def get(client: TestClient, path: str, language: str = "zh") -> Any:
    answer = client.get(API + path, headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_queue_is_told_as_it_is(
    client: TestClient, empty_house: Services, staff: Staff
) -> None:
    """Before anything was measured nothing is promised; then place and time follow the queue."""
    first, second = (take_in(empty_house, number) for number in (1, 2))
    assert get(client, f"/{first}")["seconds_left"] is None
    assert [get(client, f"/{r}")["place"] for r in (first, second)] == [1, 2]
    for recording_id in (first, second):
        probed(empty_house, recording_id, minutes=2)
    finished_before(empty_house, staff)
    client.app.state.outlooks._measured_at = -1e9  # type: ignore[attr-defined]  # a while later
    shown = [get(client, f"/{r}") for r in (first, second)]
    assert [(s["place"], s["seconds_left"]) for s in shown] == [(1, 120), (2, 240)]
    with empty_house.database.write() as connection:
        running = {"state": "running", "progress": 0.5}
        mine = (tables.step.c.recording_id == first, tables.step.c.kind == "ladder")
        connection.execute(update(tables.step).where(*mine).values(**running))
    shown = [get(client, f"/{r}") for r in (first, second)]
    assert [(s["place"], s["seconds_left"]) for s in shown] == [(None, 60), (1, 180)]


def test_a_failure_says_cause_and_remedy(
    client: TestClient, empty_house: Services, staff: Staff
) -> None:
    """In the reader's language; filters and counts know it; it is tried again, alone or in bulk."""
    broken = take_in(empty_house, 3, teacher_id=staff.teacher.person_id)
    terms = LeaseTerms()
    with empty_house.database.read() as connection:
        (probe,) = steps.of_recording(connection, broken)
    claimed = leases.claim_one(empty_house.database, probe.id, "test", terms)
    assert claimed
    with empty_house.database.write() as connection:
        leases.fail(connection, claimed, MediaUnreadable(file="x", detail="moov"))
        recordings.settle_state(connection, broken, ["probe"])
    for language, cause, action in (
        ("zh", "课3.mp4：无法读取", "重新导出"),
        ("en", "课3.mp4: this is not a recording", "upload the new file"),
    ):
        failure = get(client, f"/{broken}", language)["failure"]
        assert (failure["step"], failure["remedy"]) == ("probe", "replace")
        assert failure["cause"].startswith(cause)
        assert action in failure["next_action"]
    assert [r["id"] for r in get(client, "?show=failed")["items"]] == [broken]
    counts = get(client, "/counts")
    assert counts["failed"] == 1
    assert counts["all"] == sum(counts[name] for name in ("in_progress", "failed", "ready"))
    for path, body in (
        (f"/{broken}/steps/probe/retry", None),
        ("/retry", {"recording_ids": [broken]}),
    ):
        answer = client.post(API + path, json=body)
        assert answer.status_code == 200, answer.text
        assert get(client, f"/{broken}")["state"] == "processing"
        with empty_house.database.write() as connection:
            again = leases.release_dead(connection, "nobody", terms, crashed=True)
            assert again == []
            step = tables.step.c.id == probe.id
            connection.execute(update(tables.step).where(step).values(state="failed"))
            recordings.settle_state(connection, broken, ["probe"])


def test_a_cancelled_recording_keeps_its_file(client: TestClient, empty_house: Services) -> None:
    """Its steps end, whoever works on one keeps nothing, and it can be tried again."""
    unwanted = take_in(empty_house, 4)
    with empty_house.database.read() as connection:
        (probe,) = steps.of_recording(connection, unwanted)
    claimed = leases.claim_one(empty_house.database, probe.id, "test", LeaseTerms())
    assert claimed
    answer = client.post(f"{API}/{unwanted}/cancel").json()
    assert (answer["state"], answer["failure"]["remedy"]) == ("failed", "retry")
    assert not leases.renew(empty_house.database, claimed, 0.5, LeaseTerms())
    with empty_house.database.write() as connection:
        assert not leases.finish(connection, claimed, {}, {})
    assert client.post(f"{API}/{unwanted}/cancel").status_code == 409
    client.post(f"{API}/{unwanted}/steps/probe/retry")
    assert get(client, f"/{unwanted}")["steps"][0]["state"] == StepState.READY


def test_what_nobody_claims_finds_its_teacher(client: TestClient, staff: Staff) -> None:
    """Lessons without a teacher wait in a filter of their own, until it is said whose they are."""
    shown = get(client, "?show=unclaimed")["items"]
    assert [r["file_name"] for r in shown] == ["课4.mp4", "课2.mp4", "课1.mp4"]
    assert get(client, "/counts")["unclaimed"] == 3
    lesson, other = (r["lessons"][0] for r in shown[:2])
    claim = {"lesson_id": lesson["id"], "revision": lesson["revision"], "title": "二次函数"}
    refused = client.post(f"{INTAKE}/claims", json=claim | {"teacher": "没有这个人"})
    assert (refused.status_code, refused.json()["code"]) == (422, "teacher-unknown")
    claimed = client.post(f"{INTAKE}/claims", json=claim | {"teacher": staff.teacher.name}).json()
    assert (claimed["title"], claimed["teacher"]) == ("二次函数", staff.teacher.name)
    with browser(client.app, staff.teacher) as mine:  # type: ignore[arg-type]  # the same application
        assert mine.get(f"/api/v1/lessons/{lesson['id']}").status_code == 200
    joining = {
        "lesson_id": other["id"],
        "into_lesson_id": lesson["id"],
        "into_revision": claimed["revision"],
    }
    joined = client.post(f"{INTAKE}/joinings", json=joining).json()
    assert len(joined["parts"]) == 2
    assert get(client, "/counts")["unclaimed"] == 1


def test_a_refused_file_says_why(client: TestClient, empty_house: Services) -> None:
    """It stays on the list until an operator has seen it."""
    with empty_house.database.write() as connection:
        error = MediaRefused(file="x", detail="symbolic link")
        intake.keep(
            connection, identity="a", name="301/第3节.mp4", details={}, matched=False, error=error
        )
    (file,) = client.get(f"{INTAKE}/refused").json()
    assert file["cause"].startswith("301/第3节.mp4：不接受这种文件")
    assert client.post(f"{INTAKE}/refused/{file['id']}/dismiss").status_code == 204
    assert client.get(f"{INTAKE}/refused").json() == []
    assert client.post(f"{INTAKE}/refused/{file['id']}/dismiss").status_code == 404
