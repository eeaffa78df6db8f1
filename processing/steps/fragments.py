"""The samples of a rendition: reading fragmented MP4 (ISO/IEC 14496-12) without decoding it.

A cut needs to know where each frame lies, when it is shown and whether decoding may begin there.
Only headers are read: a fragment's `moof` where it overlaps what is asked for, and nothing else.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lessons.errors import MediaUnreadable

_NON_SYNC = 0x10000  # sample_is_non_sync_sample


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One coded frame or sound packet, in the order in which it is decoded."""

    offset: int  # bytes from the start of the file
    size: int
    shown: int  # ticks on the recording's clock
    length: int  # ticks
    sync: bool  # marked as a place to start (which an open GOP's keyframe is, too)


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """One `moof` with its `mdat`."""

    offset: int
    size: int  # of both
    samples: tuple[Sample, ...]


@dataclass(frozen=True, kw_only=True)
class TrackHeader:
    """What the initialisation part says of the file's one track."""

    timescale: int  # ticks a second
    shift: int  # ticks that the edit list takes off every time
    sample_entry: bytes  # the whole box: avc1, mp4a, …
    init_bytes: int
    defaults: tuple[int, int, int]  # duration, size, flags (trex)


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, first byte of its content, byte after its end) of the boxes in `data`."""
    stop = len(data) if end is None else end
    while start + 8 <= stop:
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, start + 8)[0], 16
        if size < head or start + size > stop:
            return
        yield kind, start + head, start + size
        start += size


def box_at(data: bytes, *path: bytes) -> tuple[int, int] | None:
    """Return where the content of the first box at `path` begins and ends, None where none is."""
    start, end = 0, len(data)
    for wanted in path:
        place = next(((a, b) for kind, a, b in boxes(data, start, end) if kind == wanted), None)
        if place is None:
            return None
        start, end = place
    return start, end


def read_header(path: Path, *, file_name: str) -> TrackHeader:
    """Read the initialisation part of a rendition.

    Raises:
        MediaUnreadable: it is not a fragmented MP4 of one track.
    """
    with path.open("rb") as file:
        for kind, offset, size in _top_level(file):
            if kind == b"moov":
                file.seek(offset)
                return _header_of(file.read(size), offset + size, file_name)
    raise MediaUnreadable(file=file_name, detail="rendition-broken")


def _header_of(moov: bytes, init_bytes: int, file_name: str) -> TrackHeader:
    media = (b"moov", b"trak", b"mdia")
    mdhd = box_at(moov, *media, b"mdhd")
    stsd = box_at(moov, *media, b"minf", b"stbl", b"stsd")
    trex = box_at(moov, b"moov", b"mvex", b"trex")
    if mdhd is None or stsd is None or trex is None:
        raise MediaUnreadable(file=file_name, detail="rendition-broken")
    version = moov[mdhd[0]]
    timescale = struct.unpack_from(">I", moov, mdhd[0] + (20 if version else 12))[0]
    _, entry, entry_end = next(boxes(moov, stsd[0] + 8, stsd[1]))
    duration, size, flags = struct.unpack_from(">III", moov, trex[0] + 12)
    return TrackHeader(
        timescale=timescale,
        shift=_edit_shift(moov),
        sample_entry=moov[entry - 8 : entry_end],
        init_bytes=init_bytes,
        defaults=(duration, size, flags),
    )


def _edit_shift(moov: bytes) -> int:
    """Return the media time at which the first real edit starts, 0 without an edit list."""
    elst = box_at(moov, b"moov", b"trak", b"edts", b"elst")
    if elst is None:
        return 0
    version, count = moov[elst[0]], struct.unpack_from(">I", moov, elst[0] + 4)[0]
    form = ">Qqi" if version else ">Iii"
    for k in range(count):
        at = elst[0] + 8 + k * struct.calcsize(form)
        media_time = int(struct.unpack_from(form, moov, at)[1])
        if media_time >= 0:
            return media_time
    return 0


def read_fragments(
    path: Path, header: TrackHeader, *, offset: int = 0, end: int | None = None
) -> Iterator[Fragment]:
    """Yield the fragments that begin at or after byte `offset` and before byte `end`."""
    with path.open("rb") as file:
        begun: tuple[int, bytes] | None = None
        for kind, at, size in _top_level(file, max(offset, header.init_bytes)):
            if end is not None and at >= end:
                return
            if kind == b"moof":
                file.seek(at)
                begun = (at, file.read(size))
            elif kind == b"mdat" and begun is not None:
                yield Fragment(
                    offset=begun[0],
                    size=at + size - begun[0],
                    samples=tuple(_samples(begun[1], begun[0], header)),
                )
                begun = None


def _top_level(file: BinaryIO, at: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, offset, whole size) of the file's outermost boxes."""
    while True:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return
        size, kind = struct.unpack_from(">I4s", head)
        if size == 1 and len(head) == 16:
            size = struct.unpack_from(">Q", head, 8)[0]
        if size < 8:
            return
        yield kind, at, size
        at += size


