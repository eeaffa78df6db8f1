"""Scores a transcript against what was really said."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any

from bench.scoring.chinese_numbers import equal_numbers
from lessons import Transcript, Utterance

_LOOP = re.compile(r"(.{2,12}?)\1{3,}|(.)\2{5,}")


@dataclass(kw_only=True)
class SpokenErrors:
    """Units of one speaker that were changed, left out, and put in after what they said."""

    changed: int = 0
    missing: int = 0
    added: int = 0
    length: int = 0


@dataclass(frozen=True, kw_only=True)
class SpeechScore:
    """How far a transcript is from the truth."""

    errors: int  # characters (words in English) to change, add or remove
    length: int  # of the truth
    start_error_ms: float  # median distance from each true start to the nearest one found
    loops: int
    traditional: int  # characters that have a simplified form

    @property
    def error_rate(self) -> float:
        """Errors by length: CER of Chinese, WER of what has spaces."""
        return self.errors / self.length if self.length else float(self.errors > 0)


def units(text: str, language: str | None) -> list[str]:
    """Return what is compared: characters of Chinese, words of other languages."""
    text = unicodedata.normalize("NFKC", text).lower()
    if language != "zh":
        return re.sub(r"[^\w' ]|_", " ", text).split()
    text = equal_numbers(str(_converter().convert(text)))
    return list(re.sub(r"[^\w/%]|_", "", text))


def edit_distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return the Levenshtein distance."""
    row = list(range(len(heard) + 1))
    for at, unit in enumerate(said, 1):
        before, row = row, [at]
        for other, found in enumerate(heard, 1):
            change = before[other - 1] + (unit != found)
            row.append(min(before[other] + 1, row[-1] + 1, change))
    return row[-1]


def errors_by_speaker(
    truth: Sequence[Utterance], found: Transcript, language: str
) -> dict[str, SpokenErrors]:
    """Return who was misheard: the cheapest alignment of the whole text, told by speaker."""
    said = [(u.speaker or "?", unit) for u in truth for unit in units(u.text, language)]
    heard = units(" ".join(u.text for u in found.utterances), language)
    told: dict[str, SpokenErrors] = {}
    last = said[0][0] if said else "?"
    for at, other in _alignment([unit for _, unit in said], heard):
        last = said[at][0] if at is not None else last
        errors = told.setdefault(last, SpokenErrors())
        errors.length += at is not None
        errors.added += at is None
        errors.missing += other is None
        errors.changed += None not in (at, other) and said[at or 0][1] != heard[other or 0]
    return told


def _alignment(said: Sequence[str], heard: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Return pairs of places; None where the other side has nothing."""
    table = [list(range(len(heard) + 1))]
    for at, unit in enumerate(said, 1):
        row, before = [at], table[-1]
        for other, word in enumerate(heard, 1):
            change = before[other - 1] + (unit != word)
            row.append(min(change, before[other] + 1, row[-1] + 1))
        table.append(row)
    pairs: list[tuple[int | None, int | None]] = []
    at, other = len(said), len(heard)
    while at or other:
        cost = table[at][other]
        if at and other and cost == table[at - 1][other - 1] + (said[at - 1] != heard[other - 1]):
            at, other = at - 1, other - 1
            pairs.append((at, other))
        elif at and cost == table[at - 1][other] + 1:
            at -= 1
            pairs.append((at, None))
        else:
            other -= 1
            pairs.append((None, other))
    return pairs[::-1]


def score(truth: Sequence[Utterance], found: Transcript, language: str) -> SpeechScore:
    """Compare whole texts, so that words put in where nobody spoke count too."""
    said = units(" ".join(u.text for u in truth), language)
    heard = units(" ".join(u.text for u in found.utterances), language)
    starts = [u.start_ms for u in found.utterances]
    distances = [min(abs(u.start_ms - at) for at in starts) for u in truth] if starts else [0]
    texts = [re.sub(r"[\W_]", "", u.text) for u in found.utterances]
    return SpeechScore(
        errors=edit_distance(said, heard),
        length=len(said),
        start_error_ms=median(distances) if distances else 0.0,
        loops=sum(1 for text in texts if _LOOP.search(text)),
        traditional=sum(
            1
            for text in texts
            for character in text
            if _converter().convert(character) != character
        ),
    )


@cache
def _converter() -> Any:  # opencc has no types
    from opencc import OpenCC

    return OpenCC("t2s")
