"""How long a school keeps what: rules, a count before any deletion, holds, quota and use."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection

from api.policy import Administers
from api.services import Held
from lessons.errors import Conflict, NotFound
from lessons.people import Viewer
from lessons.retention import Hold, Kept, RetentionRule, Withheld
from storage import recordings, retention
from storage.retention import Due, Storage

router = APIRouter(prefix="/retention", tags=["retention"])


@dataclass(frozen=True, kw_only=True)
class KindDue:
    """What of one kind would go now."""

    kind: Kept
    count: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class KindWithheld:
    """How much stays although its time is over, by reason."""

    withheld: Withheld
    count: int


@dataclass(frozen=True, kw_only=True)
class RetentionPlan:
    """A count of what would go now. Nothing goes before somebody asks for just this."""

    goes: tuple[KindDue, ...]
    stays: tuple[KindWithheld, ...]
    digest: str  # names what was counted: asked for again, it has to be the same


@dataclass(frozen=True, kw_only=True)
class Retention:
    """A school's rules, what they come to today, its holds, its quota and how much it keeps."""

    rules: tuple[RetentionRule, ...]
    plan: RetentionPlan
    holds: tuple[Hold, ...]
    storage: Storage


@dataclass(frozen=True, kw_only=True)
class NewRule:
    """For how many days something is kept."""

    kind: Kept
    days: Annotated[int, Field(ge=30, le=36_500)]


@dataclass(frozen=True, kw_only=True)
class NewRules:
    """The rules that shall hold; a kind without one is kept for good."""

    rules: tuple[NewRule, ...]
    quota_bytes: Annotated[int, Field(gt=0)] | None = None


@dataclass(frozen=True, kw_only=True)
class NewHold:
    """Why a recording is withheld from every rule."""

    reason: Annotated[str, Field(min_length=1, max_length=300)]


@dataclass(frozen=True, kw_only=True)
class PlanDigest:
    """The plan that shall be carried out, as it was shown."""

    digest: str


@router.get("")
def read_retention(viewer: Administers, held: Held) -> Retention:
    """Read the rules, and count what they would delete now; nothing is deleted."""
    with held.database.read() as connection:
        return _retention(connection, viewer)


@router.put("/rules")
def edit_retention_rules(viewer: Administers, held: Held, new: NewRules) -> Retention:
    """Put rules and quota in the place of those there are; nothing is deleted by it."""
    wanted = [RetentionRule(kind=rule.kind, days=rule.days) for rule in new.rules]
    with held.database.write() as connection:
        retention.set_rules(
            connection,
            viewer.school_group_id,
            wanted,
            quota_bytes=new.quota_bytes,
            actor=viewer.name,
        )
        return _retention(connection, viewer)


@router.post("/apply")
def apply_retention(viewer: Administers, held: Held, asked: PlanDigest) -> Retention:
    """Delete what the plan counted, one by one; each is in the audit.

    When the plan is no longer what was shown, nothing is deleted (409).
    """
    with held.database.read() as connection:
        if _plan(retention.due(connection, viewer.school_group_id)).digest != asked.digest:
            raise Conflict(detail="")
    for _ in retention.apply(held.database, viewer.school_group_id, actor=viewer.name):
        pass
    return read_retention(viewer, held)


@router.put("/holds/{recording_id}", status_code=204)
def hold_recording(viewer: Administers, held: Held, recording_id: str, new: NewHold) -> None:
    """Withhold a recording from every rule."""
    with held.database.write() as connection:
        _own(connection, viewer, recording_id)
        retention.hold(connection, recording_id, new.reason, actor=viewer.name)


@router.delete("/holds/{recording_id}", status_code=204)
def release_recording(viewer: Administers, held: Held, recording_id: str) -> None:
    """End a hold."""
    with held.database.write() as connection:
        _own(connection, viewer, recording_id)
        retention.let_go(connection, recording_id, actor=viewer.name)


def _own(connection: Connection, viewer: Viewer, recording_id: str) -> None:
    if recordings.get(connection, recording_id).school_group_id != viewer.school_group_id:
        raise NotFound(what="recording", id=recording_id)


def _retention(connection: Connection, viewer: Viewer) -> Retention:
    group = viewer.school_group_id
    return Retention(
        rules=tuple(retention.rules(connection, group)),
        plan=_plan(retention.due(connection, group)),
        holds=tuple(retention.holds(connection, group)),
        storage=retention.storage_of(connection, group),
    )


def _plan(found: Sequence[Due]) -> RetentionPlan:
    goes = [one for one in found if one.withheld is None]
    named = json.dumps([[one.recording_id, one.kind] for one in goes])
    return RetentionPlan(
        goes=tuple(
            KindDue(
                kind=kind,
                count=sum(one.kind is kind for one in goes),
                bytes=sum(one.bytes for one in goes if one.kind is kind),
            )
            for kind in Kept
        ),
        stays=tuple(
            KindWithheld(withheld=why, count=count)
            for why in Withheld
            if (count := sum(one.withheld is why for one in found))
        ),
        digest=hashlib.sha256(named.encode()).hexdigest(),
    )
