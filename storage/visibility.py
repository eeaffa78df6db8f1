"""The one place that decides what somebody may see: every route gets its objects from here.

What the viewer may not see is not there: `NotFound`, in their own school and in another. Recordings
are seen through the lessons that are made of them: of a file with two lessons each teacher has the
own stretches alone.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
)

from lessons import Clip, EvidenceItem, EvidenceState, Lesson, LessonPart, Recording, Span, Upload
from lessons.errors import NotFound, SpanOutsideLesson
from lessons.people import Role, Viewer
from lessons.sharing import RIGHTS, Audience, Need
from storage import clips, evidence, lessons, recordings, tables, uploads
from storage.evidence import KeptEvidenceSet
from storage.upload_table import upload as upload_table

L = tables.lesson.c
PART = tables.lesson_part.c
R = tables.recording.c
C = tables.clip.c
SET = tables.evidence_set.c
ITEM = tables.evidence_item.c
SHARE = tables.share.c
UPLOAD = upload_table.c
HANDED_IN = (EvidenceState.SUBMITTED, EvidenceState.RETURNED, EvidenceState.PASSED)
Condition = ColumnElement[bool]


# --- lessons -----------------------------------------------------------------------------------


def may_lesson(viewer: Viewer, need: Need) -> Condition:
    """Return the condition on `tables.lesson` that the viewer may do this with it."""
    ways: list[Condition] = [L.teacher_id == viewer.person_id]
    if need in RIGHTS:
        ways.append(L.id.in_(_shared_with(viewer, need)))
    if need in (Need.FACTS, Need.HANDLE) and viewer.holds(Role.OPERATOR):
        ways = [L.id.is_not(None)]
    return and_(L.school_group_id == viewer.school_group_id, or_(*ways))


def lessons_of(viewer: Viewer, need: Need) -> Select[str]:
    """Return the ids of the lessons with which the viewer may do this."""
    return select(L.id).where(may_lesson(viewer, need))


def lesson(connection: Connection, viewer: Viewer, lesson_id: str, need: Need) -> Lesson:
    """Return a lesson.

    Raises:
        NotFound: there is none that the viewer may use so.
    """
    _there(connection, "lesson", lesson_id, L.id == lesson_id, may_lesson(viewer, need))
    return lessons.get(connection, lesson_id)


def _shared_with(viewer: Viewer, need: Need) -> Select[str]:
    to = {
        Audience.PERSON: [viewer.person_id],
        Audience.GROUP: sorted(viewer.group_ids),
        Audience.CAMPUS: [viewer.campus_id] if viewer.campus_id else [],
        Audience.SCHOOL_GROUP: [viewer.school_group_id],
    }
    mine = [and_(SHARE.audience == kind, SHARE.audience_id.in_(ids)) for kind, ids in to.items()]
    return select(SHARE.lesson_id).where(or_(*mine), SHARE.allows.in_(RIGHTS[need]))


# --- recordings, and what was said and found in them -------------------------------------------


def may_recording(viewer: Viewer, need: Need) -> Condition:
    """Return the condition on `tables.recording`: some of it is in a lesson of the viewer's."""
    ways: list[Condition] = [_in_lesson(viewer, need, R.id)]
    if need in (Need.FACTS, Need.HANDLE):
        ways += [R.uploaded_by == viewer.person_id]
        if viewer.holds(Role.OPERATOR):
            ways = [R.id.is_not(None)]
    return and_(R.school_group_id == viewer.school_group_id, or_(*ways))


def recordings_of(viewer: Viewer, need: Need) -> Select[str]:
    """Return the ids of the recordings with which the viewer may do this."""
    return select(R.id).where(may_recording(viewer, need))


def recording(connection: Connection, viewer: Viewer, recording_id: str, need: Need) -> Recording:
    """Return a recording.

    Raises:
        NotFound: there is none that the viewer may use so.
    """
    _there(connection, "recording", recording_id, R.id == recording_id, may_recording(viewer, need))
    return recordings.get(connection, recording_id)


def inside(viewer: Viewer, need: Need, table: Any) -> Condition:
    """Return the condition that a row with a recording and a span lies in a lesson of the viewer's.

    Args:
        table: one of utterances, segments, suggestions, clips or search entries.
    """
    return _in_lesson(viewer, need, table.c.recording_id, table.c.start_ms, table.c.end_ms)


