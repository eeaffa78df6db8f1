"""Lessons: what people write about them, and which stretches of recordings they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, insert, select, update

from lessons import Lesson, LessonPart, Recording, Span, new_id
from lessons.errors import BadSpan, Conflict, NotFound, RequestFault, SpanOutsideRecording
from lessons.parts import Parts, divided, joined, whole
from lessons.people import school_of
from lessons.records import LessonFacts
from storage import anchors, audit, search, tables
from storage.events import tell
from storage.mapping import from_row, to_plain, to_row
from storage.search import Entry, SearchKind

T = tables.lesson.c
PART = tables.lesson_part.c


@dataclass(frozen=True, kw_only=True)
class LessonFilter:
    """Which lessons to list; what is None does not matter."""

    teacher: str | None = None
    subject: str | None = None
    grade: str | None = None
    class_name: str | None = None
    term: str | None = None
    group: str | None = None
    room: str | None = None
    recording_id: str | None = None
    taught_from: date | None = None
    taught_until: date | None = None


def create(
    connection: Connection,
    facts: LessonFacts,
    parts: Sequence[LessonPart] = (),
    *,
    actor: str,
    teacher_id: str | None = None,
) -> Lesson:
    """Keep a new lesson, in the school of who makes it.

    Args:
        teacher_id: whose it is; None leaves it unclaimed (待认领).

    Raises:
        NotFound: a part names a recording that is not there.
        SpanOutsideRecording: a part is longer than its recording.
    """
    lesson = Lesson(
        **{f.name: getattr(facts, f.name) for f in fields(LessonFacts)},
        id=new_id(),
        school_group_id=school_of(actor),
        teacher_id=teacher_id,
        parts=tuple(parts),
        created_at=datetime.now(UTC),
    )
    _check_parts(connection, lesson.parts)
    connection.execute(insert(tables.lesson).values(to_row(lesson, tables.lesson)))
    _write_parts(connection, lesson)
    audit.record(connection, actor, "lesson.make", lesson.id, title=lesson.title)
    _changed(connection, lesson)
    return lesson


def of_recording(
    connection: Connection,
    recording: Recording,
    facts: LessonFacts,
    *,
    actor: str,
    teacher_id: str | None = None,
) -> Lesson:
    """Return the lesson that a recording belongs to; where there is none, make it from `facts`."""
    holder = select(PART.lesson_id).where(PART.recording_id == recording.id).limit(1)
    known = connection.execute(holder).scalar_one_or_none()
    if known:
        return get(connection, known)
    return create(connection, facts, [whole(recording)], actor=actor, teacher_id=teacher_id)


def get(connection: Connection, lesson_id: str) -> Lesson:
    """Return one lesson.

    Raises:
        NotFound: there is none with this id.
    """
    found = _lessons(connection, [lesson_id])
    if not found:
        raise NotFound(what="lesson", id=lesson_id)
    return found[0]


def page(
    connection: Connection,
    chosen: LessonFilter,
    *conditions: ColumnElement[bool],
    after: str | None = None,
    limit: int = 50,
) -> Sequence[Lesson]:
    """Return the chosen lessons, newest first, that were made before the one named `after`.

    Args:
        conditions: which ones besides, such as those that somebody may see (`storage.visibility`).
    """
    query = select(T.id).where(*conditions).order_by(T.id.desc()).limit(limit)
    for name in ("teacher", "subject", "grade", "class_name", "term", "group", "room"):
        if (value := getattr(chosen, name)) is not None:
            query = query.where(T[name] == value)
    if chosen.taught_from:
        query = query.where(T.taught_on >= chosen.taught_from)
    if chosen.taught_until:
        query = query.where(T.taught_on <= chosen.taught_until)
    if chosen.recording_id:
        query = query.where(
            exists().where(PART.lesson_id == T.id, PART.recording_id == chosen.recording_id)
        )
    if after:
        query = query.where(T.id < after)
    return _lessons(connection, query)


def edit(
    connection: Connection, lesson_id: str, facts: LessonFacts, revision: int, *, actor: str
) -> Lesson:
    """Change what people write about a lesson.

    Raises:
        NotFound, Conflict: it is gone, or was changed since `revision`.
    """
    written = {f.name: getattr(facts, f.name) for f in fields(LessonFacts)}
    return _change(connection, lesson_id, revision, actor, "lesson.edit", lambda _: written)


def set_parts(
    connection: Connection,
    lesson_id: str,
    revision: int,
    parts: Callable[[Parts], Parts],
    *,
    actor: str,
    action: str = "lesson.parts",
) -> Lesson:
    """Change which stretches a lesson is, with a function of `lessons.parts`; no media is touched.

    Raises:
        NotFound, Conflict: it is gone, or was changed since `revision`.
        BadSpan, SpanOutsideRecording: nothing would be left, or more than there is.
    """

    def change(lesson: Lesson) -> Mapping[str, object]:
        left = joined(parts(lesson.parts))
        if not left:
            raise BadSpan(start_ms=0, end_ms=0)
        return {"parts": left}

    return _change(connection, lesson_id, revision, actor, action, change)


def split(
    connection: Connection,
    lesson_id: str,
    revision: int,
    recording_id: str,
    at_ms: int,
    rest: LessonFacts,
    *,
    actor: str,
) -> tuple[Lesson, Lesson]:
    """Make two lessons of one; clips that start after the cut go with the second.

    Raises:
        NotFound, Conflict: it is gone, or was changed since `revision`.
        BadSpan: one of the two would be empty.
    """
    whole = get(connection, lesson_id)
    before, after = divided(whole.parts, recording_id, at_ms)
    if not before or not after:
        raise BadSpan(start_ms=at_ms, end_ms=at_ms)
    first = set_parts(
        connection, lesson_id, revision, lambda _: before, actor=actor, action="lesson.split"
    )
    second = create(connection, rest, after, actor=actor, teacher_id=whole.teacher_id)
    clip = tables.clip
    connection.execute(
        update(clip)
        .where(
            clip.c.lesson_id == lesson_id,
            clip.c.recording_id == recording_id,
            clip.c.start_ms >= at_ms,
        )
        .values(lesson_id=second.id)
    )
    anchors.lesson_divided(connection, lesson_id, second.id, recording_id, at_ms)
    return first, second


def join(
    connection: Connection, lesson_id: str, revision: int, other_id: str, *, actor: str
) -> Lesson:
    """Make one lesson of two: the parts, clips and evidence of `other_id` come behind.

    Raises:
        NotFound, Conflict: one is gone, or the first was changed since `revision`.
        RequestFault: both are the same lesson.
    """
    if lesson_id == other_id:
        raise RequestFault(detail="joined-to-itself")
    more = get(connection, other_id).parts
    one = set_parts(
        connection, lesson_id, revision, lambda p: p + more, actor=actor, action="lesson.join"
    )
    for table in (tables.clip, tables.evidence_set):
        connection.execute(
            update(table).where(table.c.lesson_id == other_id).values(lesson_id=lesson_id)
        )
    anchors.lesson_joined(connection, lesson_id, other_id)
    search.forget(connection, SearchKind.LESSON, [other_id])
    connection.execute(delete(tables.lesson).where(T.id == other_id))
    audit.record(connection, actor, "lesson.joined", other_id, into=lesson_id)
    return one


def _lessons(connection: Connection, ids: Sequence[str] | Select[str]) -> Sequence[Lesson]:
    """Return lessons with their parts, newest first, in one query."""
    columns = [c.label(f"part_{c.name}") for c in (PART.recording_id, PART.start_ms, PART.end_ms)]
    query = (
        select(tables.lesson, *columns)
        .outerjoin(tables.lesson_part, PART.lesson_id == T.id)
        .where(T.id.in_(ids))
        .order_by(T.id.desc(), PART.position)
    )
    lessons = []
    for _, rows in groupby(connection.execute(query), key=attrgetter("id")):
        of_one = list(rows)
        parts = [
            {
                "recording_id": r.part_recording_id,
                "start_ms": r.part_start_ms,
                "end_ms": r.part_end_ms,
            }
            for r in of_one
            if r.part_recording_id
        ]
        lessons.append(from_row(Lesson, of_one[0], parts=parts))
    return lessons


def _change(
    connection: Connection,
    lesson_id: str,
    revision: int,
    actor: str,
    action: str,
    change: Callable[[Lesson], Mapping[str, object]],
) -> Lesson:
    lesson = get(connection, lesson_id)
    if lesson.revision != revision:
        raise Conflict(detail=lesson.title)
    values = change(lesson)
    new = replace(lesson, **values, revision=revision + 1)  # type: ignore[arg-type]  # named by callers
    _check_parts(connection, new.parts)
    row = to_row(new, tables.lesson)
    connection.execute(
        update(tables.lesson)
        .where(T.id == lesson_id, T.revision == revision)
        .values({name: value for name, value in row.items() if name != "id"})
    )
    _write_parts(connection, new)
    detail = {name: to_plain(value) for name, value in values.items()}
    audit.record(connection, actor, action, lesson_id, **detail)
    _changed(connection, new)
    return new


def _changed(connection: Connection, lesson: Lesson) -> None:
    """Let the title be found, and tell who watches."""
    part = lesson.parts[0] if lesson.parts else None
    entry = Entry(
        subject_id=lesson.id,
        recording_id=part.recording_id if part else None,
        span=Span.of(part) if part else Span(start_ms=0, end_ms=0),
        text=lesson.title,
    )
    search.put(connection, SearchKind.LESSON, [entry])
    watched = part.recording_id if part else None
    tell(connection, "lesson.changed", recording_id=watched, lesson=lesson.id)


def _check_parts(connection: Connection, parts: Parts) -> None:
    table = tables.recording
    ids = {part.recording_id for part in parts}
    query = select(table.c.id, table.c.info).where(table.c.id.in_(ids))
    lengths = {row.id: (row.info or {}).get("duration_ms") for row in connection.execute(query)}
    for part in parts:
        if part.recording_id not in lengths:
            raise NotFound(what="recording", id=part.recording_id)
        duration_ms = lengths[part.recording_id]
        if duration_ms is not None and part.end_ms > duration_ms:
            raise SpanOutsideRecording(end_ms=part.end_ms, duration_ms=duration_ms)


def _write_parts(connection: Connection, lesson: Lesson) -> None:
    connection.execute(delete(tables.lesson_part).where(PART.lesson_id == lesson.id))
    rows = [
        to_row(part, tables.lesson_part, lesson_id=lesson.id, position=position)
        for position, part in enumerate(lesson.parts)
    ]
    if rows:
        connection.execute(insert(tables.lesson_part), rows)
