"""Makes a backup while the house is at work, proves that one can be brought back, and does it.

First the database is copied as it stands at one moment, then every object which that copy names:
objects never change, and one that is deleted meanwhile is kept for the janitor's time of grace.
Files still on their way in are not part of it; their sender has them.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, update

from lessons import StepState, UploadState
from lessons.backup_errors import BackupDamaged, DataFolderNotEmpty, ServerDatabaseApart
from lessons.errors import ObjectMissing
from storage import artifacts, tables
from storage.database import Database
from storage.durable import disk_errors, make_folder, move_into_place, sync_file
from storage.folder import FolderStore
from storage.janitor import Findings, fsck
from storage.objects import ObjectStore
from storage.rotation import KeepRule, to_keep
from storage.upload_table import upload
from storage.vault import DATABASE, PARTIAL, Snapshot, Vault, sha256_of

Progress = Callable[[int, int], None]  # bytes done, bytes in all


@dataclass(frozen=True, kw_only=True)
class Backup:
    """What a backup came to."""

    snapshot: Snapshot
    copied_bytes: int  # new since the one before
    lost: tuple[str, ...]  # digests that are missing or damaged in the store itself
    forgotten: tuple[str, ...]  # names of older backups whose time was over


def make(
    vault: Vault,
    database: Database,
    store: ObjectStore,
    *,
    files: Mapping[str, Path],
    scratch: Path,
    rule: KeepRule,
    progress: Progress,
) -> Backup:
    """Back the house up, then let go of backups that `rule` does not keep.

    Args:
        files: small files beside the database that belong to it, by name: secrets.
        scratch: a folder of the house's own disk.

    Raises:
        ServerDatabaseApart: the database is on a server.
        DiskFull, DataFolderUnusable, BackupPlaceLost: the place takes no more, or went away.
    """
    if not database.is_sqlite:
        raise ServerDatabaseApart(path=database.place)
    copy = scratch / f"backup{PARTIAL}"
    try:
        _copy_database(Path(database.url.database or ""), copy)
        named = _named(copy)
        copied, lost = _copy_objects(store, vault, named, progress)
        snapshot = vault.add({DATABASE: copy, **files}, named)
    finally:
        copy.unlink(missing_ok=True)
    forgotten = _rotate(vault, rule)
    return Backup(snapshot=snapshot, copied_bytes=copied, lost=lost, forgotten=forgotten)


def rehearse(vault: Vault, name: str | None, scratch: Path) -> tuple[Snapshot, Findings]:
    """Prove that a backup can be brought back: its database opens, and each byte is as it was.

    An object with other bytes is set aside, so that the next backup copies it again.

    Raises:
        SnapshotUnknown: there is no such backup.
        BackupDamaged: its database or another of its small files is not what it was.
    """
    snapshot = vault.named(name)
    place = scratch / "rehearsal"
    shutil.rmtree(place, ignore_errors=True)
    try:
        _bring_files(snapshot, place)
        database = Database(f"sqlite+pysqlite:///{place / DATABASE}")
        try:
            found = fsck(database, FolderStore(vault.objects), deep=True)
        finally:
            database.close()
    finally:
        shutil.rmtree(place, ignore_errors=True)
    for digest in found.damaged:
        vault.set_aside(digest)
    return snapshot, found


def restore(
    vault: Vault, name: str | None, folder: Path, progress: Progress
) -> tuple[Snapshot, tuple[str, ...]]:
    """Bring a backup back into an empty data folder; return it, and the digests that are lost.

    The database comes last: a folder without one was not brought back to the end.

    Raises:
        DataFolderNotEmpty: there is something in it.
        SnapshotUnknown, BackupDamaged: as for `rehearse`.
        DiskFull, DataFolderUnusable: the data folder has no room, or can't be written.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise DataFolderNotEmpty(path=folder)
    snapshot = vault.named(name)
    make_folder(folder)
    draft = folder / f"restored{PARTIAL}"
    _bring_files(snapshot, draft)
    lost = _bring_objects(
        FolderStore(vault.objects), FolderStore(folder / "objects"), snapshot, folder, progress
    )
    _begin_anew(draft / DATABASE)
    with disk_errors(folder):
        (draft / DATABASE).rename(folder / f"{DATABASE}{PARTIAL}")
        for inside in draft.iterdir():
            inside.rename(folder / inside.name)
        draft.rmdir()
        move_into_place(folder / f"{DATABASE}{PARTIAL}", folder / DATABASE)
    return snapshot, lost


