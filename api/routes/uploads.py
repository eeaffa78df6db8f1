"""Uploads that can be resumed: tus 1.0, and what people say of a file while it comes in."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from shutil import disk_usage
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import tus
from api.policy import Anyone, Uploads
from api.receiving import Receiver
from api.schemas import After, LessonEdit, Limit, Page, page_of
from api.services import Held, Services
from lessons import Upload, UploadState
from lessons.errors import MediaEmpty, MediaTooLarge
from lessons.people import Viewer
from lessons.records import LessonFacts
from lessons.sharing import Need
from storage import twins, uploads, visibility
from storage.durable import make_folder
from storage.growing import place
from storage.twins import Twin

UNLIMITED = 1 << 62  # the upload's own length is the limit

router = APIRouter(prefix="/uploads", tags=["uploads"])


async def _receiver(request: Request) -> Receiver:
    receiver: Receiver = request.app.state.receiver
    return receiver


Receives = Annotated[Receiver, Depends(_receiver)]


@router.options("", status_code=204)
@router.options("/{upload_id}", status_code=204, include_in_schema=False)
async def describe_uploads(_: Anyone, held: Held) -> Response:
    """Tell what this server can: version, extensions, largest file, checksums."""
    return Response(
        status_code=204,
        headers={
            "tus-version": tus.VERSION,
            "tus-extension": tus.EXTENSIONS,
            "tus-max-size": str(held.max_upload_bytes),
            "tus-checksum-algorithm": ",".join(tus.ALGORITHMS),
        },
    )


@router.post("", status_code=201, max_body_size=UNLIMITED, dependencies=[tus.Tus])
async def begin_upload(
    actor: Uploads, request: Request, response: Response, held: Held, receiver: Receives
) -> Upload:
    """Begin an upload (`Upload-Length`, `Upload-Metadata`); its bytes may come along.

    With `Content-Type: application/offset+octet-stream` the body is the beginning of the file, or
    all of it. The length is reserved at once, on the disk and against the quota.
    """
    length = tus.number(request.headers, "upload-length")
    said = tus.announced(request.headers)
    if length == 0:
        raise MediaEmpty(file=said.file_name)
    if length > held.max_upload_bytes:
        raise MediaTooLarge(file=said.file_name, detail=f"> {held.max_upload_bytes}")
    body = _body(request)
    upload = await receiver.in_thread(_begin, held, said, length, actor.name)
    if body is not None:
        upload = await _take(receiver, request, upload.id, 0, body)
    response.headers["location"] = f"{tus.PREFIX}/{upload.id}"
    response.headers.update(tus.standing(upload))
    return upload


@router.head("/{upload_id}", dependencies=[tus.Tus])
async def ask_upload(actor: Uploads, held: Held, receiver: Receives, upload_id: str) -> Response:
    """Tell how many bytes are safe: the next one to send."""
    upload = await receiver.in_thread(_live, held, actor, upload_id)
    return Response(status_code=200, headers=tus.standing(upload))


@router.patch("/{upload_id}", status_code=204, max_body_size=UNLIMITED, dependencies=[tus.Tus])
async def send_bytes(
    actor: Uploads,
    _: tus.BytesOnly,
    request: Request,
    held: Held,
    receiver: Receives,
    upload_id: str,
) -> Response:
    """Send bytes for `Upload-Offset`; `Upload-Checksum` has them checked before they are kept."""
    offset = tus.number(request.headers, "upload-offset")
    await receiver.in_thread(_ours, held, actor, upload_id)
    upload = await _take(receiver, request, upload_id, offset, request.stream())
    return Response(status_code=204, headers=tus.standing(upload))


@router.delete("/{upload_id}", status_code=204, dependencies=[tus.Tus])
async def cancel_upload(actor: Uploads, held: Held, receiver: Receives, upload_id: str) -> Response:
    """Cancel an upload; its bytes go, whoever sends is stopped."""
    await receiver.in_thread(_cancel, held, actor, upload_id)
    return Response(status_code=204)


@router.get("")
def list_uploads(
    actor: Uploads,
    held: Held,
    state: Annotated[Sequence[UploadState], Query()] = (),
    after: After = None,
    limit: Limit = 50,
) -> Page[Upload]:
    """List uploads, newest first: from another computer, go on with what was begun here."""
    with held.database.read() as connection:
        seen = visibility.may_upload(actor)
        found = uploads.page(connection, seen, states=state, after=after, limit=limit + 1)
    return page_of(found, limit, attrgetter("id"))


@dataclass(frozen=True, kw_only=True)
class Twins:
    """What seems to be here already: recordings, and uploads to go on with."""

    recordings: Sequence[Twin]
    uploads: Sequence[Upload]


@router.get("/twins")
def find_twins(
    actor: Uploads,
    held: Held,
    size: Annotated[int, Query(alias="bytes", ge=1)],
    fingerprint: Annotated[str | None, Query(max_length=64)] = None,
    sha256: Annotated[str | None, Query(max_length=64)] = None,
    file_name: Annotated[str | None, Query(max_length=255)] = None,
) -> Twins:
    """Find what looks like a file before it is sent; only an equal SHA-256 is certain."""
    with held.database.read() as connection:
        return Twins(
            recordings=twins.of_recordings(
                connection,
                visibility.may_recording(actor, Need.FACTS),
                size=size,
                fingerprint=fingerprint,
                sha256=sha256,
                file_name=file_name,
            ),
            uploads=twins.of_uploads(
                connection, visibility.may_upload(actor), size=size, fingerprint=fingerprint
            ),
        )


@router.get("/{upload_id}")
def read_upload(actor: Uploads, held: Held, upload_id: str) -> Upload:
    """Read an upload: what arrived, what is said of it, and the recording it became."""
    return _ours(held, actor, upload_id)


@router.put("/{upload_id}/facts")
def write_facts(actor: Uploads, held: Held, upload_id: str, edit: LessonEdit) -> Upload:
    """Write what the lesson will be called, while its bytes come in."""
    with held.database.write() as connection:
        visibility.upload(connection, actor, upload_id)
        facts = {f.name: getattr(edit, f.name) for f in fields(LessonFacts)}
        return uploads.edit_facts(
            connection, upload_id, LessonFacts(**facts), edit.revision, actor=actor.name
        )


def _body(request: Request) -> AsyncIterator[bytes] | None:
    """Return the bytes that came with the creation, None where none did."""
    if "content-type" not in request.headers and tus.body_length(request.headers) in (None, 0):
        return None
    tus.sends_bytes(request)
    return request.stream()


async def _take(
    receiver: Receiver,
    request: Request,
    upload_id: str,
    offset: int,
    body: AsyncIterator[bytes],
) -> Upload:
    checksum = tus.checksum(request.headers)
    length = tus.body_length(request.headers)
    return await receiver.take(upload_id, offset, body, length=length, checksum=checksum)


def _begin(held: Services, said: tus.Announced, length: int, actor: str) -> Upload:
    make_folder(held.uploads)
    free = disk_usage(held.uploads).free
    with held.database.write() as connection:
        return uploads.create(
            connection,
            file_name=said.file_name,
            size=length,
            facts=said.facts,
            language=said.language,
            fingerprint=said.fingerprint,
            claimed_sha256=said.sha256,
            actor=actor,
            terms=held.upload_terms,
            free_bytes=free,
        )


def _ours(held: Services, actor: Viewer, upload_id: str) -> Upload:
    with held.database.read() as connection:
        return visibility.upload(connection, actor, upload_id)


def _live(held: Services, actor: Viewer, upload_id: str) -> Upload:
    with held.database.read() as connection:
        visibility.upload(connection, actor, upload_id)
        return uploads.standing(connection, upload_id)


def _cancel(held: Services, actor: Viewer, upload_id: str) -> None:
    with held.database.write() as connection:
        visibility.upload(connection, actor, upload_id)
        uploads.cancel(connection, upload_id, actor=actor.name)
    place(held.uploads, upload_id).unlink(missing_ok=True)
