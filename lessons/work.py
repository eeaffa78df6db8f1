"""A step: one piece of work on one recording. The table of steps is the record, queues ring."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class StepState(StrEnum):
    """Where a step is."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # the media's own fault, or out of attempts: terminal, with its reason
    QUARANTINED = "quarantined"  # its process died too often
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row of the queue of record. `attempt` is the fencing token of whoever claimed it."""

    id: str
    recording_id: str
    kind: str
    queue: str
    input_digest: str  # of kind, code version, parameters, model and inputs
    params: Mapping[str, object]
    state: StepState
    attempt: int = 0
    crashes: int = 0  # times its process died while the supervisor lived
    retries: int = 0  # times it was given back for a passing cause
    lease_owner: str | None = None
    lease_until_ms: int = 0  # on the database's clock
    dispatched_at_ms: int = 0  # when a broker was last told of it; 0: not since it was last taken
    length_ms: int = 0  # of the sound or picture it works through; 0: not known, or next to nothing
    not_before_ms: int = 0
    progress: float = 0.0
    moved_at_ms: int | None = None  # when it last showed progress
    error_code: str | None = None
    error_facts: Mapping[str, object] | None = None
    output: Mapping[str, object] | None = None
    tools: Mapping[str, str] | None = None  # versions, recorded, not hashed
    created_at_ms: int = 0
    started_at_ms: int | None = None
    finished_at_ms: int | None = None
