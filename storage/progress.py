"""How far a project has come, for the lead who asks: submitted work only, small groups kept back.

Nothing here reads a draft, a suggestion or a comment: what has not been handed in does not exist.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection, Text, cast, select

from lessons import EvidenceState, Project, Tally, TeacherProgress
from lessons.people import Role, Viewer
from lessons.projects import kept_back, may_be_summed, tally
from storage import projects, tables

HANDED_IN = (EvidenceState.SUBMITTED, EvidenceState.RETURNED, EvidenceState.PASSED)
NOWHERE = ""  # the group, or the campus, of somebody who has none


@dataclass(frozen=True, kw_only=True)
class ProgressRow:
    """A research group or a campus; without a tally where it is too small to be told."""

    id: str  # empty: teachers without one
    name: str
    tally: Tally | None


@dataclass(frozen=True, kw_only=True)
class PointRow:
    """A competency: how many teachers chose it, and how many of them have come how far."""

    competency: str
    chosen: int | None  # None, like the others: too few to be told
    submitted: int | None
    returned: int | None
    passed: int | None


@dataclass(frozen=True, kw_only=True)
class DayRow:
    """A day on which evidence sets were handed in, and how many there are since the beginning."""

    day: date
    submitted: int
    together: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a project has come, as of the moment it was read."""

    project: Project
    as_of: datetime
    total: Tally | None  # None: it would tell a small group's numbers
    groups: tuple[ProgressRow, ...]
    campuses: tuple[ProgressRow, ...]
    points: tuple[PointRow, ...]
    days: tuple[DayRow, ...]


@dataclass(frozen=True, kw_only=True)
class _Set:
    teacher_id: str
    competency: str
    state: EvidenceState
    submitted_at: datetime


@dataclass(frozen=True)
class _Names:
    groups: Mapping[str, str]
    campuses: Mapping[str, str]


class Overview:
    """A project as one lead may see it, read in one go."""

    def __init__(self, connection: Connection, project: Project, viewer: Viewer) -> None:
        self.project = project
        self._own = viewer.led_group_ids
        self._names = _names(connection, project.school_group_id)
        self._sets = _sets(connection, project)
        self.everybody = _teachers(connection, project, viewer, self._sets)
        self._by_group = _split(self.everybody, lambda t: t.group_ids or (NOWHERE,))
        self._by_campus = _split(self.everybody, lambda t: (t.campus_id or NOWHERE,))
        whole = not viewer.holds(Role.SCHOOL_LEAD)  # a group's lead sees nobody else's numbers
        self._hidden_groups = self._kept_back(self._by_group, whole=whole)
        own_only = all(set(t.group_ids) & self._own for t in self.everybody)
        self._hidden_campuses = self._kept_back(self._by_campus, whole=whole or own_only)

    def progress(self) -> Progress:
        """Return every number that the lead may see."""
        told = may_be_summed(_sizes(self._by_group), self._hidden_groups)
        return Progress(
            project=self.project,
            as_of=datetime.now(UTC),
            total=self._tally(self.everybody) if told else None,
            groups=self._rows(self._by_group, self._names.groups, self._hidden_groups),
            campuses=self._rows(self._by_campus, self._names.campuses, self._hidden_campuses),
            points=self._points(told),
            days=self._days() if told else (),
        )

    def told(self) -> Sequence[TeacherProgress]:
        """Return the teachers of whom the lead may see how far they have come."""
        return [t for t in self.everybody if not self.is_kept_back(t)]

    def is_kept_back(self, teacher: TeacherProgress) -> bool:
        """Return whether a teacher's progress is their own lead's alone."""
        groups = set(teacher.group_ids) or {NOWHERE}
        if groups & self._own:
            return False
        return groups <= self._hidden_groups

    def _kept_back(
        self, parts: Mapping[str, Sequence[TeacherProgress]], *, whole: bool
    ) -> frozenset[str]:
        return frozenset() if whole else kept_back(_sizes(parts), self._own)

    def _tally(self, teachers: Sequence[TeacherProgress]) -> Tally:
        return tally(teachers, self.project.points_each)

    def _rows(
        self,
        parts: Mapping[str, Sequence[TeacherProgress]],
        names: Mapping[str, str],
        hidden: frozenset[str],
    ) -> tuple[ProgressRow, ...]:
        rows = [
            ProgressRow(
                id=part,
                name=names.get(part, ""),
                tally=None if part in hidden else self._tally(teachers),
            )
            for part, teachers in parts.items()
        ]
        return tuple(sorted(rows, key=lambda row: (row.id == NOWHERE, row.name)))

    def _points(self, told: bool) -> tuple[PointRow, ...]:
        chosen = _split(self.everybody, lambda t: t.points)
        all_own = not self._hidden_groups
        hidden = frozenset() if all_own else kept_back(_sizes(chosen))
        if not told:
            hidden = frozenset(chosen)

        def row(code: str, teachers: Sequence[TeacherProgress]) -> PointRow:
            if code in hidden:
                return PointRow(
                    competency=code, chosen=None, submitted=None, returned=None, passed=None
                )
            return PointRow(
                competency=code,
                chosen=len(teachers),
                submitted=sum(code in t.submitted for t in teachers),
                returned=sum(code in t.returned for t in teachers),
                passed=sum(code in t.passed for t in teachers),
            )

        order = sorted(chosen, key=lambda code: (code[:1], len(code), code))  # A2 before A10
        return tuple(row(code, chosen[code]) for code in order)

    def _days(self) -> tuple[DayRow, ...]:
        ids = {teacher.person_id for teacher in self.everybody}
        counts: dict[date, int] = {}
        for one in self._sets:
            if one.teacher_id in ids:
                day = one.submitted_at.astimezone().date()
                counts[day] = counts.get(day, 0) + 1
        together, rows = 0, []
        for day in sorted(counts):
            together += counts[day]
            rows.append(DayRow(day=day, submitted=counts[day], together=together))
        return tuple(rows)


