"""Passwords: kept as argon2id hashes; a one-time password is changed at the first sign-in."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, insert, select, update

from lessons.people import Person
from lessons.refusals import PasswordTooWeak
from storage import audit, tables

T = tables.password.c
LEAST = 10  # characters
LONGEST = 200  # hashing more would only cost time
# The letters of one-time passwords: none is mistaken for another when it is read aloud or copied.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
KNOWN_TO_ALL = {
    "1234567890", "0123456789", "12345678910", "123456789a", "qwertyuiop", "1q2w3e4r5t",
    "password12", "password123", "aa123456789", "1111111111", "0000000000", "8888888888",
    "6666666666", "woaini1314", "5201314520", "administrator", "teacher123", "guanke12345",
}  # fmt: skip

_hasher = PasswordHasher()
_quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@cache
def _nobody() -> str:
    """Return what a sign-in of nobody is held against, so that it takes as long as another."""
    return _hasher.hash(secrets.token_hex())


def one_time() -> str:
    """Return a fresh password to hand to somebody: four groups of four letters, 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def hashed(password: str) -> str:
    """Return the hash of a password. Takes a tenth of a second, on purpose."""
    return _hasher.hash(password)


def hashed_one_time(password: str) -> str:
    """Return the hash of a password of `one_time`: nobody guesses 79 bits, so it may be quick."""
    return _quick.hash(password)


def check_strength(password: str, person: Person) -> None:
    """Hold a new password against the rules.

    Raises:
        PasswordTooWeak: it is too short, or easily guessed.
    """
    plain = password.strip().lower()
    guessed = {person.name.lower(), person.staff_number.lower(), person.staff_number.lower() * 2}
    if (
        not LEAST <= len(password) <= LONGEST
        or plain in KNOWN_TO_ALL | guessed
        or len(set(plain)) < 4
    ):
        raise PasswordTooWeak(least=LEAST)


def keep(
    connection: Connection, person_id: str, password_hash: str, *, one_time: bool, actor: str
) -> None:
    """Give somebody a password, in place of the one they had."""
    values = {"hash": password_hash, "one_time": one_time, "changed_at": datetime.now(UTC)}
    changed = connection.execute(
        update(tables.password).where(T.person_id == person_id).values(values)
    )
    if not changed.rowcount:
        connection.execute(insert(tables.password).values(person_id=person_id, **values))
    audit.record(connection, actor, "password.change", person_id, one_time=one_time)


def hash_of(connection: Connection, person_id: str) -> str | None:
    """Return the hash that somebody's password is held against."""
    query = select(T.hash).where(T.person_id == person_id)
    return connection.execute(query).scalar_one_or_none()


def fits(password_hash: str | None, password: str) -> bool:
    """Return whether a password is the right one; takes as long where there is none."""
    try:
        return _hasher.verify(password_hash or _nobody(), password[:LONGEST]) and bool(
            password_hash
        )
    except (Argon2Error, InvalidHashError):
        return False


def first_fitting(candidates: Sequence[tuple[Person, str | None]], password: str) -> Person | None:
    """Return whose password this is; takes a try's time also where nobody is meant."""
    if not candidates:
        fits(None, password)
    return next((person for person, known in candidates if fits(known, password)), None)
