"""The steps that make files of clips: which there are, and letting go of what nobody needs more.

With a step go the rows that name its files; the janitor clears the bytes behind. Who works on it
finds out at the next sign of life, and keeps nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from lessons import Step
from storage import tables
from storage.mapping import from_row

C = tables.clip.c
S = tables.step.c
EXPORT = "export"


@dataclass(frozen=True, kw_only=True)
class Cut:
    """The step that makes, or made, a clip's own file."""

    step_id: str
    input_digest: str


def cuts_of(connection: Connection, recording_id: str) -> Mapping[str, Cut]:
    """Return the cut of each clip of a recording that has one, by the clip's id."""
    query = (
        select(C.id, S.id.label("step_id"), S.input_digest)
        .join(tables.step, S.id == C.step_id)
        .where(C.recording_id == recording_id)
    )
    return {
        row.id: Cut(step_id=row.step_id, input_digest=row.input_digest)
        for row in connection.execute(query)
    }


def exports_of(connection: Connection, recording_id: str, clip_id: str) -> Sequence[Step]:
    """Return the steps that make downloads of a clip, oldest first."""
    query = select(tables.step).where(S.recording_id == recording_id, S.kind == EXPORT)
    found = [from_row(Step, row) for row in connection.execute(query.order_by(S.id))]
    return [step for step in found if step.params.get("clip") == clip_id]


def let_go(connection: Connection, step_id: str | None) -> None:
    """Forget a step and the files it made, unless some clip counts on it."""
    if step_id is None:
        return
    if connection.execute(select(C.id).where(C.step_id == step_id)).first():
        return
    connection.execute(delete(tables.artifact).where(tables.artifact.c.step_id == step_id))
    connection.execute(delete(tables.step).where(S.id == step_id))


def let_all_go(connection: Connection, recording_id: str, clip_id: str) -> None:
    """Forget every file of a clip: its own and its downloads."""
    found = connection.execute(select(C.step_id).where(C.id == clip_id)).first()
    for step in exports_of(connection, recording_id, clip_id):
        let_go(connection, step.id)
    if found and found.step_id:
        connection.execute(update(tables.clip).where(C.id == clip_id).values(step_id=None))
        let_go(connection, found.step_id)
