"""What colleagues say of a lesson: comments, their threads, and who is named in them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lessons.anchoring import Anchor


class CommentSubject(StrEnum):
    """What a comment is about."""

    LESSON = "lesson"
    SEGMENT = "segment"
    CLIP = "clip"
    EVIDENCE_SET = "evidence_set"


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A colleague who is named in a comment, and told of it."""

    person_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A remark, pinned to a moment and to the words said there, so that it stays with the words.

    A comment that answers another names the one that began the thread.
    """

    id: str
    subject: CommentSubject
    subject_id: str
    lesson_id: str | None = None
    recording_id: str | None = None  # whose clock the anchor is on
    item_id: str | None = None  # the evidence item it is about, where the subject is a set
    thread_id: str | None = None  # None: it begins one
    review_id: str | None = None  # the review it belongs to, and is as private as
    author_id: str | None = None  # None: hidden, or no longer known
    author: str
    text: str
    anchor: Anchor | None = None  # None: it is about the whole
    mentions: tuple[Mention, ...] = ()
    resolved_by: str | None = None  # who marked it 已回应
    resolved_at: datetime | None = None
    revision: int = 1
    created_at: datetime
    edited_at: datetime | None = None
