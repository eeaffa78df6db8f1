"""Subtitles as pictures: a small film with an alpha channel, to be laid over a clip.

The letters come from the Unicode font inside OpenCV, so that no machine needs a font of its own,
and no word ever becomes part of a filter's text. The film is QuickTime's run-length coding (qtrle),
which our ffmpeg decodes: one picture per line of words, shown for as long as the line is.
"""

import struct
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lessons import Utterance
from processing.steps.clip_words import one_at_a_time
from processing.steps.mp4_file import Held, OutTrack, Piece, write_mp4

ROWS = 2  # at once; more words are shown one after another, while the line is said
WEIGHT = 500
NOT_FIRST = "，。！？；：、）》”’…,.!?;:)"  # hang at the end of a row
Picture = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Look:
    """How large the words are on a picture of `width` pixels."""

    width: int
    letters: int  # height of the letters in pixels

    @classmethod
    def of(cls, width: int, height: int) -> "Look":
        """Return what reads well on a picture of this size."""
        return cls(width=width, letters=max(12, min(height // 18, width // 24)))

    @property
    def height(self) -> int:
        """Of the strip that holds `ROWS` rows, an even number of pixels."""
        return (self.row * ROWS + self.letters // 2 + 1) // 2 * 2

    @property
    def row(self) -> int:
        """Height of one row in pixels."""
        return self.letters * 3 // 2


def write_subtitles(path: Path, lines: Sequence[Utterance], look: Look, length_ms: int) -> None:
    """Write the film of `lines`, on the clip's own clock, as long as the clip."""
    font = cv2.FontFace("uni")
    empty = Held(_coded(np.zeros((look.height, look.width, 4), np.uint8)))
    pieces = []
    for line in one_at_a_time(lines, length_ms):
        for shown in _turns(line, look, font):
            data = Held(_coded(_drawn(shown.text, look, font))) if shown.text else empty
            pieces.append(Piece(size=len(data.data), length=shown.duration_ms, read=data))
    track = OutTrack(
        handler=b"vide",
        timescale=1000,
        sample_entry=_sample_entry(look),
        pieces=pieces,
        presented=length_ms,
        width=look.width,
        height=look.height,
    )
    write_mp4(path, [track], timescale=1000)


def _turns(line: Utterance, look: Look, font: cv2.FontFace) -> Iterator[Utterance]:
    """Yield a line in turns of `ROWS` rows, each as long as its share of the letters."""
    rows = list(wrapped(line.text, look, font))
    turns = ["\n".join(rows[k : k + ROWS]) for k in range(0, len(rows), ROWS)] or [""]
    turns = turns[: max(1, line.duration_ms)]
    total = sum(map(len, turns)) or 1
    begin, said = line.start_ms, 0
    for k, turn in enumerate(turns):
        said += len(turn)
        end = line.start_ms + line.duration_ms * said // total
        end = line.end_ms if k == len(turns) - 1 else max(end, begin)
        if end > begin:
            yield Utterance(start_ms=begin, end_ms=end, text=turn)
        begin = end


def wrapped(text: str, look: Look, font: cv2.FontFace) -> Iterator[str]:
    """Yield the rows of a text; a word of Latin letters is kept whole where it fits in a row."""
    rest = "".join(c for c in " ".join(text.split()) if unicodedata.category(c)[0] != "C")
    room = look.width - 2 * look.letters
    while rest:
        at = _fitting(rest, room, look, font)
        if at < len(rest):
            if rest[at] in NOT_FIRST:
                at += 1
            elif rest[at] != " " and rest[at].isascii() and rest[at - 1].isascii():
                space = rest.rfind(" ", 0, at)
                at = space if space > 0 else at
        yield rest[:at].strip()
        rest = rest[at:].lstrip()


def _fitting(text: str, room: int, look: Look, font: cv2.FontFace) -> int:
    """Return how many characters go into a row, one at least."""
    low, high = 1, min(len(text), 2 * room // look.letters + 8)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if _wide(text[:middle], look, font) <= room else (low, middle - 1)
        )
    return low


def _wide(text: str, look: Look, font: cv2.FontFace) -> int:
    size = (look.width, look.height)
    x, _y, width, _h = cv2.getTextSize(size, text, (0, 0), font, look.letters, WEIGHT)
    return int(x + width)


def _drawn(text: str, look: Look, font: cv2.FontFace) -> Picture:
    """Return white letters with a dark rim, as alpha, red, green, blue."""
    page = np.zeros((look.height, look.width, 3), np.uint8)
    rows = text.split("\n")
    for k, row in enumerate(rows):
        left = max(0, (look.width - _wide(row, look, font)) // 2)
        base = look.height - look.letters // 2 - look.row * (len(rows) - 1 - k)
        cv2.putText(page, row, (left, base), (255, 255, 255), font, look.letters, WEIGHT)
    letters = page[:, :, 0]
    rim = max(1, look.letters // 12)
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1))
    alpha = cv2.dilate(letters, around)
    return np.dstack((alpha, letters, letters, letters)).astype(np.uint8)


def _coded(picture: Picture) -> bytes:
    """Return a picture in qtrle: per row, runs of equal pixels of 128 at most."""
    rows = np.ascontiguousarray(picture).view(">u4")[:, :, 0]
    coded = bytearray(6)
    for row in rows:
        coded.append(1)
        edges = np.flatnonzero(np.diff(row)) + 1
        bounds = [0, *edges.tolist(), len(row)]
        for begin, end in pairwise(bounds):
            pixel = int(row[begin]).to_bytes(4, "big")
            left = end - begin
            while left:
                run = min(left, 128)
                coded += (b"\x01" if run == 1 else bytes((256 - run,))) + pixel
                left -= run
        coded.append(0xFF)
    coded.append(0)
    coded[:4] = struct.pack(">I", len(coded))
    return bytes(coded)


def _sample_entry(look: Look) -> bytes:
    content = struct.pack(">6xH16xHHIII", 1, look.width, look.height, 72 << 16, 72 << 16, 0)
    content += struct.pack(">H32xHh", 1, 32, -1)
    return struct.pack(">I4s", 8 + len(content), b"rle ") + content
