"""How rooms and queue are, for operators: what arrived, what waits, what failed and why."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from lessons import LessonPart, StepState, new_id
from lessons.people import FIRST_SCHOOL_GROUP
from lessons.records import LessonFacts
from storage import leases, lessons, recordings, steps, tables
from storage.leases import LeaseTerms
from tests.school import API, School, school


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> School:
    """Two rooms: one delivers each week, one has fallen silent; a third never delivered."""
    folder: Path = tmp_path_factory.mktemp("operations")
    made = school(folder)
    with made.services.database.write() as connection:
        for name in ("录播教室1", "录播教室2", "录播教室3"):
            row = {"id": new_id(), "school_group_id": FIRST_SCHOOL_GROUP, "name": name}
            connection.execute(insert(tables.room).values(**row, campus_id=made.campuses["东校区"]))
    for room, days in (("录播教室1", (1, 8, 15)), ("录播教室2", (10, 17, 24))):
        for ago in days:
            arrive(made, room, ago)
    return made


def arrive(place: School, room: str, days_ago: int) -> str:
    """Let a recording of a room arrive some days ago."""
    at = datetime.now(UTC) - timedelta(days=days_ago)
    actor = place.people["录播员"].name
    with place.services.database.write() as connection:
        recording, _ = recordings.admit(
            connection,
            sha256=new_id().replace("-", "").ljust(64, "0"),
            size=1,
            file_name=f"{room}.mp4",
            media_type="video/mp4",
            language=None,
            actor=actor,
        )
        part = LessonPart(recording_id=recording.id, start_ms=0, end_ms=0)
        lessons.create(connection, LessonFacts(title="课", room=room), [part], actor=actor)
        table = tables.recording
        connection.execute(update(table).where(table.c.id == recording.id).values(created_at=at))
    return recording.id


def test_silent_rooms_come_first(place: School) -> None:
    """What arrived in seven days is held against what is usual; a room may never have delivered."""
    rooms: Any = place.ask("录播员", "/operations/rooms")
    by_name = {room["name"]: room for room in rooms}
    assert [room["silent"] for room in rooms] == [True, True, False]
    fine = by_name["录播教室1"]
    assert (fine["last_seven_days"], fine["usual"], fine["campus"]) == (1, 0.5, "东校区")
    silent = by_name["录播教室2"]
    assert (silent["last_seven_days"], silent["usual"]) == (0, 0.75)
    assert by_name["录播教室3"]["last_arrived_at"] is None


def test_the_queue_says_what_waits_and_why_things_failed(place: School) -> None:
    """Depth, the longest wait, causes in words with their number, room on the disk."""
    ids = [arrive(place, "录播教室1", 0) for _ in range(3)]
    with place.services.database.write() as connection:
        for number, recording_id in enumerate(ids):
            step = steps.add(
                connection, recording_id, kind="probe", queue="io", input_digest="p", params={}
            )
            if number < 2:
                connection.execute(
                    update(tables.step)
                    .where(tables.step.c.id == step)
                    .values(state=StepState.FAILED, error_code="media-empty", error_facts={})
                )
    answer: Any = place.ask("录播员", "/operations/queue")
    (queue,) = answer["queues"]
    assert (queue["queue"], queue["waiting"], queue["running"]) == ("io", 1, 0)
    assert queue["oldest_waiting_ms"] >= 0
    (cause,) = answer["failures"]
    assert (cause["kind"], cause["code"], cause["count"]) == ("probe", "media-empty", 2)
    assert cause["reason"] == "录播教室1.mp4：文件是空的。请从录播主机重新拷贝。"
    assert 0 < answer["disk_free_bytes"] <= answer["disk_bytes"]


def test_only_operators_see_it(place: School) -> None:
    """Rooms and queue are no business of teachers or leads."""
    for name in ("数老师0", "校长", "管理员"):
        with place.browser(name) as client:
            assert client.get(f"{API}/operations/rooms").status_code == 403
            assert client.get(f"{API}/operations/queue").status_code == 403


def steps_of(place: School, *kinds: str) -> str:
    """Let a recording arrive whose steps wait in a queue of their own; return its id."""
    recording_id = arrive(place, "录播教室1", 0)
    with place.services.database.write() as connection:
        for kind in kinds:
            steps.add(
                connection, recording_id, kind=kind, queue="asr", input_digest=kind, params={}
            )
    return recording_id


def working(place: School, recording_id: str) -> Any:
    """Return how the operator sees the one step of a recording that runs."""
    work: Any = place.ask("录播员", "/operations/work")
    return next((s for s in work["at_work"] if s["recording_id"] == recording_id), None)


def test_a_dead_worker_and_a_hung_step_are_seen(place: School) -> None:
    """Within its lease, shortened to 0.3 s: lost; alive without progress for 120 s: hung."""
    database = place.services.database
    recording_id = steps_of(place, "transcribe")
    taken = leases.claim(database, ["asr"], "host:1", LeaseTerms(lease_ms=60_000))
    assert taken is not None
    fine = working(place, recording_id)
    assert (fine["worker"], fine["kind"], fine["lost"], fine["hung"]) == (
        "host:1",
        "transcribe",
        False,
        False,
    )
    leases.renew(database, taken, 0.4, LeaseTerms(), quiet_ms=119_000)
    nearly = working(place, recording_id)
    assert (nearly["hung"], nearly["progress"]) == (False, 0.4)
    assert leases.renew(database, taken, 0.4, LeaseTerms(), quiet_ms=120_000)
    assert (working(place, recording_id)["hung"], nearly["lost"]) == (True, False)
    assert leases.renew(database, taken, 0.4, LeaseTerms(lease_ms=300))
    time.sleep(0.35)
    assert working(place, recording_id)["lost"]
    with place.services.database.write() as connection:
        leases.release_dead(connection, "host:1", LeaseTerms(), crashed=True)
    assert working(place, recording_id) is None


def test_what_waits_says_why_and_can_be_set_aside_and_let_go(place: School) -> None:
    """Waiting, set aside with its reason, and back again; each deed is in the audit."""
    recording_id = steps_of(place, "sound")
    with place.browser("录播员") as client:
        before = client.get(f"{API}/operations/work").json()
        waits = next(w for w in before["waiting"] if w["kind"] == "sound")
        assert (waits["count"], waits["paused"], waits["reason"]) == (1, 0, None)
        path = f"{API}/recordings/{recording_id}/steps/sound"
        assert client.post(f"{path}/set-aside").status_code == 200
        assert client.post(f"{path}/set-aside").status_code == 404
        after = client.get(f"{API}/operations/work").json()
        stopped = next(s for s in after["stopped"] if s["recording_id"] == recording_id)
        assert (stopped["state"], stopped["kind"]) == ("quarantined", "sound")
        assert stopped["reason"] == "该步骤已由录播管理员搁置，原文件已保留，可随时重试。"
        assert client.post(f"{path}/retry").status_code == 200
        again = client.get(f"{API}/operations/work").json()
        assert any(w["kind"] == "sound" for w in again["waiting"])
    lines: Any = place.ask("管理员", "/audit")
    deeds = [x["action"] for x in lines["items"] if x["subject"] == recording_id]
    assert deeds[:2] == ["step.retry", "step.set_aside"]


def test_an_administrator_sees_the_work_without_names(place: School) -> None:
    """Which files there are is an operator's to read."""
    steps_of(place, "scenes")
    work: Any = place.ask("管理员", "/operations/work")
    assert not work["may_act"]
    assert {step["file_name"] for step in work["stopped"] + work["at_work"]} <= {""}
