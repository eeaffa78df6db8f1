"""The file of an upload while it grows: written at its offset, by one writer, synced on demand."""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from lessons.upload_errors import UploadBusy, UploadDamaged
from storage.durable import disk_errors, sync_folder

SUFFIX = ".upload"


def place(folder: Path, upload_id: str) -> Path:
    """Return where the bytes of an upload are."""
    return folder / f"{upload_id}{SUFFIX}"


class GrowingFile:
    """The open file of one writer.

    The lease in the database keeps two processes apart, the kernel's lock a writer that hangs in
    a write from the one that took over: it goes when the process dies, and not before.
    """

    def __init__(self, path: Path, offset: int) -> None:
        """Open the file and cut off what was written after `offset` and never acknowledged.

        Raises:
            UploadBusy: a former writer still hangs in a write.
            UploadDamaged: the disk lost bytes that it had promised to keep.
            FileNotFoundError: the upload was ended meanwhile.
            DiskFull: there is no room for even a name.
        """
        self._path = path
        self.position = offset
        begins = os.O_CREAT if offset == 0 else 0  # its row was there before
        with disk_errors(path):
            self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC | begins, 0o640)
        try:
            if begins:
                sync_folder(path.parent)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(self._file).st_size < offset:
                raise UploadDamaged(file=path.name)
            os.ftruncate(self._file, offset)
        except BlockingIOError as error:
            self.close()
            raise UploadBusy from error
        except BaseException:
            self.close()
            raise

    def write(self, pieces: Sequence[bytes]) -> None:
        """Put `pieces` behind what is there.

        Raises:
            DiskFull: there is no room; call `cut_back` before the next write.
        """
        left = [memoryview(piece) for piece in pieces]
        with disk_errors(self._path):
            while left:
                written = os.pwritev(self._file, left[:512], self.position)
                self.position += written
                while left and written >= len(left[0]):
                    written -= len(left.pop(0))
                if written:
                    left[0] = left[0][written:]

    def sync(self) -> None:
        """Wait until what was written is on the disk."""
        with disk_errors(self._path):
            os.fdatasync(self._file)

    def cut_back(self, offset: int) -> None:
        """Take away what comes after `offset`."""
        os.ftruncate(self._file, offset)
        self.position = offset

    def close(self) -> None:
        """Let the next writer in."""
        os.close(self._file)
