"""What came in and nobody has claimed (待认领): drop folders, and lessons without a teacher."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from fastapi import APIRouter, Request

from api.errors import language_of
from api.policy import Operates
from api.services import Held
from lessons import Lesson
from lessons.errors import restored
from lessons.records import LessonFacts
from lessons.refusals import TeacherUnknown
from lessons.sharing import Need
from storage import claims, intake, lessons, people, visibility
from storage.intake import Intake

router = APIRouter(prefix="/intake", tags=["intake"])


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A file that a drop folder offered and that could not be taken in."""

    id: str
    name: str
    cause: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Claim(LessonFacts):
    """Whose a lesson is, by the name of a person of the school group, and what is known of it."""

    lesson_id: str
    revision: int


@dataclass(frozen=True, kw_only=True)
class Joining:
    """A lesson that nobody claimed, and the one of which it is a part."""

    lesson_id: str
    into_lesson_id: str
    into_revision: int


@router.get("/refused")
def list_refused_files(viewer: Operates, request: Request, held: Held) -> Sequence[Refused]:
    """List the files of drop folders that could not be taken in, and why; oldest first."""
    with held.database.read() as connection:
        waiting = intake.unmatched(connection, viewer.school_group_id)
    language = language_of(request)
    return [_refused(file, language) for file in waiting if file.error_code]


@router.post("/refused/{intake_id}/dismiss", status_code=204)
def dismiss_refused_file(viewer: Operates, held: Held, intake_id: str) -> None:
    """Take a refused file off the list; the file itself stays where it is."""
    with held.database.write() as connection:
        intake.dismiss(connection, intake_id, viewer.school_group_id, actor=viewer.name)


@router.post("/claims")
def claim_lesson(viewer: Operates, held: Held, claim: Claim) -> Lesson:
    """Put a lesson into its teacher's hands."""
    with held.database.write() as connection:
        visibility.lesson(connection, viewer, claim.lesson_id, Need.HANDLE)
        teacher = people.only_named(connection, viewer.school_group_id, claim.teacher)
        if teacher is None:
            raise TeacherUnknown(name=claim.teacher or "")
        facts = LessonFacts(**{f.name: getattr(claim, f.name) for f in fields(LessonFacts)})
        return claims.claim(
            connection, claim.lesson_id, facts, teacher, claim.revision, actor=viewer.name
        )


@router.post("/joinings")
def join_unclaimed_lesson(viewer: Operates, held: Held, joining: Joining) -> Lesson:
    """Make an unclaimed lesson the rest of another, such as the second file of one period."""
    with held.database.write() as connection:
        for lesson_id in (joining.lesson_id, joining.into_lesson_id):
            visibility.lesson(connection, viewer, lesson_id, Need.HANDLE)
        joined = lessons.join(
            connection,
            joining.into_lesson_id,
            joining.into_revision,
            joining.lesson_id,
            actor=viewer.name,
        )
        claims.settle(connection, joined)
        return joined


def _refused(file: Intake, language: str) -> Refused:
    error = restored(file.error_code or "", {**(file.error_facts or {}), "file": file.name})
    return Refused(
        id=file.id,
        name=file.name,
        cause=error.message(language),
        created_at=file.created_at,
    )
