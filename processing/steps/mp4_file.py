"""Writing a plain MP4 (ISO/IEC 14496-12), its index in front, from samples that exist already.

ffmpeg's own muxer keeps one set of H.264 parameters per track and puts times on its own grid; a
clip joined from a rendition's frames and freshly encoded edges needs both sets in one `avcC` and
every frame exactly where it belongs. Nothing here reads a clock: the same cut gives the same bytes.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_UNITY = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_CHUNK_S = 1  # of a track, before another track's turn


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One sample to be written: its bytes are fetched when their turn comes."""

    size: int
    length: int  # ticks
    late: int = 0  # ticks from its turn in decoding order to when it is shown
    sync: bool = True
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Held:
    """Bytes of a sample that lie in memory."""

    data: bytes

    def __call__(self) -> bytes:
        """Return them."""
        return self.data


def stretch(path: Path, offset: int, size: int) -> Callable[[], bytes]:
    """Return what reads `size` bytes at `offset` of a file, when they are wanted."""

    def read() -> bytes:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(size)

    return read


@dataclass(frozen=True, kw_only=True)
class OutTrack:
    """One track of the file."""

    handler: bytes  # vide, soun, sbtl
    timescale: int
    sample_entry: bytes
    pieces: Sequence[Piece]
    skipped: int = 0  # ticks at its head that are decoded but not presented
    delay_ms: int = 0  # before its first presented sample
    presented: int  # ticks
    language: str = "und"  # ISO 639-2/T
    width: int = 0
    height: int = 0


