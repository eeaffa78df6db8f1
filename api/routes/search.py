"""Search over speech and titles: Chinese words of any length, landing on the second."""

from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.policy import Looks
from api.schemas import After, Limit, Page, page_of
from api.services import Held
from lessons.sharing import Need
from storage import search, visibility
from storage.library_filter import LibraryFilter, search_conditions
from storage.search import Hit, SearchKind

router = APIRouter(tags=["search"])


@router.get("/search")
def search_words(
    viewer: Looks,
    held: Held,
    chosen: Annotated[LibraryFilter, Depends()],
    q: Annotated[str, Query(min_length=1, max_length=100, description="Words; each is needed.")],
    kind: Annotated[tuple[SearchKind, ...], Query(description="What to look in.")] = tuple(
        SearchKind
    ),
    recording_id: str | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[Hit]:
    """Find lines of speech, lessons, phases and clips; traditional characters find simplified.

    The filters are those of the library, about the lesson of each.
    """
    with held.database.read() as connection:
        found = search.find(
            connection,
            q,
            visibility.may_find(viewer),
            *search_conditions(viewer, chosen),
            lessons=visibility.lessons_of(viewer, Need.FACTS),
            kinds=kind,
            recording_id=recording_id,
            after=after,
            limit=limit + 1,
        )
    return page_of(found, limit, attrgetter("cursor"))
