"""Projects: rounds of a school's assessment, and whom somebody has reminded."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from lessons import NoticeKind, Project, StageAim, new_id
from lessons.errors import Conflict, NotFound
from lessons.overview_errors import PointsOutOfRange, ProjectUntitled, StageBackwards
from lessons.people import person_of
from lessons.projects import ProjectFacts
from storage import audit, notices, tables
from storage.events import tell
from storage.mapping import from_row, to_row

T = tables.project.c
R = tables.reminder.c
PATHS = {StageAim.CHOOSE: "/lessons", StageAim.SUBMIT: "/evidence"}
MOST_POINTS = 30


def create(
    connection: Connection, facts: ProjectFacts, *, school_group_id: str, actor: str
) -> Project:
    """Keep a new project.

    Raises:
        ProjectUntitled, PointsOutOfRange, StageBackwards: it makes no sense.
        NotFound: a research group is not of this school group.
    """
    _check(connection, facts, school_group_id)
    new = Project(
        **_plain(facts),
        id=new_id(),
        school_group_id=school_group_id,
        created_at=datetime.now(UTC),
    )
    connection.execute(insert(tables.project).values(to_row(new, tables.project)))
    audit.record(connection, actor, "project.make", new.id, title=new.title)
    tell(connection, "project.changed", school=new.school_group_id, project=new.id)
    return new


def every(connection: Connection, school_group_id: str) -> Sequence[Project]:
    """Return the projects of a school group: open ones first, then newest first."""
    query = (
        select(tables.project)
        .where(T.school_group_id == school_group_id)
        .order_by(T.closed_at.is_not(None), T.id.desc())
    )
    return [from_row(Project, row) for row in connection.execute(query)]


def get(connection: Connection, project_id: str, school_group_id: str) -> Project:
    """Return one project.

    Raises:
        NotFound: there is none with this id in the school group.
    """
    query = select(tables.project).where(T.id == project_id, T.school_group_id == school_group_id)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(what="project", id=project_id)
    return from_row(Project, row)


def edit(
    connection: Connection, old: Project, facts: ProjectFacts, revision: int, *, actor: str
) -> Project:
    """Change what was decided about a project.

    Raises:
        Conflict: it was changed since `revision`.
        NotFound and others: see `create`.
    """
    _check(connection, facts, old.school_group_id)
    return _write(connection, old, revision, "project.edit", actor, **_plain(facts))


def close(
    connection: Connection, old: Project, revision: int, *, closed: bool, actor: str
) -> Project:
    """End a round, or open it again.

    Raises:
        Conflict: it was changed since `revision`.
    """
    closed_at = datetime.now(UTC) if closed else None
    return _write(connection, old, revision, "project.close", actor, closed_at=closed_at)


def reminded_on(connection: Connection, project_id: str) -> Mapping[str, date]:
    """Return when each person was last reminded in a project."""
    query = (
        select(R.person_id, func.max(R.day)).where(R.project_id == project_id).group_by(R.person_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def remind(
    connection: Connection,
    project: Project,
    person_id: str,
    aim: StageAim,
    *,
    today: date,
    actor: str,
) -> bool:
    """Remind somebody (催办) of what they owe; False where they were reminded today already."""
    reminder = {
        "person_id": person_id,
        "day": today,
        "project_id": project.id,
        "aim": aim,
        "sent_by": person_of(actor),
        "created_at": datetime.now(UTC),
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(tables.reminder).values(reminder))
    except IntegrityError:
        return False
    ends = max((s.ends_on for s in project.stages if s.aim is aim), default=None)
    notices.notify(
        connection,
        [person_id],
        NoticeKind.REMINDER,
        PATHS.get(aim, "/"),
        actor=actor,
        title=project.title,
        aim=aim.value,
        until=ends.isoformat() if ends else None,
        by=str(actor),
    )
    audit.record(connection, actor, "project.remind", project.id, person=person_id, aim=aim)
    return True


def _write(
    connection: Connection,
    old: Project,
    revision: int,
    action: str,
    actor: str,
    **values: object,
) -> Project:
    if old.revision != revision:
        raise Conflict(detail=old.title)
    new = replace(old, **values, revision=revision + 1)  # type: ignore[arg-type]  # named by callers
    connection.execute(
        update(tables.project).where(T.id == old.id).values(to_row(new, tables.project))
    )
    audit.record(connection, actor, action, new.id, title=new.title)
    tell(connection, "project.changed", school=new.school_group_id, project=new.id)
    return new


def _plain(facts: ProjectFacts) -> dict[str, Any]:
    return {field.name: getattr(facts, field.name) for field in fields(ProjectFacts)}


def _check(connection: Connection, facts: ProjectFacts, school_group_id: str) -> None:
    if not facts.title.strip():
        raise ProjectUntitled
    if not 1 <= facts.points_each <= MOST_POINTS:
        raise PointsOutOfRange(most=MOST_POINTS)
    for stage in facts.stages:
        if stage.ends_on < stage.begins_on:
            raise StageBackwards(name=stage.name)
    group = tables.research_group.c
    known = select(group.id).where(group.school_group_id == school_group_id)
    unknown = set(facts.group_ids) - set(connection.execute(known).scalars())
    if unknown:
        raise NotFound(what="research group", id=min(unknown))
