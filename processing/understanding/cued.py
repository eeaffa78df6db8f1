"""Moments of a competency that no classifier knows: where several of its own phrases are said.

A region or a school may bring a framework of its own; its phrases are all that is known of it.
Phrases are joined by noisy-or (Pearl 1988).
"""

from collections.abc import Sequence

from processing.understanding.knowledge import OWN, key_of
from processing.understanding.moments import Moment
from processing.understanding.phases import Stretch
from processing.understanding.sound import fold
from processing.understanding.talk import Line

PHRASE = 0.35  # how likely the competency is where one of its phrases is heard
SPAN_LINES = 8


def cued_moments(lines: Sequence[Line], stretches: Sequence[Stretch], code: str) -> list[Moment]:
    """Return for each stretch of the lesson the moment with most of the phrases of `code`."""
    key = key_of(code, OWN)
    moments = []
    for stretch in stretches:
        heard = [i for i in range(stretch.first, stretch.last) if lines[i].has(key)]
        if not heard:
            continue
        runs = [[i for i in heard if first <= i < first + SPAN_LINES] for first in heard]
        best = max(runs, key=lambda run: len(_phrases(lines, run, key)))
        first, last = best[0], best[-1] + 1
        moments.append(
            Moment(
                competency=code,
                first=first,
                last=last,
                start_ms=lines[first].utterance.start_ms,
                end_ms=lines[last - 1].utterance.end_ms,
                score=1 - (1 - PHRASE) ** len(_phrases(lines, best, key)),
                signs={},
            )
        )
    return moments


def _phrases(lines: Sequence[Line], run: Sequence[int], key: str) -> set[str]:
    return {
        fold(lines[index].utterance.text)[hit.start : hit.end]
        for index in run
        for hit in lines[index].hits[key]
    }
