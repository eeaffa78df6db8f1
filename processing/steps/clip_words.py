"""The subtitles of a clip, as a text track inside its MP4 (3GPP TS 26.245, `tx3g`)."""

import struct
from collections.abc import Iterator, Sequence

from lessons import Utterance
from processing.steps.mp4_file import Held, OutTrack, Piece, box

_LANGUAGES = {"zh": "zho", "en": "eng", "fr": "fra", "de": "deu", "ja": "jpn"}


def words_track(lines: Sequence[Utterance], length_ms: int, language: str | None) -> OutTrack:
    """Return `lines` as a text track of `length_ms`."""
    pieces = []
    for line in one_at_a_time(lines, length_ms):
        text = " ".join(line.text.split()).encode()
        sample = struct.pack(">H", len(text)) + text
        pieces.append(Piece(size=len(sample), length=line.duration_ms, read=Held(sample)))
    return OutTrack(
        handler=b"sbtl",
        timescale=1000,
        sample_entry=_sample_entry(),
        pieces=pieces,
        presented=length_ms,
        language=_LANGUAGES.get(language or "", "und"),
    )


def _sample_entry() -> bytes:
    style = struct.pack(">HHHBB4B", 0, 0, 1, 0, 18, 255, 255, 255, 255)
    fonts = box(b"ftab", struct.pack(">HHB", 1, 1, 5), b"Serif")
    return box(
        b"tx3g",
        bytes(6),
        struct.pack(">H", 1),  # data reference
        struct.pack(">IBB4B", 0, 1, 255, 0, 0, 0, 0),  # centred, at the bottom, no background
        struct.pack(">4H", 0, 0, 0, 0),
        style,
        fonts,
    )


def one_at_a_time(lines: Sequence[Utterance], end_ms: int) -> Iterator[Utterance]:
    """Yield the lines and empty ones between, from 0 to `end_ms` without overlap or gap.

    Where two lines overlap, the first ends when the second begins.
    """
    at = 0
    ordered = sorted(lines, key=lambda u: (u.start_ms, u.end_ms))
    for k, line in enumerate(ordered):
        following = ordered[k + 1].start_ms if k + 1 < len(ordered) else end_ms
        stop = min(line.end_ms, following, end_ms)
        if stop <= max(at, line.start_ms):
            continue
        if line.start_ms > at:
            yield Utterance(start_ms=at, end_ms=line.start_ms, text="")
        yield Utterance(start_ms=max(at, line.start_ms), end_ms=stop, text=line.text)
        at = stop
    if at < end_ms:
        yield Utterance(start_ms=at, end_ms=end_ms, text="")
