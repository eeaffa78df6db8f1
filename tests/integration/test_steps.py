"""The queue of record: claims, fencing, crashes, retries."""

import time
from pathlib import Path

import pytest

from lessons import Recording, Step, StepState
from lessons.errors import MediaUnreadable
from storage import audit, leases, recordings, steps
from storage.database import Database
from storage.leases import LeaseTerms
from tests.houses import database_at

TERMS = LeaseTerms(lease_ms=60_000)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """A fresh database."""
    database = database_at(tmp_path)
    return database


@pytest.fixture
def recording(database: Database) -> Recording:
    """A recording that was just admitted."""
    with database.write() as connection:
        recording, _ = recordings.admit(
            connection,
            sha256="ab" * 32,
            size=3,
            file_name="课.mp4",
            media_type="video/mp4",
            language=None,
            actor="test",
        )
    return recording


@pytest.fixture
def step_id(database: Database, recording: Recording) -> str:
    """A step that waits."""
    with database.write() as connection:
        return steps.add(
            connection, recording.id, kind="probe", queue="io", input_digest="d" * 64, params={}
        )


def claimed(database: Database, owner: str = "one", terms: LeaseTerms = TERMS) -> Step:
    step = leases.claim(database, ["io"], owner, terms)
    assert step is not None
    return step


def state(database: Database, step_id: str) -> Step:
    with database.read() as connection:
        step = steps.get(connection, step_id)
    assert step is not None
    return step


def test_the_same_work_is_one_step(database: Database, recording: Recording, step_id: str) -> None:
    """Adding a step again gives the one that is there."""
    with database.write() as connection:
        again = steps.add(
            connection, recording.id, kind="probe", queue="io", input_digest="d" * 64, params={}
        )
    assert again == step_id


def test_a_claimed_step_is_nobody_elses(database: Database, step_id: str) -> None:
    """Two workers never hold one step."""
    assert claimed(database).id == step_id
    assert leases.claim(database, ["io"], "two", TERMS) is None
    assert leases.claim_one(database, step_id, "two", TERMS) is None


def test_an_expired_lease_passes_on_and_the_zombie_can_change_nothing(
    database: Database, step_id: str
) -> None:
    """A worker that wakes up after its lease neither renews nor finishes."""
    short = LeaseTerms(lease_ms=50)
    zombie = claimed(database, "zombie", short)
    time.sleep(0.1)
    heir = claimed(database, "heir", short)
    assert heir.attempt == zombie.attempt + 1
    assert not leases.renew(database, zombie, 0.5, short)
    with database.write() as connection:
        assert not leases.finish(connection, zombie, {"by": "zombie"}, {})
        assert leases.finish(connection, heir, {"by": "heir"}, {})
    assert state(database, step_id).output == {"by": "heir"}


def test_a_lease_far_in_the_future_counts_as_expired(database: Database, step_id: str) -> None:
    """A clock that was set back must not hold a step for ever."""
    claimed(database, "before", LeaseTerms(lease_ms=3_600_000))
    assert claimed(database, "after").id == step_id


def test_the_third_death_puts_a_step_aside_and_shutdowns_never_count(
    database: Database, step_id: str
) -> None:
    """A file that kills its process is quarantined at the default limit."""
    for _ in range(5):
        claimed(database)
        with database.write() as connection:
            assert not leases.release_dead(connection, "one", TERMS, crashed=False)
    for death in (1, 2, 3):
        claimed(database)
        with database.write() as connection:
            aside = leases.release_dead(connection, "one", TERMS, crashed=True)
        assert bool(aside) is (death == 3)
    final = state(database, step_id)
    assert final.state is StepState.QUARANTINED
    assert final.error_code == "step-crashed"
    assert leases.claim(database, ["io"], "two", TERMS) is None


def test_a_restart_never_puts_a_step_aside(database: Database, step_id: str) -> None:
    """Also not one that has crashed more often than is usual, where the limit is set higher."""
    patient = LeaseTerms(max_crashes=100)
    for _ in range(5):
        claimed(database, "embedded:1")
        with database.write() as connection:
            assert not leases.release_dead(connection, "embedded:1", patient, crashed=True)
    claimed(database, "embedded:1")
    with database.write() as connection:
        assert leases.release_all(connection, "embedded:") == 1
    assert state(database, step_id).state is StepState.READY


def test_a_failed_step_keeps_its_reason_and_can_be_tried_again(
    database: Database, step_id: str
) -> None:
    """The reason stands with the step until someone retries it."""
    step = claimed(database)
    with database.write() as connection:
        assert leases.fail(connection, step, MediaUnreadable(file="a.mp4", detail="broken"))
    failed = state(database, step_id)
    assert (failed.state, failed.error_facts) == (
        StepState.FAILED,
        {"file": "a.mp4", "detail": "broken"},
    )
    with database.write() as connection:
        assert steps.retry(connection, step_id)
    assert claimed(database).id == step_id


def test_the_audit_is_a_chain(database: Database, recording: Recording) -> None:
    """A line that was changed afterwards is found."""
    with database.write() as connection:
        audit.record(connection, "me", "lesson.share", recording.id, to="you")
        assert not list(audit.broken_lines(connection))
        connection.exec_driver_sql("UPDATE audit SET actor = 'someone else' WHERE id = 1")
        assert list(audit.broken_lines(connection)) == [1]
