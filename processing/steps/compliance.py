"""Which picture can be copied as it is (design §3): what every browser plays, cleanly cut."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from lessons import Track
from lessons.errors import MediaUnreadable
from lessons.notes import Note, encoded
from processing.ffmpeg import Ffmpeg
from processing.steps.packets import PacketScan
from processing.steps.rates import MAX_FPS

_CONTAINERS = {"mov", "matroska", "mpegts"}  # those that carry a time for every picture
_PROFILES = {"Constrained Baseline", "Baseline", "Main", "High"}
_PIXELS = {"yuv420p", "yuvj420p"}
_MAX_PIXELS = 3840 * 2160  # a 4K source is copied too; smaller renditions stand beside it
_MAX_LEVEL = 52
MAX_GOP_MS = 10_000
_LOOKS = 5


def reasons_to_encode(
    container: str, stream: Mapping[str, Any], scan: PacketScan, track: Track
) -> list[Note]:
    """Return why the picture must be encoded; empty when it can be copied.

    Args:
        container: first of ffprobe's format names.
        stream: ffprobe's facts on the track.
        scan: all its packets.
        track: what was made of both.
    """
    width, height = int(stream["width"]), int(stream["height"])
    if track.codec != "h264":
        return [encoded("codec", codec=track.codec)]
    profile, pixels = str(stream.get("profile")), str(track.pixel_format)
    checks = (
        (encoded("container", container=container), container not in _CONTAINERS),
        (encoded("profile", profile=profile), profile not in _PROFILES),
        (encoded("pixels", pixels=pixels), pixels not in _PIXELS),
        (encoded("level"), int(stream.get("level", 0)) > _MAX_LEVEL),
        (encoded("turned"), _turned(stream, track)),
        (encoded("stretched"), _stretched(stream)),
        (encoded("odd"), bool(width % 2 or height % 2)),
        (encoded("large"), width * height > _MAX_PIXELS),
        (encoded("interlaced"), track.interlaced),
        (encoded("variable"), track.variable_fps),
        (encoded("fast"), (track.fps or 0) > MAX_FPS or _too_fast(scan, track)),
        (encoded("keyframes"), (track.max_gop_ms or 0) > MAX_GOP_MS),
        (encoded("start"), not scan.opens_cleanly),
        (encoded("changes"), scan.changes_codec),
    )
    return [reason for reason, holds in checks if holds]


def looks_damaged(
    source: Path,
    container: str,
    tracks: Sequence[Track],
    duration_ms: int,
    *,
    ffmpeg: Ffmpeg,
    scratch: Path,
) -> bool:
    """Decode a second here and there; return whether ffmpeg complains about any of them.

    ffmpeg conceals damage, browsers stop at it: what is damaged is encoded, not copied.
    """
    maps = [part for track in tracks for part in ("-map", f"0:{track.index}")]
    last = max(duration_ms - 1000, 0)
    for at in range(0, last + 1, max(last // (_LOOKS - 1), 1000)):
        here = ["-noaccurate_seek", "-ss", f"{at / 1000:.3f}"]
        if at + 1000 < last:  # the last look goes on to the very end: there files are cut
            here += ["-t", "1"]
        if container == "mpegts" and at:  # a seek lands anywhere: only keyframes stand alone
            here += ["-skip_frame:v", "nokey"]
        try:
            said = ffmpeg.run(
                [*ffmpeg.source(source, *here), *maps, "-f", "null", "-"], scratch=scratch
            )
        except MediaUnreadable:
            return True
        if any("[error]" in line and "[null @" not in line for line in said.splitlines()):
            return True
    return False


def _turned(stream: Mapping[str, Any], track: Track) -> bool:
    """Whether a display matrix does anything: turn, or mirror at no turn at all."""
    if track.rotation:
        return True
    matrices = [str(d.get("displaymatrix", "")) for d in stream.get("side_data_list", [])]
    numbers = [row.split()[1:3] for m in matrices for row in m.strip().splitlines()[:2]]
    return any(int(n) < 0 for row in numbers for n in row)


def _stretched(stream: Mapping[str, Any]) -> bool:
    return str(stream.get("sample_aspect_ratio", "1:1")) not in ("1:1", "0:1", "N/A")


def _too_fast(scan: PacketScan, track: Track) -> bool:
    """Whether `track.fps` was brought down from the track's own rate."""
    length = (scan.end - (scan.first or 0)) * scan.time_base
    return bool(track.fps) and len(scan.times) > length * (track.fps or Fraction(1)) * 3 / 2 + 2
