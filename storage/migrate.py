"""Brings a database to the revision this program knows, after a backup."""

import shutil
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from lessons.errors import DatabaseTooNew
from storage.database import Database
from storage.durable import disk_errors, sync_file

MIGRATIONS = Path(__file__).parent / "migrations"


def revisions(database: Database) -> tuple[str | None, str | None]:
    """Return the revision of a database, and the one that this program knows."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.read() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present, ScriptDirectory.from_config(config).get_current_head()


def migrate(database: Database) -> None:
    """Bring the tables up to date. Called under the supervisor's lock.

    Raises:
        DatabaseTooNew: a newer program wrote them.
        DiskFull: there was no room for the backup or the change.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with database.read() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present == newest:
        return
    if present and database.is_sqlite:
        _back_up(Path(database.url.database or ""), present)
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
