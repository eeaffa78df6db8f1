"""How far teachers have come in a project, and whose numbers are kept back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons import Stage, StageAim, Standing, TeacherProgress
from lessons.projects import (
    SMALL_GROUP,
    kept_back,
    may_be_summed,
    owed,
    stage_on,
    standing_of,
    tally,
)

POINTS = ("A3", "A6", "B5")


def teacher(
    points: int = 3, submitted: int = 0, passed: int = 0, returned: int = 0
) -> TeacherProgress:
    """Return a teacher who has come so far."""
    return TeacherProgress(
        person_id="p",
        name="李老师",
        campus_id=None,
        group_ids=(),
        points=POINTS[:points],
        submitted=POINTS[:submitted],
        returned=POINTS[:returned],
        passed=POINTS[:passed],
    )


@pytest.mark.parametrize(
    ("progress", "standing", "owes"),
    [
        (teacher(points=0), Standing.WAITING, StageAim.CHOOSE),
        (teacher(points=2), Standing.WAITING, StageAim.CHOOSE),
        (teacher(), Standing.CHOSEN, StageAim.SUBMIT),
        (teacher(submitted=1), Standing.PARTLY, StageAim.SUBMIT),
        (teacher(submitted=3), Standing.SUBMITTED, None),
        (teacher(submitted=3, returned=1), Standing.SUBMITTED, StageAim.SUBMIT),
        (teacher(submitted=3, passed=2), Standing.SUBMITTED, None),
        (teacher(submitted=3, passed=3), Standing.PASSED, None),
    ],
)
def test_a_teacher_stands_somewhere_and_owes_something(
    progress: TeacherProgress, standing: Standing, owes: StageAim | None
) -> None:
    """A state includes those before it; a reminder asks for what is really missing."""
    assert standing_of(progress, 3) is standing
    assert owed(progress, 3) is owes


def test_rates_are_shares_of_all_who_should_take_part() -> None:
    """参训率 and 合格率 follow their formula, and nobody has no rate."""
    counted = tally([teacher(points=0), teacher(), teacher(submitted=3, passed=3)], 3)
    assert (counted.teachers, counted.chosen, counted.submitted, counted.passed) == (3, 2, 1, 1)
    assert (counted.participation, counted.submission, counted.pass_rate) == (
        0.6667,
        0.3333,
        0.3333,
    )
    assert tally([], 3).participation is None


def test_a_small_group_is_kept_back_with_the_next_smallest() -> None:
    """What is kept back can't be had by subtraction; a lead sees the own group."""
    sizes = {"数学": 12, "语文": 9, "音乐": 3}
    assert kept_back(sizes) == {"音乐", "语文"}
    assert kept_back(sizes, own=["音乐"]) == frozenset()
    assert kept_back({"数学": 12, "音乐": 3, "美术": 2}) == {"音乐", "美术"}
    assert not may_be_summed({"音乐": 3}, {"音乐"})


@given(st.dictionaries(st.text(max_size=2), st.integers(0, 12), max_size=6))
def test_a_total_never_tells_a_small_group(sizes: dict[str, int]) -> None:
    """Whatever the sizes: each shown group is large, and what a total minus them leaves is, too."""
    hidden = kept_back(sizes)
    assert all(size == 0 or size >= SMALL_GROUP for n, size in sizes.items() if n not in hidden)
    left = sum(sizes[name] for name in hidden)
    assert may_be_summed(sizes, hidden) == (left == 0 or left >= SMALL_GROUP)
    if sum(sizes.values()) >= SMALL_GROUP:
        assert may_be_summed(sizes, hidden)


def test_the_stage_of_a_day() -> None:
    """The first and the last day belong to a stage; of several, the nearer end counts."""
    choose = Stage(
        name="选点", aim=StageAim.CHOOSE, begins_on=date(2026, 9, 1), ends_on=date(2026, 9, 30)
    )
    whole = Stage(
        name="全程", aim=StageAim.OTHER, begins_on=date(2026, 9, 1), ends_on=date(2026, 12, 31)
    )
    assert stage_on([whole, choose], date(2026, 9, 30)) is choose
    assert stage_on([whole, choose], date(2026, 10, 1)) is whole
    assert stage_on([whole, choose], date(2027, 1, 1)) is None
