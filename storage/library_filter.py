"""What the library is chosen by: filters as conditions, for lessons, clips and found words alike.

Each condition includes what the viewer may look at (`storage.visibility`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from sqlalchemy import ColumnElement, Text, and_, case, cast, exists, func, or_, select

from lessons import EvidenceState, RecordingState
from lessons.people import Viewer
from lessons.sharing import Need
from storage import tables, visibility
from storage.search import SearchKind

L = tables.lesson.c
C = tables.clip.c
PART = tables.lesson_part.c
TEXTS = ("subject", "grade", "group")


class LessonState(StrEnum):
    """Where a lesson is: as far as the slowest of its recordings."""

    EMPTY = "empty"  # no recording belongs to it
    READY = "ready"
    PROCESSING = "processing"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class LibraryFilter:
    """Which lessons, or clips of which lessons; what is None does not matter."""

    subject: str | None = None
    grade: str | None = None
    group: str | None = None
    campus_id: str | None = None
    teacher_id: str | None = None
    competency: str | None = None
    taught_from: date | None = None
    taught_until: date | None = None


def search_conditions(viewer: Viewer, chosen: LibraryFilter) -> Sequence[ColumnElement[bool]]:
    """Return the conditions on `tables.search_entry` that it is of a chosen lesson or clip."""
    if chosen == LibraryFilter():
        return ()
    entry = tables.search_entry.c
    meant = select(L.id).where(*lesson_conditions(viewer, chosen))
    part = tables.lesson_part.alias()
    inside = exists().where(
        part.c.recording_id == entry.recording_id,
        part.c.lesson_id.in_(meant),
        or_(
            part.c.end_ms == 0,
            and_(part.c.start_ms < entry.end_ms, entry.start_ms < part.c.end_ms),
        ),
    )
    found_clips = (
        select(C.id)
        .select_from(tables.clip.outerjoin(tables.lesson, L.id == C.lesson_id))
        .where(*clip_conditions(viewer, chosen))
    )
    return (
        case(
            (entry.kind == SearchKind.LESSON, entry.subject_id.in_(meant)),
            (entry.kind == SearchKind.CLIP, entry.subject_id.in_(found_clips)),
            else_=inside,
        ),
    )


def lesson_conditions(
    viewer: Viewer, chosen: LibraryFilter, state: LessonState | None = None
) -> list[ColumnElement[bool]]:
    """Return the conditions on `tables.lesson` that it is chosen and may be looked at."""
    wanted = [L.id.in_(visibility.lessons_of(viewer, Need.LOOK)), *_facts(chosen)]
    if chosen.competency:
        shown = select(C.lesson_id).where(
            C.id.in_(visibility.clips_of(viewer, Need.LOOK)), _shows(chosen.competency)
        )
        wanted.append(L.id.in_(shown))
    if state:
        wanted.append(lesson_state() == state)
    return wanted


def clip_conditions(
    viewer: Viewer, chosen: LibraryFilter, state: EvidenceState | None = None
) -> list[ColumnElement[bool]]:
    """Return the conditions on clips, joined to their lessons: chosen, and to be looked at."""
    wanted = [C.id.in_(visibility.clips_of(viewer, Need.LOOK)), *_facts(chosen)]
    if chosen.competency:
        wanted.append(_shows(chosen.competency))
    if state:
        wanted.append(clip_standing(viewer) == state)
    return wanted


def _facts(chosen: LibraryFilter) -> list[ColumnElement[bool]]:
    """Return what the filter asks of a lesson; one without a date counts for the day it came."""
    wanted = [
        L[name] == value
        for name in (*TEXTS, "campus_id", "teacher_id")
        if (value := getattr(chosen, name)) is not None
    ]
    if chosen.taught_from:
        begin = datetime.combine(chosen.taught_from, time(), UTC)
        undated = and_(L.taught_on.is_(None), L.created_at >= begin)
        wanted.append(or_(L.taught_on >= chosen.taught_from, undated))
    if chosen.taught_until:
        end = datetime.combine(chosen.taught_until, time.max, UTC)
        undated = and_(L.taught_on.is_(None), L.created_at <= end)
        wanted.append(or_(L.taught_on <= chosen.taught_until, undated))
    return wanted


def _shows(competency: str) -> ColumnElement[bool]:
    return cast(C.competencies, Text).contains(json.dumps(competency), autoescape=True)


def lesson_state() -> ColumnElement[str]:
    """Return the state of `tables.lesson`: that of the recording that has come least far."""
    recording = tables.recording.c
    rank = case(
        (recording.state == RecordingState.FAILED, 3),
        (recording.state == RecordingState.READY, 1),
        else_=2,
    )
    worst = (
        select(func.max(rank))
        .join(tables.lesson_part, PART.recording_id == recording.id)
        .where(PART.lesson_id == L.id)
        .scalar_subquery()
    )
    names = {1: LessonState.READY, 2: LessonState.PROCESSING, 3: LessonState.FAILED}
    return case(
        *((worst == number, name.value) for number, name in names.items()),
        else_=LessonState.EMPTY.value,
    )


def clip_standing(viewer: Viewer) -> ColumnElement[str]:
    """Return where the evidence of a clip stands, as far as the viewer may know."""
    item, kept = tables.evidence_item.c, tables.evidence_set.c
    ranks = {
        EvidenceState.PASSED: 4,
        EvidenceState.RETURNED: 3,
        EvidenceState.SUBMITTED: 2,
        EvidenceState.DRAFT: 1,
    }
    rank = case(*((kept.state == state, number) for state, number in ranks.items()), else_=0)
    best = (
        select(func.max(rank))
        .join(tables.evidence_item, item.set_id == kept.id)
        .where(item.clip_id == C.id, kept.id.in_(visibility.sets_of(viewer)))
        .scalar_subquery()
    )
    mine = and_(best.is_(None), C.owner_id == viewer.person_id)
    return case(
        *((best == number, state.value) for state, number in ranks.items()),
        (mine, EvidenceState.DRAFT.value),
    )
