"""Mends what `fsck` found: from a backup, or by doing the step again that made it."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, select, update

from lessons import RecordingState, StepState
from storage import tables
from storage.database import Database
from storage.events import tell
from storage.janitor import Findings, is_sound
from storage.objects import ObjectStore
from storage.steps import work_again

A = tables.artifact.c
CLIP = "clip"


@dataclass(frozen=True, kw_only=True)
class Repair:
    """What became of each digest that was missing or damaged."""

    brought_back: tuple[str, ...] = ()  # from the backup
    made_again: tuple[str, ...] = ()  # its step is in the queue once more
    lost: tuple[str, ...] = ()  # an original, or a document, that no backup has


def repair(
    database: Database,
    store: ObjectStore,
    found: Findings,
    *,
    backup: ObjectStore | None,
    scratch: Path,
) -> Repair:
    """Mend what can be mended.

    Args:
        backup: where else the objects may be; None: nowhere.
        scratch: an existing folder for copies.
    """
    brought: list[str] = []
    again: list[str] = []
    lost: list[str] = []
    for digest in (*found.missing, *found.damaged):
        if backup is not None and backup.has(digest) and is_sound(backup, digest):
            store.delete(digest)
            store.put(backup.fetch(digest, scratch), digest)
            brought.append(digest)
            continue
        with database.write() as connection:
            makeable = _make_again(connection, digest)
        if makeable:
            store.delete(digest)  # wrong bytes would be taken for the right ones
        (again if makeable else lost).append(digest)
    return Repair(brought_back=tuple(brought), made_again=tuple(again), lost=tuple(lost))


def _make_again(connection: Connection, digest: str) -> bool:
    """Let the steps that made an object run again; False when one row of it has no step."""
    steps = connection.execute(select(A.step_id).where(A.digest == digest)).scalars().all()
    if not steps or None in steps:
        return False
    connection.execute(delete(tables.artifact).where(A.digest == digest))
    step = tables.step.c
    redone = (
        update(tables.step)
        .where(step.id.in_(steps), step.state == StepState.DONE)
        .values(state=StepState.READY, crashes=0, retries=0, not_before_ms=0, progress=0.0)
        .returning(step.recording_id, step.kind)
    )
    for row in connection.execute(redone).all():
        state = StepState.READY.value
        tell(connection, "step.state", recording_id=row.recording_id, step=row.kind, state=state)
        if row.kind != CLIP:  # a lesson is ready without its clips
            ended = (RecordingState.READY, RecordingState.FAILED)
            work_again(connection, row.recording_id, *ended)
    return True
