"""Makes a recording of an upload that has arrived: exactly once, whoever comes first.

Between any two lines the process may be killed. The row stays `complete` until the one transaction
that makes the recording, so that the next one to look does it again; the bytes are linked into the
store, which changes nothing when it is done twice.
"""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from ingest.admit import enter
from ingest.fingerprint import fingerprint_of
from lessons import Upload, UploadState
from lessons.errors import TransientFault
from lessons.trace import facts
from lessons.upload_errors import UploadDamaged
from lessons.uploads import signed_by
from storage import lessons, people, uploads
from storage.database import Database
from storage.growing import SUFFIX, place
from storage.objects import ObjectStore

log = logging.getLogger("guanke.uploads")


def finish(
    upload: Upload,
    *,
    database: Database,
    store: ObjectStore,
    folder: Path,
    digest: str | None = None,
) -> Upload:
    """Admit a complete upload; return how it stands then.

    Args:
        folder: where uploads grow.
        digest: its SHA-256 where that is known; else the file is read once more.

    Raises:
        UploadDamaged: it is not what its sender announced; nothing was kept.
        DiskFull: there is no room for the record; it is tried again.
    """
    path = place(folder, upload.id)
    try:
        found = digest or _sha256(path)
        if upload.claimed_sha256 not in (None, found):
            _refuse(upload, database, path)
        twin = fingerprint_of(path)
        store.put(path, found)
    except FileNotFoundError:  # somebody else was quicker
        return _now(database, upload)
    with database.write() as connection:
        upload = uploads.get(connection, upload.id)  # its facts as they are now
        if upload.state is UploadState.COMPLETE:
            actor = signed_by(upload)
            recording, new = enter(
                connection,
                sha256=found,
                size=upload.bytes,
                fingerprint=twin,
                file_name=upload.file_name,
                language=upload.language,
                actor=actor,
                recording_id=upload.id,
            )
            lesson = lessons.of_recording(
                connection,
                recording,
                upload.facts,
                actor=actor,
                teacher_id=people.whose(connection, actor, upload.facts.teacher),
            )
            uploads.settle(connection, upload.id, recording, lesson.id, new=new)
            told = facts(trace=recording.id, upload=upload.id, bytes=upload.bytes, new=new)
            log.info("recording admitted", extra=told)
    path.unlink(missing_ok=True)
    return _now(database, upload)


def _refuse(upload: Upload, database: Database, path: Path) -> NoReturn:
    error = UploadDamaged(file=upload.file_name)
    with database.write() as connection:
        uploads.refuse(connection, upload.id, error)
    path.unlink(missing_ok=True)
    raise error


def finish_all(
    *,
    database: Database,
    store: ObjectStore,
    folder: Path,
    digest_of: Callable[[Upload], str | None] = lambda _: None,
) -> int:
    """Admit whatever is complete and was left so by a process that died; return how many.

    Args:
        digest_of: returns the SHA-256 of an upload where it is known.
    """
    with database.read() as connection:
        waiting = uploads.complete(connection)
    done = 0
    for upload in waiting:
        try:
            digest = digest_of(upload)
            finish(upload, database=database, store=store, folder=folder, digest=digest)
            done += 1
        except (UploadDamaged, TransientFault) as error:
            cause = facts(trace=upload.id, cause=error.code)
            log.warning("an upload could not be admitted", extra=cause)
    return done


def collect(*, database: Database, folder: Path) -> int:
    """End expired uploads, and remove the bytes of every upload that is over; return how many."""
    with database.write() as connection:
        uploads.expire(connection)
    with database.read() as connection:  # after the write: a new upload has its row before its file
        files = list(folder.glob(f"*{SUFFIX}"))
        live = uploads.live_ids(connection)
    gone = [path for path in files if path.name.removesuffix(SUFFIX) not in live]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _now(database: Database, upload: Upload) -> Upload:
    with database.read() as connection:
        return uploads.get(connection, upload.id)