def box(kind: bytes, *content: bytes) -> bytes:
    """Return a box of `kind`."""
    inside = b"".join(content)
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def full_box(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    """Return a box of `kind` that has a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


def write_mp4(path: Path, tracks: Sequence[OutTrack], *, timescale: int) -> None:
    """Write `tracks` to `path`, index first, their samples in turns of about a second.

    Args:
        path: of the new file.
        tracks: in the order in which they are numbered, from 1.
        timescale: ticks a second of the file's own clock.
    """
    order = list(_turns(tracks))
    ftyp = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2avc1mp41")
    total = sum(piece.size for track in tracks for piece in track.pieces)
    wide = total + 16 >= 1 << 32
    head = struct.pack(">I4sQ", 1, b"mdat", total + 16) if wide else b""
    head = head or struct.pack(">I4s", total + 8, b"mdat")
    index = _moov(tracks, order, timescale, 0, wide)  # its length does not depend on the offsets
    start = len(ftyp) + len(index) + len(head)
    with path.open("wb") as file:
        file.write(ftyp + _moov(tracks, order, timescale, start, wide) + head)
        for number, first, last in order:
            for piece in tracks[number].pieces[first:last]:
                file.write(piece.read())


_Turn = tuple[int, int, int]  # track, its first sample, the one after its last


def _turns(tracks: Sequence[OutTrack]) -> Iterator[_Turn]:
    """Yield the chunks in the order of their time, so that a player reads the file once through."""
    chunks: list[tuple[float, _Turn]] = []
    for number, track in enumerate(tracks):
        first, ticks, begun = 0, 0, 0
        for k, piece in enumerate(track.pieces):
            if ticks - begun >= _CHUNK_S * track.timescale:
                chunks.append((begun / track.timescale, (number, first, k)))
                first, begun = k, ticks
            ticks += piece.length
        if first < len(track.pieces):
            chunks.append((begun / track.timescale, (number, first, len(track.pieces))))
    yield from (turn for _, turn in sorted(chunks))


def _moov(
    tracks: Sequence[OutTrack], order: Sequence[_Turn], timescale: int, start: int, wide: bool
) -> bytes:
    length = max((_on(t.presented, t.timescale, timescale) for t in tracks), default=0)
    mvhd = full_box(
        b"mvhd",
        1,
        0,
        struct.pack(">QQIQ", 0, 0, timescale, length),
        struct.pack(">IHHQ", 0x10000, 0x100, 0, 0),
        _UNITY,
        bytes(24),
        struct.pack(">I", len(tracks) + 1),
    )
    offsets: list[list[int]] = [[] for _ in tracks]
    place = start
    for number, first, last in order:
        offsets[number].append(place)
        place += sum(piece.size for piece in tracks[number].pieces[first:last])
    traks = []
    for number, track in enumerate(tracks):
        sizes = [last - first for n, first, last in order if n == number]
        traks.append(_trak(number + 1, track, sizes, offsets[number], timescale, wide))
    return box(b"moov", mvhd, *traks)


def _trak(
    number: int,
    track: OutTrack,
    chunks: Sequence[int],
    offsets: Sequence[int],
    timescale: int,
    wide: bool,
) -> bytes:
    shown = _on(track.presented, track.timescale, timescale)
    delay = track.delay_ms * timescale // 1000
    sound = track.handler == b"soun"
    tkhd = full_box(
        b"tkhd",
        1,
        3,
        struct.pack(">QQIIQ", 0, 0, number, 0, shown + delay),
        bytes(8),
        struct.pack(">HHHH", 0, 2 if track.handler == b"sbtl" else 0, 0x100 if sound else 0, 0),
        _UNITY,
        struct.pack(">II", track.width << 16, track.height << 16),
    )
    edits = [(delay, -1)] if delay else []
    edits.append((shown, track.skipped))
    rows = b"".join(struct.pack(">QqI", long, media, 0x10000) for long, media in edits)
    edts = box(b"edts", full_box(b"elst", 1, 0, struct.pack(">I", len(edits)), rows))
    whole = sum(piece.length for piece in track.pieces)
    code = 0
    for letter in track.language:
        code = code << 5 | (ord(letter) - 0x60)
    mdhd = full_box(b"mdhd", 1, 0, struct.pack(">QQIQHH", 0, 0, track.timescale, whole, code, 0))
    hdlr = full_box(b"hdlr", 0, 0, bytes(4), track.handler, bytes(12), b"Guanke\0")
    dref = full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1))
    media = {
        b"vide": full_box(b"vmhd", 0, 1, bytes(8)),
        b"soun": full_box(b"smhd", 0, 0, bytes(4)),
        b"sbtl": full_box(b"nmhd", 0, 0),
    }[track.handler]
    stbl = _sample_tables(track, chunks, offsets, wide)
    minf = box(b"minf", media, box(b"dinf", dref), stbl)
    return box(b"trak", tkhd, edts, box(b"mdia", mdhd, hdlr, minf))


def _sample_tables(
    track: OutTrack, chunks: Sequence[int], offsets: Sequence[int], wide: bool
) -> bytes:
    pieces = track.pieces
    tables = [
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), track.sample_entry),
        _runs(b"stts", [piece.length for piece in pieces]),
    ]
    if any(piece.late for piece in pieces):
        tables.append(_runs(b"ctts", [piece.late for piece in pieces]))
    if not all(piece.sync for piece in pieces):
        starts = [k + 1 for k, piece in enumerate(pieces) if piece.sync]
        tables.append(
            full_box(b"stss", 0, 0, struct.pack(f">{len(starts) + 1}I", len(starts), *starts))
        )
    changes = [k for k in range(len(chunks)) if k == 0 or chunks[k] != chunks[k - 1]]
    rows = b"".join(struct.pack(">III", k + 1, chunks[k], 1) for k in changes)
    tables.append(full_box(b"stsc", 0, 0, struct.pack(">I", len(changes)), rows))
    sizes = [piece.size for piece in pieces]
    tables.append(
        full_box(b"stsz", 0, 0, struct.pack(f">{len(sizes) + 2}I", 0, len(sizes), *sizes))
    )
    form = f">I{len(offsets)}{'Q' if wide else 'I'}"
    tables.append(
        full_box(b"co64" if wide else b"stco", 0, 0, struct.pack(form, len(offsets), *offsets))
    )
    return box(b"stbl", *tables)


def _runs(kind: bytes, values: Sequence[int]) -> bytes:
    """Return a table of (how many in a row, value)."""
    runs: list[list[int]] = []
    for value in values:
        if runs and runs[-1][1] == value:
            runs[-1][0] += 1
        else:
            runs.append([1, value])
    rows = b"".join(struct.pack(">II", many, value) for many, value in runs)
    return full_box(kind, 0, 0, struct.pack(">I", len(runs)), rows)


def _on(ticks: int, of: int, onto: int) -> int:
    return round(ticks * onto / of)
