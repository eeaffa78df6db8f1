"""Rubrics through the API: read, brought as a table, its errors row by row, old wordings kept."""

import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest

from tests.lesson import Served
from tests.reviewing import School, assigned, handed_in, school_of, submitted

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = ("能力点", "测评证据", "等级", "标准", "标准（英文）", "状态")
ROWS = [
    ("A6", item, level, f"{item}{level}的新标准", "", "已核实")
    for item in ("教学设计", "课堂实录片段", "教学反思")
    for level in ("优秀", "合格", "不合格")
]


@pytest.fixture(scope="module")
def school(served: Served) -> Iterator[School]:
    """Everybody signed in."""
    with school_of(served) as school:
        yield school


def table(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (head, *rows):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sent(school: School, content: bytes, *, preview: bool, status: int = 200) -> Any:
    answer = school.administrator.client.post(
        f"/api/v1/rubrics/import?preview={str(preview).lower()}",
        files={"file": ("标准.xlsx", content, XLSX)},
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def in_use(school: School, competency: str = "A6") -> Any:
    (rubric,) = school.teacher.get(f"/rubrics?competency={competency}")
    return rubric


def test_what_came_with_the_framework_says_how_sure_it_is(school: School) -> None:
    """Thirty rubrics; what was not read in the published text is marked as such."""
    found = school.reviewer.get("/rubrics")
    assert len(found) == 30
    statuses = {c["status"] for rubric in found for c in rubric["criteria"]}
    assert "source" in statuses
    assert "inferred" in statuses
    assert all(rubric["aggregation"]["rule"] == "min" for rubric in found)


def test_a_table_is_checked_before_it_counts(school: School) -> None:
    """A preview keeps nothing; a fault names its row and column in both languages."""
    before = in_use(school)
    wrong = table(
        ROWS[0],
        ("Z9", "教学设计", "优秀", "x", "", ""),
        ("A6", "诗歌", "优秀", "x", "", ""),
        ("A6", "教学设计", "特优", "x", "", ""),
        ("A6", "教学设计", "合格", "", "", ""),
        ROWS[0],
    )
    read = sent(school, wrong, preview=False)
    assert not read["kept"]
    faults = [(fault["row"], fault["column"]) for fault in read["faults"]]
    wanted = {(3, "能力点"), (4, "测评证据"), (5, "等级"), (6, "标准"), (7, "标准")}
    assert wanted <= set(faults)
    assert any("缺少" in fault["zh"] for fault in read["faults"])
    assert all(fault["zh"] and fault["en"] for fault in read["faults"])
    good = sent(school, table(*ROWS), preview=True)
    assert (good["faults"], good["kept"]) == ([], False)
    assert in_use(school) == before


def test_an_old_review_keeps_its_wording(school: School) -> None:
    """A new version counts for what is assigned later; who was asked before goes by the old one."""
    kept = handed_in(school)
    (old_id,) = assigned(school, kept["id"], "assessment", "reviewer")
    old = in_use(school)
    assert sent(school, table(*ROWS), preview=False)["kept"]
    new = in_use(school)
    assert (new["number"], new["origin"]) == (old["number"] + 1, "标准.xlsx")
    assert new["criteria"][0]["levels"][0]["statements_zh"] == ["教学设计优秀的新标准"]
    assert {c["status"] for c in new["criteria"]} == {"source"}
    assert school.reviewer.get(f"/reviews/{old_id}")["rubric"] == old
    submitted(school.reviewer, old_id, "pass", "pass", "pass")
    outcome = school.teacher.get(f"/evidence-sets/{kept['id']}/reviews")
    assert outcome["rubrics"] == {old["id"]: old}
    later = handed_in(school)
    (new_id,) = assigned(school, later["id"], "assessment", "reviewer")
    assert school.reviewer.get(f"/reviews/{new_id}")["rubric"] == new
    versions = school.teacher.get("/rubrics?competency=A6&every=true")
    assert [one["id"] for one in versions] == [new["id"], old["id"]]
    assert school.teacher.get(f"/rubrics/{old['id']}") == old


def test_the_template_can_be_sent_back(school: School) -> None:
    """What is downloaded is read without a fault, and says the same."""
    answer = school.teacher.client.get("/api/v1/rubrics.xlsx")
    assert answer.headers["content-type"] == XLSX
    read = sent(school, answer.content, preview=True)
    assert read["faults"] == []
    found = {rubric["competency"]: rubric for rubric in school.teacher.get("/rubrics")}
    for rubric in read["rubrics"]:
        known = found[rubric["competency"]]["criteria"]
        assert [c["levels"] for c in rubric["criteria"]] == [c["levels"] for c in known]


@pytest.mark.parametrize(
    "content",
    [b"", b"not a table", table(("A6",), head=("能力点",)), table()],
    ids=["empty", "other", "columns", "rows"],
)
def test_what_is_no_table_is_refused(school: School, content: bytes) -> None:
    """With the reason, and what to do."""
    assert sent(school, content, preview=True, status=422)["code"] == "rubric-unreadable"


def test_only_an_administrator_brings_rubrics(school: School) -> None:
    """Everybody reads them."""
    for nobody in ("teacher", "reviewer", "group_lead"):
        answer = school.people[nobody].client.post(
            "/api/v1/rubrics/import", files={"file": ("x.xlsx", b"", XLSX)}
        )
        assert answer.status_code == 403