def stretches(
    connection: Connection, viewer: Viewer, recording_id: str, need: Need
) -> Sequence[Span] | None:
    """Return which stretches of a recording the viewer may use so; None for all of it."""
    whole = select(R.id).where(R.id == recording_id, R.school_group_id == viewer.school_group_id)
    if need in (Need.FACTS, Need.HANDLE):
        mine = (
            (R.uploaded_by == viewer.person_id) if not viewer.holds(Role.OPERATOR) else R.id != ""
        )
        if connection.execute(whole.where(mine)).first():
            return None
    query = (
        select(PART.start_ms, PART.end_ms)
        .join(tables.lesson, L.id == PART.lesson_id)
        .where(PART.recording_id == recording_id, may_lesson(viewer, need))
        .order_by(PART.start_ms)
    )
    found = connection.execute(query).all()
    if any(row.end_ms == 0 for row in found):  # not measured yet: the lesson is all of it
        return None
    length_ms = connection.execute(whole.with_only_columns(R.info["duration_ms"].as_integer()))
    duration_ms = length_ms.scalar_one_or_none()
    if duration_ms and any(r.start_ms == 0 and r.end_ms >= duration_ms for r in found):
        return None
    return [Span(start_ms=row.start_ms, end_ms=row.end_ms) for row in found]


def check_parts(connection: Connection, viewer: Viewer, parts: Sequence[LessonPart]) -> None:
    """Hold the stretches that shall become a lesson against what the viewer may handle.

    Raises:
        NotFound: a recording, or a stretch of it, is not theirs to use.
    """
    for part in parts:
        recording(connection, viewer, part.recording_id, Need.HANDLE)
        mine = stretches(connection, viewer, part.recording_id, Need.HANDLE)
        if mine is not None and not any(
            s.start_ms <= part.start_ms and part.end_ms <= s.end_ms and part.end_ms for s in mine
        ):
            raise NotFound(what="recording", id=part.recording_id)


def _in_lesson(
    viewer: Viewer,
    need: Need,
    recording_id: Column[str],
    start_ms: Column[int] | None = None,
    end_ms: Column[int] | None = None,
) -> Condition:
    part = tables.lesson_part.alias()
    query = (
        exists()
        .where(part.c.recording_id == recording_id, part.c.lesson_id == L.id)
        .where(may_lesson(viewer, need))
    )
    if start_ms is not None and end_ms is not None:
        overlaps = and_(part.c.start_ms < end_ms, start_ms < part.c.end_ms)
        query = query.where(or_(part.c.end_ms == 0, overlaps))
    return query


def row_inside(
    connection: Connection, viewer: Viewer, table: Any, what: str, row_id: str, need: Need
) -> str:
    """Return the recording of an utterance, a segment or a suggestion.

    Raises:
        NotFound: there is none that the viewer may use so.
    """
    query = select(table.c.recording_id).where(table.c.id == row_id, inside(viewer, need, table))
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(what=what, id=row_id)
    return str(found)


def may_find(viewer: Viewer) -> Condition:
    """Return the condition on `tables.search_entry` that the viewer may see what it leads to."""
    entry = tables.search_entry.c
    return or_(
        and_(entry.kind == "lesson", entry.subject_id.in_(lessons_of(viewer, Need.FACTS))),
        and_(entry.kind == "clip", entry.subject_id.in_(clips_of(viewer, Need.LOOK))),
        and_(
            entry.kind.in_(("utterance", "segment")),
            inside(viewer, Need.LOOK, tables.search_entry),
        ),
    )


def may_upload(viewer: Viewer) -> Condition:
    """Return the condition on uploads: one's own, and for operators all of the school group."""
    mine = UPLOAD.uploader_id == viewer.person_id
    ours = UPLOAD.school_group_id == viewer.school_group_id
    return ours if viewer.holds(Role.OPERATOR) else and_(ours, mine)


def upload(connection: Connection, viewer: Viewer, upload_id: str) -> Upload:
    """Return an upload.

    Raises:
        NotFound: there is none that the viewer may go on with.
    """
    _there(connection, "upload", upload_id, UPLOAD.id == upload_id, may_upload(viewer))
    return uploads.get(connection, upload_id)


# --- clips and evidence ------------------------------------------------------------------------


def may_clip(viewer: Viewer, need: Need) -> Condition:
    """Return the condition on `tables.clip`: the viewer's own, in a lesson of theirs, or handed in.

    A clip goes with its lesson: who may look at the lesson may look at it; changing it is for who
    made it and for the lesson's teacher.
    """
    here = exists().where(R.id == C.recording_id, R.school_group_id == viewer.school_group_id)
    ways: list[Condition] = [C.owner_id == viewer.person_id]
    if need is Need.OWN:
        ways.append(C.lesson_id.in_(lessons_of(viewer, Need.OWN)))
    else:
        ways.append(C.lesson_id.in_(lessons_of(viewer, need)))
        ways.append(and_(C.lesson_id.is_(None), inside(viewer, need, tables.clip)))
    if need is Need.LOOK:
        ways.append(C.id.in_(select(ITEM.clip_id).where(ITEM.set_id.in_(sets_of(viewer)))))
    return and_(here, or_(*ways))


