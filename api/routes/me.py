"""One's own account: sessions, API keys, chosen points (我的测评点)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.policy import ROLES, Looks, Right, Self
from api.services import Held
from lessons import ApiKey, Session
from lessons.errors import NotFound
from lessons.refusals import RoleMissing
from storage import api_keys, audit, frameworks, people, sessions

router = APIRouter(prefix="/me", tags=["me"])
SCOPES = frozenset(Right) - {Right.ANYONE, Right.SELF, Right.WATCH}


@dataclass(frozen=True, kw_only=True)
class OwnSession(Session):
    """One of one's own sessions."""

    this: bool  # the one that asks


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """An API key to make."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[tuple[Right, ...], Field(min_length=1)]
    days: Annotated[int, Field(ge=1, le=366)] = 90


@dataclass(frozen=True, kw_only=True)
class MadeKey:
    """A new API key and its secret, which is shown only this once."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, kw_only=True)
class ChosenPoints:
    """我的测评点: the competencies one works on, in one's own order."""

    points: tuple[str, ...]


@router.get("/sessions")
def list_own_sessions(viewer: Looks, held: Held) -> Sequence[OwnSession]:
    """List where one is signed in."""
    with held.database.read() as connection:
        found = sessions.of_person(connection, viewer.person_id, held.sessions)
    names = Session.__dataclass_fields__
    return [
        OwnSession(**{n: getattr(s, n) for n in names}, this=s.id == viewer.session_id)
        for s in found
    ]


@router.delete("/sessions/{session_id}", status_code=204)
def end_own_session(viewer: Self, held: Held, session_id: str) -> None:
    """Sign out elsewhere: the session is over at once."""
    with held.database.write() as connection:
        if not sessions.end(connection, viewer.person_id, session_id):
            raise NotFound(what="session", id=session_id)
        audit.record(connection, viewer.name, "session.end", viewer.person_id)


@router.get("/keys")
def list_keys(viewer: Looks, held: Held) -> Sequence[ApiKey]:
    """List one's API keys."""
    with held.database.read() as connection:
        return api_keys.of_person(connection, viewer.person_id)


@router.post("/keys", status_code=201)
def make_key(viewer: Self, held: Held, new: NewKey) -> MadeKey:
    """Make an API key that may do at most what one may do oneself."""
    for scope in new.scopes:
        if scope not in SCOPES or viewer.roles.isdisjoint(ROLES[scope]):
            raise RoleMissing
    with held.database.write() as connection:
        key, secret = api_keys.make(
            connection,
            viewer.person_id,
            name=new.name,
            scopes=new.scopes,
            days=new.days,
            actor=viewer.name,
        )
    return MadeKey(key=key, secret=secret)


@router.delete("/keys/{key_id}", status_code=204)
def end_key(viewer: Self, held: Held, key_id: str) -> None:
    """End an API key at once."""
    with held.database.write() as connection:
        api_keys.remove(connection, viewer.person_id, key_id, actor=viewer.name)


@router.get("/points")
def read_points(viewer: Looks) -> ChosenPoints:
    """Read one's chosen points (我的测评点)."""
    return ChosenPoints(points=viewer.points)


@router.put("/points")
def choose_points(viewer: Looks, held: Held, chosen: ChosenPoints) -> ChosenPoints:
    """Choose one's points; each is a competency of the framework in use."""
    with held.database.write() as connection:
        frameworks.check(connection, chosen.points)
        person = people.get(connection, viewer.school_group_id, viewer.person_id)
        kept = people.choose_points(connection, person, chosen.points, actor=viewer.name)
    return ChosenPoints(points=kept.points)
