"""Takes a file in: copied once while it is hashed, and on the disk before anyone is told."""

import hashlib
import mimetypes
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from ingest.fingerprint import fingerprint_of
from lessons import Recording, new_id
from lessons.errors import MediaEmpty, MediaMissing, MediaRefused
from processing.plan import StepKind, due, wanted
from storage import recordings, steps
from storage.database import Database
from storage.durable import disk_errors, make_folder
from storage.objects import ObjectStore

PIECE = 4 << 20


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
        DiskFull: there was no room; the original is untouched.
    """
    _check(path, file_name)
    make_folder(uploads)
    copy = uploads / f"{new_id()}.bin"
    try:
        with disk_errors(uploads):
            digest, size = _copy(path, copy)
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
    parameters: Mapping[StepKind, Mapping[str, object]] | None = None,
) -> tuple[Recording, bool]:
    """Make a recording of bytes that are in the store, with its first steps, in one transaction."""
    recording, fresh = recordings.admit(
        connection,
        sha256=sha256,
        size=size,
        fingerprint=fingerprint,
        file_name=file_name,
        media_type=mimetypes.guess_type(file_name)[0] or "application/octet-stream",
        language=language,
        actor=actor,
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


def _check(path: Path, file_name: str) -> None:
    try:
        facts = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MediaMissing(file=file_name) from error
    if not stat.S_ISREG(facts.st_mode):
        raise MediaRefused(file=file_name, detail="not-a-file")
    if facts.st_size == 0:
        raise MediaEmpty(file=file_name)


def _copy(source: Path, target: Path) -> tuple[str, int]:
    """Copy, hashing on the way; the copy is on the disk when this returns."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reading, target.open("xb") as writing:
        while piece := reading.read(PIECE):
            digest.update(piece)
            size += len(piece)
            writing.write(piece)
        writing.flush()
        os.fsync(writing.fileno())
    return digest.hexdigest(), size
