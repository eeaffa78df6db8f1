"""A file on its way in, and the receipt for one that has arrived."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lessons.people import Signature
from lessons.records import LessonFacts


class UploadState(StrEnum):
    """Where an upload is. Only `receiving` takes bytes."""

    RECEIVING = "receiving"
    COMPLETE = "complete"  # every byte is on the disk; it is about to become a recording
    ADMITTED = "admitted"  # it is a recording
    REFUSED = "refused"  # what arrived is not what was announced; nothing was kept
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # nobody went on with it for too long


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One file on its way in (上传). What is acknowledged by `offset` is safe on the disk."""

    id: str
    file_name: str  # as the user calls it; shown, never used as a path
    bytes: int  # as announced, and reserved
    offset: int  # how many of them are on the disk
    state: UploadState
    facts: LessonFacts  # what will be said of the lesson; may change until it is admitted
    language: str | None = None  # zh, en; None: find out
    fingerprint: str | None = None  # of size, head and tail: a hint that two files are the same
    claimed_sha256: str | None = None  # what the sender says the bytes are
    sha256: str | None = None  # what they are
    recording_id: str | None = None
    lesson_id: str | None = None
    new: bool | None = None  # false: the same bytes were here already
    uploaded_by: str  # a name
    uploader_id: str | None = None  # whose; None: the system
    school_group_id: str
    revision: int = 1
    attempt: int = 0  # the fencing token of whoever writes
    error_code: str | None = None
    error_facts: Mapping[str, object] | None = None
    expires_at_ms: int  # on the database's clock; each byte that arrives moves it
    created_at: datetime


def signed_by(upload: Upload) -> str:
    """Return the name of who sends an upload, with whose it is; that of the system is plain."""
    if upload.uploader_id is None:
        return upload.uploaded_by
    return Signature(
        upload.uploaded_by,
        person_id=upload.uploader_id,
        school_group_id=upload.school_group_id,
    )


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What proves that a file has arrived (入库凭证): its bytes are stored, and were read back."""

    recording_id: str
    file_name: str
    sha256: str
    bytes: int
    received_at: datetime
    received_by: str
    audit_line: str  # digest of the line in the audit, which chains it to every line before
