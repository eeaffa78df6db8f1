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
from lessons.people import Role, Viewer
from lessons.refusals import NotSignedIn, PasswordToChange, RequestForged, RoleMissing
from storage import sessions

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
    Right.ORGANISE: frozenset({Role.GROUP_LEAD, Role.SCHOOL_LEAD, Role.ADMINISTRATOR}),
}


@dataclass(frozen=True)
class May:
    """A dependency that lets in only who holds `right`, and says who it is."""

    right: Right

    def __call__(self, request: Request) -> Viewer:
        """Return who asks.

        Raises:
            NotSignedIn: nobody does, or their session is over.
            RequestForged: a change without the token of the session.
            PasswordToChange, RoleMissing: not allowed.
        """
        found = asking(request)
        if found.password_to_change and self.right is not Right.SELF:
            raise PasswordToChange
        if found.viewer.roles.isdisjoint(ROLES[self.right]):
            raise RoleMissing
        return found.viewer


@dataclass(frozen=True)
class Open:
    """A dependency of routes that need no account."""

    right: Right = Right.ANYONE

    async def __call__(self) -> None:
        """Let everybody in."""


def asking(request: Request) -> sessions.SignedIn:
    """Return whose session a request belongs to; one indexed query.

    Raises:
        NotSignedIn, RequestForged: see `May`.
    """
    services: Services = request.app.state.services
    secret = request.cookies.get(cookie_name(request))
    if not secret:
        raise NotSignedIn
    with services.database.read() as connection:
        found = sessions.signed_in(connection, secret, services.sessions)
    if found is None:
        raise NotSignedIn
    if request.method not in SAFE_METHODS:
        token = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(token, sessions.csrf_token(secret)):
            raise RequestForged
    if found.to_touch and found.viewer.session_id:
        _touch(services, found.viewer.session_id)
    return found


def cookie_name(request: Request) -> str:
    """Return the name of the session's cookie on this connection."""
    return SECURE_COOKIE if request.url.scheme == "https" else PLAIN_COOKIE


def _touch(services: Services, session_id: str) -> None:
    try:
        with services.database.write() as connection:
            sessions.touch(connection, session_id)
    except OperationalError:  # a busy database is no reason to refuse: it is noted next time
        return


Anyone = Annotated[None, Depends(Open())]
Self = Annotated[Viewer, Depends(May(Right.SELF))]
Looks = Annotated[Viewer, Depends(May(Right.LOOK))]
Edits = Annotated[Viewer, Depends(May(Right.EDIT))]
Uploads = Annotated[Viewer, Depends(May(Right.UPLOAD))]
Operates = Annotated[Viewer, Depends(May(Right.OPERATE))]
Administers = Annotated[Viewer, Depends(May(Right.ADMINISTER))]
Reviews = Annotated[Viewer, Depends(May(Right.REVIEW))]
Leads = Annotated[Viewer, Depends(May(Right.LEAD))]
Organises = Annotated[Viewer, Depends(May(Right.ORGANISE))]


def declared(route: APIRoute) -> tuple[Right, ...]:
    """Return the rights that a route names: exactly one, or the route is wrong."""
    calls = (dependency.call for dependency in route.dependant.dependencies)
    return tuple(call.right for call in calls if isinstance(call, May | Open))
