"""How rooms and queue are, for the operators (录播管理员)."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request

from api.errors import language_of
from api.policy import Operates
from api.services import Held
from lessons.errors import restored
from storage import operations
from storage.operations import FailureCause, QueueHealth, RoomHealth

router = APIRouter(prefix="/operations", tags=["operations"])


@dataclass(frozen=True, kw_only=True)
class Failure(FailureCause):
    """Why steps have failed, in words that say what to do."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Operations:
    """The queues, what failed in them, and the room left on the disk."""

    queues: tuple[QueueHealth, ...]
    failures: tuple[Failure, ...]
    disk_free_bytes: int
    disk_bytes: int


@router.get("/rooms")
def list_room_health(viewer: Operates, held: Held) -> Sequence[RoomHealth]:
    """List the rooms with what arrived from each, silent ones first."""
    with held.database.read() as connection:
        return operations.rooms(connection, viewer.school_group_id)


@router.get("/queue")
def read_queue_health(viewer: Operates, held: Held, request: Request) -> Operations:
    """Read what waits and for how long, what failed and why, and how full the disk is."""
    language = language_of(request)
    with held.database.read() as connection:
        queues = operations.queues(connection)
        failures = operations.failures(connection, viewer.school_group_id)
    disk = shutil.disk_usage(held.uploads.parent)
    return Operations(
        queues=tuple(queues),
        failures=tuple(
            Failure(**vars(replace(cause, facts={})), reason=_reason(cause, language))
            for cause in failures
        ),
        disk_free_bytes=disk.free,
        disk_bytes=disk.total,
    )


def _reason(cause: FailureCause, language: str) -> str:
    return restored(cause.code, {**cause.facts, "file": cause.file_name}).message(language)
