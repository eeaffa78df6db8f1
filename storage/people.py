"""People and the groups they belong to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from lessons import new_id
from lessons.errors import Conflict, NotFound, RequestFault
from lessons.people import Membership, Person, PersonFacts, Role, person_of, school_of
from lessons.refusals import LastAdministrator, SeveralPeople, StaffNumberTaken
from storage import audit, tables
from storage.mapping import from_row, to_plain, to_row

T = tables.person.c
M = tables.membership.c


def add(connection: Connection, school_group_id: str, facts: PersonFacts, *, actor: str) -> Person:
    """Keep a new person; they can sign in once they have a password.

    Raises:
        StaffNumberTaken: somebody in this school group has the number.
        NotFound: a group or campus is not of this school group.
    """
    person = Person(
        **{name: getattr(facts, name) for name in PersonFacts.__dataclass_fields__},
        id=new_id(),
        school_group_id=school_group_id,
        created_at=datetime.now(UTC),
    )
    _check(connection, person)
    with _number_kept(connection, person):
        connection.execute(insert(tables.person).values(to_row(person, tables.person)))
    _write_memberships(connection, person)
    audit.record(connection, actor, "person.add", person.id, **_told(person))
    return person


def get(connection: Connection, school_group_id: str, person_id: str) -> Person:
    """Return somebody of this school group.

    Raises:
        NotFound: there is nobody with this id here.
    """
    found = _people(connection, T.id == person_id, T.school_group_id == school_group_id)
    if not found:
        raise NotFound(what="person", id=person_id)
    return found[0]


def page(
    connection: Connection,
    school_group_id: str,
    *,
    query: str = "",
    group_id: str | None = None,
    active_only: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[Person]:
    """Return people by name and number, in the order of their staff numbers.

    Args:
        query: a part of the name or the beginning of the staff number.
        after: the staff number of the last one already seen.
    """
    conditions: list[ColumnElement[bool]] = [T.school_group_id == school_group_id]
    if query:
        like = T.name.contains(query, autoescape=True)
        conditions.append(like | T.staff_number.startswith(query, autoescape=True))
    if group_id:
        conditions.append(T.id.in_(select(M.person_id).where(M.group_id == group_id)))
    if active_only:
        conditions.append(T.active.is_(True))
    if after:
        conditions.append(T.staff_number > after)
    return _people(connection, *conditions, limit=limit)


def known_as(connection: Connection, account: str) -> Sequence[Person]:
    """Return who may be meant by a staff number or a name, in any school group; leavers not."""
    same = (T.staff_number == account) | (T.name == account)
    return _people(connection, same, T.active.is_(True), limit=20)


def only_known_as(connection: Connection, account: str) -> Person:
    """Return the one person with this staff number or name, in any school group.

    Raises:
        NotFound, SeveralPeople: nobody is known so, or more than one.
    """
    found = known_as(connection, account)
    if len(found) != 1:
        raise SeveralPeople(name=account) if found else NotFound(what="person", id=account)
    return found[0]


def only_named(connection: Connection, school_group_id: str, name: str | None) -> Person | None:
    """Return the one person of this school group who is called so; None for none or several."""
    found = _people(
        connection,
        *(T.school_group_id == school_group_id, T.name == (name or ""), T.active.is_(True)),
        limit=2,
    )
    return found[0] if len(found) == 1 else None


def whose(connection: Connection, actor: str, name: str | None) -> str | None:
    """Return whose a new lesson is: the teacher's whom an operator names, else that of who acts.

    None (待认领) where nobody, or more than one, is called so. Nobody but operators and the system
    can put a lesson into somebody else's hands.
    """
    mine = person_of(actor)
    roles = get(connection, school_of(actor), mine).roles if mine else (Role.OPERATOR,)
    if name and name != actor and Role.OPERATOR in roles:
        known = only_named(connection, school_of(actor), name)
        return known.id if known else None
    return mine if Role.TEACHER in roles else None


def edit(
    connection: Connection, person: Person, facts: PersonFacts, revision: int, *, actor: str
) -> Person:
    """Change what an administrator decides about somebody.

    Raises:
        Conflict: they were changed since `revision`.
        StaffNumberTaken: somebody else has the number.
    """
    written = {name: getattr(facts, name) for name in PersonFacts.__dataclass_fields__}
    new = replace(person, **written)
    _check(connection, new)
    new = _write(connection, new, revision, actor, "person.edit")
    _write_memberships(connection, new)
    return new


def set_active(
    connection: Connection, person: Person, active: bool, revision: int, *, actor: str
) -> Person:
    """Let somebody leave, or come back; who has left has no session and no key."""
    new = replace(person, active=active)
    if not active:
        for table in (tables.session, tables.api_key):
            connection.execute(delete(table).where(table.c.person_id == person.id))
    return _write(connection, new, revision, actor, "person.return" if active else "person.leave")


def check_administered(connection: Connection, changed: Person) -> None:
    """Hold a change against the rule that somebody has to keep the accounts.

    Raises:
        LastAdministrator: nobody who is here would be an administrator any more.
    """
    here = (T.school_group_id == changed.school_group_id, T.active.is_(True))
    roles = connection.execute(select(T.roles).where(*here)).scalars()
    if not any(Role.ADMINISTRATOR in held for held in roles):
        raise LastAdministrator(name=changed.name)


def choose_points(
    connection: Connection, person: Person, points: Sequence[str], *, actor: str
) -> Person:
    """Keep somebody's chosen points (我的测评点), in their order."""
    new = replace(person, points=tuple(dict.fromkeys(points)))
    return _write(connection, new, person.revision, actor, "person.points")


