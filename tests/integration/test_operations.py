"""How rooms and queue are, for operators: what arrived, what waits, what failed and why."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from lessons import LessonPart, StepState, new_id
from lessons.people import FIRST_SCHOOL_GROUP
from lessons.records import LessonFacts
from storage import lessons, recordings, steps, tables
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
