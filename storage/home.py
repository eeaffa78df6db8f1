"""What waits for a person in each of their roles; see `lessons.duties`."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, select

from lessons import (
    Duty,
    DutyItem,
    DutyKind,
    EvidenceState,
    NoticeKind,
    Project,
    RecordingState,
    StageAim,
    SuggestionState,
)
from lessons.people import Role, Viewer
from lessons.projects import owed
from storage import operations, projects, tables
from storage.progress import Overview

L = tables.lesson.c
SET = tables.evidence_set.c
NOTICE = tables.notice.c
FIRST = 5  # items shown of each duty


def duties(connection: Connection, viewer: Viewer) -> Sequence[Duty]:
    """Return what waits for the viewer, by role; what does not wait is left out."""
    parts: dict[Role, Callable[[Connection, Viewer], Iterator[Duty]]] = {
        Role.TEACHER: _teacher,
        Role.REVIEWER: _reviewer,
        Role.OPERATOR: _operator,
        Role.GROUP_LEAD: _lead,
        Role.SCHOOL_LEAD: _lead,
        Role.ADMINISTRATOR: _administrator,
    }
    leads = False
    found: list[Duty] = []
    for role, part in parts.items():
        asked = viewer.holds(role) or part is _reviewer  # colleagues review, too (互评)
        if not asked or (part is _lead and leads):
            continue
        leads = leads or part is _lead
        found += [duty for duty in part(connection, viewer) if duty.count]
    return found


def _teacher(connection: Connection, viewer: Viewer) -> Iterator[Duty]:
    for project in _running(connection, viewer):
        owed = project.points_each - len(viewer.points)
        yield Duty(
            kind=DutyKind.CHOOSE_POINTS,
            role=Role.TEACHER,
            count=max(owed, 0),
            path="/lessons",
            until=_until(project, StageAim.CHOOSE),
            items=(DutyItem(title=project.title, path="/lessons"),),
        )
    yield _sets(connection, viewer, DutyKind.RETURNED, EvidenceState.RETURNED)
    yield _new_lessons(connection, viewer)
    yield _sets(connection, viewer, DutyKind.DRAFTS, EvidenceState.DRAFT)
    yield _mentions(connection, viewer)


def _sets(connection: Connection, viewer: Viewer, kind: DutyKind, state: EvidenceState) -> Duty:
    query = (
        select(SET.id, SET.competency, SET.created_at, L.title)
        .outerjoin(tables.lesson, L.id == SET.lesson_id)
        .where(SET.teacher_id == viewer.person_id, SET.state == state)
        .order_by(SET.id.desc())
    )
    return Duty(
        kind=kind,
        role=Role.TEACHER,
        count=_count(connection, query),
        path="/evidence",
        items=tuple(
            DutyItem(
                title=row.title or row.competency,
                path="/evidence",
                at=row.created_at,
                detail=row.competency,
            )
            for row in connection.execute(query.limit(FIRST))
        ),
    )


def _new_lessons(connection: Connection, viewer: Viewer) -> Duty:
    """Return the lessons of mine in which something is proposed for my points, not answered yet."""
    suggestion, part = tables.suggestion.c, tables.lesson_part.c
    proposed = exists().where(
        part.lesson_id == L.id,
        suggestion.recording_id == part.recording_id,
        suggestion.start_ms < part.end_ms,
        part.start_ms < suggestion.end_ms,
        suggestion.state == SuggestionState.PROPOSED,
        suggestion.competency.in_(viewer.points),
    )
    query = (
        select(L.id, L.title, L.created_at, L.class_name)
        .where(L.teacher_id == viewer.person_id, proposed)
        .order_by(L.id.desc())
    )
    return Duty(
        kind=DutyKind.NEW_LESSONS,
        role=Role.TEACHER,
        count=_count(connection, query),
        path="/lessons",
        items=tuple(
            DutyItem(
                title=row.title, path=f"/lessons/{row.id}", at=row.created_at, detail=row.class_name
            )
            for row in connection.execute(query.limit(FIRST))
        ),
    )


def _mentions(connection: Connection, viewer: Viewer) -> Duty:
    talk = (NoticeKind.COMMENT, NoticeKind.MENTION)
    query = (
        select(NOTICE.id, NOTICE.path, NOTICE.facts, NOTICE.created_at)
        .where(
            NOTICE.person_id == viewer.person_id,
            NOTICE.read_at.is_(None),
            NOTICE.kind.in_(talk),
        )
        .order_by(NOTICE.id.desc())
    )
    return Duty(
        kind=DutyKind.MENTIONS,
        role=Role.TEACHER,
        count=_count(connection, query),
        path="/notices",
        items=tuple(
            DutyItem(
                title=row.facts.get("title", ""),
                path=row.path,
                at=row.created_at,
                detail=row.facts.get("by"),
            )
            for row in connection.execute(query.limit(FIRST))
        ),
    )


def _reviewer(connection: Connection, viewer: Viewer) -> Iterator[Duty]:
    """Return what somebody is asked to review; only the competency is told, it may be blind."""
    assignment, review = tables.assignment.c, tables.review.c
    query = (
        select(assignment.id, assignment.due_on, SET.competency, assignment.organiser)
        .join(tables.review, review.id == assignment.id)
        .join(tables.evidence_set, SET.id == assignment.set_id)
        .where(
            assignment.reviewer_id == viewer.person_id,
            review.submitted_at.is_(None),
            SET.state == EvidenceState.SUBMITTED,
        )
        .order_by(assignment.due_on.is_(None), assignment.due_on, assignment.id)
    )
    rows = connection.execute(query.limit(FIRST)).all()
    yield Duty(
        kind=DutyKind.REVIEWS,
        role=Role.REVIEWER,
        count=_count(connection, query),
        path="/reviews",
        until=rows[0].due_on if rows else None,
        items=tuple(
            DutyItem(title=row.competency, path=f"/reviews/{row.id}", detail=row.organiser)
            for row in rows
        ),
    )


def _operator(connection: Connection, viewer: Viewer) -> Iterator[Duty]:
    recording = tables.recording.c
    here = recording.school_group_id == viewer.school_group_id
    failed = _recordings(and_(here, recording.state == RecordingState.FAILED))
    yield _operators(connection, DutyKind.FAILED, "/queue?state=failed", failed)
    unclaimed = (
        select(L.id, L.title, L.created_at.label("at"), L.room.label("detail"))
        .where(L.school_group_id == viewer.school_group_id, L.teacher_id.is_(None))
        .order_by(L.id.desc())
    )
    yield _operators(connection, DutyKind.UNCLAIMED, "/unclaimed", unclaimed)
    working = (RecordingState.ADMITTED, RecordingState.PROCESSING)
    queued = _recordings(and_(here, recording.state.in_(working)))
    yield _operators(connection, DutyKind.QUEUE, "/queue", queued)
    silent = [r for r in operations.rooms(connection, viewer.school_group_id) if r.silent]
    yield Duty(
        kind=DutyKind.SILENT_ROOMS,
        role=Role.OPERATOR,
        count=len(silent),
        path="/operations",
        items=tuple(
            DutyItem(
                title=room.name, path="/operations", at=room.last_arrived_at, detail=room.campus
            )
            for room in silent[:FIRST]
        ),
    )


def _recordings(condition: ColumnElement[bool]) -> Select[tuple[str, ...]]:
    recording = tables.recording.c
    query = select(
        recording.id, recording.file_name.label("title"), recording.created_at.label("at")
    )
    return query.where(condition).order_by(recording.id.desc())


def _operators(
    connection: Connection, kind: DutyKind, path: str, query: Select[tuple[str, ...]]
) -> Duty:
    return Duty(
        kind=kind,
        role=Role.OPERATOR,
        count=_count(connection, query),
        path=path,
        items=tuple(
            DutyItem(title=row.title, path=path, at=row.at, detail=getattr(row, "detail", None))
            for row in connection.execute(query.limit(FIRST))
        ),
    )


def _lead(connection: Connection, viewer: Viewer) -> Iterator[Duty]:
    role = Role.SCHOOL_LEAD if viewer.holds(Role.SCHOOL_LEAD) else Role.GROUP_LEAD
    for project in _running(connection, viewer):
        overview = Overview(connection, project, viewer)
        owing = sum(owed(t, project.points_each) is not None for t in overview.told())
        path = f"/projects/{project.id}"
        yield Duty(
            kind=DutyKind.PROJECT,
            role=role,
            count=owing,
            path=path,
            until=project.ends_on,
            items=(DutyItem(title=project.title, path=path),),
        )


def _administrator(connection: Connection, viewer: Viewer) -> Iterator[Duty]:
    hook = tables.webhook.c
    broken = (
        select(hook.id, hook.name, hook.last_error)
        .where(
            hook.school_group_id == viewer.school_group_id,
            hook.enabled.is_(True),
            hook.failures > 0,
        )
        .order_by(hook.id)
    )
    yield Duty(
        kind=DutyKind.BROKEN_WEBHOOKS,
        role=Role.ADMINISTRATOR,
        count=_count(connection, broken),
        path="/settings/webhooks",
        items=tuple(
            DutyItem(title=row.name, path="/settings/webhooks", detail=row.last_error)
            for row in connection.execute(broken.limit(FIRST))
        ),
    )
    person, password = tables.person.c, tables.password.c
    waiting = (
        select(person.id, person.name)
        .outerjoin(tables.password, password.person_id == person.id)
        .where(
            person.school_group_id == viewer.school_group_id,
            person.active.is_(True),
            password.one_time.is_not(False),
        )
        .order_by(person.staff_number)
    )
    yield Duty(
        kind=DutyKind.ACCOUNTS,
        role=Role.ADMINISTRATOR,
        count=_count(connection, waiting),
        path="/people",
        items=tuple(
            DutyItem(title=row.name, path="/people")
            for row in connection.execute(waiting.limit(FIRST))
        ),
    )


def _running(connection: Connection, viewer: Viewer) -> Sequence[Project]:
    """Return the open projects in which the viewer takes part, or which they lead."""
    mine = viewer.group_ids | viewer.led_group_ids
    return [
        project
        for project in projects.every(connection, viewer.school_group_id)
        if project.closed_at is None
        and (
            not project.group_ids
            or viewer.holds(Role.SCHOOL_LEAD)
            or not mine.isdisjoint(project.group_ids)
        )
    ]


def _until(project: Project, aim: StageAim) -> date | None:
    return max((stage.ends_on for stage in project.stages if stage.aim is aim), default=None)


def _count(connection: Connection, query: Select[tuple[str, ...]]) -> int:
    some = query.order_by(None).subquery("some")
    return connection.execute(select(func.count()).select_from(some)).scalar_one()
