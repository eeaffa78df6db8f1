"""Whose turn it is: nobody waits behind a stranger's hundred uploads, no probe behind an encode.

The order of the database is held against the one in `tests/fair_order.py`, for any state of the
table; what the order promises is then tried on that.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from lessons import StepState
from processing.plan import KINDS, Queue
from storage import doorbell, fairness, leases, tables, workers
from storage.columns import metadata
from storage.database import Database
from storage.leases import LeaseTerms
from tests.fair_order import HEAVY, HOUR_MS, Waiting, serve, turn

TERMS = LeaseTerms()
SCHOOLS = ("a", "b", "c")
PEOPLE = ("1", "2", None)
ALL = tuple(Queue)
SOON_MS = 1_000  # a lease in the future that is no longer than one lease


def fresh() -> Database:
    """A database in memory."""
    database = Database("sqlite+pysqlite:///:memory:")
    metadata.create_all(database.engine)
    with database.engine.connect() as connection:  # only the order is looked at here
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
    return database


DATABASE = fresh()


def lay_out(steps: Sequence[Waiting]) -> None:
    """Make the table of steps say what `steps` say; times count from the database's now."""
    now = DATABASE.now()
    with DATABASE.write() as connection:
        connection.execute(delete(tables.step))
        connection.execute(delete(tables.recording))
        owners = {(s.school, s.uploader) for s in steps}
        for school, uploader in owners:
            connection.execute(
                insert(tables.recording).values(
                    id=f"{school}{uploader}",
                    school_group_id=school,
                    uploaded_by=uploader,
                    sha256=f"{school}{uploader}",
                    bytes=1,
                    file_name="x",
                    state="processing",
                    created_at=datetime.now(UTC),
                )
            )
        for step in steps:
            connection.execute(
                insert(tables.step).values(
                    id=step.id,
                    recording_id=f"{step.school}{step.uploader}",
                    kind="probe",
                    queue=step.queue,
                    input_digest=step.id,
                    params={},
                    state=StepState.RUNNING if step.running else StepState.READY,
                    lease_until_ms=now + SOON_MS if step.running else 0,
                    length_ms=step.length_ms,
                    created_at_ms=now - HOUR_MS * 3 + step.created_ms,
                    started_at_ms=now - HOUR_MS + step.started_ms if step.started_ms else None,
                )
            )


@st.composite
def tables_of_steps(draw: st.DrawFn) -> list[Waiting]:
    """Any state of a small table of steps."""
    shapes = st.tuples(
        st.sampled_from(SCHOOLS),
        st.sampled_from(PEOPLE),
        st.sampled_from(ALL),
        st.sampled_from((0, 9_000, 600_000, 2_400_000)),
        st.integers(0, 2 * HOUR_MS),
        st.booleans(),
        st.sampled_from((0, 0, 1_000, 2_000, 3_000)),
    )
    return [
        Waiting(
            id=f"{number:03}",
            school=school,
            uploader=uploader,
            queue=queue,
            length_ms=length,
            created_ms=created,
            running=running and number % 3 == 0,
            started_ms=started,
        )
        for number, (school, uploader, queue, length, created, running, started) in enumerate(
            draw(st.lists(shapes, min_size=1, max_size=12))
        )
    ]


@given(tables_of_steps())
@settings(max_examples=100, deadline=None)
def test_the_database_gives_turns_in_the_order_that_is_written_down(steps: list[Waiting]) -> None:
    """For any table of steps, and whoever serves all queues."""
    lay_out(steps)
    expected = turn(steps)
    with DATABASE.read() as connection:
        found = connection.execute(fairness.first(ALL, leases.free(60_000))).scalar()
    assert found == (expected.id if expected else None)


@given(tables_of_steps(), st.integers(1, 4))
@settings(deadline=None)
def test_nobody_waits_behind_more_than_one_turn_of_each_other(
    steps: list[Waiting], places: int
) -> None:
    """The first step of a school comes after at most one of each other school, in light work."""
    light = [s for s in steps if s.queue not in HEAVY and not s.running and not s.started_ms]
    order = serve(light, places)
    school = {s.id: s.school for s in light}
    firsts = {
        name: min(map(order.index, (i for i in order if school[i] == name)))
        for name in set(school.values())
    }
    assert sorted(firsts.values()) == list(range(len(firsts)))


