"""One supervisor a data folder: a lock that the kernel gives back when its holder dies."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from lessons.errors import DataFolderInUse
from storage.durable import disk_errors


class FolderLock:
    """Held from `__enter__` to `__exit__`, or to the end of the process, whatever ends it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor = -1

    def __enter__(self) -> "FolderLock":
        """Take the lock.

        Raises:
            DataFolderInUse: somebody else has it.
        """
        path = self._folder / "guanke.lock"
        with disk_errors(self._folder):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            pid = path.read_text().strip() or "?"
            raise DataFolderInUse(path=self._folder, pid=pid) from error
        with suppress(OSError):  # on a full disk it is held all the same, only without a name
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, str(os.getpid()).encode())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back."""
        os.close(self._descriptor)
