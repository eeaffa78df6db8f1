"""What travels over the API and is no noun of its own: pages, and changes to nouns.

A change is the noun's own facts and the revision it was made from, so that no field is written
down twice and a stale writer is told so (409).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from lessons import EvidenceKind, Lesson, Recording, Segment, Step, Transcript
from lessons.evidence import ClipFacts
from lessons.records import LessonFacts, LessonPart
from lessons.remedies import Remedy
from storage.kept import KeptUtterance
from storage.queue import LessonName

Item = TypeVar("Item")
MAX_NAME = 200

After = Annotated[
    str | None,
    Query(description="`next` of the page before; leave it out for the first.", max_length=120),
]
Limit = Annotated[int, Query(ge=1, le=200, description="How many items at most.")]


class Page(BaseModel, Generic[Item]):
    """Some of a list, and where the next page starts: null when this is the last."""

    items: Sequence[Item]
    next: str | None = None


def page_of(items: Sequence[Item], limit: int, cursor: Callable[[Item], str]) -> Page[Item]:
    """Return a page of at most `limit`, out of items that were asked for one too many."""
    shown = items[:limit]
    return Page(items=shown, next=cursor(shown[-1]) if len(items) > limit else None)


@dataclass(frozen=True, kw_only=True)
class NewLesson(LessonFacts):
    """A lesson to keep, with the stretches of recordings that it is."""

    parts: tuple[LessonPart, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LessonEdit(LessonFacts):
    """All that people write about a lesson, as it shall read from now on."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class PartEdit(LessonPart):
    """A stretch of a recording, to keep or to leave out of a lesson."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class LessonSplit(LessonFacts):
    """Where a lesson is cut in two, and what the second of them is called."""

    revision: int
    recording_id: str
    at_ms: int


@dataclass(frozen=True, kw_only=True)
class LessonJoin:
    """Another lesson that comes behind this one."""

    revision: int
    other_id: str


@dataclass(frozen=True, kw_only=True)
class TwoLessons:
    """What became of a lesson that was cut in two."""

    first: Lesson
    second: Lesson


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a step stands still, in words, and what helps."""

    step: str
    cause: str
    remedy: Remedy
    next_action: str
    can_retry: bool  # by hand; a passing fault is tried again by itself


@dataclass(frozen=True, kw_only=True)
class ShownStep(Step):
    """A step, and why it failed in words."""

    reason: str | None = None
    failure: Failure | None = None


@dataclass(frozen=True, kw_only=True)
class ShownRecording(Recording):
    """A recording, how far its processing is (0 to 1), and how long it will take.

    `place` is 1 for who is next in line, null for who is being worked on. `seconds_left` is an
    estimate from earlier recordings, null while there are none.
    """

    progress: float
    steps: tuple[ShownStep, ...]
    wanted: tuple[str, ...]  # the kinds of step it goes through, in order
    lessons: tuple[LessonName, ...]
    place: int | None = None
    seconds_left: int | None = None
    failure: Failure | None = None
    notes: tuple[str, ...] = ()  # what was odd about the upload and accepted all the same


@dataclass(frozen=True, kw_only=True)
class ManyRecordings:
    """Recordings to do the same with."""

    recording_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class KeptTranscript(Transcript):
    """The transcript as it reads now, its lines with their ids."""

    revision: int
    utterances: tuple[KeptUtterance, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UtteranceEdit:
    """A line as it shall read from now on."""

    revision: int
    text: str
    speaker: str | None = None


@dataclass(frozen=True, kw_only=True)
class UtteranceSplit:
    """Where a line is cut in two: the second begins at this character of the text."""

    revision: int
    offset: int


@dataclass(frozen=True, kw_only=True)
class Revised:
    """The revision of something that was read; 409 when there is a newer one."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class SegmentEdit(Segment):
    """A phase of the lesson as it shall stand from now on."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class Acceptance(ClipFacts):
    """A suggestion taken over as a clip, as it stood or changed."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class Dismissal:
    """A suggestion put aside, and why."""

    revision: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class NewClip(ClipFacts):
    """A clip to make; it plays at once."""

    recording_id: str


@dataclass(frozen=True, kw_only=True)
class ClipEdit(ClipFacts):
    """A clip as it shall be from now on."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class NewEvidenceSet:
    """What an evidence set is begun for."""

    competency: str
    lesson_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewEvidenceItem:
    """A clip or a reflection for a set; documents are uploaded."""

    kind: EvidenceKind
    requirement: str
    clip_id: str | None = None
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of a reflection."""

    text: str
