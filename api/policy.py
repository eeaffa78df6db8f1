"""The one place that decides who may ask for what. Each route names a right; a test fails without.

A right says which roles may call the route. Which objects they get is decided where the objects
come from, in `storage.visibility`.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError

from api.services import Services
from lessons.outages import Outage
from lessons.people import Role, Viewer
from lessons.refusals import (
    NotSignedIn,
    PasswordToChange,
    RequestForged,
    RoleMissing,
    ScopeMissing,
)
from storage import api_keys, sessions
from storage.sessions import SignedIn

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
CSRF_HEADER = "x-csrf-token"
# Under https a name that no other host may set and no plain connection carries.
SECURE_COOKIE, PLAIN_COOKIE = "__Host-guanke", "guanke"


class Right(StrEnum):
    """What a route asks for."""

    ANYONE = "anyone"  # no account: health, and signing in
    SELF = "self"  # the own account, also while the password is still a one-time one
    LOOK = "look"
    EDIT = "edit"  # lessons, transcripts, clips, evidence
    UPLOAD = "upload"  # files: a teacher's own lesson, an operator's for everybody
    OPERATE = "operate"  # recordings and their processing
    ADMINISTER = "administer"  # people and settings
    REVIEW = "review"
    LEAD = "lead"  # overviews of what others have handed in
    ORGANISE = "organise"  # who reviews what
    MEASURE = "measure"  # the figures of the whole machine, for a program that watches it
    WATCH = "watch"  # media, by a ticket (`api.seats`)


AT_WORK = frozenset(Role) - {Role.ADMINISTRATOR}
ROLES: Mapping[Right, frozenset[Role]] = {
    Right.SELF: frozenset(Role),
    Right.LOOK: frozenset(Role),
    Right.EDIT: AT_WORK,
    Right.UPLOAD: frozenset({Role.OPERATOR, Role.TEACHER}),
    Right.OPERATE: frozenset({Role.OPERATOR}),
    Right.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    Right.REVIEW: frozenset({Role.REVIEWER}),
    Right.LEAD: frozenset({Role.GROUP_LEAD, Role.SCHOOL_LEAD}),
    Right.MEASURE: frozenset({Role.OPERATOR, Role.ADMINISTRATOR}),
    Right.ORGANISE: frozenset({Role.GROUP_LEAD, Role.SCHOOL_LEAD, Role.ADMINISTRATOR}),
}


@dataclass(frozen=True)
class Policy:
    """What every dependency that lets somebody in has: the right that its route asks for."""

    right: Right


class May(Policy):
    """Lets in only who holds the right, and says who it is."""

    def __call__(self, request: Request) -> Viewer:
        """Return who asks.

        Raises:
            NotSignedIn: nobody does, or their session is over.
            RequestForged: a change without the token of the session.
            PasswordToChange, RoleMissing, ScopeMissing: not allowed.
        """
        found = asking(request)
        if self.right is not Right.SELF and found.password_to_change:
            raise PasswordToChange
        if found.scopes is not None and self.right not in found.scopes:
            raise ScopeMissing(scope=self.right)
        if found.viewer.roles.isdisjoint(ROLES[self.right]):
            raise RoleMissing
        request.state.holder = found.holder
        return found.viewer


class Open(Policy):
    """Lets everybody in."""

    async def __call__(self) -> None:
        """Let them in."""


def asking(request: Request) -> SignedIn:
    """Return who a request comes from, by the cookie of a session or by an API key; one query.

    Raises:
        NotSignedIn, RequestForged: see `May`.
    """
    services: Services = request.app.state.services
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":  # no browser sends it by itself: nothing to forge
        with services.database.read() as connection:
            found = api_keys.signed_in(connection, key.strip())
    else:
        found = _by_cookie(request, services)
    if found is None:
        raise NotSignedIn
    if found.to_touch:
        _touch(services, found)
    return found


def _by_cookie(request: Request, services: Services) -> SignedIn | None:
    secret = request.cookies.get(cookie_name(request))
    if not secret:
        return None
    with services.database.read() as connection:
        found = sessions.signed_in(connection, secret, services.sessions)
    if found and request.method not in SAFE_METHODS:
        token = request.headers.get(CSRF_HEADER, "").encode()
        if not hmac.compare_digest(token, sessions.csrf_token(secret).encode()):
            raise RequestForged
    return found


def holder_of(request: Request, holder: str) -> Viewer:
    """Return who holds a ticket; their session, or key, has to live.

    Raises:
        NotSignedIn: it does not.
    """
    services: Services = request.app.state.services
    with services.database.read() as connection:
        if holder.startswith("k"):
            found = api_keys.by_id(connection, holder[1:])
        else:
            found = sessions.by_id(connection, holder[1:], services.sessions)
    if found is None or found.password_to_change:
        raise NotSignedIn
    return found.viewer


def cookie_name(request: Request) -> str:
    """Return the name of the session's cookie on this connection."""
    return SECURE_COOKIE if request.url.scheme == "https" else PLAIN_COOKIE


def _touch(services: Services, found: SignedIn) -> None:
    try:
        with services.database.write() as connection:
            if found.key_id:
                api_keys.touch(connection, found.key_id)
            else:
                sessions.touch(connection, found.viewer.session_id or "")
    except (
        OperationalError,
        Outage,
    ):  # a busy database is no reason to refuse: it is noted next time
        return


Anyone = Annotated[None, Depends(Open(Right.ANYONE))]
Self = Annotated[Viewer, Depends(May(Right.SELF))]
Looks = Annotated[Viewer, Depends(May(Right.LOOK))]
Edits = Annotated[Viewer, Depends(May(Right.EDIT))]
Uploads = Annotated[Viewer, Depends(May(Right.UPLOAD))]
Operates = Annotated[Viewer, Depends(May(Right.OPERATE))]
Administers = Annotated[Viewer, Depends(May(Right.ADMINISTER))]
Reviews = Annotated[Viewer, Depends(May(Right.REVIEW))]
Leads = Annotated[Viewer, Depends(May(Right.LEAD))]
Oversees = Annotated[Viewer, Depends(May(Right.MEASURE))]
Organises = Annotated[Viewer, Depends(May(Right.ORGANISE))]


def declared(route: APIRoute) -> tuple[Right, ...]:
    """Return the rights that a route names: exactly one, or the route is wrong."""
    calls: list[object] = [dependency.call for dependency in route.dependant.dependencies]
    return tuple(call.right for call in calls if isinstance(call, Policy))
