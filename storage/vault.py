"""A folder of backups, such as one on a NAS: every object once, and snapshots that name them.

    guanke-backup.json            whose backups these are
    objects/sha256/ab/abcd…       every object that some snapshot names
    snapshots/20261127T023000Z/   guanke.db, secrets/, and manifest.json, which is written last

A snapshot counts from the moment its folder has its final name; a backup that was interrupted
leaves a `.partial` folder, which the next one clears. Nothing here needs links, locks or rights of
the file system: a NAS may have none.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lessons.backup_errors import (
    BackupDamaged,
    BackupOfAnother,
    BackupPlaceLost,
    BackupPlaceMissing,
    SnapshotUnknown,
)
from lessons.ids import new_id
from storage.durable import disk_errors, make_folder, move_into_place, sync_file, sync_folder

MARKER, MANIFEST, DATABASE = "guanke-backup.json", "manifest.json", "guanke.db"
PARTIAL = ".partial"
NAMED = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One backup: what the house was at a moment."""

    folder: Path
    at: datetime
    objects: Mapping[str, int]  # digest: bytes
    files: Mapping[str, str]  # name within the folder: SHA-256

    @property
    def name(self) -> str:
        """Return its name."""
        return self.folder.name


class Vault:
    """The backups of one house in one folder."""

    def __init__(self, folder: Path, house_id: str | None) -> None:
        """Look at an existing folder of backups.

        Args:
            house_id: whose backups have to be there; None to read anybody's.

        Raises:
            BackupPlaceMissing: it is none; perhaps the NAS is not mounted.
            BackupOfAnother: they are another house's.
        """
        self.folder = folder
        with self._at_hand():
            try:
                marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
            except (FileNotFoundError, NotADirectoryError) as error:
                raise BackupPlaceMissing(path=folder) from error
            except ValueError as error:
                raise BackupDamaged(path=folder / MARKER, detail="not-json", line=1) from error
        if house_id is not None and marker.get("house") != house_id:
            raise BackupOfAnother(path=folder)

    @classmethod
    def begin(cls, folder: Path, house_id: str) -> "Vault":
        """Make `folder` a place for backups; one that is ours already stays as it is."""
        if not (folder / MARKER).exists():
            make_folder(folder)
            _write(folder / MARKER, json.dumps({"format": 1, "house": house_id}).encode())
        return cls(folder, house_id)

    @property
    def objects(self) -> Path:
        """The folder of the objects, in the form of a folder store."""
        return self.folder / "objects"

    def keep(self, digest: str, size: int, pieces: Iterable[bytes]) -> bool:
        """Keep an object unless it is there; return whether its bytes are what its name says.

        `pieces` is read only when the object has to be copied.
        """
        place = self.objects / "sha256" / digest[:2] / digest
        with self._at_hand():
            if place.exists() and place.stat().st_size == size:
                return True
            make_folder(place.parent)
            temporary = place.with_name(f"{digest}.{new_id()}{PARTIAL}")
            found = hashlib.sha256()
            try:
                with temporary.open("wb") as file:
                    for piece in pieces:
                        found.update(piece)
                        file.write(piece)
                    file.flush()
                    os.fsync(file.fileno())
                if found.hexdigest() != digest:
                    return False
                move_into_place(temporary, place)
            finally:
                temporary.unlink(missing_ok=True)
        return True

    def add(self, files: Mapping[str, Path], objects: Mapping[str, int]) -> Snapshot:
        """Write a snapshot; durable when this returns. `files`: name, and where it lies now."""
        at = datetime.now(UTC).replace(microsecond=0)
        with self._at_hand():
            self._clear_partial()
            while (final := self.folder / "snapshots" / at.strftime(NAMED)).exists():
                at += timedelta(seconds=1)
            draft = final.with_name(final.name + PARTIAL)
            make_folder(draft)
            digests = {name: _copy(source, draft / name) for name, source in files.items()}
            manifest = {"format": 1, "files": digests, "objects": dict(sorted(objects.items()))}
            _write(draft / MANIFEST, json.dumps(manifest).encode())
            draft.rename(final)
            sync_folder(final.parent)
        return Snapshot(folder=final, at=at, objects=dict(objects), files=digests)

    def snapshots(self) -> list[Snapshot]:
        """Return every snapshot, oldest first.

        Raises:
            BackupDamaged: the manifest of one can't be read.
        """
        with self._at_hand():
            folders = sorted((self.folder / "snapshots").glob("*Z"))
            return [_read(folder) for folder in folders]

    def named(self, name: str | None) -> Snapshot:
        """Return one snapshot, or the newest.

        Raises:
            SnapshotUnknown: there is no such snapshot.
        """
        found = self.snapshots()
        wanted = [s for s in found if name is None or s.name == name]
        if not wanted:
            known = ", ".join(s.name for s in found) or "—"
            raise SnapshotUnknown(path=self.folder, name=name or "—", known=known)
        return wanted[-1]

    def forget(self, gone: Iterable[Snapshot]) -> None:
        """Take snapshots away, the manifest first, so that none is ever found half."""
        with self._at_hand():
            for snapshot in gone:
                (snapshot.folder / MANIFEST).unlink()
                shutil.rmtree(snapshot.folder)

    def clear(self) -> int:
        """Delete objects that no snapshot names, and what interrupted copies left; return how many.

        Raises:
            BackupDamaged: a manifest can't be read. Then nothing is deleted, for it may name them.
        """
        named = {digest for snapshot in self.snapshots() for digest in snapshot.objects}
        cleared = 0
        with self._at_hand():
            self._clear_partial()
            for place in self.objects.glob("sha256/??/*"):
                if place.name not in named:
                    place.unlink(missing_ok=True)
                    cleared += 1
        return cleared

    def set_aside(self, digest: str) -> None:
        """Move an object whose bytes are wrong out of the way: the next backup copies it again."""
        with self._at_hand():
            make_folder(self.folder / "damaged")
            place = self.objects / "sha256" / digest[:2] / digest
            place.replace(self.folder / "damaged" / digest)

    def _clear_partial(self) -> None:
        for left in (self.folder / "snapshots").glob(f"*{PARTIAL}"):
            shutil.rmtree(left)
        for emptied in (self.folder / "snapshots").glob("*Z"):
            if not (emptied / MANIFEST).exists():  # being forgotten when the power failed
                shutil.rmtree(emptied)

    @contextmanager
    def _at_hand(self) -> Iterator[None]:
        """Say in words what a full, read-only or vanished disk does not allow."""
        try:
            with disk_errors(self.folder):
                yield
        except FileNotFoundError as error:
            raise BackupPlaceLost(path=self.folder) from error
        except OSError as error:  # a share that went away: ESTALE, EIO, ENOTCONN, EHOSTDOWN …
            raise BackupPlaceLost(path=self.folder) from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(folder: Path) -> Snapshot:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        return Snapshot(
            folder=folder,
            at=datetime.strptime(folder.name, NAMED).replace(tzinfo=UTC),
            objects={str(digest): int(size) for digest, size in manifest["objects"].items()},
            files={str(name): str(digest) for name, digest in manifest["files"].items()},
        )
    except FileNotFoundError as error:
        raise BackupDamaged(path=path, detail="field-missing", where=MANIFEST) from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise BackupDamaged(path=path, detail="not-json", line=1) from error


def _copy(source: Path, target: Path) -> str:
    make_folder(target.parent)
    shutil.copyfile(source, target)
    sync_file(target)
    sync_folder(target.parent)
    return sha256_of(target)


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(path.name + PARTIAL)
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    move_into_place(temporary, path)
