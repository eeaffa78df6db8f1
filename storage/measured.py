"""How long steps took, for each second of their recording: what estimates are made from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy import Connection, func, select

from lessons import MediaInfo, Recording, RecordingState, Step, StepState
from storage import tables
from storage.mapping import from_plain, from_row

S = tables.step.c
R = tables.recording.c
REMEMBERED = 20  # steps of each kind


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What was measured: seconds of work for each second of recording, and usual lengths."""

    rates: Mapping[str, float]
    duration_ms: int | None  # of a usual recording; None: none was finished yet


def pace(connection: Connection) -> Pace:
    """Return the median over the newest finished steps of each kind."""
    newest = func.row_number().over(partition_by=S.kind, order_by=S.finished_at_ms.desc())
    numbered = (
        select(S.kind, S.recording_id, S.started_at_ms, S.finished_at_ms, newest.label("number"))
        .where(S.state == StepState.DONE, S.started_at_ms.is_not(None))
        .subquery()
    )
    query = (
        select(numbered.c.kind, numbered.c.started_at_ms, numbered.c.finished_at_ms, R.id, R.info)
        .join(tables.recording, R.id == numbered.c.recording_id)
        .where(numbered.c.number <= REMEMBERED, R.info.is_not(None))
    )
    rates: dict[str, list[float]] = defaultdict(list)
    durations: dict[str, int] = {}
    for row in connection.execute(query):
        duration = from_plain(MediaInfo, row.info).duration_ms
        durations[row.id] = duration
        rates[row.kind].append((row.finished_at_ms - row.started_at_ms) / max(1000, duration))
    return Pace(
        rates={kind: median(found) for kind, found in rates.items()},
        duration_ms=round(median(durations.values())) if durations else None,
    )


def under_way(connection: Connection) -> Sequence[tuple[Recording, Sequence[Step]]]:
    """Return every recording that is in processing, with its steps."""
    states = (RecordingState.ADMITTED, RecordingState.PROCESSING)
    found = {
        row.id: from_row(Recording, row)
        for row in connection.execute(select(tables.recording).where(R.state.in_(states)))
    }
    known: dict[str, list[Step]] = {recording_id: [] for recording_id in found}
    query = select(tables.step).where(S.recording_id.in_(select(R.id).where(R.state.in_(states))))
    for row in connection.execute(query.order_by(S.created_at_ms, S.id)):
        known[row.recording_id].append(from_row(Step, row))
    return [(found[recording_id], steps) for recording_id, steps in known.items()]
