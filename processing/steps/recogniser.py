"""The speech recogniser: whisper through faster-whisper, loaded once for each worker process.

faster-whisper's own loop is not used: it cuts windows where it likes, falls back to sampling (not
repeatable, slow) and pads every stretch to 30 s. Here a window is encoded once with 6 s of silence
behind it, decoded by beam search without repeats, and aligned; the same input gives the same words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from processing.speech_model import ModelFiles
from processing.steps.speech_cuts import RATE, Samples

SETTINGS = "4"  # raise when another result comes from the same sound
BEAM, NO_REPEAT, MARGIN_FRAMES, MOST_FRAMES = 5, 5, 600, 3000
MOST_TOKENS, TOKENS_A_SECOND = 200, 10  # nobody speaks more than seven characters a second
# The first byte of full-width marks: whisper-base often misses the last one and writes Ｅ for ，
# (three tokens each), which spoils what it writes next. Without it, it writes , and ? (measured:
# docs/adr/0003).
WIDE_MARK = 171
# Classroom talk in simplified characters, as if it had been said before: it brings simplified
# characters, punctuation, and the words of a classroom (measured: docs/adr/0003).
PRIMER = {"zh": "同学们好，请坐。上课了，请大家打开课本，看大屏幕。"}


@dataclass(frozen=True, kw_only=True)
class HeardWord:
    """A word inside a window: seconds from the window's start, probability 0 to 1."""

    start_s: float
    end_s: float
    text: str  # as whisper writes it, with a leading space in English
    probability: float


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What was recognised in one window."""

    language: str
    words: tuple[HeardWord, ...]
    no_speech: float  # whisper's probability that nobody speaks

    @property
    def text(self) -> str:
        """Everything as one line."""
        return "".join(word.text for word in self.words).strip()


class Recogniser:
    """Holds the model; loading waits for the first sound that has speech."""

    def __init__(self, model: ModelFiles, threads: int) -> None:
        self._files = model
        self._threads = threads
        self._loaded: Any = None  # faster_whisper.WhisperModel; the library has no types

    @property
    def made_by(self) -> str:
        """What wrote a transcript: model, its digest, and the version of these settings."""
        return f"{self._files.name}@{self._files.digest[:12]} settings {SETTINGS}"

    @property
    def _whisper(self) -> Any:
        if self._loaded is None:
            from faster_whisper import WhisperModel

            self._loaded = WhisperModel(
                str(self._files.folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=self._threads,
                local_files_only=True,
            )
        return self._loaded

    def detect(self, samples: Samples) -> dict[str, float]:
        """Return the probability of each language in `samples` (at most 30 s)."""
        return self._languages(self._encode(samples))

    def hear(
        self,
        samples: Samples,
        language: str,
        *,
        also: Sequence[str] = (),
        context: str = "",
        again: bool = False,
    ) -> Heard:
        """Recognise up to 28 s.

        Args:
            samples: 16 kHz.
            language: what is expected.
            also: other languages to take where whisper is very sure of one of them.
            context: what was said just before, or nothing.
            again: whether the first try ran into a loop; without time marks it seldom does.
        """
        encoded = self._encode(samples)
        if also:
            likely = self._languages(encoded)
            best = max(likely, key=lambda name: likely[name])
            language = best if best in also and likely[best] > 0.9 else language
        tokenizer = self._tokenizer(language)
        primer = PRIMER.get(language, "") + context
        most = min(MOST_TOKENS, 20 + TOKENS_A_SECOND * len(samples) // RATE)
        prompt = self._whisper.get_prompt(
            tokenizer, tokenizer.encode(" " + primer) if primer else [], without_timestamps=again
        )
        result = self._whisper.model.generate(
            encoded,
            [prompt],
            beam_size=BEAM,
            no_repeat_ngram_size=NO_REPEAT,
            max_length=len(prompt) + most,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=[-1, WIDE_MARK] if language == "zh" else [-1],
        )[0]
        tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
        words = self._align(tokenizer, tokens, encoded, len(samples))
        return Heard(language=language, words=words, no_speech=float(result.no_speech_prob))

    def _encode(self, samples: Samples) -> Any:
        features = self._whisper.feature_extractor(samples)
        wanted = min(MOST_FRAMES, len(samples) * 100 // RATE + MARGIN_FRAMES)
        missing = max(0, wanted - features.shape[1])
        features = np.pad(features[:, :wanted], ((0, 0), (0, missing)))
        return self._whisper.encode(features)

    def _languages(self, encoded: Any) -> dict[str, float]:
        found = self._whisper.model.detect_language(encoded)[0]
        return {token[2:-2]: float(probability) for token, probability in found}

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(
            self._whisper.hf_tokenizer,
            self._whisper.model.is_multilingual,
            task="transcribe",
            language=language,
        )

    def _align(
        self, tokenizer: Any, tokens: list[int], encoded: Any, length: int
    ) -> tuple[HeardWord, ...]:
        if not tokens:
            return ()
        frames = min(MOST_FRAMES, length * 100 // RATE)
        found = self._whisper.find_alignment(tokenizer, [tokens], encoded, frames)[0]
        return tuple(
            HeardWord(
                start_s=float(word["start"]),
                end_s=float(word["end"]),
                text=word["word"],
                probability=float(word["probability"]),
            )
            for word in found
            if word["word"]
        )
