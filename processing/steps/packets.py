"""What a file really holds: every packet of the chosen tracks, without decoding one.

ffmpeg itself does the reading (`-c copy -f framecrc`), so that edit lists, negative starts and
jumps in a transport stream's clock are seen here as the later steps will see them.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from processing.ffmpeg import Ffmpeg

_DISCARD = 0x4
_KEY = 0x1
_NO_TIME = -(1 << 63)


@dataclass(kw_only=True)
class PacketScan:
    """One track's packets, on ffmpeg's clock for the file; times in ticks of `time_base`."""

    time_base: Fraction = Fraction(1, 1000)
    times: "array[int]" = field(default_factory=lambda: array("q"))  # presented ones, in file order
    keys: list[int] = field(default_factory=list)  # times of those that are keyframes
    first: int | None = None  # first presented
    end: int = 0  # end of the last presented
    hidden: int = 0  # packets that an edit list keeps from being shown
    starts_with_key: bool = False
    opens_cleanly: bool = False  # the first packet is the first picture, and a keyframe
    changes_codec: bool = False  # new parameters on the way

    def forget_what_cannot_be_shown(self) -> None:
        """Drop pictures before the first keyframe's own time: what they refer to was cut away."""
        self.opens_cleanly = (
            self.starts_with_key
            and not self.hidden
            and self.times[:1] == array("q", self.keys[:1])
            and self.first == self.keys[0]
        )
        if self.keys and not self.hidden and self.first != self.keys[0]:
            self.first = self.keys[0]
            self.times = array("q", (t for t in self.times if t >= self.keys[0]))

    def milliseconds(self, ticks: int) -> int:
        """Return `ticks` as the nearest millisecond."""
        return round(ticks * self.time_base * 1000)

    def reordered(self, fps: Fraction) -> int:
        """Return how many frames at most are decoded before one that is shown earlier."""
        step = fps * self.time_base
        up, down, first = step.numerator, step.denominator, self.first or 0
        places = (((time - first) * up * 2 + down) // (2 * down) for time in self.times)
        return max((index - place for index, place in enumerate(places)), default=0)

    def max_gop_ms(self) -> int:
        """Return the longest stretch between two keyframes, or from the last one to the end."""
        marks = [*sorted(self.keys), self.end]
        return max((self.milliseconds(b - a) for a, b in pairwise(marks)), default=0)


def scan_packets(
    source: Path, indexes: Sequence[int], *, ffmpeg: Ffmpeg, scratch: Path
) -> list[PacketScan]:
    """Read all packets of the tracks `indexes`; return one scan for each, in that order.

    Raises:
        MediaUnreadable: ffmpeg can't read the file.
    """
    scans = [PacketScan() for _ in indexes]
    maps = [part for index in indexes for part in ("-map", f"0:{index}")]
    arguments = [
        *ffmpeg.source(source),
        *maps,
        "-c",
        "copy",
        "-copyinkf",
        "-f",
        "framecrc",
        "pipe:1",
    ]
    for line in ffmpeg.lines(arguments, scratch=scratch):
        if line.startswith("#tb "):
            number, _, base = line[4:].partition(": ")
            scans[int(number)].time_base = Fraction(base.strip())
        elif line and not line.startswith("#"):
            _take(scans, line)
    return scans


def _take(scans: list[PacketScan], line: str) -> None:
    """Note one packet: `track, dts, pts, duration, size, checksum[, F=flags][, S=side data…]`."""
    parts = line.split(",")
    scan = scans[int(parts[0])]
    time, duration = int(parts[2]), int(parts[3])
    if time == _NO_TIME:
        time = int(parts[1])
    flags = _KEY  # what framecrc leaves unsaid
    for part in parts[6:]:
        if part.startswith(" F=0x"):
            flags = int(part[3:], 16)
        elif part.startswith(" New Extradata"):
            scan.changes_codec = True
    if not scan.times and not scan.hidden:
        scan.starts_with_key = bool(flags & _KEY)
    if flags & _DISCARD or time == _NO_TIME:
        scan.hidden += 1
        return
    scan.times.append(time)
    scan.first = time if scan.first is None else min(scan.first, time)
    scan.end = max(scan.end, time + max(duration, 0))
    if flags & _KEY:
        scan.keys.append(time)
