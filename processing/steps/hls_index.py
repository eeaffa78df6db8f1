"""Single-file HLS: how ffmpeg is asked for it, and where its pieces lie.

A rendition is one fragmented MP4. Its fragments are read back here (ISO/IEC 14496-12, 8.8: `moof`,
`tfhd`, `tfdt`, `trun`), grouped into media segments by one rule for every rendition, and kept as
values; the API writes playlists from them.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from lessons import MediaSegment, Rendition, RenditionSource, Track, TrackKind
from lessons.errors import MediaUnreadable
from processing.products import Product
from processing.steps.opening import BITEXACT

SEGMENT_S = 4

_FRAGMENTED = (
    *BITEXACT,
    # Nothing may shift a track to make its decoding times positive: picture and sound would part.
    *("-avoid_negative_ts", "disabled", "-muxdelay", "0", "-f", "mp4"),
)
# Reordered pictures decode before time zero: an edit list, known once the first fragment is there,
# puts the first shown one at 0.
PICTURE_FILE = (
    *_FRAGMENTED,
    *("-movflags", "+frag_keyframe+delay_moov+default_base_moof+skip_trailer"),
)
# A sound's times are written into its fragments as they are, without an edit list.
SOUND_FILE = (
    *_FRAGMENTED,
    *("-movflags", "+delay_moov+frag_discont+default_base_moof+skip_trailer"),
    *("-use_editlist", "0", "-frag_duration", "1000000"),
)
# An encoder's priming packet lies before time zero; without it the track starts at 0 by itself.
DROP_NEGATIVE = "noise=drop=lt(pts\\,0)"


@dataclass(frozen=True, kw_only=True)
class _Fragment:
    offset: int  # bytes, of its `moof`
    start: int  # ticks: when its first sample is shown
    end: int  # ticks: start and the length of all its samples


def read_rendition(
    path: Path, *, name: str, source: RenditionSource, track: Track, file_name: str
) -> tuple[Rendition, Product]:
    """Return the rendition that lies at `path`, and its file.

    Args:
        path: written by ffmpeg with `PICTURE_FILE` or `SOUND_FILE`.
        name: the rendition's.
        source: copied or encoded.
        track: kind, width, height and rate of this rendition.
        file_name: the upload's, for errors.

    Raises:
        MediaUnreadable: nothing came out.
    """
    product = Product.of(path, _MEDIA_TYPES[track.kind])
    with path.open("rb") as file:
        init, fragments = _read(file)
    if not fragments:
        raise MediaUnreadable(file=file_name, detail="nothing-came-out", name=name)
    segments = _grouped(fragments, _timescale(init), product.bytes)
    return Rendition(
        name=name,
        kind=track.kind,
        codec=codec_of(init),
        source=source,
        digest=product.digest,
        bytes=product.bytes,
        init_bytes=len(init),
        segments=segments,
        width=track.width,
        height=track.height,
        fps=track.fps,
        bandwidth=_peak(segments),
    ), product


def _peak(segments: Sequence[MediaSegment]) -> int:
    """Return the peak bits a second; a stub at the end does not count alone (RFC 8216, 4.3.4.2)."""
    least = min(SEGMENT_S * 500_000, max(s.duration_us for s in segments))
    long = [s for s in segments if s.duration_us >= least]
    return max(s.bytes * 8_000_000 // max(s.duration_us, 1) for s in long)


def _grouped(fragments: Sequence[_Fragment], timescale: int, size: int) -> tuple[MediaSegment, ...]:
    """Cut at the first fragment at or after each multiple of `SEGMENT_S`.

    A rule in exact ticks that looks at times alone, so that renditions whose keyframes stand at the
    same times are cut alike.
    """
    zero = fragments[0].start
    starts = [fragments[0]]
    cell = 0
    for fragment in fragments[1:]:
        reached = (fragment.start - zero) // (SEGMENT_S * timescale)
        if reached > cell:
            starts.append(fragment)
            cell = reached
    ends = [(f.offset, f.start) for f in starts[1:]] + [(size, max(f.end for f in fragments))]
    return tuple(
        MediaSegment(
            offset=first.offset,
            bytes=offset - first.offset,
            duration_us=round(Fraction((end - first.start) * 1_000_000, timescale)),
        )
        for first, (offset, end) in zip(starts, ends, strict=True)
    )


def _read(file: BinaryIO) -> tuple[bytes, list[_Fragment]]:
    """Return the initialisation part and the fragments, reading no media."""
    init = b""
    fragments = []
    offset = 0
    while len(head := file.read(16)) >= 8:
        size, kind = struct.unpack(">I4s", head[:8])
        if size == 1:
            size = struct.unpack(">Q", head[8:])[0]
        file.seek(offset)
        if kind == b"moof":
            fragments.append(_fragment(offset, file.read(size)))
        elif kind != b"mdat" and not fragments:
            init += file.read(size)
        offset += max(size, 8)
        file.seek(offset)
    return init, fragments


def _fragment(offset: int, moof: bytes) -> _Fragment:
    track = _box(moof, b"moof", b"traf")
    head, time, run = (_box(track, kind) for kind in (b"tfhd", b"tfdt", b"trun"))
    flags = int.from_bytes(head[1:4])
    skip = 8 + 8 * bool(flags & 0x1) + 4 * bool(flags & 0x2)
    length = struct.unpack_from(">I", head, skip)[0] if flags & 0x8 else 0
    decoded = int.from_bytes(time[4:12]) if time[0] else int.from_bytes(time[4:8])
    samples = list(_samples(run, length))
    return _Fragment(
        offset=offset,
        start=decoded + samples[0][1],
        end=decoded + samples[0][1] + sum(duration for duration, _ in samples),
    )


def _samples(run: bytes, length: int) -> Iterator[tuple[int, int]]:
    """Yield duration and composition offset of each sample of a `trun`, in ticks."""
    flags, count = int.from_bytes(run[1:4]), int.from_bytes(run[4:8])
    at = 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    for _ in range(count):
        duration, shift = length, 0
        if flags & 0x100:
            duration = int.from_bytes(run[at : at + 4])
            at += 4
        at += 4 * bool(flags & 0x200) + 4 * bool(flags & 0x400)
        if flags & 0x800:
            shift = int.from_bytes(run[at : at + 4], signed=run[0] > 0)
            at += 4
        yield duration, shift


def _box(data: bytes, *path: bytes) -> bytes:
    """Return the content of the first box at `path`, one name a level; nothing if it is absent."""
    for kind in path:
        at = 0
        while at + 8 <= len(data):
            size = int.from_bytes(data[at : at + 4])
            if data[at + 4 : at + 8] == kind:
                data = data[at + 8 : at + size]
                break
            at += max(size, 8)
        else:
            return b""
    return data


def _timescale(init: bytes) -> int:
    head = _box(init, b"moov", b"trak", b"mdia", b"mdhd")
    at = 20 if head[0] else 12
    return int.from_bytes(head[at : at + 4])


_MEDIA_TYPES = {TrackKind.VIDEO: "video/mp4", TrackKind.AUDIO: "audio/mp4"}


def codec_of(init: bytes) -> str:
    """Return the RFC 6381 codec string of an initialisation part with one H.264 or AAC track."""
    at = init.find(b"avcC")
    if at >= 0:  # version, profile, constraints, level
        return f"avc1.{init[at + 5 : at + 8].hex()}"
    at = init.find(b"esds")
    if at < 0:
        return ""
    at, _ = _descriptor(init, at + 8)  # ES: past the box's version; then its number and flags
    at, _ = _descriptor(init, at + 3)  # decoder configuration: 13 bytes of facts
    at, length = _descriptor(init, at + 13)
    return f"mp4a.40.{init[at] >> 3}" if length else ""


def _descriptor(data: bytes, at: int) -> tuple[int, int]:
    """Return where the content of the descriptor at `at` begins, and its length (MPEG-4, 8.3.3)."""
    at += 1
    length = data[at] & 0x7F
    while data[at] & 0x80:
        at += 1
        length = length << 7 | data[at] & 0x7F
    return at + 1, length
