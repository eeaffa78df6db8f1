"""Addresses of media that only their owner can use, for a few minutes: a signed part of the path.

A ticket names one thing (a recording, a clip, a document), the session it was given to and when it
ends. It stands in the path, so that the relative addresses inside playlists carry it on. It opens
nothing by itself: the session has to live, and its owner has to be allowed at that moment.
"""

import base64
import binascii
import hashlib
import hmac
import time
from dataclasses import dataclass
from enum import StrEnum

LIVES_S = 600
SIGNATURE_BYTES = 20  # of SHA-256: more than anybody can guess in ten minutes, or ever


class Opens(StrEnum):
    """What a ticket opens."""

    RECORDING = "r"
    CLIP = "c"
    DOCUMENT = "d"
    REVIEW = "v"  # a review and one of its items: REVIEW/ITEM


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """Who may have what, and until when."""

    opens: Opens
    subject_id: str
    holder: str  # "s" and the id of a session, or "k" and that of an API key
    expires_at: int  # seconds since 1970


def issue(secret: bytes, opens: Opens, subject_id: str, holder: str) -> tuple[str, Ticket]:
    """Return a ticket as a part of a path, and what it says."""
    ticket = Ticket(
        opens=opens, subject_id=subject_id, holder=holder, expires_at=int(time.time()) + LIVES_S
    )
    said = f"{opens}:{subject_id}:{holder}:{ticket.expires_at}".encode()
    return _text(said + _signature(secret, said)), ticket


def read(secret: bytes, text: str) -> Ticket | None:
    """Return what a ticket says; None for one that is not ours, or over."""
    try:
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    said, signature = whole[:-SIGNATURE_BYTES], whole[-SIGNATURE_BYTES:]
    if _text(whole) != text or not hmac.compare_digest(signature, _signature(secret, said)):
        return None
    opens, subject_id, holder, expires_at = said.decode().split(":")
    if int(expires_at) <= time.time():
        return None
    return Ticket(
        opens=Opens(opens), subject_id=subject_id, holder=holder, expires_at=int(expires_at)
    )


def _signature(secret: bytes, said: bytes) -> bytes:
    return hmac.new(secret, said, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def _text(whole: bytes) -> str:
    return base64.urlsafe_b64encode(whole).rstrip(b"=").decode()
