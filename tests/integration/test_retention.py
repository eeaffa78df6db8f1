"""How long a school keeps what: counted before anything goes, withheld where it must stay."""

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from api.app import create_app
from api.services import Services
from lessons import RecordingState, new_id
from lessons.people import FIRST_SCHOOL_GROUP
from lessons.records import LessonFacts
from lessons.retention import Kept, RetentionRule
from storage import artifacts, evidence, lessons, recordings, retention, steps, tables
from storage.janitor import clear_orphans, fsck
from tests.lesson import services
from tests.signed_in import Staff, browser, staff_of

API = "/api/v1/retention"
SIZE = 10  # bytes of an original here, and of what was made of it


@dataclass(frozen=True, kw_only=True)
class House:
    """A school group whose recordings are all forty days old, and what each is there for."""

    services: Services
    staff: Staff
    plain: tuple[str, ...]  # nothing withholds these three
    evidence: str  # a set that is a draft names its lesson
    busy: str
    held: str

    def left(self) -> set[str]:
        """Return the recordings there are."""
        with self.services.database.read() as connection:
            return set(connection.execute(select(tables.recording.c.id)).scalars())

    def deleted(self) -> list[str]:
        """Return what the audit says was deleted."""
        line = tables.audit.c
        query = select(line.subject).where(line.action == "retention.delete").order_by(line.id)
        with self.services.database.read() as connection:
            return list(connection.execute(query).scalars())


def stored(house: Services, folder: Path, text: str) -> str:
    """Put some bytes into the store; return their digest."""
    path = folder / new_id()
    path.write_text(text.ljust(SIZE, ".")[:SIZE])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    house.store.put(path, digest)
    path.unlink()
    return digest


