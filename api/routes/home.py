"""What waits for me (待办), by role."""

from dataclasses import dataclass

from fastapi import APIRouter

from api.policy import Looks
from api.services import Held
from lessons import Duty
from storage import home, notices

router = APIRouter(prefix="/home", tags=["home"])


@dataclass(frozen=True, kw_only=True)
class Home:
    """What the home page shows: what waits for me, and how many notices I have not read."""

    duties: tuple[Duty, ...]
    unread: int


@router.get("")
def read_home(viewer: Looks, held: Held) -> Home:
    """Read what waits for me in each of my roles."""
    with held.database.read() as connection:
        return Home(
            duties=tuple(home.duties(connection, viewer)),
            unread=notices.unread_count(connection, viewer.person_id),
        )
