"""What PostgreSQL is told so that it keeps the promises the house relies on with SQLite.

One writer at a time: every writing transaction begins with one advisory lock, as SQLite's begins
with BEGIN IMMEDIATE. So "look, then write" is safe everywhere, event ids become visible in their
order, and each line of the audit follows from the one before (ADR 0013). Readers never wait: each
sees one snapshot. Transactions are milliseconds long; work on media never happens inside one.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from lessons.errors import DiskFull, GuankeError, RequestFault
from lessons.outages import DatabaseUnreachable

WRITERS = 0x67756E6B65  # the advisory lock's number
READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
PATIENCE_MS = 30_000  # for the lock of the writers, as SQLite's busy_timeout
LEFT_OPEN_MS = 60_000  # a stopped process that holds a transaction loses it
DISK_FULL = "53100"

# A line that is cut without a word is noticed within half a minute.
CONNECTING: dict[str, Any] = {
    "connect_timeout": 5,
    "application_name": "guanke",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "options": f"-c timezone=UTC -c lock_timeout={PATIENCE_MS}"
    f" -c idle_in_transaction_session_timeout={LEFT_OPEN_MS}",
}


class TextUnstorable(RequestFault):
    """A text holds a character that can't be kept (NUL). Take it out and try again."""

    zh = "文字中含有无法保存的字符（NUL），请删除后重试。"


def driven(url: URL) -> URL:
    """Return the URL with our driver; `postgresql://` alone means another one to SQLAlchemy."""
    return url.set(drivername="postgresql+psycopg")


def tune(engine: Engine, read_only: str) -> None:
    """Let each transaction that is not marked `read_only` begin with the writers' lock."""

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        if not connection.get_execution_options().get(read_only, False):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")


def told(error: DBAPIError, place: str) -> GuankeError | None:
    """Return what an error of the driver means to a person; None where it is a fault of ours."""
    said = str(error.orig)
    if getattr(error.orig, "sqlstate", None) == DISK_FULL:
        return DiskFull(path=place)
    if "NUL (0x00)" in said:
        return TextUnstorable()
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return DatabaseUnreachable(place=place)
    return None
