"""A transcript as talk: each utterance with what it mentions and the silences around it."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lessons.words import Utterance
from processing.understanding.phrases import Hit, PhraseBook
from processing.understanding.sound import fold

DECOY = "decoy"  # the list of words that only look like something
SLIDE_NEAR_MS = 2500  # a slide change this near the start of an utterance belongs to it
_QUESTION_ENDS = ("?", "？", "吗", "呢", "什么", "多少", "为什么", "怎么样")
_QUESTION_WORDS = (
    "什么", "为什么", "怎么", "怎样", "多少", "哪", "谁", "是不是", "对不对", "能不能", "有没有",
    "可不可以", "几个", "吗", "呢",
)  # fmt: skip
_ENGLISH_QUESTIONS = ("what", "why", "how", "who", "which", "where", "when", "can you", "do you")


@dataclass(slots=True)
class Line:
    """One utterance and what can be read off it. Times in ms, `place` from 0 to 1 of the lesson."""

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
        for hit in _without_decoys(book.find(utterance.text)):
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
    return lines


def _without_decoys(hits: Sequence[Hit]) -> list[Hit]:
    """Leave out phrases that are part of a word that means something else (平板 in 平板车)."""
    decoys = [(hit.start, hit.end) for hit in hits if hit.key == DECOY]
    return [
        hit
        for hit in hits
        if hit.key == DECOY or not any(a <= hit.start and hit.end <= b for a, b in decoys)
    ]


def is_question(text: str) -> bool:
    """Return whether `text` asks something, with or without a question mark."""
    plain = fold(text).strip().rstrip("。.！!，,")
    if plain.endswith(_QUESTION_ENDS):
        return True
    if any(word in plain for word in _QUESTION_WORDS) and len(plain) < 40:
        return plain.count("什么都") == 0
    return plain.startswith(_ENGLISH_QUESTIONS)