def school_name(connection: Connection, school_group_id: str) -> str:
    """Return what a school group is called."""
    table = tables.school_group
    query = select(table.c.name).where(table.c.id == school_group_id)
    return str(connection.execute(query).scalar_one())


def count(connection: Connection) -> int:
    """Return how many people there are in all."""
    return connection.execute(select(func.count()).select_from(tables.person)).scalar_one()


def _write(
    connection: Connection, person: Person, revision: int, actor: str, action: str
) -> Person:
    if person.revision != revision:
        raise Conflict(detail=person.name)
    new = replace(person, revision=revision + 1)
    values = {k: v for k, v in to_row(new, tables.person).items() if k not in ("id", "created_at")}
    with _number_kept(connection, new):
        connection.execute(update(tables.person).where(T.id == new.id).values(values))
    audit.record(connection, actor, action, new.id, **_told(new))
    return new


def _told(person: Person) -> dict[str, object]:
    plain = to_plain(person)
    return {name: plain[name] for name in ("name", "staff_number", "roles", "active", "points")}


@contextmanager
def _number_kept(connection: Connection, person: Person) -> Iterator[None]:
    """Turn a doubled staff number into an error with its name."""
    try:
        with connection.begin_nested():
            yield
    except IntegrityError as error:
        raise StaffNumberTaken(staff_number=person.staff_number) from error


def _check(connection: Connection, person: Person) -> None:
    """Hold what is written against the rules: groups and campus are of the own school group."""
    for name, longest in (("staff_number", 60), ("name", 100)):
        said = getattr(person, name)
        if not said.strip() or len(said) > longest:
            raise RequestFault(detail=f"{name}: 1–{longest}")
    if not person.roles:
        raise RequestFault(detail="one-to-six-roles")
    wanted = {m.group_id for m in person.memberships}
    for table, what, ids in (
        (tables.research_group, "research group", wanted),
        (tables.campus, "campus", {person.campus_id} - {None}),
    ):
        query = select(table.c.id).where(
            table.c.school_group_id == person.school_group_id, table.c.id.in_(ids)
        )
        unknown = ids - set(connection.execute(query).scalars())
        if unknown:
            raise NotFound(what=what, id=min(str(one) for one in unknown))


def _write_memberships(connection: Connection, person: Person) -> None:
    connection.execute(delete(tables.membership).where(M.person_id == person.id))
    rows = [to_row(m, tables.membership, person_id=person.id) for m in person.memberships]
    if rows:
        connection.execute(insert(tables.membership), rows)


def _people(
    connection: Connection, *conditions: ColumnElement[bool], limit: int | None = None
) -> Sequence[Person]:
    """Return people with their memberships in the order of their numbers, in one query."""
    chosen = select(tables.person).where(*conditions).order_by(T.staff_number, T.id).limit(limit)
    some = chosen.subquery("some")
    query = (
        select(some, M.group_id, M.leads)
        .outerjoin(tables.membership, M.person_id == some.c.id)
        .order_by(some.c.staff_number, some.c.id, M.group_id)
    )
    people = []
    for _, rows in groupby(connection.execute(query), key=lambda row: row.id):
        of_one = list(rows)
        memberships = [
            Membership(group_id=row.group_id, leads=row.leads) for row in of_one if row.group_id
        ]
        people.append(from_row(Person, of_one[0], memberships=memberships))
    return people