def _sizes(parts: Mapping[str, Sequence[TeacherProgress]]) -> dict[str, int]:
    return {name: len(teachers) for name, teachers in parts.items()}


def _split(
    teachers: Iterable[TeacherProgress], parts: Callable[[TeacherProgress], Iterable[str]]
) -> dict[str, list[TeacherProgress]]:
    found: dict[str, list[TeacherProgress]] = {}
    for teacher in teachers:
        for part in parts(teacher):
            found.setdefault(part, []).append(teacher)
    return found


def _names(connection: Connection, school_group_id: str) -> _Names:
    def names(table: object) -> dict[str, str]:
        columns = table.c  # type: ignore[attr-defined]  # either of two tables
        query = select(columns.id, columns.name).where(columns.school_group_id == school_group_id)
        return {row.id: row.name for row in connection.execute(query)}

    return _Names(groups=names(tables.research_group), campuses=names(tables.campus))


def _sets(connection: Connection, project: Project) -> Sequence[_Set]:
    """Return the sets that were handed in for this round, oldest first."""
    column = tables.evidence_set.c
    query = select(column.teacher_id, column.competency, column.state, column.submitted_at).where(
        column.school_group_id == project.school_group_id,
        column.state.in_(HANDED_IN),
        column.teacher_id.is_not(None),
        column.submitted_at.is_not(None),
    )
    if project.begins_on:
        begin = datetime.combine(project.begins_on, time()).astimezone()
        query = query.where(column.submitted_at >= begin)
    if project.closed_at:
        query = query.where(column.submitted_at <= project.closed_at)
    return [
        _Set(
            teacher_id=row.teacher_id,
            competency=row.competency,
            state=EvidenceState(row.state),
            submitted_at=row.submitted_at,
        )
        for row in connection.execute(query.order_by(column.submitted_at))
    ]


def _teachers(
    connection: Connection, project: Project, viewer: Viewer, sets: Sequence[_Set]
) -> Sequence[TeacherProgress]:
    """Return the teachers who take part and of whom the viewer is a lead, by name."""
    person, member = tables.person.c, tables.membership.c
    query = select(person.id, person.name, person.campus_id, person.points).where(
        person.school_group_id == project.school_group_id,
        person.active.is_(True),
        cast(person.roles, Text).contains(f'"{Role.TEACHER.value}"'),
    )
    groups: dict[str, list[str]] = {}
    for who, group_id in connection.execute(select(member.person_id, member.group_id)):
        groups.setdefault(who, []).append(group_id)
    reminded = projects.reminded_on(connection, project.id)
    by_teacher: dict[str, list[_Set]] = {}
    for one in sets:
        by_teacher.setdefault(one.teacher_id, []).append(one)
    wanted = set(project.group_ids)
    scope = None if viewer.holds(Role.SCHOOL_LEAD) else viewer.led_group_ids
    found = []
    for row in connection.execute(query.order_by(person.name, person.id)):
        mine = sorted(groups.get(row.id, ()))
        if wanted:
            mine = [group for group in mine if group in wanted]
        if (wanted and not mine) or (scope is not None and not scope.intersection(mine)):
            continue
        if scope is not None:
            mine = [group for group in mine if group in scope]
        found.append(
            TeacherProgress(
                person_id=row.id,
                name=row.name,
                campus_id=row.campus_id,
                group_ids=tuple(mine),
                points=tuple(row.points),
                **_states(row.points, by_teacher.get(row.id, ())),
                reminded_on=reminded.get(row.id),
            )
        )
    return found


def _states(points: Sequence[str], sets: Iterable[_Set]) -> dict[str, tuple[str, ...]]:
    """Return which of the chosen points are handed in, to be mended, passed.

    Of several sets for one point the latest counts, but passed is passed.
    """
    states: dict[str, EvidenceState] = {}
    for one in sets:
        if states.get(one.competency) is not EvidenceState.PASSED:
            states[one.competency] = one.state

    def those(*wanted: EvidenceState) -> tuple[str, ...]:
        return tuple(code for code in points if states.get(code) in wanted)

    return {
        "submitted": those(*HANDED_IN),
        "returned": those(EvidenceState.RETURNED),
        "passed": those(EvidenceState.PASSED),
    }
