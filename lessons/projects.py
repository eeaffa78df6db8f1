"""One round of a school's assessment: its stages and dates, and how far everybody has come.

Numbers are about teachers, and a small group's numbers are its lead's alone: of four people a rate
of three quarters names somebody. Nothing here puts named teachers in an order of merit.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

SMALL_GROUP = 5  # a group of fewer teachers shows its numbers to its own lead only


class StageAim(StrEnum):
    """What a stage asks of teachers; 催办 reminds of it."""

    CHOOSE = "choose"  # my chosen points (我的测评点)
    SUBMIT = "submit"  # evidence sets (证据材料)
    REVIEW = "review"  # 互评
    ASSESS = "assess"  # 校本考核
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stretch of a project with its name and its first and last day."""

    name: str
    aim: StageAim
    begins_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class ProjectFacts:
    """What a school decides about a round: who takes part, how many points each, and until when."""

    title: str
    points_each: int = 3  # how many competencies each teacher chooses
    stages: tuple[Stage, ...] = ()
    group_ids: tuple[str, ...] = ()  # research groups that take part; empty: all


@dataclass(frozen=True, kw_only=True)
class Project(ProjectFacts):
    """One round of a school's assessment (测评项目)."""

    id: str
    school_group_id: str
    closed_at: datetime | None = None  # what is handed in later belongs to another round
    revision: int = 1
    created_at: datetime

    @property
    def begins_on(self) -> date | None:
        """The first day; what was handed in earlier belongs to another round."""
        return min((stage.begins_on for stage in self.stages), default=None)

    @property
    def ends_on(self) -> date | None:
        """The last day."""
        return max((stage.ends_on for stage in self.stages), default=None)


def stage_on(stages: Iterable[Stage], day: date) -> Stage | None:
    """Return the stage that runs on `day`; of several, the one that ends first."""
    running = [stage for stage in stages if stage.begins_on <= day <= stage.ends_on]
    return min(running, key=lambda stage: stage.ends_on, default=None)


class Standing(StrEnum):
    """How far a teacher has come in a project; each state includes those before it."""

    WAITING = "waiting"  # has not chosen the points yet
    CHOSEN = "chosen"
    PARTLY = "partly"  # something is handed in, not all of it
    SUBMITTED = "submitted"  # all of it
    PASSED = "passed"  # all of it, and 已通过


@dataclass(frozen=True, kw_only=True)
class TeacherProgress:
    """How far one teacher has come. Drafts and suggestions do not count, and are not told."""

    person_id: str
    name: str
    campus_id: str | None
    group_ids: tuple[str, ...]
    points: tuple[str, ...]  # the chosen competencies
    submitted: tuple[str, ...]  # of these: handed in, whatever was said of it
    returned: tuple[str, ...]  # of these: 待完善
    passed: tuple[str, ...]  # of these: 已通过
    reminded_on: date | None = None


def standing_of(teacher: TeacherProgress, needed: int) -> Standing:
    """Return where a teacher stands when `needed` points are asked for."""
    if len(teacher.points) < needed:
        return Standing.PARTLY if teacher.submitted else Standing.WAITING
    if len(teacher.passed) >= needed:
        return Standing.PASSED
    if len(teacher.submitted) >= needed:
        return Standing.SUBMITTED
    return Standing.PARTLY if teacher.submitted else Standing.CHOSEN


def owed(teacher: TeacherProgress, needed: int) -> StageAim | None:
    """Return what a reminder would ask for: to choose, to hand in (or mend), or nothing."""
    if len(teacher.points) < needed:
        return StageAim.CHOOSE
    if teacher.returned or len(teacher.submitted) < needed:
        return StageAim.SUBMIT
    return None


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many of `teachers` have come how far, and the rates: 0 to 1, None where nobody is.

    参训率 `participation` = chosen / teachers; 提交率 `submission` = submitted / teachers;
    合格率 `pass_rate` = passed / teachers.
    """

    teachers: int  # who should take part
    chosen: int  # have chosen all their points
    waiting: int  # have handed in nothing, and not chosen all their points
    partly: int  # have handed in some of it, not all
    submitted: int  # have handed in all of it
    returned: int  # have something to mend (待完善)
    passed: int  # have passed in all of it
    participation: float | None
    submission: float | None
    pass_rate: float | None


def tally(teachers: Collection[TeacherProgress], needed: int) -> Tally:
    """Count how far these teachers have come when `needed` points are asked of each."""
    standings = [standing_of(teacher, needed) for teacher in teachers]
    chosen = sum(len(teacher.points) >= needed for teacher in teachers)
    passed = standings.count(Standing.PASSED)
    submitted = passed + standings.count(Standing.SUBMITTED)

    def rate(count: int) -> float | None:
        return round(count / len(teachers), 4) if teachers else None

    return Tally(
        teachers=len(teachers),
        chosen=chosen,
        waiting=standings.count(Standing.WAITING),
        partly=standings.count(Standing.PARTLY),
        submitted=submitted,
        returned=sum(bool(teacher.returned) for teacher in teachers),
        passed=passed,
        participation=rate(chosen),
        submission=rate(submitted),
        pass_rate=rate(passed),
    )


def kept_back(sizes: Mapping[str, int], own: Collection[str] = ()) -> frozenset[str]:
    """Return the groups whose numbers a reader may not see; those in `own` are always shown.

    A group below `SMALL_GROUP` is kept back. Where all that is kept back together is still small,
    the next smallest goes with it, or subtraction from the total would tell.
    """
    others = sorted((size, name) for name, size in sizes.items() if name not in own and size)
    hidden = [(size, name) for size, name in others if size < SMALL_GROUP]
    for size, name in others[len(hidden) :]:
        if not hidden or sum(hidden_size for hidden_size, _ in hidden) >= SMALL_GROUP:
            break
        hidden.append((size, name))
    return frozenset(name for _, name in hidden)


def may_be_summed(sizes: Mapping[str, int], hidden: Collection[str]) -> bool:
    """Return whether a total may stand beside these groups without telling what is kept back."""
    together = sum(sizes[name] for name in hidden)
    return together == 0 or together >= SMALL_GROUP
