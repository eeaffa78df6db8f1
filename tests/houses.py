"""Where the databases and stores of tests are: a folder each, or a district's servers.

`pytest --district` runs the same tests over PostgreSQL and S3: what the one promises, the other
does. Servers are started once; each test's database is a copy of one that was migrated.
"""

import uuid
from dataclasses import dataclass, field
from pathlib import Path

from storage.database import Database
from storage.folder import FolderStore
from storage.migrate import migrate
from storage.objects import ObjectStore
from storage.s3 import S3Store
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
    return S3Store(servers.bucket(DISTRICT.s3))


def postgresql_database(server: servers.Server) -> Database:
    """Return a new database with every table on this server."""
    if not servers.has_database(server, MIGRATED):
        first = Database(servers.new_database(server, MIGRATED))
        migrate(first)
        first.close()
    database = Database(servers.new_database(server, f"t{uuid.uuid4().hex}", template=MIGRATED))
    DISTRICT.opened.append(database)
    return database
