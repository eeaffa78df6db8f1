"""Signing in and out. A session is a cookie; its token goes with each change."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from api.policy import Anyone, Self, cookie_name
from api.services import Held, Services
from lessons.people import Person, Role
from lessons.refusals import (
    PasswordTooWeak,
    PasswordWrong,
    SeveralPeople,
    TooManySignIns,
    WrongPassword,
)
from storage import audit, passwords, people, sessions, sign_ins

router = APIRouter(prefix="/session", tags=["session"])


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Who wants to sign in: by staff number (工号) or, where only one is called so, by name."""

    account: str
    password: str


@dataclass(frozen=True, kw_only=True)
class PasswordChange:
    """The password one has, and the one to have from now on."""

    current: str
    chosen: str


@dataclass(frozen=True, kw_only=True)
class ShownSession:
    """Who is signed in (nobody: null), and the token that each change has to carry."""

    person_id: str | None = None
    name: str | None = None
    staff_number: str | None = None
    school_group_id: str | None = None
    school_group_name: str | None = None
    campus_id: str | None = None
    roles: tuple[Role, ...] = ()
    group_ids: tuple[str, ...] = ()
    led_group_ids: tuple[str, ...] = ()
    points: tuple[str, ...] = ()  # 我的测评点
    password_to_change: bool = False  # nothing else is answered until it is changed
    csrf_token: str | None = None


@router.get("")
def read_session(_: Anyone, request: Request, held: Held) -> ShownSession:
    """Read who is signed in; nobody is an answer too."""
    secret = request.cookies.get(cookie_name(request), "")
    with held.database.read() as connection:
        found = sessions.signed_in(connection, secret, held.sessions)
    return _shown(held, secret, found) if found else ShownSession()


@router.post("", status_code=201)
def sign_in(
    _: Anyone, request: Request, response: Response, held: Held, who: SignIn
) -> ShownSession:
    """Sign in. A new session begins, whatever the browser had before.

    After several failures of one account or address, 429 says how long to wait.
    """
    person = _recognised(request, held, who)
    old = request.cookies.get(cookie_name(request), "")
    with held.database.write() as connection:
        sessions.forget(connection, old)
        secret, found = _begin(connection, request, held, person.id)
        audit.record(connection, found.viewer.name, "session.begin", person.id)
    set_cookie(request, response, secret, held)
    return _shown(held, secret, found)


@router.put("/password")
def change_password(
    viewer: Self, request: Request, response: Response, held: Held, change: PasswordChange
) -> ShownSession:
    """Choose another password. Every other session ends, and this one goes on under a new id."""
    address = _address(request)
    with held.database.read() as connection:
        person = people.get(connection, viewer.school_group_id, viewer.person_id)
        known = passwords.hash_of(connection, person.id)
        wait_s = sign_ins.wait_s(connection, person.staff_number, address)
    if wait_s:
        raise TooManySignIns(seconds=wait_s)
    if not passwords.fits(known, change.current):
        with held.database.write() as connection:
            sign_ins.failed(connection, person.staff_number, address)
        raise PasswordWrong
    passwords.check_strength(change.chosen, person)
    if change.chosen == change.current:
        raise PasswordTooWeak(least=passwords.LEAST)
    words = passwords.hashed(change.chosen)
    with held.database.write() as connection:
        passwords.keep(connection, person.id, words, one_time=False, actor=viewer.name)
        sessions.end_all(connection, person.id)
        secret, found = _begin(connection, request, held, person.id)
    set_cookie(request, response, secret, held)
    return _shown(held, secret, found)


@router.delete("", status_code=204)
def sign_out(viewer: Self, request: Request, response: Response, held: Held) -> None:
    """Sign out: the session is over, here and for every copy of its cookie."""
    with held.database.write() as connection:
        sessions.end(connection, viewer.person_id, viewer.session_id or "")
        audit.record(connection, viewer.name, "session.end", viewer.person_id)
    secure = request.url.scheme == "https"
    response.delete_cookie(cookie_name(request), httponly=True, samesite="lax", secure=secure)


def set_cookie(request: Request, response: Response, secret: str, held: Services) -> None:
    """Give the browser its session."""
    response.set_cookie(
        cookie_name(request),
        secret,
        max_age=round(held.sessions.longest_s),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _begin(
    connection: Connection, request: Request, held: Services, person_id: str
) -> tuple[str, sessions.SignedIn]:
    agent = request.headers.get("user-agent", "")
    secret = sessions.begin(
        connection, person_id, held.sessions, address=_address(request), agent=agent
    )
    found = sessions.signed_in(connection, secret, held.sessions)
    assert found is not None
    return secret, found


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _recognised(request: Request, held: Services, who: SignIn) -> Person:
    """Return who signs in; passwords are tried outside of any transaction."""
    account, address = who.account.strip(), _address(request)
    with held.database.read() as connection:
        wait_s = sign_ins.wait_s(connection, account, address)
        candidates = [
            (person, passwords.hash_of(connection, person.id))
            for person in people.known_as(connection, account)
        ]
    if wait_s:
        raise TooManySignIns(seconds=wait_s)
    if len(candidates) > 1:
        raise SeveralPeople(name=account)
    person = passwords.first_fitting(candidates, who.password)
    with held.database.write() as connection:
        if person is None:
            sign_ins.failed(connection, account, address)
        else:
            sign_ins.succeeded(connection, account, address)
    if person is None:
        raise WrongPassword
    return person


def _shown(held: Services, secret: str, found: sessions.SignedIn) -> ShownSession:
    viewer = found.viewer
    with held.database.read() as connection:
        school = people.school_name(connection, viewer.school_group_id)
    return ShownSession(
        person_id=viewer.person_id,
        name=str(viewer.name),
        staff_number=viewer.staff_number,
        school_group_id=viewer.school_group_id,
        school_group_name=school,
        campus_id=viewer.campus_id,
        roles=tuple(sorted(viewer.roles)),
        group_ids=tuple(sorted(viewer.group_ids)),
        led_group_ids=tuple(sorted(viewer.led_group_ids)),
        points=viewer.points,
        password_to_change=found.password_to_change,
        csrf_token=sessions.csrf_token(secret),
    )
