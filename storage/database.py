"""The database: one code path for SQLite and PostgreSQL, and the only clock that leases go by."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lessons.errors import DataFolderUnusable, DiskFull
from storage import postgresql

READ_ONLY = "guanke_read_only"  # execution option: this transaction only reads


class now_ms(FunctionElement[int]):  # noqa: N801  # reads as a function of SQL, like `func.now`
    """The database's clock: integer milliseconds since 1970, at the moment of the statement."""

    type = BigInteger()
    inherit_cache = True


@compiles(now_ms, "sqlite")
def _sqlite_now(element: now_ms, compiler: Any, **kwargs: Any) -> str:  # noqa: ARG001  # its protocol
    # unixepoch('subsec') is silently NULL on SQLite 3.40
    return "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"


@compiles(now_ms, "postgresql")
def _postgresql_now(element: now_ms, compiler: Any, **kwargs: Any) -> str:  # noqa: ARG001  # its protocol
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"


class Database:
    """A pool of connections, and the two ways to use one: `read` and `write`.

    Both databases keep the same promise: one writer at a time, readers see one moment's state.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url: URL = make_url(url)
        connecting: dict[str, Any] = {}
        if not self.is_sqlite:
            self.url, connecting = postgresql.driven(self.url), postgresql.CONNECTING
        self.engine: Engine = create_engine(
            self.url,
            pool_size=pool_size,
            pool_pre_ping=True,
            connect_args=connecting,
            hide_parameters=True,  # of pupils' and teachers' words nothing stands in a log
        )
        if self.is_sqlite:
            _tune_sqlite(self.engine)
        else:
            postgresql.tune(self.engine, READ_ONLY)

    @classmethod
    def at(cls, folder: Path) -> "Database":
        """Return the SQLite database of a data folder."""
        return cls(f"sqlite+pysqlite:///{folder / 'guanke.db'}")

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that only reads.

        Raises:
            DatabaseUnreachable: the server does not answer.
        """
        options = {READ_ONLY: True, **({} if self.is_sqlite else postgresql.READING)}
        with self._told(), self.engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that is committed at the end of the block.

        Raises:
            DiskFull: the disk has no room for the change; nothing of it was kept.
            DataFolderUnusable: the database file can't be written.
            DatabaseUnreachable: the server does not answer; whether the change was kept is open
                only where it broke off during the commit itself.
        """
        with self._told(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in words a person understands what disk, rights or server do not allow."""
        try:
            yield
        except DBAPIError as error:
            known = None if self.is_sqlite else postgresql.told(error, self.place)
            if known is not None:
                raise known from error
            self._tell_sqlite(error)
            raise
        except sqlite3.OperationalError as error:  # while it opens
            self._tell_sqlite(error)
            raise

    def _tell_sqlite(self, error: Exception) -> None:
        said = str(getattr(error, "orig", error))
        if "disk is full" in said or "disk I/O error" in said:
            raise DiskFull(path=self.place) from error
        if "readonly database" in said or "unable to open" in said:
            cause = "read-only" if "readonly" in said else "database-shut"
            raise DataFolderUnusable(path=self.place, detail=cause) from error

    @contextmanager
    def alter(self) -> Iterator[Connection]:
        """Yield a connection that may write whole tables anew; committed at the end of the block.

        On SQLite a table is changed by dropping it, which would take along what refers to it: so
        foreign keys rest for this transaction, and are held against the result before it counts.
        """
        if not self.is_sqlite:
            with self.write() as connection:
                yield connection
            return
        with self._told(), self.engine.connect() as plain:
            raw = plain.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys=OFF")
            try:
                with plain.begin():
                    yield plain
                    broken = plain.exec_driver_sql("PRAGMA foreign_key_check").all()
                    assert not broken, broken
            finally:
                raw.execute("PRAGMA foreign_keys=ON")

    @property
    def place(self) -> str:
        """Where the data are, for messages: a folder, or the server without its password."""
        return (
            str(Path(self.url.database or "").parent)
            if self.is_sqlite
            else self.url.render_as_string()
        )

    def now(self) -> int:
        """Return the database's clock in milliseconds."""
        with self.read() as connection:
            return int(connection.execute(select(now_ms())).scalar_one())

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(dbapi: Any, record: object) -> None:  # noqa: ARG001  # SQLAlchemy's protocol
        dbapi.isolation_level = None  # we say BEGIN ourselves, below
        cursor = dbapi.cursor()
        for pragma in (
            "busy_timeout=30000",
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may take a commit back when the power fails
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A read that turns into a write gets SQLITE_BUSY at once, whatever the timeout: so say
        # from the beginning that this transaction writes.
        reads = connection.get_execution_options().get(READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
