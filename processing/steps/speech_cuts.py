"""Where somebody speaks: stretches between pauses, and windows of them for the recogniser.

Silero's voice detector (it comes with faster-whisper) gives a probability every 32 ms. Stretches
are cut at pauses of 300 ms, which is where teachers and pupils take turns; several stretches then
share one window, because a recogniser that hears the sentence before guesses fewer homophones.
"""

import math
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons import Span

RATE = 16000
FRAME = 512  # samples the detector looks at; 32 ms
CONTEXT = 64  # samples of the frame before that it also wants
BLOCK = 1000  # frames given to the detector at once; bounds the memory, not the result
ENTER, LEAVE = 0.5, 0.35
PAUSE_MS, SHORTEST_MS, LONGEST_MS = 300, 160, 14_000
MARGIN_MS = 160  # sound kept on either side of a stretch
WINDOW_MS = 20_000
WINDOW_GAP_MS = 2_500  # a longer pause starts a new window
KEPT_GAP_MS = 600  # longer pauses inside a window are shortened to this
LOUD_DB, MOST_GAIN_DB = -20.0, 18.0

Samples = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Cut(Span):
    """A stretch of speech between two pauses, and how loud it is (RMS, dBFS)."""

    level_db: float


class Sound:
    """16 kHz mono 16-bit samples in a wav file, read a piece at a time."""

    def __init__(self, pcm: Path) -> None:
        self._file = wave.open(str(pcm), "rb")  # noqa: SIM115  # closed by `close`
        shape = (self._file.getframerate(), self._file.getnchannels(), self._file.getsampwidth())
        if shape != (RATE, 1, 2):
            self._file.close()
            raise ValueError(f"expected 16 kHz mono 16-bit sound, got {shape}")
        self.samples = self._file.getnframes()
        self.duration_ms = self.samples * 1000 // RATE

    def __enter__(self) -> "Sound":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def read(self, start: int, end: int) -> Samples:
        """Return samples `start` up to `end`, -1 to 1; fewer where the file is shorter."""
        start, end = max(0, start), min(end, self.samples)
        self._file.setpos(min(start, self.samples))
        raw = self._file.readframes(max(0, end - start))
        return np.frombuffer(raw, dtype="<i2").astype(np.float32) / np.float32(32768)

    def piece(self, span: Span) -> Samples:
        """Return the samples of `span`."""
        return self.read(span.start_ms * RATE // 1000, span.end_ms * RATE // 1000)


@cache
def _detector() -> Any:  # an onnxruntime session; the library has no types
    from faster_whisper.vad import get_vad_model

    return get_vad_model().session


def speech_probabilities(sound: Sound) -> NDArray[np.float32]:
    """Return the probability of speech of each 32 ms frame."""
    found = [np.zeros(0, np.float32)]
    state = {name: np.zeros((1, 1, 128), np.float32) for name in ("h", "c")}
    tail = np.zeros(CONTEXT, np.float32)
    for block in _blocks(sound):
        frames = block.reshape(-1, FRAME)
        before = np.vstack([tail[None, :], frames[:-1, -CONTEXT:]])
        tail = frames[-1, -CONTEXT:]
        out, state["h"], state["c"] = _detector().run(
            None, {"input": np.hstack([before, frames]), **state}
        )
        found.append(np.asarray(out, np.float32).reshape(-1))
    return np.concatenate(found)


def _blocks(sound: Sound) -> Iterator[Samples]:
    for start in range(0, sound.samples, BLOCK * FRAME):
        block = sound.read(start, start + BLOCK * FRAME)
        yield np.pad(block, (0, -len(block) % FRAME))


def find_cuts(sound: Sound) -> list[Cut]:
    """Return the stretches of speech in order, none longer than 14 s."""
    probabilities = speech_probabilities(sound)
    cuts = []
    for first, last in _regions(probabilities):
        for start, end in _split(probabilities, first, last):
            span = Span(start_ms=start * 32, end_ms=min(end * 32, sound.duration_ms))
            if span.duration_ms >= SHORTEST_MS:
                cuts.append(Cut(**vars(span), level_db=_level_db(sound.piece(span))))
    return cuts


def _regions(probabilities: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Yield [first, last) frames of speech with no pause of 300 ms inside."""
    first = quiet = -1
    for at, probability in enumerate(probabilities):
        if probability >= ENTER:
            first, quiet = (at if first < 0 else first), -1
        elif first >= 0 and (probability < LEAVE or quiet >= 0):
            quiet = at if quiet < 0 else quiet
            if (at - quiet + 1) * 32 >= PAUSE_MS:
                yield first, quiet
                first = quiet = -1
    if first >= 0:
        yield first, quiet if quiet >= 0 else len(probabilities)


def _split(probabilities: NDArray[np.float32], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Cut a region that is too long where the detector is least sure, in its second half."""
    most = LONGEST_MS // 32
    smooth = np.convolve(probabilities[first:last], np.ones(5) / 5, "same")
    start = first
    while last - start > most:
        low, high = start + most // 3, start + most
        cut = low + int(np.argmin(smooth[low - first : high - first]))
        yield start, cut
        start = cut
    yield start, last


def _level_db(samples: Samples) -> float:
    power = float(np.mean(np.square(samples))) if len(samples) else 0.0
    return 10 * math.log10(power + 1e-10)


def windows(cuts: Sequence[Cut]) -> list[list[Cut]]:
    """Pack neighbouring cuts into windows of at most 20 s without a long pause inside."""
    packed: list[list[Cut]] = []
    for cut in cuts:
        if (
            packed
            and cut.end_ms - packed[-1][0].start_ms <= WINDOW_MS
            and cut.start_ms - packed[-1][-1].end_ms <= WINDOW_GAP_MS
        ):
            packed[-1].append(cut)
        else:
            packed.append([cut])
    return packed


@dataclass(frozen=True)
class Window:
    """Sound for the recogniser, and where in it each cut lies (milliseconds from its start)."""

    samples: Samples
    places: tuple[tuple[int, int], ...]


def assemble(sound: Sound, cuts: Sequence[Cut]) -> Window:
    """Join `cuts` with short pauses between them, each brought to the same loudness."""
    pieces: list[Samples] = []
    places = []
    length = 0
    for number, cut in enumerate(cuts):
        before = cuts[number - 1].end_ms if number else cut.start_ms - 2 * MARGIN_MS
        after = cuts[number + 1].start_ms if number + 1 < len(cuts) else cut.end_ms + 2 * MARGIN_MS
        lead = min(KEPT_GAP_MS, cut.start_ms - before) // 2
        trail = min(KEPT_GAP_MS, after - cut.end_ms) // 2
        start = max(0, cut.start_ms - lead)
        piece = sound.piece(Span(start_ms=start, end_ms=cut.end_ms + trail))
        gain_db = float(np.clip(LOUD_DB - cut.level_db, -MOST_GAIN_DB, MOST_GAIN_DB))
        pieces.append(np.clip(piece * 10 ** (gain_db / 20), -1, 1).astype(np.float32))
        begin = length * 1000 // RATE + cut.start_ms - start
        places.append((begin, begin + cut.duration_ms))
        length += len(piece)
    return Window(np.concatenate(pieces), tuple(places))
