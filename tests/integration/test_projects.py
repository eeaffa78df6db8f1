"""A project as its leads see it: submitted work only, small groups kept back, 催办 once a day."""

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from lessons import EvidenceState
from storage import tables
from tests.school import API, POINTS, School, choose, evidence, project, school

SECRET = "草稿里的秘密"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> School:
    """A school in whose project some have chosen, some have handed in, one has passed."""
    folder: Path = tmp_path_factory.mktemp("projects")
    made = school(folder)
    for name in ("数老师0", "数老师1", "数老师2", "语老师0", "音老师0"):
        choose(made, name)
    for point in POINTS:
        evidence(made, "数老师0", point, hand_in=True)
    evidence(made, "数老师1", POINTS[0], hand_in=True)
    evidence(made, "数老师1", POINTS[1], SECRET, hand_in=False)
    evidence(made, "音老师0", POINTS[0], hand_in=True)
    with made.services.database.write() as connection:  # what 校本考核 decides
        sets = tables.evidence_set
        connection.execute(
            update(sets).where(sets.c.teacher == "数老师0").values(state=EvidenceState.PASSED)
        )
    return made


@pytest.fixture(scope="module")
def round_(place: School) -> Any:
    """The project that runs."""
    return project(place)


def rows(progress: Any, part: str) -> dict[str, Any]:
    return {row["name"]: row["tally"] for row in progress[part]}


def test_a_group_lead_sees_the_own_group_and_no_other(place: School, round_: Any) -> None:
    """Counts and rates of the led group, made by their formula; other groups are not there."""
    progress = place.ask("数组长", f"/projects/{round_['id']}/progress")
    (group,) = progress["groups"]
    assert group["name"] == "数学组"
    assert group["tally"] == progress["total"]
    assert group["tally"] == {
        "teachers": 6, "waiting": 3, "chosen": 3, "partly": 1, "submitted": 1, "returned": 0,
        "passed": 1, "participation": 0.5, "submission": 0.1667, "pass_rate": 0.1667,
    }  # fmt: skip
    points = {row["competency"]: row for row in progress["points"]}
    assert (points["A1"]["chosen"], points["A1"]["submitted"], points["A1"]["passed"]) == (3, 2, 1)
    assert sum(day["submitted"] for day in progress["days"]) == 3
    names = {t["name"] for t in place.ask("数组长", f"/projects/{round_['id']}/teachers")["items"]}
    assert names == {f"数老师{number}" for number in range(6)}


def test_a_small_group_is_kept_back_from_all_but_its_lead(place: School, round_: Any) -> None:
    """The school's lead sees no number of three people, nor can subtract it; their lead does."""
    path = f"/projects/{round_['id']}"
    progress = place.ask("校长", f"{path}/progress")
    told = rows(progress, "groups")
    assert told["音乐组"] is None
    assert told["数学组"] is None  # the next smallest: else the total would tell
    assert told["语文组"]["teachers"] == 7
    assert progress["total"]["teachers"] == 16
    teachers = place.ask("校长", f"{path}/teachers")
    assert {t["name"][0] for t in teachers["items"]} == {"语"}
    assert teachers["kept_back"] == 9
    own = place.ask("音组长", f"{path}/progress")
    assert rows(own, "groups")["音乐组"]["chosen"] == 1
    small = place.ask("校长", f"{path}/teachers", group_id=place.groups["音乐组"])
    assert (small["items"], small["kept_back"]) == ([], 3)


@pytest.mark.parametrize("lead", ["数组长", "校长"])
def test_leads_see_submitted_work_only(place: School, round_: Any, lead: str) -> None:
    """No answer a lead can get holds a draft's words, its id, or its state."""
    drafts = [s["id"] for s in place.ask("数老师1", "/evidence-sets", state="draft")["items"]]
    assert drafts
    path = f"/projects/{round_['id']}"
    answers = []
    with place.browser(lead) as client:
        for asked in (
            "/home", "/projects", f"{path}/progress", f"{path}/teachers", "/library/lessons",
            "/library/clips", "/library/lessons/counts", "/library/clips/counts", "/notices",
            "/evidence-sets", f"/search?q={SECRET}", "/evidence-sets?state=draft",
        ):  # fmt: skip
            answer = client.get(API + asked)
            assert answer.status_code == 200, answer.text
            answers.append(answer.text)
        for table in ("groups", "campuses", "points", "days", "teachers"):
            answer = client.get(f"{API}{path}/tables/{table}.xlsx")
            sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
            answers.append(repr(list(sheet.values)))
        assert client.get(f"{API}/evidence-sets/{drafts[0]}").status_code == 404
    everything = "\n".join(answers)
    assert not [hidden for hidden in (SECRET, *drafts, '"draft"') if hidden in everything]


