"""Lessons written as plain text, with what they show, turned into transcripts with truth.

One thing a line: `#key=value …` about the lesson; `=phase` the phase from here on; `[A6|A3,C2`
opens a span that shows A6, where a fair observer may also name A3 or C2, and `]` closes it; `~20`
twenty seconds in which nobody speaks; `T …` and `S …` what the teacher or a pupil says.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pypinyin import Style, lazy_pinyin

from processing.understanding.sound import is_han

HAN_A_SECOND, LETTERS_A_SECOND = 4.3, 12.5
BREATH_MS = 450  # between two lines
COMMA_S, STOP_S = 0.18, 0.3
WRONG_CHARACTERS = 0.06  # of the characters of a badly recognised lesson
WRONG_SPLITS = 0.25  # of its lines
SPEAKERS = {"T": "teacher", "S": "student"}
STOPS = "。！？；.!?;"


@dataclass
class _Lesson:
    """A lesson while it is read: the clock, and what has been closed so far."""

    rate: float
    at_ms: int = 1000
    utterances: list[dict[str, Any]] = field(default_factory=list)
    phases: list[dict[str, Any]] = field(default_factory=list)
    spans: list[dict[str, Any]] = field(default_factory=list)

    def take(self, mark: str, rest: str) -> None:
        """Take in one line of the script."""
        if mark == "=":
            self.enter(rest)
        elif mark == "[":
            labels, _, acceptable = rest.partition("|")
            self.spans.append(
                {
                    "start_ms": self.at_ms,
                    "labels": [code for code in labels.split(",") if code],
                    "acceptable": [code for code in acceptable.split(",") if code],
                }
            )
        elif mark == "]":
            self.spans[-1]["end_ms"] = self.at_ms
        elif mark == "~":
            self.at_ms += int(1000 * float(rest))
        elif mark in SPEAKERS:
            self.say(mark, rest)
        else:
            raise ValueError(f"{mark}{rest}")

    def enter(self, phase: str) -> None:
        start_ms = self.at_ms if self.phases else 0
        if self.phases:
            self.phases[-1]["end_ms"] = start_ms
        self.phases.append({"phase": phase, "start_ms": start_ms})

    def say(self, who: str, text: str) -> None:
        length_ms = int(1000 * _seconds(text) * HAN_A_SECOND / self.rate)
        end_ms = self.at_ms + max(500, length_ms)
        self.utterances.append(
            {"start_ms": self.at_ms, "end_ms": end_ms, "speaker": SPEAKERS[who], "text": text}
        )
        self.at_ms = end_ms + BREATH_MS


def read_lesson(path: Path) -> dict[str, Any]:
    """Return the lesson in the form that `samples/README.md` describes."""
    about: dict[str, str] = {"language": "zh", "rate": str(HAN_A_SECOND)}
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for line in lines:
        if line.startswith("#"):
            about |= dict(part.split("=", 1) for part in line[1:].split())
    lesson = _Lesson(rate=float(about["rate"]))
    for line in lines:
        if not line.startswith("#"):
            lesson.take(line[0], line[1:].strip())
    lesson.phases[-1]["end_ms"] = lesson.at_ms
    utterances = lesson.utterances
    if about.get("asr"):
        chance = random.Random(path.stem)  # nosec B311 - no secret, only the same each time
        utterances = list(misheard(utterances, chance))
    return {
        "id": path.stem,
        **about,
        "duration_ms": lesson.at_ms,
        "utterances": utterances,
        "phases": lesson.phases,
        "competency_spans": lesson.spans,
        "slide_changes_ms": [],
    }


def _seconds(text: str) -> float:
    """Return how long it takes to say a text at the usual rate."""
    han = sum(map(is_han, text))
    latin = sum(char.isascii() and char.isalnum() for char in text)
    stops = sum(char in STOPS for char in text[:-1])
    commas = sum(char in "，、,：" for char in text)
    return han / HAN_A_SECOND + latin / LETTERS_A_SECOND + COMMA_S * commas + STOP_S * stops


def misheard(lines: Iterable[dict[str, Any]], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield lines as a poor recogniser writes them: other characters of the same sound, no
    punctuation, and cut where nobody paused."""
    for line in lines:
        text = "".join(_other(char, chance) for char in line["text"] if is_han(char) or char == " ")
        text = text or line["text"]
        if len(text) < 14 or chance.random() > WRONG_SPLITS:
            yield {**line, "text": text}
            continue
        cut = chance.randrange(5, len(text) - 5)
        middle = line["start_ms"] + (line["end_ms"] - line["start_ms"]) * cut // len(text)
        yield {**line, "text": text[:cut], "end_ms": middle}
        yield {**line, "text": text[cut:], "start_ms": middle}


def _other(char: str, chance: random.Random) -> str:
    if not is_han(char) or chance.random() > WRONG_CHARACTERS:
        return char
    return chance.choice(_same_sound()[lazy_pinyin(char)[0]] or [char])


@lru_cache(maxsize=1)
def _same_sound() -> dict[str, list[str]]:
    """Return common characters by their syllable."""
    by_syllable: dict[str, list[str]] = defaultdict(list)
    for row in range(16, 56):  # the common characters of GB 2312, in the order of their sound
        for cell in range(1, 95):
            code = bytes([0xA0 + row, 0xA0 + cell])
            char = code.decode("gb2312", errors="ignore")
            if char:
                by_syllable[lazy_pinyin(char, style=Style.NORMAL)[0]].append(char)
    return by_syllable
