"""The library: the lessons and clips that somebody may look at, newest first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, Connection, select

from lessons import Clip, EvidenceState, Lesson
from lessons.people import Viewer
from lessons.sharing import Need
from storage import clips, lessons, tables, visibility
from storage.clips import ClipFilter
from storage.lessons import LessonFilter
from storage.library_filter import (
    LessonState,
    LibraryFilter,
    clip_conditions,
    clip_standing,
    lesson_conditions,
    lesson_state,
)

L = tables.lesson.c
C = tables.clip.c


@dataclass(frozen=True, kw_only=True)
class LibraryLesson(Lesson):
    """A lesson as the library shows it."""

    state: LessonState
    duration_ms: int
    clips: int
    competencies: tuple[str, ...]  # of its clips, the most frequent first


@dataclass(frozen=True, kw_only=True)
class LibraryClip(Clip):
    """A clip as the library shows it, with what is said of its lesson."""

    lesson_title: str | None
    teacher: str | None
    subject: str | None
    grade: str | None
    standing: EvidenceState | None  # of the evidence it is part of; None: not known to the reader


def lesson_page(
    connection: Connection,
    viewer: Viewer,
    chosen: LibraryFilter,
    state: LessonState | None = None,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[LibraryLesson]:
    """Return the chosen lessons, newest first, that were made before the one named `after`."""
    found = lessons.page(
        connection,
        LessonFilter(),
        *lesson_conditions(viewer, chosen, state),
        after=after,
        limit=limit,
    )
    ids = [lesson.id for lesson in found]
    worst = connection.execute(select(L.id, lesson_state()).where(L.id.in_(ids)))
    states = {row[0]: LessonState(row[1]) for row in worst}
    shown = competencies_of(connection, viewer, C.lesson_id.in_(ids))
    return [
        LibraryLesson(
            **{field.name: getattr(lesson, field.name) for field in fields(Lesson)},
            state=states[lesson.id],
            duration_ms=sum(part.duration_ms for part in lesson.parts),
            clips=len(shown.get(lesson.id, ())),
            competencies=_most_frequent(shown.get(lesson.id, ())),
        )
        for lesson in found
    ]


def clip_page(
    connection: Connection,
    viewer: Viewer,
    chosen: LibraryFilter,
    state: EvidenceState | None = None,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[LibraryClip]:
    """Return the chosen clips, newest first, that were made before the one named `after`."""
    standing = clip_standing(viewer).label("standing")
    query = (
        select(C.id, L.title, L.teacher, L.subject, L.grade, standing)
        .select_from(tables.clip)
        .outerjoin(tables.lesson, L.id == C.lesson_id)
        .where(*clip_conditions(viewer, chosen, state))
    )
    if after:
        query = query.where(C.id < after)
    rows = connection.execute(query.order_by(C.id.desc()).limit(limit)).all()
    these = C.id.in_([row.id for row in rows])
    kept = clips.page(connection, ClipFilter(), these, limit=len(rows))
    found = {clip.id: clip for clip in kept}
    return [
        LibraryClip(
            **{field.name: getattr(found[row.id], field.name) for field in fields(Clip)},
            lesson_title=row.title,
            teacher=row.teacher,
            subject=row.subject,
            grade=row.grade,
            standing=EvidenceState(row.standing) if row.standing else None,
        )
        for row in rows
    ]


def competencies_of(
    connection: Connection, viewer: Viewer, condition: ColumnElement[bool]
) -> Mapping[str, Sequence[Sequence[str]]]:
    """Return, by lesson, the competencies of each clip that the viewer may look at."""
    mine = C.id.in_(visibility.clips_of(viewer, Need.LOOK))
    found: dict[str, list[Sequence[str]]] = {}
    for lesson_id, codes in connection.execute(
        select(C.lesson_id, C.competencies).where(condition, mine)
    ):
        found.setdefault(lesson_id, []).append(codes)
    return found


def _most_frequent(many: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(code for code, _ in Counter(c for codes in many for c in codes).most_common())
