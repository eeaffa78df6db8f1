"""Time in a lesson: whole milliseconds in half-open spans, exact fractions for frame rates.

A recording's time zero is its first presented video frame (the first sound where there is no
picture).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

from lessons.errors import BadSpan, BadTimecode

_TIMECODE = re.compile(
    r"(?:(?:(\d+):)?([0-5]?\d):)?([0-5]?\d)(?:[.,](\d{1,3}))?|(\d+)(?:[.,](\d{1,3}))?"
)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A half-open stretch of a recording: from `start_ms` up to, not including, `end_ms`."""

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms <= self.end_ms:
            raise BadSpan(start_ms=self.start_ms, end_ms=self.end_ms)

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds."""
        return self.end_ms - self.start_ms

    def overlap_ms(self, other: "Span") -> int:
        """Return how many milliseconds this span shares with `other`, 0 where they are apart."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))

    def holds(self, at_ms: int) -> bool:
        """Return whether `at_ms` lies inside."""
        return self.start_ms <= at_ms < self.end_ms

    @classmethod
    def of(cls, other: "Span") -> Self:
        """Return the bare stretch of a longer noun that is one."""
        return cls(start_ms=other.start_ms, end_ms=other.end_ms)


def parse_timecode(text: str) -> int:
    """Return the milliseconds of `hh:mm:ss.mmm`, `mm:ss`, or plain seconds such as `63.2`.

    Raises:
        BadTimecode: the text is none of these.
    """
    found = _TIMECODE.fullmatch(text.strip())
    if not found:
        raise BadTimecode(text=text)
    hours, minutes, seconds, fraction, plain, plain_fraction = found.groups()
    whole = int(plain) if plain else int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds)
    return whole * 1000 + int(((plain_fraction if plain else fraction) or "").ljust(3, "0") or 0)


def format_timecode(at_ms: int, *, separator: str = ".") -> str:
    """Return `at_ms` as `hh:mm:ss.mmm`; SRT wants `separator=","`."""
    seconds, milliseconds = divmod(at_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{separator}{milliseconds:03d}"


def frame_at(at_ms: int, fps: Fraction) -> int:
    """Return the number of the frame nearest to `at_ms`, counted from 0."""
    return round(at_ms * fps / 1000)


def frame_time_ms(frame: int, fps: Fraction) -> int:
    """Return when `frame` is first shown, to the nearest millisecond."""
    return round(frame * 1000 / fps)
