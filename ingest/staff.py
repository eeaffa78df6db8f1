"""Takes people in from a school's own table: each row is kept, or says what is wrong."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from ingest.tables import Row, read_rows
from lessons.people import Membership, Person, PersonFacts, Role, Viewer
from storage import passwords, people, school

COLUMNS = {  # what a heading may be called
    "staff_number": ("工号", "教工号", "职工号", "staff number", "staff_number"),
    "name": ("姓名", "name"),
    "campus": ("校区", "campus"),
    "groups": ("教研组", "research group", "group"),
    "leads": ("教研组长", "组长", "leads"),
    "roles": ("角色", "roles", "role"),
}
ROLE_NAMES = {
    "管理员": Role.ADMINISTRATOR,
    "录播管理员": Role.OPERATOR,
    "教师": Role.TEACHER,
    "老师": Role.TEACHER,
    "评审教师": Role.REVIEWER,
    "评审": Role.REVIEWER,
    "教研组长": Role.GROUP_LEAD,
    "学校负责人": Role.SCHOOL_LEAD,
    "校长": Role.SCHOOL_LEAD,
} | {role.value: role for role in Role}
YES = {"是", "yes", "y", "true", "1", "√"}
SEVERAL = re.compile(r"[、，,;；/\n]+")
NAMES = {"staff_number": ("工号", "staff number"), "name": ("姓名", "name")}


class RowOutcome(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True)
class RowFault:
    """What is wrong in a row, in both languages."""

    column: str
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class ImportedRow:
    """One row of the table, and what becomes of it."""

    row: int  # as the table counts: the heading is 1
    staff_number: str
    name: str
    outcome: RowOutcome
    faults: tuple[RowFault, ...] = ()
    one_time_password: str | None = None  # of somebody new, shown only this once


@dataclass(frozen=True, kw_only=True)
class ImportedPeople:
    """What an import did, or (`preview`) would do."""

    preview: bool
    rows: tuple[ImportedRow, ...]
    new_campuses: tuple[str, ...]
    new_groups: tuple[str, ...]

    @property
    def acceptable(self) -> bool:
        """Whether any row changes anything."""
        return any(r.outcome in (RowOutcome.ADDED, RowOutcome.CHANGED) for r in self.rows)


def read_people(file_name: str, data: bytes, most_bytes: int) -> Sequence[Row]:
    """Return the rows of a table of people.

    Raises:
        TableUnreadable: it is no table, has no column for numbers or names, or is too large.
    """
    return read_rows(file_name, data, COLUMNS, needed=("staff_number", "name"), most=most_bytes)


def carry_out(
    connection: Connection, viewer: Viewer, table: Sequence[Row], *, change: bool
) -> ImportedPeople:
    """Do what the table says, row by row, or only say what would become of each."""
    work = _Import(connection, viewer, change=change)
    rows = tuple(work.rows(table))
    return ImportedPeople(
        preview=not change,
        rows=rows,
        new_campuses=tuple(work.new_campuses),
        new_groups=tuple(work.new_groups),
    )


@dataclass
class _Import:
    connection: Connection
    viewer: Viewer
    change: bool
    new_campuses: list[str] = field(default_factory=list)
    new_groups: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        here = self.viewer.school_group_id
        tree = school.get(self.connection, here)
        self.campuses = {campus.name: campus.id for campus in tree.campuses}
        self.groups = {group.name: group.id for group in tree.research_groups}
        everybody = people.page(self.connection, here, limit=100_000)
        self.known = {person.staff_number: person for person in everybody}
        self.seen: set[str] = set()

    def rows(self, table: Sequence[Row]) -> Iterator[ImportedRow]:
        """Yield what becomes of each row."""
        for row in table:
            said = {name: row.cells.get(name, "").strip() for name in COLUMNS}
            faults = tuple(self._faults(said))
            number = said["staff_number"]
            self.seen.add(number)
            if faults:
                outcome, password = RowOutcome.WRONG, None
            else:
                outcome, password = self._keep(said, self.known.get(number), row)
            yield ImportedRow(
                row=row.number,
                staff_number=number,
                name=said["name"],
                outcome=outcome,
                faults=faults,
                one_time_password=password,
            )

    def _faults(self, said: Mapping[str, str]) -> Iterator[RowFault]:
        for column, longest in (("staff_number", 60), ("name", 100)):
            zh, en = NAMES[column]
            if not said[column]:
                yield RowFault(column=column, zh=f"缺少{zh}", en=f"there is no {en}")
            elif len(said[column]) > longest:
                yield RowFault(column=column, zh=f"{zh}过长", en=f"the {en} is too long")
        if said["staff_number"] and said["staff_number"] in self.seen:
            yield RowFault(
                column="staff_number",
                zh=f"工号“{said['staff_number']}”在表中重复",
                en=f"the staff number “{said['staff_number']}” is in the table twice",
            )
        for word in _several(said["roles"]):
            if word not in ROLE_NAMES:
                zh, en = f"没有“{word}”这个角色", f"there is no role “{word}”"
                yield RowFault(column="roles", zh=zh, en=en)

    def _keep(
        self, said: Mapping[str, str], known: Person | None, row: Row
    ) -> tuple[RowOutcome, str | None]:
        campus_id = self._campus(said["campus"])
        facts = PersonFacts(
            staff_number=said["staff_number"],
            name=said["name"],
            campus_id=known.campus_id if known and "campus" not in row.cells else campus_id,
            roles=known.roles if known and "roles" not in row.cells else _roles(said),
            memberships=self._memberships(said)
            if "groups" in row.cells
            else (known.memberships if known else ()),
        )
        here, actor = self.viewer.school_group_id, self.viewer.name
        if known is None:
            if not self.change:
                return RowOutcome.ADDED, None
            password = passwords.one_time()
            person = people.add(self.connection, here, facts, actor=actor)
            words = passwords.hashed_one_time(password)
            passwords.keep(self.connection, person.id, words, one_time=True, actor=actor)
            return RowOutcome.ADDED, password
        if _same(facts, known):
            return RowOutcome.SAME, None
        if self.change:
            people.edit(self.connection, known, facts, known.revision, actor=actor)
        return RowOutcome.CHANGED, None

    def _campus(self, name: str) -> str | None:
        if not name:
            return None
        if name not in self.campuses:
            self.new_campuses.append(name)
            self.campuses[name] = ""
            if self.change:
                made = school.add_campus(
                    self.connection, self.viewer.school_group_id, name, actor=self.viewer.name
                )
                self.campuses[name] = made.id
        return self.campuses[name]

    def _memberships(self, said: Mapping[str, str]) -> tuple[Membership, ...]:
        leads = said["leads"].lower() in YES
        found = []
        for name in dict.fromkeys(_several(said["groups"])):
            if name not in self.groups:
                self.new_groups.append(name)
                self.groups[name] = name  # stands for it until it is made
                if self.change:
                    here, actor = self.viewer.school_group_id, self.viewer.name
                    made = school.group_named(self.connection, here, name, actor=actor)
                    self.groups[name] = made.id
            found.append(Membership(group_id=self.groups[name], leads=leads))
        return tuple(found)


def _several(cell: str) -> list[str]:
    return [word.strip() for word in SEVERAL.split(cell) if word.strip()]


def _roles(said: Mapping[str, str]) -> tuple[Role, ...]:
    named = [ROLE_NAMES[word] for word in _several(said["roles"])]
    leads = [Role.GROUP_LEAD] if said["leads"].lower() in YES else []
    return tuple(dict.fromkeys((named or [Role.TEACHER]) + leads))


def _same(facts: PersonFacts, known: Person) -> bool:
    return (
        (facts.name, facts.campus_id) == (known.name, known.campus_id)
        and set(facts.roles) == set(known.roles)
        and set(facts.memberships) == set(known.memberships)
    )