def arrived(house: Services, staff: Staff, folder: Path, name: str) -> tuple[str, str]:
    """Let a recording have come forty days ago; return the ids of it and its lesson."""
    digest, made = stored(house, folder, f"a{name}"), stored(house, folder, f"b{name}")
    with house.database.write() as connection:
        recording, _ = recordings.admit(
            connection,
            sha256=digest,
            size=SIZE,
            file_name=f"{name}.mp4",
            media_type="video/mp4",
            language=None,
            actor=staff.operator.name,
        )
        artifacts.keep(
            connection,
            digest=made,
            size=SIZE,
            media_type="video/mp4",
            role="rendition:720p",
            recording_id=recording.id,
        )
        lesson = lessons.of_recording(
            connection, recording, LessonFacts(title=name), actor=staff.operator.name
        )
        at = datetime.now(UTC) - timedelta(days=40)
        mine = update(tables.recording).where(tables.recording.c.id == recording.id)
        connection.execute(mine.values(created_at=at, state=RecordingState.READY))
    return recording.id, lesson.id


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Six old recordings: three that may go, three that may not."""
    made = services(tmp_path)
    staff = staff_of(made.database)
    plain = tuple(arrived(made, staff, tmp_path, f"p{n}")[0] for n in range(3))
    shown, lesson_id = arrived(made, staff, tmp_path, "e")
    busy, _ = arrived(made, staff, tmp_path, "w")
    held, _ = arrived(made, staff, tmp_path, "h")
    with made.database.write() as connection:
        evidence.begin(
            connection, teacher="王", competency="A6", lesson_id=lesson_id, actor=staff.teacher.name
        )
        steps.add(connection, busy, kind="ladder", queue="transcode", input_digest="l", params={})
        retention.hold(connection, held, "家长申诉", actor=staff.administrator.name)
    return House(services=made, staff=staff, plain=plain, evidence=shown, busy=busy, held=held)


def ruled(house: House, kind: Kept, days: int = 30) -> None:
    """Give the school one rule."""
    with house.services.database.write() as connection:
        rule = RetentionRule(kind=kind, days=days)
        actor = house.staff.administrator.name
        retention.set_rules(connection, FIRST_SCHOOL_GROUP, [rule], quota_bytes=None, actor=actor)


def test_nothing_goes_without_a_rule_or_before_its_time(house: House) -> None:
    """Without a rule everything is kept for good; a rule counts from the day of arrival."""
    database = house.services.database
    with database.read() as connection:
        assert not retention.due(connection, FIRST_SCHOOL_GROUP)
    ruled(house, Kept.RECORDING, 41)
    assert not list(retention.apply(database, FIRST_SCHOOL_GROUP, actor="test"))
    assert len(house.left()) == 6


def test_what_was_counted_goes_and_nothing_else(house: House) -> None:
    """Counts and bytes first; then just that, in the audit; evidence, held and busy ones stay."""
    with browser(create_app(house.services), house.staff.administrator) as client:
        rules = {"rules": [{"kind": "recording", "days": 30}]}
        plan: Any = client.put(f"{API}/rules", json=rules).json()["plan"]
        assert plan["goes"][0] == {"kind": "recording", "count": 3, "bytes": 6 * SIZE}
        stays = {one["withheld"]: one["count"] for one in plan["stays"]}
        assert stays == {"hold": 1, "evidence": 1, "at_work": 1}
        assert len(house.left()) == 6
        assert client.delete(f"{API}/holds/{house.held}").status_code == 204
        stale = client.post(f"{API}/apply", json={"digest": plan["digest"]})
        assert (stale.status_code, len(house.left())) == (409, 6)
        again = client.put(f"{API}/holds/{house.held}", json={"reason": "仍需保留"})
        assert again.status_code == 204
        after: Any = client.post(f"{API}/apply", json={"digest": plan["digest"]}).json()
    assert house.left() == {house.evidence, house.busy, house.held}
    assert house.deleted() == list(house.plain)
    assert after["storage"]["recordings"] == 3
    assert after["plan"]["goes"][0]["count"] == 0
    with house.services.database.read() as connection:
        count = select(func.count()).select_from(tables.lesson)
        assert connection.execute(count).scalar_one() == 3


def test_the_objects_of_what_stays_stay(house: House) -> None:
    """After deletion and janitor everything that a row names is there, byte for byte."""
    ruled(house, Kept.RECORDING)
    made = house.services
    assert len(list(retention.apply(made.database, FIRST_SCHOOL_GROUP, actor="test"))) == 3
    assert len(fsck(made.database, made.store).orphans) == 6
    assert clear_orphans(made.database, made.store, older_than_s=0) == 6
    found = fsck(made.database, made.store, deep=True)
    assert (found.missing, found.damaged, found.orphans) == ((), (), ())
    assert len(list(made.store.objects())) == 6


def test_a_crash_half_way_leaves_the_rest_as_it_was(house: House) -> None:
    """One is gone, the others are whole; the next run does what is left, and no more."""
    ruled(house, Kept.RECORDING)
    made = house.services
    crashing = retention.apply(made.database, FIRST_SCHOOL_GROUP, actor="test")
    assert next(crashing).recording_id == house.plain[0]
    crashing.close()
    assert len(house.left()) == 5
    assert not fsck(made.database, made.store).missing
    gone = [
        one.recording_id for one in retention.apply(made.database, FIRST_SCHOOL_GROUP, actor="t")
    ]
    assert gone == list(house.plain[1:])


def test_a_hold_that_comes_after_the_count_still_holds(house: House) -> None:
    """Each deletion looks again, in its own transaction."""
    ruled(house, Kept.RECORDING)
    database = house.services.database
    running = retention.apply(database, FIRST_SCHOOL_GROUP, actor="test")
    next(running)
    with database.write() as connection:
        retention.hold(connection, house.plain[1], "申诉", actor="test")
    assert [one.recording_id for one in running] == [house.plain[2]]


def test_an_original_may_go_and_the_lesson_plays_on(house: House) -> None:
    """Only the file as it came is let go; its renditions and the recording stay."""
    ruled(house, Kept.ORIGINAL)
    gone = list(retention.apply(house.services.database, FIRST_SCHOOL_GROUP, actor="test"))
    assert [(one.recording_id, one.bytes) for one in gone] == [(id, SIZE) for id in house.plain]
    assert len(house.left()) == 6
    with house.services.database.read() as connection:
        assert artifacts.find(connection, house.plain[0], "original") is None
        assert artifacts.find(connection, house.plain[0], "rendition:720p")
        assert artifacts.find(connection, house.held, "original")


def test_a_school_may_have_a_quota_of_its_own(house: House) -> None:
    """It is shown with what is used, and an upload beyond it is refused."""
    app = create_app(house.services)
    with browser(app, house.staff.administrator) as client:
        said: Any = client.put(f"{API}/rules", json={"rules": [], "quota_bytes": 65}).json()
        use = {"recordings": 6, "original_bytes": 60, "made_bytes": 60, "quota_bytes": 65}
        assert said["storage"] == use
    with browser(app, house.staff.operator) as client:
        head = {"tus-resumable": "1.0.0", "upload-metadata": "filename YS5tcDQ="}
        sizes = {size: head | {"upload-length": str(size)} for size in (5, 6)}
        answers = [client.post("/api/v1/uploads", headers=sizes[n]).status_code for n in (6, 5)]
        assert answers == [413, 201]
        assert client.get(API).status_code == 403


def test_the_command_counts_and_then_deletes(house: House, tmp_path: Path) -> None:
    """Without --apply nothing changes."""
    ruled(house, Kept.RECORDING)
    command = [sys.executable, "-m", "guanke", "retention", "--json", "--data", str(tmp_path)]
    for more, left in (([], 6), (["--apply"], 3)):
        done = subprocess.run([*command, *more], capture_output=True, text=True, check=True)
        said = json.loads(done.stdout)
        assert (len(said["gone"]), len(said["withheld"])) == (3, 3)
        assert len(house.left()) == left
