"""An object store in a folder: `sha256/ab/abcd…`, written beside and renamed into place."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from lessons.errors import ObjectMissing
from lessons.ids import new_id
from storage.durable import disk_errors, make_folder, move_into_place, sync_file
from storage.objects import StoredObject

PIECE = 1 << 20
PARTIAL = ".partial"


class FolderStore:
    """Blobs as files below one folder of the data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_folder(folder / "sha256")

    def _place(self, digest: str) -> Path:
        return self.folder / "sha256" / digest[:2] / digest

    def put(self, path: Path, digest: str) -> None:
        """Keep the file at `path`; on the same disk it is linked, elsewhere copied."""
        place = self._place(digest)
        if place.exists():
            os.utime(place)  # young again: the janitor leaves it until it is named
            return
        make_folder(place.parent)
        temporary = place.with_name(f"{digest}.{new_id()}{PARTIAL}")
        with disk_errors(self.folder):
            try:
                sync_file(path)
                _link_or_copy(path, temporary)
                temporary.chmod(0o440)
                move_into_place(temporary, place)
            finally:
                temporary.unlink(missing_ok=True)

    def has(self, digest: str) -> bool:
        """Return whether the blob is there."""
        return self._place(digest).exists()

    def size(self, digest: str) -> int:
        """Return its length in bytes."""
        return self._existing(digest).stat().st_size

    def read(self, digest: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield its bytes in pieces of a megabyte at most."""
        with self._existing(digest).open("rb") as file:
            file.seek(start)
            left = length if length is not None else self.size(digest)
            while left > 0 and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece

    def fetch(self, digest: str, scratch: Path) -> Path:  # noqa: ARG002  # other stores copy there
        """Return the store's own file."""
        return self._existing(digest)

    def delete(self, digest: str) -> None:
        """Forget the blob, if it is there."""
        self._place(digest).unlink(missing_ok=True)

    def sweep(self, older_than_s: float) -> int:
        """Clear what killed `put`s left half-written that long ago."""
        swept = 0
        for partial in (self.folder / "sha256").glob(f"??/*{PARTIAL}"):
            if time.time() - partial.stat().st_mtime >= older_than_s:
                partial.unlink(missing_ok=True)
                swept += 1
        return swept

    def objects(self) -> Iterator[StoredObject]:
        """Yield every blob."""
        now = time.time()
        for place in (self.folder / "sha256").glob("??/*"):
            if place.suffix != PARTIAL:
                facts = place.stat()
                yield StoredObject(
                    digest=place.name, bytes=facts.st_size, age_s=now - facts.st_mtime
                )

    def _existing(self, digest: str) -> Path:
        place = self._place(digest)
        if not place.exists():
            raise ObjectMissing(digest=digest)
        return place


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(source, target)
        sync_file(target)
