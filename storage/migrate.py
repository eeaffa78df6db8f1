"""Brings a database to the revision this program knows, after a backup.

Alembic is loaded only when there is something to change: it costs each start most of a second.
"""

import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from lessons.errors import DatabaseTooNew
from storage.database import Database
from storage.durable import disk_errors, sync_file

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Bring the tables up to date. Called under the supervisor's lock.

    Raises:
        DatabaseTooNew: a newer program wrote them.
        DiskFull: there was no room for the backup or the change.
    """
    with database.read() as connection:
        present = revision_of(connection)
    if present == newest_revision():
        return
    if present and database.is_sqlite:
        _back_up(Path(database.url.database or ""), present)
    _upgrade(database, present)


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database's tables; None: it has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def newest_revision() -> str:
    """Return the revision this program knows: the number its newest migration begins with."""
    return max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def _upgrade(database: Database, present: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.alter() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            if "Can't locate revision" in str(error):
                raise DatabaseTooNew(path=database.place, revision=present) from error
            raise


def _back_up(file: Path, revision: str) -> None:
    """Copy the database beside itself, whole and readable, named after its revision."""
    target = file.with_name(f"{file.stem}-before-{revision}.db")
    temporary = target.with_suffix(".partial")
    with disk_errors(file.parent):
        with sqlite3.connect(file) as source, sqlite3.connect(temporary) as copy:
            source.backup(copy)
        copy.close()
        source.close()
        sync_file(temporary)
        shutil.move(temporary, target)
