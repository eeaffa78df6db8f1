"""The words of tus 1.0 (https://tus.io/protocols/resumable-upload): what its headers say."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from email.utils import format_datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lessons import Upload
from lessons.errors import RequestFault
from lessons.records import LessonFacts
from lessons.upload_errors import NotAnUploadBody, ProtocolRefused

VERSION = "1.0.0"
PREFIX = "/api/v1/uploads"
BODY = "application/offset+octet-stream"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
ALGORITHMS = ("sha256", "sha1")


def speaks_tus(request: Request) -> None:
    """Refuse a caller of another version, before anything is read.

    Raises:
        ProtocolRefused: it named another version, or none.
    """
    if request.headers.get("tus-resumable") != VERSION:
        raise ProtocolRefused(version=VERSION)


def sends_bytes(request: Request) -> None:
    """Refuse a body that is not bytes for an offset.

    Raises:
        NotAnUploadBody: it is something else.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != BODY:
        raise NotAnUploadBody


Tus = Depends(speaks_tus)


def number(headers: Headers, name: str) -> int:
    """Return a count of bytes from a header.

    Raises:
        RequestFault: it is missing, or no whole number.
    """
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise RequestFault(detail=f"{name}: {text or '—'}")
    return int(text)


def body_length(headers: Headers) -> int | None:
    """Return how long the body is, None where it does not say (chunked)."""
    return number(headers, "content-length") if "content-length" in headers else None


@dataclass(frozen=True, kw_only=True)
class Checksum:
    """What the bytes of one request have to come to."""

    algorithm: str
    digest: bytes


def checksum(headers: Headers) -> Checksum | None:
    """Return what `Upload-Checksum` says.

    Raises:
        RequestFault: the algorithm is not known here, or the value is no base64.
    """
    said = headers.get("upload-checksum")
    if said is None:
        return None
    algorithm, _, value = said.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise RequestFault(detail="Upload-Checksum") from error
    if algorithm not in ALGORITHMS or len(digest) != hashlib.new(algorithm).digest_size:
        raise RequestFault(detail=f"Upload-Checksum: {algorithm}")
    return Checksum(algorithm=algorithm, digest=digest)


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What is said of a file when its upload begins."""

    file_name: str
    facts: LessonFacts
    language: str | None
    fingerprint: str | None
    sha256: str | None


def announced(headers: Headers) -> Announced:
    """Return what `Upload-Metadata` says; without a title the file's name is the topic.

    Raises:
        RequestFault: there is no file name, or the header can't be read.
    """
    said = _metadata(headers.get("upload-metadata", ""))
    name = said.get("filename") or said.get("name") or ""
    name = PurePosixPath(PureWindowsPath(name).as_posix()).name[:255]
    if not name:
        raise RequestFault(detail="Upload-Metadata: filename")
    known = {f.name: said[f.name].strip() or None for f in fields(LessonFacts) if f.name in said}
    taught_on = known.pop("taught_on", None)
    title = known.pop("title", None) or PurePosixPath(name).stem
    try:
        day = date.fromisoformat(taught_on) if taught_on else None
    except ValueError as error:
        raise RequestFault(detail=f"taught_on: {taught_on}") from error
    return Announced(
        file_name=name,
        facts=LessonFacts(title=title, taught_on=day, **known),
        language=said.get("language") or None,
        fingerprint=_digest(said.get("fingerprint")),
        sha256=_digest(said.get("sha256")),
    )


def _metadata(text: str) -> Mapping[str, str]:
    pairs = (pair.strip().partition(" ") for pair in text.split(",") if pair.strip())
    try:
        return {k: base64.b64decode(v, validate=True).decode() for k, _, v in pairs}
    except (binascii.Error, UnicodeDecodeError) as error:
        raise RequestFault(detail="Upload-Metadata") from error


def _digest(text: str | None) -> str | None:
    """Return a SHA-256 in hex, None for what is none: a hint that can't be read is no hint."""
    value = (text or "").lower()
    return value if len(value) == 64 and set(value) <= set("0123456789abcdef") else None


def standing(upload: Upload) -> dict[str, str]:
    """Return the headers that say how an upload stands."""
    until = datetime.fromtimestamp(upload.expires_at_ms / 1000, UTC)
    return {
        "upload-offset": str(upload.offset),
        "upload-length": str(upload.bytes),
        "upload-expires": format_datetime(until, usegmt=True),
    }


class TusHeaders:
    """ASGI middleware: each answer below `/uploads` names the version, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the header added."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("tus-resumable", VERSION)
            await send(message)

        await self.app(scope, receive, send_named)


BytesOnly = Annotated[None, Depends(sends_bytes)]