def _samples(moof: bytes, moof_offset: int, header: TrackHeader) -> Iterator[Sample]:
    traf = box_at(moof, b"moof", b"traf")
    if traf is None:
        return
    parts = [(kind, a, b) for kind, a, b in boxes(moof, *traf)]
    duration, size, flags = header.defaults
    base, decoded = moof_offset, 0
    for kind, at, _ in parts:
        if kind == b"tfhd":
            present, cursor = struct.unpack_from(">I", moof, at)[0] & 0xFFFFFF, at + 8
            if present & 0x1:
                base = struct.unpack_from(">Q", moof, cursor)[0]
                cursor += 8
            cursor += 4 if present & 0x2 else 0
            fields = []
            for bit, default in ((0x8, duration), (0x10, size), (0x20, flags)):
                fields.append(
                    struct.unpack_from(">I", moof, cursor)[0] if present & bit else default
                )
                cursor += 4 if present & bit else 0
            duration, size, flags = fields
        elif kind == b"tfdt":
            decoded = struct.unpack_from(">Q" if moof[at] else ">I", moof, at + 4)[0]
    place = base
    for kind, at, _ in parts:
        if kind == b"trun":
            run = _Run.at(moof, at)
            place = base + run.data_offset if run.data_offset is not None else place
            for n in range(run.count):
                length, bytes_, marks, late = run.row(n, (duration, size, flags))
                yield Sample(
                    offset=place,
                    size=bytes_,
                    shown=decoded + late - header.shift,
                    length=length,
                    sync=not marks & _NON_SYNC,
                )
                place += bytes_
                decoded += length


@dataclass(frozen=True)
class _Run:
    """A `trun` box: its flags say which columns its rows have."""

    present: int
    count: int
    data_offset: int | None
    first_flags: int | None
    rows: tuple[tuple[int, ...], ...]

    @classmethod
    def at(cls, moof: bytes, at: int) -> "_Run":
        word, count = struct.unpack_from(">II", moof, at)
        present, cursor = word & 0xFFFFFF, at + 8
        data_offset = first_flags = None
        if present & 0x1:
            data_offset = struct.unpack_from(">i", moof, cursor)[0]
            cursor += 4
        if present & 0x4:
            first_flags = struct.unpack_from(">I", moof, cursor)[0]
            cursor += 4
        signed = "i" if word >> 24 else "I"  # version 1 allows frames shown before their turn
        form = ">" + "".join(
            code
            for bit, code in ((0x100, "I"), (0x200, "I"), (0x400, "I"), (0x800, signed))
            if present & bit
        )
        width = struct.calcsize(form)
        rows = tuple(struct.unpack_from(form, moof, cursor + k * width) for k in range(count))
        return cls(present, count, data_offset, first_flags, rows)

    def row(self, n: int, defaults: tuple[int, int, int]) -> tuple[int, int, int, int]:
        """Return duration, size, flags and composition offset of sample `n`."""
        values = list(self.rows[n])
        duration, size, flags = (
            values.pop(0) if self.present & bit else default
            for bit, default in zip((0x100, 0x200, 0x400), defaults, strict=True)
        )
        if n == 0 and self.first_flags is not None:
            flags = self.first_flags
        return duration, size, flags, values.pop(0) if self.present & 0x800 else 0
