"""What each chart of a project shows, as rows: the same for the table view and for XLSX."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from api.sheets import Cell
from lessons import Framework, Standing, TeacherProgress
from lessons.projects import standing_of
from storage.progress import PointRow, Progress, ProgressRow


class ProgressTable(StrEnum):
    """The charts of a project."""

    GROUPS = "groups"
    CAMPUSES = "campuses"
    POINTS = "points"
    DAYS = "days"
    TEACHERS = "teachers"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table with its head, and what has to be said of its numbers."""

    title: str
    head: tuple[str, ...]
    rows: tuple[Sequence[Cell], ...]
    notes: tuple[str, ...] = ()


TALLY_ZH = (
    "应参加教师", "已选定测评点", "部分提交", "全部提交", "待完善", "全部通过",
    "参训率", "提交率", "合格率",
)  # fmt: skip
TALLY_EN = (
    "Teachers", "Points chosen", "Partly submitted", "All submitted", "To be mended", "All passed",
    "Participation rate", "Submission rate", "Pass rate",
)  # fmt: skip
FORMULAE_ZH = (
    "参训率 = 已选定全部测评点的教师数 ÷ 应参加教师数",
    "提交率 = 已提交全部测评点证据材料的教师数 ÷ 应参加教师数",
    "合格率 = 全部测评点已通过的教师数 ÷ 应参加教师数",
    "草稿不计入。人数少于 5 的组不显示数字，仅本组组长可见。",
)
FORMULAE_EN = (
    "Participation rate = teachers who have chosen all their points / teachers who take part",
    "Submission rate = teachers who have handed in all their points / teachers who take part",
    "Pass rate = teachers who have passed in all their points / teachers who take part",
    "Drafts do not count. Groups of fewer than 5 show their numbers to their own lead only.",
)
STANDINGS: Mapping[Standing, tuple[str, str]] = {
    Standing.WAITING: ("未选定测评点", "Points not chosen"),
    Standing.CHOSEN: ("已选定测评点", "Points chosen"),
    Standing.PARTLY: ("部分提交", "Partly submitted"),
    Standing.SUBMITTED: ("全部提交", "All submitted"),
    Standing.PASSED: ("全部通过", "All passed"),
}


def by_part(
    rows: Sequence[ProgressRow], progress: Progress, names: tuple[str, str], language: str
) -> Sheet:
    """Return the table of research groups or of campuses, with everybody last."""
    zh = language == "zh"
    everybody = ProgressRow(id="", name="合计" if zh else "Together", tally=progress.total)
    nowhere = "未分组" if zh else "None"
    lines = [(row.name or nowhere, *_tally(row)) for row in (*rows, everybody)]
    return Sheet(
        title=names[0] if zh else names[1],
        head=(names[0] if zh else names[1], *(TALLY_ZH if zh else TALLY_EN)),
        rows=tuple(lines),
        notes=FORMULAE_ZH if zh else FORMULAE_EN,
    )


def _tally(row: ProgressRow) -> Sequence[Cell]:
    tally = row.tally
    if tally is None:
        return ("—",) * len(TALLY_ZH)
    return (
        tally.teachers, tally.chosen, tally.partly, tally.submitted, tally.returned, tally.passed,
        tally.participation, tally.submission, tally.pass_rate,
    )  # fmt: skip


def by_point(rows: Sequence[PointRow], framework: Framework, language: str) -> Sheet:
    """Return the table of competencies."""
    zh = language == "zh"
    names = {c.code: (c.name_zh if zh else c.name_en) for c in framework.competencies}

    def shown(count: int | None) -> Cell:
        return "—" if count is None else count

    return Sheet(
        title="能力点" if zh else "Competencies",
        head=("代码", "能力点", "选定人数", "已提交", "待完善", "已通过")
        if zh
        else ("Code", "Competency", "Chosen by", "Submitted", "To be mended", "Passed"),
        rows=tuple(
            (
                row.competency,
                names.get(row.competency, ""),
                *map(shown, (row.chosen, row.submitted, row.returned, row.passed)),
            )
            for row in rows
        ),
        notes=((FORMULAE_ZH if zh else FORMULAE_EN)[-1],),
    )


def by_day(progress: Progress, language: str) -> Sheet:
    """Return how many evidence sets were handed in on each day."""
    zh = language == "zh"
    return Sheet(
        title="提交进度" if zh else "Submissions",
        head=("日期", "当日提交", "累计提交") if zh else ("Day", "Submitted", "Together"),
        rows=tuple((row.day, row.submitted, row.together) for row in progress.days),
    )


def by_teacher(
    teachers: Sequence[TeacherProgress],
    progress: Progress,
    language: str,
) -> Sheet:
    """Return the teachers by name; there is no order of merit."""
    zh = language == "zh"
    groups = {row.id: row.name for row in progress.groups}
    campuses = {row.id: row.name for row in progress.campuses}
    needed = progress.project.points_each
    return Sheet(
        title="教师进展" if zh else "Teachers",
        head=(
            "姓名", "校区", "教研组", "测评点", "已提交", "待完善", "已通过", "进展", "最近催办",
        )
        if zh
        else (
            "Name", "Campus", "Research group", "Points", "Submitted", "To be mended", "Passed",
            "Standing", "Last reminded",
        ),
        rows=tuple(
            (
                teacher.name,
                campuses.get(teacher.campus_id or "", ""),
                "、".join(groups.get(group, "") for group in teacher.group_ids),
                " ".join(teacher.points),
                " ".join(teacher.submitted),
                " ".join(teacher.returned),
                " ".join(teacher.passed),
                STANDINGS[standing_of(teacher, needed)][0 if zh else 1],
                teacher.reminded_on,
            )
            for teacher in teachers
        ),
        notes=((FORMULAE_ZH if zh else FORMULAE_EN)[-1],),
    )  # fmt: skip
