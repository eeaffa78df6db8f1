"""How long a school keeps what, and what it may not let go."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kept(StrEnum):
    """What a retention rule is about."""

    RECORDING = "recording"  # with everything that was made of it
    ORIGINAL = "original"  # the file as it came; the lesson plays on from its renditions


class Withheld(StrEnum):
    """Why something whose time is over stays all the same."""

    HOLD = "hold"  # somebody said so
    EVIDENCE = "evidence"  # an evidence set names it
    AT_WORK = "at_work"  # it is still processed, or failed: nothing else plays


@dataclass(frozen=True, kw_only=True)
class RetentionRule:
    """How long something is kept after it arrived; without a rule it is kept for good."""

    kind: Kept
    days: int


@dataclass(frozen=True, kw_only=True)
class Hold:
    """That a recording is withheld from every rule until somebody lets it go."""

    recording_id: str
    reason: str
    placed_by: str
    created_at: datetime
