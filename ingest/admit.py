"""Takes a file in: copied once while it is hashed, and on the disk before anyone is told."""

import errno
import hashlib
import mimetypes
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from ingest.fingerprint import fingerprint_of
from lessons import Recording, new_id
from lessons.errors import MediaEmpty, MediaMissing, MediaRefused, SourceUnreadable
from lessons.wording import reading_cause
from processing.plan import StepKind, due, wanted
from storage import recordings, steps
from storage.database import Database
from storage.durable import disk_errors, make_folder
from storage.objects import ObjectStore

PIECE = 4 << 20
_NO_SUCH_FILE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}


def admit_file(
    path: Path,
    *,
    database: Database,
    store: ObjectStore,
    uploads: Path,
    file_name: str,
    language: str | None = None,
    actor: str,
    parameters: Mapping[StepKind, Mapping[str, object]] | None = None,
) -> tuple[Recording, bool]:
    """Admit the file at `path` and let its processing begin; return it, and whether it is new.

    The same bytes are the same recording, whatever they are called. The user's file name is kept
    for showing only.

    Args:
        uploads: where the copy grows; on the same disk as the store.

    Raises:
        MediaMissing, MediaEmpty, MediaRefused: there is nothing to admit.
        SourceUnreadable: it is there, and can't be read now.
        DiskFull: there was no room; the original is untouched.
    """
    with _reading(file_name):
        _check(path, file_name)
    make_folder(uploads)
    copy = uploads / f"{new_id()}.bin"
    try:
        digest, size = _copy(path, copy, file_name)
        store.put(copy, digest)
        twin = fingerprint_of(copy)
        with database.write() as connection:
            return enter(
                connection,
                sha256=digest,
                size=size,
                fingerprint=twin,
                file_name=file_name,
                language=language,
                actor=actor,
                parameters=parameters,
            )
    finally:
        copy.unlink(missing_ok=True)


def enter(
    connection: Connection,
    *,
    sha256: str,
    size: int,
    fingerprint: str,
    file_name: str,
    language: str | None,
    actor: str,
    recording_id: str | None = None,
    parameters: Mapping[StepKind, Mapping[str, object]] | None = None,
) -> tuple[Recording, bool]:
    """Make a recording of bytes that are in the store, with its first steps, in one transaction.

    Args:
        recording_id: the upload's own id, so that one id leads from upload to clip.
    """
    recording, fresh = recordings.admit(
        connection,
        sha256=sha256,
        size=size,
        fingerprint=fingerprint,
        file_name=file_name,
        media_type=mimetypes.guess_type(file_name)[0] or "application/octet-stream",
        language=language,
        actor=actor,
        recording_id=recording_id,
    )
    if fresh:
        for planned in due(recording, {}, parameters or {}):
            steps.add(
                connection,
                recording.id,
                kind=planned.kind,
                queue=planned.queue,
                input_digest=planned.input_digest,
                params=planned.params,
            )
        recordings.settle_state(connection, recording.id, wanted(None))
        recording = recordings.get(connection, recording.id)
    return recording, fresh


@contextmanager
def _reading(file_name: str) -> Iterator[None]:
    """Tell what went wrong with the original, which may lie on a share that comes and goes."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SUCH_FILE:
            raise MediaMissing(file=file_name) from error
        raise SourceUnreadable(file=file_name, detail=reading_cause(error)) from error


def _check(path: Path, file_name: str) -> None:
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise MediaRefused(file=file_name, detail="not-a-file")
    if facts.st_size == 0:
        raise MediaEmpty(file=file_name)


def _copy(source: Path, target: Path, file_name: str) -> tuple[str, int]:
    """Copy, hashing on the way; the copy is on the disk when this returns."""
    digest, size = hashlib.sha256(), 0
    with disk_errors(target.parent), target.open("xb") as writing:
        for piece in _pieces(source, file_name):
            digest.update(piece)
            size += len(piece)
            writing.write(piece)
        writing.flush()
        os.fsync(writing.fileno())
    return digest.hexdigest(), size


def _pieces(source: Path, file_name: str) -> Iterator[bytes]:
    with _reading(file_name):
        reading = source.open("rb")
    with reading:
        while True:
            with _reading(file_name):
                piece = reading.read(PIECE)
            if not piece:
                return
            yield piece
