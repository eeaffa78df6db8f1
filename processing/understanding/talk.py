"""A transcript as talk: each utterance with what it mentions, who seems to speak, and the silences."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lessons.words import Utterance
from processing.understanding.phrases import Hit, PhraseBook
from processing.understanding.sound import fold

SLIDE_NEAR_MS = 2500  # a slide change this near the start of an utterance belongs to it
_QUESTION_ENDS = ("?", "？", "吗", "呢", "什么", "多少", "为什么", "怎么样")
_QUESTION_WORDS = (
    "什么", "为什么", "怎么", "怎样", "多少", "哪", "谁", "是不是", "对不对", "能不能", "有没有",
    "可不可以", "几个", "吗", "呢",
)  # fmt: skip
_ENGLISH_QUESTIONS = ("what", "why", "how", "who", "which", "where", "when", "can you", "do you")
_PUPIL_AFTER_QUESTION = 1.2  # log-odds that the line after a teacher's question is an answer
_SHORT_LINE = 12  # characters; an answer is short more often than an explanation


@dataclass(slots=True)
class Line:
    """One utterance and what can be read off it. Times in milliseconds, `place` 0 to 1 of the lesson."""

    index: int
    utterance: Utterance
    place: float
    silence_before_ms: int
    silence_after_ms: int
    slide: bool
    question: bool
    hits: dict[str, list[Hit]] = field(default_factory=dict)
    teacher: float = 0.5  # how likely the teacher speaks

    def trust(self, key: str) -> float:
        """Return how surely a phrase of the list `key` is here: 0 where none is."""
        return max((hit.trust for hit in self.hits.get(key, ())), default=0.0)

    def has(self, key: str) -> bool:
        """Return whether a phrase of the list `key` is here."""
        return key in self.hits


def read_lines(
    utterances: Sequence[Utterance], book: PhraseBook, slides_ms: Iterable[int], duration_ms: int
) -> list[Line]:
    """Return a line for each utterance, in order of time."""
    changes = sorted(slides_ms)
    lines = []
    for index, utterance in enumerate(utterances):
        before = utterances[index - 1].end_ms if index else 0
        after = utterances[index + 1].start_ms if index + 1 < len(utterances) else duration_ms
        nearest = bisect_left(changes, utterance.start_ms - SLIDE_NEAR_MS)
        hits: dict[str, list[Hit]] = {}
        for hit in book.find(utterance.text):
            hits.setdefault(hit.key, []).append(hit)
        lines.append(
            Line(
                index=index,
                utterance=utterance,
                place=utterance.start_ms / max(1, duration_ms),
                silence_before_ms=max(0, utterance.start_ms - before),
                silence_after_ms=max(0, after - utterance.end_ms),
                slide=nearest < len(changes)
                and changes[nearest] <= utterance.start_ms + SLIDE_NEAR_MS,
                question=is_question(utterance.text),
                hits=hits,
            )
        )
    guess_speakers(lines)
    return lines


def is_question(text: str) -> bool:
    """Return whether `text` asks something, with or without a question mark."""
    plain = fold(text).strip().rstrip("。.！!，,")
    if plain.endswith(_QUESTION_ENDS):
        return True
    if any(word in plain for word in _QUESTION_WORDS) and len(plain) < 40:
        return plain.count("什么都") == 0
    return plain.startswith(_ENGLISH_QUESTIONS)


def guess_speakers(lines: Sequence[Line]) -> None:
    """Set how likely the teacher speaks in each line: from the label where there is one, else wording.

    A line of a lesson is the teacher's unless something speaks for a pupil: the words of somebody who
    answers, or a question just before.
    """
    asked = False
    for line in lines:
        known = line.utterance.speaker
        if known is not None:
            line.teacher = 1.0 if known == "teacher" else 0.0
        else:
            odds = 1.0 + 1.3 * len(line.hits.get("teacher_voice", ()))
            odds += 1.2 * line.has("praise") + 0.7 * line.has("ask_volunteer") + 0.8 * line.question
            odds -= 2.6 * line.has("pupil_voice")
            if asked and not line.question:
                short = len(line.utterance.text) <= _SHORT_LINE
                odds -= _PUPIL_AFTER_QUESTION + (0.8 if short else 0.0)
            line.teacher = 1 / (1 + math.exp(-odds))
        asked = line.question and line.teacher > 0.5


def count_keys(lines: Iterable[Line]) -> Mapping[str, int]:
    """Return in how many lines each list of phrases occurs."""
    counts: dict[str, int] = {}
    for line in lines:
        for key in line.hits:
            counts[key] = counts.get(key, 0) + 1
    return counts
