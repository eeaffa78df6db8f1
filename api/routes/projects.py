"""Projects: rounds of the school's assessment, as their leads may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import progress_tables, sheets
from api.errors import language_of
from api.policy import Leads, Looks
from api.progress_tables import ProgressTable, Sheet
from api.services import Held
from lessons import Project, Stage, StageAim, Standing, TeacherProgress
from lessons.people import Role, Viewer
from lessons.projects import ProjectFacts, owed, stage_on, standing_of
from lessons.refusals import RoleMissing
from storage import projects
from storage.progress import Overview, Progress

router = APIRouter(prefix="/projects", tags=["projects"])


@dataclass(frozen=True, kw_only=True)
class ProjectEdit(ProjectFacts):
    """What is decided about a project, as it shall read from now on."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class ProjectClosing:
    """Whether a round is over."""

    revision: int
    closed: bool = True


@dataclass(frozen=True, kw_only=True)
class RunningProject:
    """A project, and the stage that runs today."""

    project: Project
    stage: Stage | None


@dataclass(frozen=True, kw_only=True)
class ShownTeacher(TeacherProgress):
    """How far a teacher has come, and what a reminder would ask of them."""

    standing: Standing
    owes: StageAim | None


@dataclass(frozen=True, kw_only=True)
class Teachers:
    """Teachers by name, and of how many nothing is told, since their group is small."""

    items: tuple[ShownTeacher, ...]
    kept_back: int


@dataclass(frozen=True, kw_only=True)
class ReminderWish:
    """Whom to remind (催办): everybody who owes something, or only these."""

    group_id: str | None = None
    campus_id: str | None = None
    person_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Reminded:
    """How many were reminded now, and how many had been today already.

    Both are null where the numbers would tell how a small group stands.
    """

    reminded: int | None
    already: int | None


@router.get("")
def list_projects(viewer: Looks, held: Held) -> Sequence[RunningProject]:
    """List the school's projects, open ones first, with the stage that runs today."""
    today = datetime.now().astimezone().date()
    with held.database.read() as connection:
        found = projects.every(connection, viewer.school_group_id)
    return [RunningProject(project=p, stage=stage_on(p.stages, today)) for p in found]


@router.post("", status_code=201)
def make_project(viewer: Leads, held: Held, new: ProjectFacts) -> Project:
    """Begin a round; a lead of the school decides."""
    _whole_school(viewer)
    with held.database.write() as connection:
        return projects.create(
            connection, new, school_group_id=viewer.school_group_id, actor=viewer.name
        )


@router.put("/{project_id}")
def edit_project(viewer: Leads, held: Held, project_id: str, edit: ProjectEdit) -> Project:
    """Change a round's stages, dates, points or groups."""
    _whole_school(viewer)
    with held.database.write() as connection:
        old = projects.get(connection, project_id, viewer.school_group_id)
        return projects.edit(connection, old, edit, edit.revision, actor=viewer.name)


@router.post("/{project_id}/close")
def close_project(viewer: Leads, held: Held, project_id: str, wish: ProjectClosing) -> Project:
    """End a round, or open it again; nothing is deleted."""
    _whole_school(viewer)
    with held.database.write() as connection:
        old = projects.get(connection, project_id, viewer.school_group_id)
        return projects.close(connection, old, wish.revision, closed=wish.closed, actor=viewer.name)


@router.get("/{project_id}/progress")
def read_progress(viewer: Leads, held: Held, project_id: str) -> Progress:
    """Read how far a project has come: of my groups, or of the whole school group.

    Only what was handed in counts. A group of fewer than five shows its numbers to its lead alone.
    """
    return _overview(viewer, held, project_id).progress()


@router.get("/{project_id}/teachers")
def list_project_teachers(
    viewer: Leads,
    held: Held,
    project_id: str,
    group_id: Annotated[str | None, Query(description="Only of this research group.")] = None,
    campus_id: Annotated[str | None, Query(description="Only of this campus.")] = None,
    standing: Annotated[Standing | None, Query(description="Only who stands so.")] = None,
) -> Teachers:
    """List teachers by name with how far they have come; there is no order of merit."""
    overview = _overview(viewer, held, project_id)
    wish = ReminderWish(group_id=group_id, campus_id=campus_id)
    needed = overview.project.points_each
    chosen = [t for t in overview.everybody if _meant(t, wish)]
    told = [t for t in chosen if not overview.is_kept_back(t)]
    return Teachers(
        items=tuple(
            ShownTeacher(**vars(t), standing=standing_of(t, needed), owes=owed(t, needed))
            for t in told
            if standing in (None, standing_of(t, needed))
        ),
        kept_back=len(chosen) - len(told),
    )


@router.post("/{project_id}/reminders")
def remind_teachers(viewer: Leads, held: Held, project_id: str, wish: ReminderWish) -> Reminded:
    """Remind (催办) those who owe something, each at most once a day."""
    today = datetime.now().astimezone().date()
    with held.database.write() as connection:
        project = projects.get(connection, project_id, viewer.school_group_id)
        overview = Overview(connection, project, viewer)
        meant = [t for t in overview.everybody if _meant(t, wish)]
        done = [
            projects.remind(connection, project, t.person_id, aim, today=today, actor=viewer.name)
            for t in meant
            if (aim := owed(t, project.points_each)) is not None
        ]
        secret = any(overview.is_kept_back(t) for t in meant)
        everybody = len(meant) == len(overview.everybody)
        told = not secret or (everybody and overview.progress().total is not None)
    return Reminded(
        reminded=sum(done) if told else None, already=done.count(False) if told else None
    )


@router.get("/{project_id}/tables/{table}.xlsx", response_class=Response)
def download_progress(
    viewer: Leads, held: Held, request: Request, project_id: str, table: ProgressTable
) -> Response:
    """Download what a chart shows as XLSX."""
    overview = _overview(viewer, held, project_id)
    sheet = _sheet(overview, table, held, language_of(request))
    content = sheets.workbook(sheet.title, sheet.head, sheet.rows, sheet.notes)
    return sheets.download(content, f"guanke-{table}")


def _sheet(overview: Overview, table: ProgressTable, held: Held, language: str) -> Sheet:
    progress = overview.progress()
    if table is ProgressTable.GROUPS:
        names = ("教研组", "Research group")
        return progress_tables.by_part(progress.groups, progress, names, language)
    if table is ProgressTable.CAMPUSES:
        return progress_tables.by_part(progress.campuses, progress, ("校区", "Campus"), language)
    if table is ProgressTable.POINTS:
        return progress_tables.by_point(progress.points, held.framework, language)
    if table is ProgressTable.DAYS:
        return progress_tables.by_day(progress, language)
    return progress_tables.by_teacher(overview.told(), progress, language)


def _overview(viewer: Viewer, held: Held, project_id: str) -> Overview:
    with held.database.read() as connection:
        project = projects.get(connection, project_id, viewer.school_group_id)
        return Overview(connection, project, viewer)


def _meant(teacher: TeacherProgress, wish: ReminderWish) -> bool:
    """Return whether a teacher is among those asked for; an empty id means: without one."""
    return (
        (wish.group_id is None or wish.group_id in (teacher.group_ids or ("",)))
        and (wish.campus_id is None or wish.campus_id == (teacher.campus_id or ""))
        and (wish.person_ids is None or teacher.person_id in wish.person_ids)
    )


def _whole_school(viewer: Viewer) -> None:
    """Refuse who leads a group only: a round is the whole school group's."""
    if not viewer.holds(Role.SCHOOL_LEAD):
        raise RoleMissing
