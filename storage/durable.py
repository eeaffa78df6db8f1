"""Every durable step on disk, in one place: what is acknowledged has been synced before.

A power cut may take a rename back unless the folder is synced too, so each move ends with that.
"""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from lessons.errors import DataFolderUnusable, DiskFull
from lessons.wording import disk_cause

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # EFBIG: a limit on file sizes
_REFUSED = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST}


@contextlib.contextmanager
def full_disk(path: Path) -> Iterator[None]:
    """Turn a full disk below `path` into an error a person understands."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(path=path) from error
        raise
    except sqlite3.OperationalError as error:
        if "disk is full" in str(error) or "disk I/O error" in str(error):
            raise DiskFull(path=path) from error
        raise


@contextlib.contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn a full or read-only disk below `path` into an error a person understands."""
    try:
        with full_disk(path):
            yield
    except OSError as error:
        if error.errno in _REFUSED:
            raise DataFolderUnusable(path=path, detail=disk_cause(error)) from error
        raise


def sync_file(path: Path) -> None:
    """Wait until the bytes of `path` are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_into_place(temporary: Path, final: Path) -> None:
    """Rename a finished, synced file to where it stays; both are on the same disk."""
    temporary.replace(final)
    sync_folder(final.parent)


def make_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it."""
    with disk_errors(folder):
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folder.parent)