def test_reminding_is_once_a_day_and_for_who_owes(place: School, round_: Any) -> None:
    """催办 reaches each who owes something, once; who has done all is left in peace."""
    path = f"/projects/{round_['id']}/reminders"
    assert place.do("数组长", path, {}) == {"reminded": 5, "already": 0}
    assert place.do("数组长", path, {}) == {"reminded": 0, "already": 5}
    assert place.ask("数老师0", "/notices")["items"] == []
    (notice,) = place.ask("数老师3", "/notices")["items"]
    assert notice["kind"] == "reminder"
    assert notice["facts"]["title"] == "2026 秋季测评"
    assert notice["facts"]["aim"] == "choose"
    (other,) = place.ask("数老师1", "/notices")["items"]
    assert other["facts"]["aim"] == "submit"
    shown = place.ask("数组长", f"/projects/{round_['id']}/teachers")["items"]
    assert {t["name"] for t in shown if t["reminded_on"] is None} == {"数老师0"}


def test_a_reminder_does_not_tell_how_a_small_group_stands(place: School, round_: Any) -> None:
    """The school's lead may remind the small group, and learns no number by it."""
    path = f"/projects/{round_['id']}/reminders"
    answer = place.do("校长", path, {"group_id": place.groups["音乐组"]})
    assert answer == {"reminded": None, "already": None}
    assert place.ask("音老师1", "/notices")["items"][0]["kind"] == "reminder"


def test_the_sheet_shows_what_the_page_shows(place: School, round_: Any) -> None:
    """XLSX of each chart: the same numbers, the formulae below; kept-back numbers are dashes."""
    with place.browser("校长") as client:
        answer = client.get(
            f"{API}/projects/{round_['id']}/tables/groups.xlsx", headers={"accept-language": "zh"}
        )
    assert answer.headers["content-disposition"] == 'attachment; filename="guanke-groups.xlsx"'
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    lines = [list(line) for line in sheet.values]
    assert lines[0][:2] == ["教研组", "应参加教师"]
    by_name = {line[0]: line for line in lines[1:]}
    assert by_name["语文组"][1:3] == [7, 1]
    assert by_name["语文组"][7] == pytest.approx(1 / 7, abs=1e-4)
    assert set(by_name["音乐组"][1:]) == {"—"}
    assert by_name["合计"][1] == 16
    assert any(str(line[0]).startswith("参训率 = ") for line in lines)


def test_who_leads_nothing_sees_no_progress(place: School, round_: Any) -> None:
    """Progress is for leads; a round is made by a lead of the school alone."""
    path = f"{API}/projects/{round_['id']}"
    for name in ("数老师0", "录播员", "管理员"):
        with place.browser(name) as client:
            assert client.get(f"{path}/progress").status_code == 403
            assert client.get(f"{path}/tables/groups.xlsx").status_code == 403
            assert client.post(f"{path}/reminders", json={}).status_code == 403
    with place.browser("数组长") as client:
        facts = {"title": "我的", "points_each": 1}
        assert client.post(f"{API}/projects", json=facts).status_code == 403


def test_nonsense_is_refused_and_a_stale_writer_is_told(place: School) -> None:
    """A stage ends after it begins; a change names the revision it was made from."""
    stage = {"name": "倒", "aim": "other", "begins_on": "2026-09-02", "ends_on": "2026-09-01"}
    place.do("校长", "/projects", {"title": "x", "points_each": 1, "stages": [stage]}, 400)
    place.do("校长", "/projects", {"title": "x", "points_each": 0}, 400)
    place.do("校长", "/projects", {"title": " ", "points_each": 1}, 400)
    place.do("校长", "/projects", {"title": "x", "points_each": 1, "group_ids": ["nowhere"]}, 404)
    made = place.do("校长", "/projects", {"title": "旧", "points_each": 1}, 201)
    edit = {"title": "新", "points_each": 2, "revision": made["revision"]}
    assert place.do("校长", f"/projects/{made['id']}", edit, put=True)["title"] == "新"
    assert place.do("校长", f"/projects/{made['id']}", edit, 409, put=True)["code"] == "conflict"


def test_what_is_handed_in_after_the_end_does_not_count(place: School) -> None:
    """A closed round keeps its numbers; a new one begins with what was handed in since."""
    closed = project(place, title="已结束", group_ids=[place.groups["语文组"]])
    path = f"/projects/{closed['id']}"
    place.do("校长", f"{path}/close", {"revision": closed["revision"]})
    choose(place, "语老师1")
    for point in POINTS:
        evidence(place, "语老师1", point, hand_in=True)
    progress = place.ask("语组长", f"{path}/progress")
    assert progress["total"]["submitted"] == 0
    open_one = project(place, title="进行中", group_ids=[place.groups["语文组"]])
    progress = place.ask("语组长", f"/projects/{open_one['id']}/progress")
    assert progress["total"]["submitted"] == 1
