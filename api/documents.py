"""Keeps an uploaded document: small enough to come in one request."""

import hashlib
from pathlib import Path

from fastapi import UploadFile

from api.services import Services
from lessons import new_id
from lessons.errors import MediaTooLarge
from storage.durable import disk_errors, make_folder
from storage.evidence import Document

PIECE = 4 << 20


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
