"""Notices: what a person is told. Each sees their own and nobody else's."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Query

from api.policy import Looks
from api.schemas import After, Limit, Page, page_of
from api.services import Held
from lessons import Notice
from storage import notices

router = APIRouter(prefix="/notices", tags=["notices"])


@dataclass(frozen=True, kw_only=True)
class Unread:
    """How many notices a person has not read."""

    count: int


@dataclass(frozen=True, kw_only=True)
class ReadNotices:
    """Which notices were read; without ids, all of them."""

    ids: tuple[str, ...] | None = None


@router.get("")
def list_notices(
    viewer: Looks,
    held: Held,
    unread: Annotated[bool, Query(description="Only what was not read yet.")] = False,
    after: After = None,
    limit: Limit = 50,
) -> Page[Notice]:
    """List my notices, newest first."""
    with held.database.read() as connection:
        found = notices.page(
            connection, viewer.person_id, unread=unread, after=after, limit=limit + 1
        )
    return page_of(found, limit, attrgetter("id"))


@router.get("/unread")
def count_unread_notices(viewer: Looks, held: Held) -> Unread:
    """Count the notices that I have not read; `notice.made` and `notice.read` events change it."""
    with held.database.read() as connection:
        return Unread(count=notices.unread_count(connection, viewer.person_id))


@router.post("/read")
def read_notices(viewer: Looks, held: Held, read: ReadNotices) -> Unread:
    """Note that I have read these notices, or all, and return how many are left."""
    with held.database.write() as connection:
        notices.mark_read(connection, viewer.person_id, read.ids)
        return Unread(count=notices.unread_count(connection, viewer.person_id))
