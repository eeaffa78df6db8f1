"""The home page says what waits for each, by role, and nothing of anybody else's work."""

from pathlib import Path
from typing import Any

import pytest

from tests.school import POINTS, School, choose, evidence, project, school


@pytest.fixture
def place(tmp_path: Path) -> School:
    """A school in which a project has begun."""
    made = school(tmp_path)
    project(made)
    return made


def duties(place: School, name: str) -> dict[str, Any]:
    return {duty["kind"]: duty for duty in place.ask(name, "/home")["duties"]}


def test_a_teacher_is_led_from_choosing_to_handing_in(place: School) -> None:
    """Points to choose, then drafts; what is handed in waits no more."""
    first = duties(place, "数老师0")
    assert set(first) == {"choose_points"}
    assert first["choose_points"]["count"] == len(POINTS)
    assert first["choose_points"]["until"]
    choose(place, "数老师0")
    assert duties(place, "数老师0") == {}
    evidence(place, "数老师0", POINTS[0], hand_in=False)
    drafts = duties(place, "数老师0")["drafts"]
    assert (drafts["count"], drafts["items"][0]["detail"]) == (1, POINTS[0])
    evidence(place, "数老师0", POINTS[1], hand_in=True)
    assert duties(place, "数老师0")["drafts"]["count"] == 1


def test_a_lead_sees_how_many_owe_something(place: School) -> None:
    """One card for each project, with the number of the own people only."""
    assert duties(place, "数组长")["project"]["count"] == 6
    choose(place, "数老师0")
    for point in POINTS:
        evidence(place, "数老师0", point, hand_in=True)
    assert duties(place, "数组长")["project"]["count"] == 5
    assert duties(place, "数组长")["project"]["role"] == "group_lead"


def test_operators_and_administrators_see_their_own_work(place: School) -> None:
    """Accounts that never signed in wait for the administrator; a quiet house for the operator."""
    assert duties(place, "管理员")["accounts"]["count"] == len(place.people)
    assert duties(place, "录播员") == {}