def clips_of(viewer: Viewer, need: Need) -> Select[str]:
    """Return the ids of the clips with which the viewer may do this."""
    return select(C.id).where(may_clip(viewer, need))


def clip(connection: Connection, viewer: Viewer, clip_id: str, need: Need) -> Clip:
    """Return a clip.

    Raises:
        NotFound: there is none that the viewer may use so.
    """
    _there(connection, "clip", clip_id, C.id == clip_id, may_clip(viewer, need))
    return clips.get(connection, clip_id)


def lesson_around(
    connection: Connection,
    viewer: Viewer,
    recording_id: str,
    span: Span,
    lesson_id: str | None = None,
) -> str:
    """Return the lesson that a clip is made of: as named, else the viewer's own, else a shared one.

    Raises:
        NotFound: the viewer may make no clip of this recording, or of this lesson.
        BadSpan, SpanOutsideRecording, SpanOutsideLesson: the stretch is not inside of it.
    """
    query = (
        select(L.id, func.min(PART.start_ms), func.max(PART.end_ms), func.min(PART.end_ms))
        .join(tables.lesson_part, PART.lesson_id == L.id)
        .where(PART.recording_id == recording_id, may_lesson(viewer, Need.TAG))
        .group_by(L.id, L.teacher_id)
        .order_by(case((L.teacher_id == viewer.person_id, 0), else_=1), L.id)
    )
    if lesson_id:
        query = query.where(L.id == lesson_id)
    found = connection.execute(query).all()
    if not found:
        raise NotFound(what="recording", id=recording_id)
    recordings.check_inside(connection, recording_id, span)
    for known_id, start_ms, end_ms, unmeasured in found:
        if unmeasured == 0 or (start_ms <= span.start_ms and span.end_ms <= end_ms):
            return str(known_id)
    raise SpanOutsideLesson(start_ms=span.start_ms, end_ms=span.end_ms)


def may_set(viewer: Viewer, need: Need) -> Condition:
    """Return the condition on `tables.evidence_set`: it is the viewer's, or handed in to them.

    Leads see what was handed in: of the groups they lead, or of the whole school group.
    """
    ways: list[Condition] = [SET.teacher_id == viewer.person_id]
    if need is Need.LOOK:
        ways.append(and_(SET.state.in_(HANDED_IN), _led(viewer)))
    return and_(SET.school_group_id == viewer.school_group_id, or_(*ways))


def sets_of(viewer: Viewer, need: Need = Need.LOOK) -> Select[str]:
    """Return the ids of the evidence sets with which the viewer may do this."""
    return select(SET.id).where(may_set(viewer, need))


def evidence_set(
    connection: Connection, viewer: Viewer, set_id: str, need: Need
) -> KeptEvidenceSet:
    """Return an evidence set; `Need.OWN` to change it.

    Raises:
        NotFound: there is none that the viewer may use so.
    """
    _there(connection, "evidence set", set_id, SET.id == set_id, may_set(viewer, need))
    return evidence.get(connection, set_id)


def evidence_item(
    connection: Connection, viewer: Viewer, item_id: str, need: Need
) -> tuple[str, EvidenceItem]:
    """Return the set's id and the item.

    Raises:
        NotFound: there is none that the viewer may use so.
    """
    mine = ITEM.set_id.in_(sets_of(viewer, need))
    _there(connection, "evidence item", item_id, ITEM.id == item_id, mine)
    return evidence.find_item(connection, item_id)


def _led(viewer: Viewer) -> Condition:
    if viewer.holds(Role.SCHOOL_LEAD):
        return SET.id.is_not(None)
    if not viewer.holds(Role.GROUP_LEAD) or not viewer.led_group_ids:
        return false()
    member = tables.membership.c
    led = member.group_id.in_(sorted(viewer.led_group_ids))
    return SET.teacher_id.in_(select(member.person_id).where(led))


def _there(connection: Connection, what: str, row_id: str, *conditions: Condition) -> None:
    if connection.execute(select(1).where(*conditions)).first() is None:
        raise NotFound(what=what, id=row_id)
