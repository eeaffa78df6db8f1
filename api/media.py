"""Sends blobs of the store, whole or in part (RFC 9110 §13 and §14).

Their content type is what we made or decided, never what a browser might guess.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from storage.objects import ObjectStore

FOREVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)", re.IGNORECASE)


class RangeOutside(ValueError):
    """The range begins after the end."""


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the length that a Range header asks for; None means all.

    A header that is not understood, or asks for several ranges, is answered with the whole, which
    the standard allows.

    Raises:
        RangeOutside: no byte of it exists.
    """
    found = _RANGE.fullmatch(header.strip())
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        length = min(int(last), size)
        if length == 0:
            raise RangeOutside
        return size - length, length
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise RangeOutside
    end = min(int(last), size - 1) if last else size - 1
    return start, end - start + 1


def bytes_answered(request: Request, digest: str, size: int) -> tuple[int, int]:
    """Return from where to where in a blob the answer to a request will be.

    A range counts only where If-Range, if it is there, names this very blob: else all is sent.
    """
    etag = f'"{digest}"'
    try:
        found = parse_range(request.headers.get("range", ""), size)
    except RangeOutside:
        return size, size
    stale = request.headers.get("if-range", etag) != etag
    start, length = found if found and not stale else (0, size)
    return start, start + length


def blob(
    request: Request,
    store: ObjectStore,
    digest: str,
    media_type: str,
    *,
    download_as: str | None = None,
) -> Response:
    """Return the answer for a GET or HEAD of one blob.

    Raises:
        ObjectMissing: the store has lost it.
    """
    size = store.size(digest)
    etag = f'"{digest}"'
    headers = {
        "accept-ranges": "bytes",
        "cache-control": FOREVER if request.query_params.get("v") else ASK_AGAIN,
        "etag": etag,
    }
    if download_as is not None:
        headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(download_as)}"
    if _names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    start, length, status = 0, size, 200
    if request.headers.get("if-range", etag) == etag:
        try:
            asked = parse_range(request.headers.get("range", ""), size)
        except RangeOutside:
            raise HTTPException(416, headers={"content-range": f"bytes */{size}"}) from None
        if asked:
            (start, length), status = asked, 206
            headers["content-range"] = f"bytes {start}-{start + length - 1}/{size}"
    headers["content-length"] = str(length)
    return _send(request, store, digest, start, length, status, media_type, headers)


def _send(
    request: Request,
    store: ObjectStore,
    digest: str,
    start: int,
    length: int,
    status: int,
    media_type: str,
    headers: Mapping[str, str],
) -> Response:
    if request.method == "HEAD":
        return Response(status_code=status, media_type=media_type, headers=headers)
    pieces = store.read(digest, start, length)
    return StreamingResponse(pieces, status_code=status, media_type=media_type, headers=headers)


def _names(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in (tag.strip() for tag in header.split(","))
