"""How rooms and queue are, for the operators (录播管理员)."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request

from api.errors import language_of
from api.policy import Operates, Oversees
from api.services import Held
from lessons.errors import restored
from lessons.people import Role
from storage import figures, operations, workers
from storage.figures import AtWork, Stopped, Waiting
from storage.operations import FailureCause, QueueHealth, RoomHealth
from storage.workers import Worker

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


@dataclass(frozen=True, kw_only=True)
class StoppedStep(Stopped):
    """A step that stands still for good, with its cause in words that say what to do."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class WaitingKind(Waiting):
    """Steps of one kind that wait, with what put them off in words."""

    reason: str | None


@dataclass(frozen=True, kw_only=True)
class WorkNow:
    """What runs where, what waits and why, what stands still.

    Names of files are an operator's to read: for others they are empty.
    """

    at_work: tuple[AtWork, ...]
    waiting: tuple[WaitingKind, ...]
    stopped: tuple[StoppedStep, ...]  # the newest, fifty at most
    workers: tuple[Worker, ...]  # on other machines, that take their work off a broker
    may_act: bool  # retry, cancel, set aside


@router.get("/work")
def read_work(viewer: Oversees, held: Held, request: Request) -> WorkNow:
    """Read what runs where and since when, what waits and why, what stands still and why."""
    language, mine = language_of(request), viewer.school_group_id
    names = Role.OPERATOR in viewer.roles
    with held.database.read() as connection:
        at_work = figures.at_work(connection, stuck_ms=held.stuck_ms, school_group_id=mine)
        waiting = figures.waiting(connection, mine)
        stopped = figures.stopped(connection, mine)
        others = workers.alive(connection)
    return WorkNow(
        at_work=tuple(step if names else replace(step, file_name="") for step in at_work),
        waiting=tuple(
            WaitingKind(**vars(kind), reason=_words(kind.paused_by, {}, language))
            for kind in waiting
        ),
        stopped=tuple(_told(step, language, names=names) for step in stopped),
        workers=tuple(others),
        may_act=names,
    )


def _told(step: Stopped, language: str, *, names: bool) -> StoppedStep:
    file_name = step.file_name if names else ""
    reason = _words(step.code, {**step.facts, "file": file_name or "—"}, language) or ""
    plain = replace(step, facts={}, file_name=file_name)
    return StoppedStep(**vars(plain), reason=reason)


def _words(code: str | None, facts: Mapping[str, object], language: str) -> str | None:
    return restored(code, facts).message(language) if code else None


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
