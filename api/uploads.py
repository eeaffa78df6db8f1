"""Writes what is uploaded to the disk, piece by piece, while others are served."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from fastapi import UploadFile
from fastapi.concurrency import run_in_threadpool

from api.services import Services
from lessons import new_id
from lessons.errors import MediaTooLarge
from storage.durable import disk_errors, make_folder
from storage.evidence import Document

PIECE = 4 << 20


async def receive(stream: AsyncIterator[bytes], services: Services, file_name: str) -> Path:
    """Return a new file below `services.uploads` with all that `stream` gave.

    Memory stays flat: small pieces are gathered into one write, done in a thread.

    Raises:
        MediaTooLarge: more came than is allowed; nothing was kept.
        DiskFull: there is no room; nothing was kept.
    """
    await run_in_threadpool(make_folder, services.uploads)
    path = services.uploads / f"{new_id()}.bin"
    limit = services.max_upload_bytes
    size, gathered = 0, bytearray()
    file = await run_in_threadpool(_open, path)
    with ExitStack() as undo:  # a client that went away ends up here too, as a cancellation
        undo.callback(path.unlink, missing_ok=True)
        undo.callback(file.close)
        async for piece in stream:
            size += len(piece)
            if size > limit:
                raise MediaTooLarge(file=file_name, detail=f"more than {limit} bytes")
            gathered += piece
            if len(gathered) >= PIECE:
                await run_in_threadpool(_write, file, path, bytes(gathered))
                gathered.clear()
        await run_in_threadpool(_finish, file, path, bytes(gathered))
        undo.pop_all()
    return path


def keep_document(upload: UploadFile, services: Services) -> Document:
    """Put an uploaded document into the store and return what is known of it.

    Raises:
        MediaTooLarge: it is larger than documents may be.
        DiskFull: there is no room.
    """
    make_folder(services.uploads)
    path = services.uploads / f"{new_id()}.bin"
    name = Path(upload.filename or "").name or "document"
    digest, size = hashlib.sha256(), 0
    try:
        with disk_errors(path), path.open("xb") as file:
            while piece := upload.file.read(PIECE):
                size += len(piece)
                if size > services.max_document_bytes:
                    raise MediaTooLarge(file=name, detail="document")
                digest.update(piece)
                file.write(piece)
        services.store.put(path, digest.hexdigest())
    finally:
        path.unlink(missing_ok=True)
    return Document(
        digest=digest.hexdigest(),
        name=name,
        bytes=size,
        media_type=upload.content_type or "application/octet-stream",
    )


def _open(path: Path) -> BinaryIO:
    with disk_errors(path):
        return path.open("xb")


def _write(file: BinaryIO, path: Path, piece: bytes) -> None:
    with disk_errors(path):
        file.write(piece)


def _finish(file: BinaryIO, path: Path, rest: bytes) -> None:
    with disk_errors(path):
        file.write(rest)
        file.flush()
        os.fsync(file.fileno())
        file.close()
