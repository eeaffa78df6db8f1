"""How a 校本考核 is judged: rubrics as data, and the rule that makes one level of several.

A rubric is never changed: an imported one becomes the next version, and what was judged under an
older one keeps its wording.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lessons.errors import RequestFault
from lessons.review_errors import UnknownMark


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of a criterion, and all that it takes to reach it."""

    code: str  # excellent, pass, fail
    zh: str
    en: str
    statements_zh: tuple[str, ...] = ()
    statements_en: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """How one evidence item is judged; its levels stand best first."""

    requirement: str  # the kind of the evidence rule, such as classroom_clip
    zh: str
    en: str
    levels: tuple[Level, ...]
    status: str  # source: read in the published text; anything else is shown as 待核实


class AggregationRule(StrEnum):
    """How the levels of the items become one."""

    MIN = "min"  # the lowest of them


@dataclass(frozen=True, kw_only=True)
class Aggregation:
    """The rule of the framework, and how sure we are of it."""

    rule: AggregationRule = AggregationRule.MIN
    status: str = "source"
    zh: str = "各项证据中最低的等级即为总等级"
    en: str = "The lowest level of any item is the level of the whole"


@dataclass(frozen=True, kw_only=True)
class RubricFacts:
    """What a rubric says: the criteria for the evidence of one competency."""

    framework_id: str
    framework_version: str
    competency: str
    criteria: tuple[Criterion, ...]
    aggregation: Aggregation = Aggregation()
    origin: str = ""  # the file it came from


@dataclass(frozen=True, kw_only=True)
class Rubric(RubricFacts):
    """How the evidence for one competency is judged (评价标准); one version of it."""

    id: str
    school_group_id: str | None = None  # None: it came with the framework, for everybody
    number: int  # 1 is what came with the framework; each import is the next
    made_by: str = ""
    created_at: datetime

    @property
    def confirmed(self) -> bool:
        """Whether every criterion was read in the published text; else it is shown as 待核实."""
        return all(criterion.status == "source" for criterion in self.criteria)

    def criterion(self, requirement: str) -> Criterion:
        """Return the criterion of an evidence item.

        Raises:
            UnknownMark: the rubric has none.
        """
        for one in self.criteria:
            if one.requirement == requirement:
                return one
        raise UnknownMark(requirement=requirement, level="")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The level a reviewer gives one evidence item, and why."""

    requirement: str
    level: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """The level that the marks amount to, and which items decided it."""

    level: str | None  # None while marks are missing
    decided_by: tuple[str, ...] = ()  # requirements of the items that decided
    missing: tuple[str, ...] = ()  # requirements without a mark
    zh: str = ""  # why, in words
    en: str = ""


def check_marks(rubric: Rubric, marks: Sequence[Mark]) -> None:
    """Hold marks against a rubric.

    Raises:
        UnknownMark: one names an item or a level that the rubric lacks.
        RequestFault: an item has two.
    """
    for mark in marks:
        levels = {level.code for level in rubric.criterion(mark.requirement).levels}
        if mark.level not in levels:
            raise UnknownMark(requirement=mark.requirement, level=mark.level)
    if len({mark.requirement for mark in marks}) < len(marks):
        raise RequestFault(detail="one-level")


def judged(rubric: Rubric, marks: Sequence[Mark]) -> Result:
    """Return what the marks amount to under the rubric's own rule, and why."""
    given = {mark.requirement: mark.level for mark in marks}
    missing = tuple(c.requirement for c in rubric.criteria if c.requirement not in given)
    if missing or not rubric.criteria:
        zh = "、".join(rubric.criterion(name).zh for name in missing)
        en = ", ".join(rubric.criterion(name).en for name in missing)
        return Result(level=None, missing=missing, zh=f"尚未评定：{zh}", en=f"Not marked yet: {en}")
    return RULES[rubric.aggregation.rule](rubric, given)


def _lowest(rubric: Rubric, given: Mapping[str, str]) -> Result:
    """The lowest level of any item (the national rule: field.md §2 of the reference [S], [D])."""
    ranks = {c.requirement: _rank(c, given[c.requirement]) for c in rubric.criteria}
    worst = max(ranks.values())
    deciding = tuple(c for c in rubric.criteria if ranks[c.requirement] == worst)
    level = deciding[0].levels[worst]
    if len(deciding) == len(rubric.criteria):
        zh = f"各项证据均为{level.zh}，因此总等级为{level.zh}。"
        en = f"Every item is {level.en.lower()}, so the whole is {level.en.lower()}."
    else:
        zh = "、".join(c.zh for c in deciding)
        zh = f"{zh}为{level.zh}，是各项中最低的等级，因此总等级为{level.zh}。"
        en = ", ".join(c.en for c in deciding)
        en = f"The lowest level of any item counts: {en} ({level.en.lower()})."
    return Result(level=level.code, decided_by=tuple(c.requirement for c in deciding), zh=zh, en=en)


def _rank(criterion: Criterion, code: str) -> int:
    """Return the place of a level, 0 for the best."""
    return next(place for place, level in enumerate(criterion.levels) if level.code == code)


RULES: Mapping[AggregationRule, Callable[[Rubric, Mapping[str, str]], Result]] = {
    AggregationRule.MIN: _lowest
}
