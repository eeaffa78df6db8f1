"""Backups of one data folder: where they go, when, what became of the last one."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from guanke.house import House
from guanke.lock import FolderLock
from lessons.backup_errors import (
    BackupAtWork,
    BackupIncomplete,
    BackupInsideData,
    BackupInterrupted,
    BackupPlaceUnnamed,
)
from lessons.errors import DataFolderInUse, GuankeError
from lessons.people import Role
from storage.backup import Backup, Progress, make
from storage.durable import disk_errors, make_folder, move_into_place, sync_file
from storage.rotation import KeepRule
from storage.telling import of_failed_backup
from storage.vault import Vault

STATE = "backup.json"
TRY_AGAIN = timedelta(hours=1)  # after a failure


@dataclass(frozen=True, kw_only=True)
class LastBackup:
    """What became of the last one, done or not."""

    began_at: datetime
    done_at: datetime | None = None  # of the last that succeeded
    snapshot: str | None = None  # its name
    error_code: str | None = None  # why the last one failed
    error_facts: Mapping[str, str] | None = None


def last_backup(folder: Path) -> LastBackup | None:
    """Return what became of the last backup of a data folder; None: there was none."""
    try:
        said = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # none, or written over by hand: begin anew
        return None
    for name in ("began_at", "done_at"):
        said[name] = datetime.fromisoformat(said[name]) if said[name] else None
    return LastBackup(**said)


def is_due(last: LastBackup | None, at: time, now: datetime) -> bool:
    """Return whether a backup is to begin: its hour of the day came since the last, or it failed.

    Args:
        at: the hour of the day, on the machine's own clock.
        now: with a time zone.
    """
    local = now.astimezone()
    moment = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    if moment > local:
        moment -= timedelta(days=1)
    if last is None or last.began_at < moment:
        return True
    failed = last.error_code not in (None, BackupIncomplete.code)
    return failed and now - last.began_at >= TRY_AGAIN


def open_vault(house: House, to: Path | None, *, begin: bool = False) -> Vault:
    """Return the place of a house's backups.

    Raises:
        BackupPlaceUnnamed: neither the command nor the settings name one.
        BackupInsideData: it lies in the data folder.
        BackupPlaceMissing, BackupOfAnother: see `Vault`.
    """
    place = to or house.settings.backup_to
    if place is None:
        raise BackupPlaceUnnamed
    place = place.expanduser().absolute()
    if place.resolve().is_relative_to(house.settings.folder.resolve()):
        raise BackupInsideData(path=place)
    house_id = house.secret("house").hex()
    return Vault.begin(place, house_id) if begin else Vault(place, house_id)


def back_up(house: House, vault: Vault, progress: Progress) -> Backup:
    """Make a backup and write down what became of it; one at a time.

    Raises:
        BackupAtWork: another one is being made.
    """
    folder = house.settings.folder
    make_folder(folder / "backup")
    try:
        with FolderLock(folder / "backup"):
            return _back_up(house, vault, progress)
    except DataFolderInUse as error:
        raise BackupAtWork(path=folder, pid=error.facts["pid"]) from error


def note_failure(house: House, error: GuankeError) -> None:
    """Write down that a backup failed, and tell the administrators."""
    facts = {name: str(fact) for name, fact in error.facts.items()}
    _write_failed(house.settings.folder, error.code, facts)
    place = str(house.settings.backup_to or facts.get("path", ""))
    with house.database.write() as connection:
        of_failed_backup(connection, place, (Role.ADMINISTRATOR, Role.OPERATOR))


def _back_up(house: House, vault: Vault, progress: Progress) -> Backup:
    began_at = datetime.now(UTC)
    _write_failed(house.settings.folder, BackupInterrupted.code, {})  # until it is done
    secrets = house.settings.folder / "secrets"
    done = make(
        vault,
        house.database,
        house.store,
        files={f"secrets/{path.name}": path for path in sorted(secrets.iterdir())},
        scratch=house.settings.folder / "backup",
        rule=KeepRule.of(house.settings.backup_keep),
        progress=progress,
    )
    ended = LastBackup(began_at=began_at, done_at=datetime.now(UTC), snapshot=done.snapshot.name)
    _write(house.settings.folder, ended)
    return done


def _write_failed(folder: Path, code: str, facts: Mapping[str, str]) -> None:
    last = last_backup(folder)
    failed = LastBackup(
        began_at=datetime.now(UTC),
        done_at=last.done_at if last else None,
        snapshot=last.snapshot if last else None,
        error_code=code,
        error_facts=facts,
    )
    _write(folder, failed)


def _write(folder: Path, last: LastBackup) -> None:
    temporary = folder / f"{STATE}.{os.getpid()}.partial"
    with disk_errors(folder):
        temporary.write_text(json.dumps(asdict(last), default=str), encoding="utf-8")
        sync_file(temporary)
        move_into_place(temporary, folder / STATE)
