"""Failed sign-ins: who guesses passwords has to wait, also after a restart."""

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from storage import tables
from storage.database import now_ms

T = tables.failed_sign_in.c
WINDOW_MS = 15 * 60_000
# How many failures in the window are borne. A school shares one address, so it may fail more often;
# one account from one address may fail least, so that nobody can lock a colleague out from afar.
PER_ACCOUNT_AND_ADDRESS = 8
PER_ACCOUNT = 40
PER_ADDRESS = 120


def wait_s(connection: Connection, account: str, address: str) -> int:
    """Return for how many seconds this account at this address has to wait; 0 for none."""
    mine, here = T.account == account[:200], T.address == address[:60]
    return max(
        _wait_s(connection, PER_ACCOUNT_AND_ADDRESS, mine, here),
        _wait_s(connection, PER_ACCOUNT, mine),
        _wait_s(connection, PER_ADDRESS, here),
    )


def failed(connection: Connection, account: str, address: str) -> None:
    """Note a failure, and forget those that no longer count."""
    connection.execute(delete(tables.failed_sign_in).where(T.at_ms < now_ms() - WINDOW_MS))
    connection.execute(
        insert(tables.failed_sign_in).values(
            account=account[:200], address=address[:60], at_ms=now_ms()
        )
    )


def succeeded(connection: Connection, account: str, address: str) -> None:
    """Forget the failures of an account at an address: its owner is there."""
    connection.execute(
        delete(tables.failed_sign_in).where(T.account == account[:200], T.address == address[:60])
    )


def _wait_s(connection: Connection, limit: int, *conditions: ColumnElement[bool]) -> int:
    """Return how long until fewer than `limit` failures lie in the window."""
    recent = (
        select(T.at_ms.label("at_ms"))
        .where(*conditions, T.at_ms > now_ms() - WINDOW_MS)
        .order_by(T.at_ms.desc())
        .limit(limit)
        .subquery()
    )
    row = connection.execute(
        select(func.count(), func.min(recent.c.at_ms), now_ms()).select_from(recent)
    ).one()
    number, oldest, now = row
    return 0 if number < limit else max(1, -(-(oldest + WINDOW_MS - now) // 1000))
