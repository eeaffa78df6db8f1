"""What the school keeps: lessons, and the recordings they were filmed in."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lessons.media import MediaInfo
from lessons.timing import Span


class RecordingState(StrEnum):
    """Where a recording is. It only ever moves to the right, except by an explicit retry."""

    ADMITTED = "admitted"  # its bytes are safe; nothing is known of them yet
    PROCESSING = "processing"
    READY = "ready"  # every step is done
    FAILED = "failed"  # a step ended for good; the reason stands with the step


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One file that came in (课堂实录). The same bytes are the same recording."""

    id: str
    sha256: str
    bytes: int
    file_name: str  # as the user called it; shown, never used as a path
    state: RecordingState
    language: str | None  # zh, en; None: find out
    info: MediaInfo | None
    created_at: datetime
    school_group_id: str
    uploaded_by: str | None = None  # a person; None: the system


@dataclass(frozen=True, kw_only=True)
class LessonPart(Span):
    """A stretch of a recording that belongs to a lesson. Trimming moves its ends, not the media."""

    recording_id: str


@dataclass(frozen=True, kw_only=True)
class LessonFacts:
    """What people write about a lesson; everything but the topic may be unknown."""

    title: str  # 课题
    teacher: str | None = None
    subject: str | None = None
    grade: str | None = None
    class_name: str | None = None
    term: str | None = None
    textbook_unit: str | None = None
    group: str | None = None  # 教研组
    room: str | None = None
    taught_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Lesson(LessonFacts):
    """One lesson (课), as a teacher would name it."""

    id: str
    school_group_id: str
    campus_id: str | None = None
    teacher_id: str | None = None  # whose it is; None: unclaimed (待认领)
    parts: tuple[LessonPart, ...] = ()
    revision: int = 1  # rises with each change; a stale writer is told so
    created_at: datetime
