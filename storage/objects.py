"""The object store as the rest of the house sees it: immutable blobs, named by their SHA-256."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """One blob, as a listing shows it."""

    digest: str
    bytes: int
    age_s: float  # since it was written


class ObjectStore(Protocol):
    """Where blobs live. The contract suite in `tests/contract` runs over each implementation."""

    def put(self, path: Path, digest: str) -> None:
        """Keep the file at `path`, whose SHA-256 is `digest`; it is durable when this returns.

        Putting the same digest again changes nothing. The file at `path` may be taken away.

        Raises:
            DiskFull: there is no room; nothing was kept.
        """

    def has(self, digest: str) -> bool:
        """Return whether the blob is there."""

    def size(self, digest: str) -> int:
        """Return its length in bytes.

        Raises:
            ObjectMissing: it is not there.
        """

    def read(self, digest: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from `start`, `length` of them or all the rest, in pieces.

        Raises:
            ObjectMissing: it is not there.
        """

    def fetch(self, digest: str, scratch: Path) -> Path:
        """Return a local file with the blob's bytes, read-only; it may be the store's own.

        Raises:
            ObjectMissing: it is not there.
        """

    def delete(self, digest: str) -> None:
        """Forget the blob, if it is there."""

    def sweep(self, older_than_s: float) -> int:
        """Clear what killed `put`s left half-written that long ago; return how many there were."""

    def objects(self) -> Iterator[StoredObject]:
        """Yield every blob there is."""
