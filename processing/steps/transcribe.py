"""Words from sound: finds speech, recognises it window by window, hands over each as it is done.

A chunk is one window (at most 20 s of lesson). It depends on the sound, the settings and the text
of the chunk before it, so that a step killed half-way goes on from its finished chunks and ends
with the very same transcript.
"""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lessons import Span, Transcript, Utterance
from lessons.errors import Cancelled
from processing.steps.chinese import plain
from processing.steps.invented import believable, looping
from processing.steps.recogniser import Heard, Recogniser
from processing.steps.speech_cuts import Cut, Sound, assemble, find_cuts, windows
from processing.steps.utterances import CutWords, place_words, to_utterances

__all__ = ["Recogniser", "TranscriptChunk", "transcribe"]

LISTENED_CUTS = 8  # that vote on the language
CONTEXT_CHARACTERS = 60
CONTEXT_PAUSE_MS = 8_000
UNHEARD_MS = 600  # a stretch this long without a word is listened to again, alone
SWITCH_MS = 2_500  # shorter stretches say too little about their language
SPOKEN_TOGETHER = ("zh", "en")  # languages that share a Chinese lesson


@dataclass(frozen=True, kw_only=True)
class TranscriptChunk:
    """What was recognised in one window; stored as soon as it is known."""

    number: int
    span: Span
    language: str
    utterances: tuple[Utterance, ...]


def transcribe(
    pcm: Path,
    *,
    recogniser: Recogniser,
    language: str | None,
    done: Sequence[TranscriptChunk] = (),
    commit: Callable[[TranscriptChunk], None] = lambda _: None,
    on_progress: Callable[[float], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Transcript:
    """Return everything that is said in `pcm`; a recording without speech has no utterances.

    Args:
        pcm: 16 kHz mono 16-bit wav on the recording's clock.
        recogniser: the loaded model.
        language: `zh`, `en`, … or None to find out.
        done: chunks of an earlier attempt on the same sound with the same settings.
        commit: called with each new chunk, in order.
        on_progress: called with the share that is done, 0 to 1.
        stop: set by others to end the work.

    Raises:
        Cancelled: `stop` was set; what was committed stays good.
    """
    with Sound(pcm) as sound:
        cuts = find_cuts(sound)
        if not cuts:
            return Transcript(language=language, made_by=recogniser.made_by)
        spoken = language or detect_language(sound, cuts, recogniser)
        chunks = {chunk.number: chunk for chunk in done}
        packed = windows(cuts)
        loud_db = float(np.percentile([cut.level_db for cut in cuts], 75))
        for number, window in enumerate(packed):
            if stop is not None and stop.is_set():
                raise Cancelled
            if number not in chunks:
                context = _context(chunks.get(number - 1), window[0].start_ms)
                chunk = _recognise(number, sound, window, recogniser, spoken, context, loud_db)
                chunks[number] = chunk
                commit(chunk)
            on_progress(window[-1].end_ms / max(1, packed[-1][-1].end_ms))
    said = tuple(u for number in range(len(packed)) for u in chunks[number].utterances)
    return Transcript(
        language=spoken if said else language, utterances=said, made_by=recogniser.made_by
    )


def detect_language(sound: Sound, cuts: Sequence[Cut], recogniser: Recogniser) -> str:
    """Return the language most of the speech is in: the longest cuts vote, each by its length."""
    longest = sorted(cuts, key=lambda cut: (-cut.duration_ms, cut.start_ms))[:LISTENED_CUTS]
    votes: Counter[str] = Counter()
    for cut in longest:
        heard = recogniser.detect(assemble(sound, [cut]).samples)
        for name, probability in heard.items():
            votes[name] += int(probability * cut.duration_ms)
    return max(sorted(votes), key=lambda name: votes[name])


def _context(before: TranscriptChunk | None, start_ms: int) -> str:
    """Return what was said just before, as the recogniser would have written it."""
    if before is None or not before.utterances:
        return ""
    if start_ms - before.utterances[-1].end_ms > CONTEXT_PAUSE_MS:
        return ""
    separator = "" if before.language == "zh" else " "
    return separator.join(u.text for u in before.utterances)[-CONTEXT_CHARACTERS:]


def _recognise(
    number: int,
    sound: Sound,
    window: Sequence[Cut],
    recogniser: Recogniser,
    language: str,
    context: str,
    loud_db: float,
) -> TranscriptChunk:
    heard, placed = _hear(sound, window, recogniser, language, context)
    for at, (cut, words) in enumerate(zip(window, placed, strict=True)):
        if not words.words and cut.duration_ms >= UNHEARD_MS and len(window) > 1:
            alone = _hear(sound, [cut], recogniser, heard.language, "")[1][0]
            placed[at] = alone
    kept = [words for words in placed if believable(words, loud_db)]
    return TranscriptChunk(
        number=number,
        span=Span(start_ms=window[0].start_ms, end_ms=window[-1].end_ms),
        language=heard.language,
        utterances=tuple(to_utterances(kept, heard.language)),
    )


def _hear(
    sound: Sound, cuts: Sequence[Cut], recogniser: Recogniser, language: str, context: str
) -> tuple[Heard, list[CutWords]]:
    """Recognise `cuts` in one window; a loop is heard again, in the end each cut alone."""
    together = assemble(sound, cuts)
    long_enough = sum(cut.duration_ms for cut in cuts) >= SWITCH_MS
    also = SPOKEN_TOGETHER if language in SPOKEN_TOGETHER and long_enough else ()
    heard = recogniser.hear(together.samples, language, also=also, context=context)
    if looping(plain(heard.text)):
        heard = recogniser.hear(together.samples, language, also=also, again=True)
    if len(cuts) > 1 and looping(plain(heard.text)):
        alone = [_hear(sound, [cut], recogniser, heard.language, "")[1][0] for cut in cuts]
        return heard, alone
    return heard, place_words(heard, cuts, together.places)
