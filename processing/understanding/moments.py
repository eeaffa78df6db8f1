"""Moments that may show a competency: runs of lines whose wording speaks for it.

A linear classifier (`competencies.bin.gz`) tells how much the words of a line and its neighbours
speak for each competency; the run of lines with the highest sum within a stretch of the lesson is a
moment. What else speaks for or against it (place, phase, technology, other competencies that fit
better) is weighed by a logistic regression (`competency-weights.json`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from processing.understanding.competence import LineSigns, Weights, sure
from processing.understanding.phases import LONG_SILENCE_MS, Stretch
from processing.understanding.talk import Line

MOST_LINES = 14
TOLD_MOST = 0.6  # of a moment's lines that may belong to a story or a word problem
SUPPORTED = "技术支持"  # in the name of a competency that no lesson without technology shows
WORKING_MS = 600_000  # of the silence after a task is set, the part that belongs to the moment


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Lines `first` up to, not including, `last` may show a competency, how likely 0 to 1."""

    competency: str
    first: int
    last: int
    start_ms: int
    end_ms: int
    score: float
    signs: Mapping[str, float]


def find_moments(
    lines: Sequence[Line],
    stretches: Sequence[Stretch],
    signs: LineSigns,
    weights: Weights,
    codes: Iterable[str],
) -> list[Moment]:
    """Return the moments of each stretch of the lesson for the competencies `codes`.

    Stretches lie between changes of phase. Unsorted; weak moments are included.
    """
    moments = []
    for code in codes:
        if code not in signs.codes or (SUPPORTED in weights.names[code] and not signs.equipped):
            continue
        for stretch in stretches:
            runs = {
                run
                for level in weights.levels
                for run in [best_run(signs.around(code)[stretch.first : stretch.last], level)]
                if run
            }
            for start, end in sorted(runs):
                first, last = stretch.first + start, stretch.first + end
                end_ms = _end_ms(lines, last)
                length_ms = end_ms - lines[first].utterance.start_ms
                seen = signs.of_run(code, first, last, stretch.phase, length_ms)
                if seen["told"] > TOLD_MOST:
                    continue
                moments.append(
                    Moment(
                        competency=code,
                        first=first,
                        last=last,
                        start_ms=lines[first].utterance.start_ms,
                        end_ms=end_ms,
                        score=sure(seen, weights),
                        signs=seen,
                    )
                )
    return moments


def best_run(scores: Sequence[float], level: float) -> tuple[int, int] | None:
    """Return the run, of at most MOST_LINES, with the highest sum of what is above `level`."""
    best, best_sum = None, 0.0
    for start in range(len(scores)):
        total = 0.0
        for end in range(start, min(len(scores), start + MOST_LINES)):
            total += scores[end] - level
            if total > best_sum + 1e-9:
                best, best_sum = (start, end + 1), total
    return best


def _end_ms(lines: Sequence[Line], last: int) -> int:
    """Return when a run ends, with the working silence that follows its last words."""
    line = lines[last - 1]
    long = line.silence_after_ms >= LONG_SILENCE_MS
    return line.utterance.end_ms + (min(line.silence_after_ms, WORKING_MS) if long else 0)