def _copy_database(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with disk_errors(target.parent):
        reader, writer = sqlite3.connect(source), sqlite3.connect(target)
        try:
            reader.backup(writer)
            writer.execute("PRAGMA journal_mode=DELETE")  # one file, complete in itself
        finally:
            reader.close()
            writer.close()
        sync_file(target)


def _named(copy: Path) -> dict[str, int]:
    database = Database(f"sqlite+pysqlite:///{copy}")
    try:
        with database.read() as connection:
            return dict(artifacts.named_digests(connection))
    finally:
        database.close()
        for beside in ("-wal", "-shm"):
            copy.with_name(copy.name + beside).unlink(missing_ok=True)


def _copy_objects(
    store: ObjectStore, vault: Vault, named: Mapping[str, int], progress: Progress
) -> tuple[int, tuple[str, ...]]:
    done, copied, whole, lost = 0, 0, sum(named.values()), []
    for digest, size in sorted(named.items()):
        progress(done, whole)
        counted = _Counted(store, digest)
        try:
            sound = vault.keep(digest, size, counted)
        except ObjectMissing:
            sound = False
        if not sound:
            lost.append(digest)
        copied += counted.bytes
        done += size
    progress(done, whole)
    return copied, tuple(lost)


class _Counted:
    """The pieces of an object; how many bytes were asked for stays in `bytes`."""

    def __init__(self, store: ObjectStore, digest: str) -> None:
        self._store, self._digest = store, digest
        self.bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._store.read(self._digest):
            self.bytes += len(piece)
            yield piece


def _rotate(vault: Vault, rule: KeepRule) -> tuple[str, ...]:
    snapshots = vault.snapshots()
    kept = to_keep([s.at for s in snapshots], rule)
    gone = [s for s in snapshots if s.at not in kept]
    vault.forget(gone)
    vault.clear()
    return tuple(s.name for s in gone)


def _bring_files(snapshot: Snapshot, place: Path) -> None:
    """Copy a snapshot's small files, each held against its digest."""
    for name, digest in snapshot.files.items():
        source, target = snapshot.folder / name, place / name
        make_folder(target.parent)
        if not source.is_file() or sha256_of(source) != digest:
            raise BackupDamaged(path=source, detail="bytes-differ")
        with disk_errors(place):
            shutil.copyfile(source, target)
            target.chmod(0o600)
            sync_file(target)


def _bring_objects(
    held: ObjectStore, store: ObjectStore, snapshot: Snapshot, folder: Path, progress: Progress
) -> tuple[str, ...]:
    done, whole, lost = 0, sum(snapshot.objects.values()), []
    copy = folder / f"object{PARTIAL}"
    for digest, size in snapshot.objects.items():
        progress(done, whole)
        if not _fetched(held, digest, copy, folder):
            lost.append(digest)
        else:
            store.put(copy, digest)
        done += size
    copy.unlink(missing_ok=True)
    progress(done, whole)
    return tuple(lost)


def _fetched(held: ObjectStore, digest: str, copy: Path, folder: Path) -> bool:
    found = hashlib.sha256()
    copy.unlink(missing_ok=True)  # what it was before is linked into the store
    try:
        with disk_errors(folder), copy.open("wb") as file:
            for piece in held.read(digest):
                found.update(piece)
                file.write(piece)
    except ObjectMissing:
        return False
    return found.hexdigest() == digest


def _begin_anew(file: Path) -> None:
    """Void what was alive when the backup was made: sessions, leases, files on their way in."""
    database = Database(f"sqlite+pysqlite:///{file}")
    step, lives = tables.step.c, (UploadState.RECEIVING, UploadState.COMPLETE)
    try:
        with database.write() as connection:
            connection.execute(delete(tables.session))
            connection.execute(
                update(tables.step)
                .where(step.state == StepState.RUNNING)
                .values(state=StepState.READY, lease_owner=None, lease_until_ms=0)
            )
            connection.execute(
                update(upload).where(upload.c.state.in_(lives)).values(state=UploadState.EXPIRED)
            )
    finally:
        database.close()
        for beside in ("-wal", "-shm"):
            file.with_name(file.name + beside).unlink(missing_ok=True)
