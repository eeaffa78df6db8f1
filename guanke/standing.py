"""How a house stands, for `guanke status`: read only, whether its server runs or not."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from guanke.backups import LastBackup, last_backup
from guanke.lock import FolderLock
from guanke.settings import Settings
from lessons.errors import DataFolderInUse, DataFolderUnusable
from storage import figures, operations, workers
from storage.database import Database
from storage.figures import AtWork, UploadsUnderWay, Waiting
from storage.migrate import newest_revision, revision_of
from storage.operations import FailureCause
from storage.workers import Worker


@dataclass(frozen=True, kw_only=True)
class Work:
    """What the database says of the work: all of it is there only after a migration."""

    at_work: Sequence[AtWork]
    waiting: Sequence[Waiting]
    failures: Sequence[FailureCause]
    workers: Sequence[Worker]  # of other machines, that take their work off a broker
    uploads: UploadsUnderWay
    recordings: Mapping[str, int]  # by state
    stored_bytes: int


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a house stands."""

    data: str
    server: str | None  # the process that supervises this folder; None: nobody does
    revision: str | None  # of the database's tables
    known_revision: str | None  # that this program works with
    database_bytes: int
    disk_free_bytes: int
    disk_bytes: int
    last_backup: LastBackup | None
    work: Work | None  # None: the tables are of another version

    @property
    def serving(self) -> bool:
        """Whether somebody takes steps: this folder's supervisor, or workers elsewhere."""
        return self.server is not None or bool(self.work and self.work.workers)


def standing(settings: Settings) -> Standing:
    """Return how the house of `settings` stands; nothing is changed.

    Raises:
        DataFolderUnusable: there is no data folder, or its database can't be read.
    """
    folder = settings.folder
    if not (folder / "guanke.db").exists():
        raise DataFolderUnusable(path=folder, detail="database-shut")
    database = Database.at(folder)
    try:
        known = newest_revision()
        with database.read() as connection:
            present = revision_of(connection)
            size = figures.database_bytes(connection)
        work = _work(database, settings) if present == known else None
    finally:
        database.close()
    disk = shutil.disk_usage(folder)
    return Standing(
        data=str(folder),
        server=_supervisor(folder),
        revision=present,
        known_revision=known,
        database_bytes=size,
        disk_free_bytes=disk.free,
        disk_bytes=disk.total,
        last_backup=last_backup(folder),
        work=work,
    )


def _work(database: Database, settings: Settings) -> Work:
    stuck_ms = round(settings.stuck_s * 1000)
    with database.read() as connection:
        return Work(
            at_work=figures.at_work(connection, stuck_ms=stuck_ms),
            waiting=figures.waiting(connection),
            failures=[_plain(cause) for cause in operations.failures(connection)],
            workers=workers.alive(connection),
            uploads=figures.uploads_under_way(connection),
            recordings=figures.recordings_by_state(connection),
            stored_bytes=figures.stored_bytes(connection),
        )


def _plain(cause: FailureCause) -> FailureCause:
    """Let facts be what the words of the cause are filled from: the file's name among them."""
    return replace(cause, facts={**cause.facts, "file": cause.file_name})


def _supervisor(folder: Path) -> str | None:
    try:
        with FolderLock(folder):
            return None
    except DataFolderInUse as error:
        return str(error.facts["pid"])
