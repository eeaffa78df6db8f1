"""The estimate of when recordings are ready: the queues played through in thought."""

from lessons.forecast import Task, foresee, places


def task(
    kind: str,
    seconds: float,
    *needs: str,
    queue: str | None = None,
    running: bool = False,
    since: int | None = None,
) -> Task:
    return Task(
        kind=kind,
        queue=queue or kind,
        needs=needs,
        seconds=seconds,
        running=running,
        since_ms=since,
    )


def test_steps_follow_one_another_and_run_beside_each_other() -> None:
    """The longest way through the needs decides, where every queue is free."""
    work = {
        "a": [
            task("sound", 10, since=1),
            task("ladder", 100, "sound"),
            task("words", 40, "sound"),
            task("segment", 5, "ladder", "words"),
        ]
    }
    assert foresee(work, {})["a"] == 115


def test_a_queue_takes_the_oldest_first() -> None:
    """Who came later waits for one worker; with two they go side by side."""
    work = {"late": [task("ladder", 60, since=2)], "early": [task("ladder", 30, since=1)]}
    assert foresee(work, {"ladder": 1}) == {"early": 30, "late": 90}
    assert foresee(work, {"ladder": 2}) == {"early": 30, "late": 60}


def test_what_runs_is_not_stopped() -> None:
    """A running step keeps its worker, whoever came before it."""
    work = {
        "old": [task("ladder", 10, since=1)],
        "running": [task("ladder", 50, running=True, since=2)],
    }
    assert foresee(work, {"ladder": 1}) == {"running": 50, "old": 60}


def test_nothing_left_takes_no_time() -> None:
    """A recording without open steps is ready now."""
    assert foresee({"a": []}, {}) == {"a": 0}


def test_the_place_counts_recordings_ahead() -> None:
    """Who is being worked on has no place; the next one is first in line."""
    work = {
        "works": [task("ladder", 9, running=True, since=1)],
        "third": [task("ladder", 9, since=4), task("segment", 1, "ladder")],
        "next": [task("ladder", 9, since=2)],
        "second": [task("ladder", 9, since=3)],
        "other": [task("words", 9, since=5)],
    }
    assert places(work) == {"next": 1, "second": 2, "third": 3, "other": 1}