@given(st.integers(1, 100), st.integers(1, 4), st.sampled_from(PEOPLE))
@settings(max_examples=30, deadline=None)
def test_a_hundred_uploads_do_not_starve_one(many: int, places: int, other: str | None) -> None:
    """Of a school's hundred and another's one, which came last, the one is taken second at most."""
    crowd = [
        Waiting(id=f"{n:03}", school="a", uploader="1", queue="io", length_ms=0, created_ms=n)
        for n in range(many)
    ]
    for school, uploader in (("b", other), ("a", "2")):
        late = Waiting(
            id="late", school=school, uploader=uploader, queue="io", length_ms=0, created_ms=9_999
        )
        assert serve([*crowd, late], places, turns=3).index("late") <= 1


@given(tables_of_steps(), st.integers(1, 4))
@settings(deadline=None)
def test_everything_gets_its_turn_and_light_work_first(steps: list[Waiting], places: int) -> None:
    """No step is left out, and none of the heavy ones comes before a light one."""
    waiting = [s for s in steps if not s.running]
    order = serve(waiting, places)
    assert sorted(order) == sorted(s.id for s in waiting)
    heavy = {s.id: s.queue in HEAVY for s in waiting}
    assert [heavy[i] for i in order] == sorted(heavy[i] for i in order)


def test_a_short_recording_passes_a_long_one_for_an_hour_at_most() -> None:
    """It does where both came at the same time, and no more where the long one came long before."""
    long = Waiting(id="l", school="a", uploader="1", queue="asr", length_ms=HOUR_MS, created_ms=0)
    for later, first in ((0, "s"), (HOUR_MS // 2, "s"), (HOUR_MS + 1, "l")):
        short = Waiting(
            id="s", school="a", uploader="1", queue="asr", length_ms=9_000, created_ms=later
        )
        got = serve([long, short], 1)[0]
        assert got == (first if later + 36_000 < HOUR_MS else "l")


def test_which_queues_are_heavy() -> None:
    """The order and the plan mean the same queues."""
    assert set(HEAVY) == set(fairness.HEAVY) == {Queue.TRANSCODE, Queue.ASR}
    assert {kind.queue for kind in KINDS.values()} == set(Queue)


def test_a_queue_is_told_of_little_more_than_its_workers_can_take() -> None:
    """What lies in a broker can't be overtaken: of a hundred steps it holds a handful, in turns."""
    crowd = [
        Waiting(id=f"{n:03}", school="a", uploader="1", queue="io", length_ms=0, created_ms=n)
        for n in range(20)
    ]
    late = Waiting(id="late", school="b", uploader="1", queue="io", length_ms=0, created_ms=9_999)
    lay_out([*crowd, late])
    rung = [bell.step_id for bell in doorbell.due(DATABASE, TERMS, 30_000)]
    assert rung == ["000", "late"]
    assert doorbell.due(DATABASE, TERMS, 30_000) == []
    with DATABASE.write() as connection:
        worker = workers.Worker(id="w", host="h", queues={"io": 2}, version="1")
        workers.beat(connection, worker)
        assert workers.places(connection) == {"io": 2}
    more = doorbell.due(DATABASE, TERMS, 30_000)
    assert [bell.step_id for bell in more] == ["001", "002"]
    step = leases.claim_one(DATABASE, "late", "somebody", TERMS)
    assert step
    assert step.dispatched_at_ms == 0
    assert len(doorbell.due(DATABASE, TERMS, 30_000)) == 0
    with DATABASE.write() as connection:
        doorbell.silence(connection, more)
        workers.leave(connection, "w")
    with DATABASE.read() as connection:
        quiet = select(tables.step.c.id).where(tables.step.c.dispatched_at_ms > 0)
        assert connection.execute(quiet).scalars().all() == ["000"]
