"""The two ends of a clip: frames before the first whole GOP and after the last, encoded anew.

They get parameter sets of their own number, so that one `avcC` decodes old and new frames alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from lessons.errors import MediaUnreadable
from processing.ffmpeg import Ffmpeg
from processing.steps.fragments import Fragment, TrackHeader
from processing.steps.h264 import DELIMITER, PPS, SEI, SPS, Parameters, unit_type, units_in_stream

_PROFILES = {66: "baseline", 77: "main", 88: "main"}


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Frames to be encoded: from `first` up to, not including, `end`, found in `fragments`."""

    first: int
    end: int
    fragments: Sequence[Fragment]


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """The encoded frames in order, each as an MP4 sample, and the sets they refer to."""

    frames: tuple[bytes, ...]
    sequence: tuple[bytes, ...]
    picture: tuple[bytes, ...]


def encode_edges(
    video: Path,
    header: TrackHeader,
    parameters: Parameters,
    edges: Sequence[Edge],
    fps: Fraction,
    phase: Fraction,
    *,
    ffmpeg: Ffmpeg,
    scratch: Path,
) -> list[Encoded]:
    """Encode each edge, all in one run of ffmpeg.

    Args:
        video: the rendition.
        header: its header.
        parameters: its parameter sets; the new ones get a number of their own.
        edges: what to encode.
        fps: its frame rate.
        phase: seconds by which its frames lie beside multiples of 1 / fps.
        ffmpeg: the door.
        scratch: where pieces are put.

    Raises:
        MediaUnreadable: the rendition gave other frames than its index promised.
    """
    arguments = ["-copyts"]
    for number, edge in enumerate(edges):
        part = scratch / f"edge-{number}.mp4"
        _excerpt(video, header, edge.fragments, part)
        arguments += ffmpeg.source(part)
    number = parameters.free_id()
    tuning = f"bframes=0:keyint=infinite:scenecut=0:sps-id={number}:aud=1:sliced-threads=0"
    for n, edge in enumerate(edges):
        # Half a frame early at both ends: rounding can't add a frame or lose one.
        begin, end = (float(phase + (f - Fraction(1, 2)) / fps) for f in (edge.first, edge.end))
        arguments += ["-map", f"{n}:v", "-vf", f"trim=start={begin:.6f}:end={end:.6f}"]
        arguments += ["-fps_mode", "passthrough", "-c:v", "libx264", "-preset", "veryfast"]
        arguments += ["-crf", "18", "-threads", "2", "-pix_fmt", "yuv420p"]
        arguments += ["-profile:v", _PROFILES.get(parameters.profile, "high")]
        arguments += ["-x264-params", tuning, "-f", "h264", f"edge-{n}.h264"]
    ffmpeg.run(arguments, scratch=scratch)
    found = []
    for n, edge in enumerate(edges):
        encoded = _encoded((scratch / f"edge-{n}.h264").read_bytes(), parameters.length_bytes)
        if len(encoded.frames) != edge.end - edge.first:
            raise MediaUnreadable(
                file=ffmpeg.file_name,
                detail="frames-missing",
                found=len(encoded.frames),
                wanted=edge.end - edge.first,
            )
        found.append(encoded)
    return found


def _excerpt(video: Path, header: TrackHeader, fragments: Sequence[Fragment], part: Path) -> None:
    """Write a file of the header and some fragments: short to read, with the times they had."""
    with video.open("rb") as source, part.open("wb") as target:
        target.write(source.read(header.init_bytes))
        for fragment in fragments:
            source.seek(fragment.offset)
            target.write(source.read(fragment.size))


def _encoded(stream: bytes, length_bytes: int) -> Encoded:
    frames: list[bytes] = []
    sequence: dict[bytes, None] = {}
    picture: dict[bytes, None] = {}
    for unit in units_in_stream(stream):
        kind = unit_type(unit)
        if kind == DELIMITER:
            frames.append(b"")
        elif kind == SPS:
            sequence[unit] = None
        elif kind == PPS:
            picture[unit] = None
        elif kind != SEI:
            frames[-1] += len(unit).to_bytes(length_bytes) + unit
    return Encoded(frames=tuple(frames), sequence=tuple(sequence), picture=tuple(picture))
