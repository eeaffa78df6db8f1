"""The library (资源库): lessons and clips that I may look at, with filters and their counts."""

from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Depends

from api.policy import Looks
from api.schemas import After, Limit, Page, page_of
from api.services import Held
from lessons import EvidenceState
from storage import library, library_counts
from storage.library import LibraryClip, LibraryLesson
from storage.library_counts import LibraryCounts
from storage.library_filter import LessonState, LibraryFilter

router = APIRouter(prefix="/library", tags=["library"])
Chosen = Annotated[LibraryFilter, Depends()]


@router.get("/lessons")
def list_library_lessons(
    viewer: Looks,
    held: Held,
    chosen: Chosen,
    state: LessonState | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[LibraryLesson]:
    """List the lessons that I may look at, newest first."""
    with held.database.read() as connection:
        found = library.lesson_page(connection, viewer, chosen, state, after=after, limit=limit + 1)
    return page_of(found, limit, attrgetter("id"))


@router.get("/lessons/counts")
def count_library_lessons(
    viewer: Looks, held: Held, chosen: Chosen, state: LessonState | None = None
) -> LibraryCounts:
    """Count the lessons, and for each filter what each of its values would leave."""
    with held.database.read() as connection:
        return library_counts.lesson_counts(connection, viewer, chosen, state)


@router.get("/clips")
def list_library_clips(
    viewer: Looks,
    held: Held,
    chosen: Chosen,
    state: EvidenceState | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[LibraryClip]:
    """List the clips that I may look at, newest first; filters are about their lessons."""
    with held.database.read() as connection:
        found = library.clip_page(connection, viewer, chosen, state, after=after, limit=limit + 1)
    return page_of(found, limit, attrgetter("id"))


@router.get("/clips/counts")
def count_library_clips(
    viewer: Looks, held: Held, chosen: Chosen, state: EvidenceState | None = None
) -> LibraryCounts:
    """Count the clips, and for each filter what each of its values would leave."""
    with held.database.read() as connection:
        return library_counts.clip_counts(connection, viewer, chosen, state)
