"""Who works here: people, the school they belong to, and who it is that asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# There is always one school group: what is done without an account, at the command line, is done
# in it. The migration that brought accounts made it.
FIRST_SCHOOL_GROUP = "00000000-0000-7000-8000-000000000001"


class Role(StrEnum):
    """What somebody does here; one person may hold several roles."""

    ADMINISTRATOR = "administrator"  # people and settings; no lesson is shown to them
    OPERATOR = "operator"  # recordings and their processing, of the whole school group
    TEACHER = "teacher"
    REVIEWER = "reviewer"
    GROUP_LEAD = "group_lead"  # sees what members of the led groups have handed in
    SCHOOL_LEAD = "school_lead"  # the same of the whole school group


@dataclass(frozen=True, kw_only=True)
class SchoolGroupFacts:
    """What a school group decides about itself."""

    name: str
    subjects: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SchoolGroup(SchoolGroupFacts):
    """Schools under one roof (教育集团); nothing of one is ever seen in another."""

    id: str
    revision: int = 1
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Campus:
    """One place where a school group teaches (校区)."""

    id: str
    school_group_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ResearchGroupFacts:
    """What is said of a research group."""

    name: str
    campus_id: str | None = None  # None: of the whole school group
    subject: str | None = None


@dataclass(frozen=True, kw_only=True)
class ResearchGroup(ResearchGroupFacts):
    """Teachers of one subject who work together (教研组)."""

    id: str
    school_group_id: str


@dataclass(frozen=True, kw_only=True)
class Room:
    """A classroom that records (录播教室)."""

    id: str
    campus_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Membership:
    """That somebody belongs to a research group, and whether they lead it."""

    group_id: str
    leads: bool = False


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """What an administrator decides about a person."""

    staff_number: str  # 工号, one person's own within the school group
    name: str
    campus_id: str | None = None
    roles: tuple[Role, ...] = (Role.TEACHER,)
    memberships: tuple[Membership, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Person(PersonFacts):
    """Somebody who works here."""

    id: str
    school_group_id: str
    active: bool = True  # False: has left; what they did stays theirs
    points: tuple[str, ...] = ()  # 我的测评点: codes of competencies
    revision: int = 1
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Session:
    """That somebody is signed in, on one device (登录)."""

    id: str  # the digest of the secret that the browser holds
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """What a program signs in with, in somebody's name (接口密钥)."""

    id: str
    name: str
    prefix: str  # by which people recognise it
    scopes: tuple[str, ...]  # rights of `api.policy`
    expires_at: datetime
    used_at: datetime | None = None
    created_at: datetime


class Signature(str):
    """A person's name as the audit writes it; it remembers whose it is, and in which school."""

    person_id: str
    school_group_id: str

    def __new__(cls, name: str, *, person_id: str, school_group_id: str) -> "Signature":
        """Return the name, signed."""
        new = super().__new__(cls, name)
        new.person_id = person_id
        new.school_group_id = school_group_id
        return new


def school_of(actor: str) -> str:
    """Return the school group in which somebody acts; the system acts in the first one."""
    return actor.school_group_id if isinstance(actor, Signature) else FIRST_SCHOOL_GROUP


def person_of(actor: str) -> str | None:
    """Return the id of who acts; None where it is the system."""
    return actor.person_id if isinstance(actor, Signature) else None


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who asks: everything that decides what they may see and do."""

    person_id: str
    name: Signature
    staff_number: str
    school_group_id: str
    campus_id: str | None
    roles: frozenset[Role]
    group_ids: frozenset[str]
    led_group_ids: frozenset[str]
    session_id: str | None = None  # None: asks with an API key
    points: tuple[str, ...] = ()

    def holds(self, *roles: Role) -> bool:
        """Return whether the viewer holds one of these roles."""
        return not self.roles.isdisjoint(roles)


def viewer_of(person: Person, *, session_id: str | None = None) -> Viewer:
    """Return a person as one who asks."""
    signature = Signature(person.name, person_id=person.id, school_group_id=person.school_group_id)
    leads: Mapping[str, bool] = {m.group_id: m.leads for m in person.memberships}
    return Viewer(
        person_id=person.id,
        name=signature,
        staff_number=person.staff_number,
        school_group_id=person.school_group_id,
        campus_id=person.campus_id,
        roles=frozenset(person.roles),
        group_ids=frozenset(leads),
        led_group_ids=frozenset(group for group, does in leads.items() if does),
        session_id=session_id,
        points=person.points,
    )
