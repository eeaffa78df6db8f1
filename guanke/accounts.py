"""The first accounts: an administrator at the first start, and one for each role in the demo."""

from collections.abc import Sequence
from dataclasses import dataclass

from lessons.people import FIRST_SCHOOL_GROUP, Membership, Person, PersonFacts, Role
from storage import passwords, people, school, sessions
from storage.database import Database

ACTOR = "command"
ADMINISTRATOR = PersonFacts(staff_number="admin", name="管理员", roles=(Role.ADMINISTRATOR,))
DEMO_TEACHER = "示例教师"
DEMO_GROUP = "科学组"
DEMO = (  # staff number, name, role; the teacher and the lead belong to one research group
    ("demo-admin", "示例管理员", Role.ADMINISTRATOR),
    ("demo-operator", "示例录播管理员", Role.OPERATOR),
    ("demo-teacher", DEMO_TEACHER, Role.TEACHER),
    ("demo-reviewer", "示例评审教师", Role.REVIEWER),
    ("demo-lead", "示例教研组长", Role.GROUP_LEAD),
    ("demo-school", "示例校长", Role.SCHOOL_LEAD),
)


@dataclass(frozen=True, kw_only=True)
class Handed:
    """An account and the password to hand to its owner; it is shown once."""

    person: Person
    password: str


def first_administrator(database: Database) -> Handed | None:
    """Make the administrator of a folder in which nobody has an account yet."""
    with database.read() as connection:
        if people.count(connection):
            return None
    password = passwords.one_time()
    words = passwords.hashed_one_time(password)
    with database.write() as connection:
        if people.count(connection):  # somebody was quicker
            return None
        person = people.add(connection, FIRST_SCHOOL_GROUP, ADMINISTRATOR, actor=ACTOR)
        passwords.keep(connection, person.id, words, one_time=True, actor=ACTOR)
    return Handed(person=person, password=password)


def reset_password(database: Database, staff_number: str) -> Handed:
    """Give somebody a one-time password and end their sessions.

    Raises:
        NotFound, SeveralPeople: nobody has this staff number (or name), or several.
    """
    with database.read() as connection:
        person = people.only_known_as(connection, staff_number)
    password = passwords.one_time()
    words = passwords.hashed_one_time(password)
    with database.write() as connection:
        passwords.keep(connection, person.id, words, one_time=True, actor=ACTOR)
        sessions.end_all(connection, person.id)
    return Handed(person=person, password=password)


def demo_accounts(database: Database) -> Sequence[Handed]:
    """Make one account for each role, or give those that are there a new password."""
    password = passwords.one_time()
    words = passwords.hashed_one_time(password)
    with database.write() as connection:
        group = school.group_named(connection, FIRST_SCHOOL_GROUP, DEMO_GROUP, actor=ACTOR)
        known = {
            person.staff_number: person
            for person in people.page(connection, FIRST_SCHOOL_GROUP, query="demo-")
        }
        handed = []
        for staff_number, name, role in DEMO:
            person = known.get(staff_number)
            if person is None:
                leads = role is Role.GROUP_LEAD
                member = Membership(group_id=group.id, leads=leads)
                facts = PersonFacts(
                    staff_number=staff_number,
                    name=name,
                    roles=(role,),
                    memberships=(member,) if leads or role is Role.TEACHER else (),
                )
                person = people.add(connection, FIRST_SCHOOL_GROUP, facts, actor=ACTOR)
            passwords.keep(connection, person.id, words, one_time=False, actor=ACTOR)
            handed.append(Handed(person=person, password=password))
    return handed
