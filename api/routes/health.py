"""Health: whether the service lives, whether it can work, and what is missing."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Response

from api.policy import Anyone
from api.services import Held
from storage import steps

router = APIRouter(prefix="/health", tags=["health"])
LOW_DISK_BYTES = 2 << 30


@dataclass(frozen=True, kw_only=True)
class Health:
    """Whether the service can work, and on what it stands."""

    ready: bool
    facts: Mapping[str, object]  # tools, model, sandbox
    queues: Mapping[str, int]  # steps that wait or run
    disk_free_bytes: int


@router.get("/live")
def health_live(_: Anyone) -> Mapping[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@router.get("/ready", responses={503: {"model": Health}})
def health_ready(_: Anyone, held: Held, response: Response) -> Health:
    """Say whether work can be done; 503 and the missing fact where it can't."""
    facts = held.facts()
    with held.database.read() as connection:
        queues = steps.waiting(connection)
    free = shutil.disk_usage(held.uploads.parent).free
    ready = free > LOW_DISK_BYTES and None not in facts.values()
    response.status_code = 200 if ready else 503
    return Health(ready=ready, facts=facts, queues=queues, disk_free_bytes=free)
