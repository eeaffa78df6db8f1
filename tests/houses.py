"""Where the databases and stores of tests are: a folder each, or a district's servers.

`pytest --district` runs the same tests over PostgreSQL and S3: what the one promises, the other
does. Servers are started once; each test's database is a copy of one that was migrated.
"""

import uuid
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from storage.database import Database
from storage.folder import FolderStore
from storage.migrate import migrate
from storage.objects import ObjectStore
from storage.s3 import S3Place, S3Store
from tests import servers

MIGRATED = "migrated"


@dataclass
class District:
    """The servers that stand in for folders, where there are any."""

    postgresql: servers.Server | None = None
    s3: servers.Server | None = None
    opened: list[Database] = field(default_factory=list)

    def close(self) -> None:
        """Give back every connection to the servers."""
        for database in self.opened:
            database.close()


DISTRICT = District()


def database_at(folder: Path) -> Database:
    """Return a new database with every table: in `folder`, or on the district's server."""
    if DISTRICT.postgresql is None:
        database = Database.at(folder)
        migrate(database)
        return database
    return postgresql_database(DISTRICT.postgresql)


def store_at(folder: Path) -> ObjectStore:
    """Return a new store: below `folder`, or a bucket of the district's server."""
    if DISTRICT.s3 is None:
        return FolderStore(folder / "objects")
    return S3Store(bucket(DISTRICT.s3))


def postgresql_database(server: servers.Server) -> Database:
    """Return a new database with every table on this server."""
    if not has_database(server, MIGRATED):
        first = Database(servers.new_database(server, MIGRATED))
        migrate(first)
        first.close()
    database = Database(servers.new_database(server, f"t{uuid.uuid4().hex}", template=MIGRATED))
    DISTRICT.opened.append(database)
    return database


def has_database(server: servers.Server, name: str) -> bool:
    """Return whether a PostgreSQL server holds a database of this name."""
    with psycopg.connect(servers.plain(server)) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None


def bucket(server: servers.Server, name: str | None = None) -> S3Place:
    """Return a bucket of its own on an S3 server; it comes into being when it is first needed."""
    return S3Place(
        address=server.url,
        bucket=name or f"t{uuid.uuid4().hex[:16]}",
        access_key=servers.ACCESS_KEY,
        secret_key=servers.SECRET_KEY,
        patience_s=10.0,
    )
