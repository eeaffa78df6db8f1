"""Find the phases of a lesson: the likeliest parting, given words, silences, slides and turns.

A hidden semi-Markov model over utterances (Yu 2010): each stretch has a phase, a length and a place
in the lesson. Its weights are data (phase-cues.yaml).
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from lessons.timing import Span
from processing.understanding.knowledge import Knowledge, PhaseCues
from processing.understanding.talk import Line

LONG_SILENCE_MS = 5000
# A lesson of six minutes has about eight phases, one of forty about fourteen.
_PHASES_AT, _AT_MS, _PHASES_GROW = 8.0, 360_000, 0.3
_SPREAD = 0.75  # of the logarithm of a phase's length
_SLIDE_TRUST = 0.85  # of slide changes that part phases, where slides are few
_TOLD = 0.4  # what words count for that are told, not meant
_MANY_HITS = 3
_FIRST_LINES = (1.0, 0.5)  # what the first lines of a phase count for beyond the others
_CROWDED = 0.5  # evidence of n lines counts as much as of n to this power
_LONG_TURN = 24  # characters
_MOST_CUTS = 240  # places where a phase may start that are tried, the likeliest
_MAX_SHARE = 0.85  # of the lesson that one phase may take, when it has several

# How a boundary before a line shows, in nats (logistic regression on scripted lessons).
_BOUNDARY = {
    "silence": 0.9,
    "opener": 1.6,
    "pupil": -2.5,
    "answered": -0.8,  # the line before asks
}


@dataclass(frozen=True, kw_only=True)
class Stretch(Span):
    """Utterances `first` up to, not including, `last` in one phase."""

    phase: str
    first: int
    last: int


def find_phases(
    lines: Sequence[Line],
    slides_ms: Sequence[int],
    duration_ms: int,
    codes: Sequence[str],
    knowledge: Knowledge,
) -> list[Stretch]:
    """Return the phases of a lesson in order; together they cover it without gaps.

    Only phases named in `codes` are used. A lesson without words is one stretch of exposition, or
    of the first phase there is.
    """
    usable = [code for code in codes if code in knowledge.phases]
    if not lines or not usable:
        code = next((c for c in codes if c == "exposition"), codes[0])
        return [Stretch(start_ms=0, end_ms=duration_ms, phase=code, first=0, last=len(lines))]
    parts = _Parting(lines, slides_ms, duration_ms, usable, knowledge).best()
    bounds = [first for _, first, _ in parts]
    times = [0, *(_boundary(lines[i - 1], lines[i], slides_ms) for i in bounds[1:]), duration_ms]
    return [
        Stretch(
            start_ms=times[n],
            end_ms=max(times[n], times[n + 1]),
            phase=usable[state],
            first=first,
            last=last,
        )
        for n, (state, first, last) in enumerate(parts)
    ]


class _Parting:
    """The search for the best parting of one lesson into phases."""

    def __init__(
        self,
        lines: Sequence[Line],
        slides_ms: Sequence[int],
        duration_ms: int,
        codes: Sequence[str],
        knowledge: Knowledge,
    ) -> None:
        self._lines = lines
        self._codes = codes
        self._cues = [knowledge.phases[code] for code in codes]
        self._duration_ms = max(1, duration_ms)
        self._expected = expected_phases(duration_ms)
        self._starts = self._cut_scores(slides_ms, knowledge)
        self._said: list[list[float]] = [
            [_said(line, cues) for line in lines] for cues in self._cues
        ]
        self._sums = [[0.0, *accumulate(said)] for said in self._said]
        self._signs = {name: [0.0, *accumulate(values)] for name, values in _signs(lines).items()}
        self._silences = [0.0, *accumulate(_silence(line) for line in lines)]

    def best(self) -> list[tuple[int, int, int]]:
        """Return (state, first line, line after the last) of each phase."""
        count, every = len(self._lines), range(len(self._codes))
        cuts = sorted(self._starts)
        ends = [*cuts[1:], count]
        longest_ms = self._duration_ms * _MAX_SHARE
        # arrive[cut][state]: the best score of a parting up to `cut` whose last phase is `state`
        arrive: dict[int, list[float]] = {}
        back: dict[tuple[int, int], tuple[int, int]] = {}
        enter: dict[int, list[tuple[float, int]]] = {
            0: [(-self._entering(state, 0) + self._cues[state].first, -1) for state in every]
        }
        for end in ends:
            scores = [-math.inf] * len(self._codes)
            for cut in cuts:
                if cut >= end:
                    break
                if cut and self._length_ms(cut, end) > longest_ms:
                    continue
                for state in every:
                    score = enter[cut][state][0] + self._fit(state, cut, end)
                    if score > scores[state]:
                        scores[state] = score
                        back[end, state] = (cut, enter[cut][state][1])
            arrive[end] = scores
            if end < count:
                enter[end] = [self._enter(state, end, scores) for state in every]
        final = arrive[count]
        state = max(every, key=lambda s: final[s] + self._cues[s].last)
        return self._trace(back, state)

    def _trace(
        self, back: dict[tuple[int, int], tuple[int, int]], state: int
    ) -> list[tuple[int, int, int]]:
        parts, end = [], len(self._lines)
        while end > 0:
            first, before = back[end, state]
            parts.append((state, first, end))
            end, state = first, before
        return parts[::-1]

    def _enter(self, state: int, cut: int, scores: Sequence[float]) -> tuple[float, int]:
        """Return the best score of entering `state` at `cut`, and the phase before."""
        code = self._codes[state]
        before = max(
            range(len(scores)), key=lambda old: scores[old] - self._cues[old].after.get(code, 0.0)
        )
        cost = self._cues[before].after.get(code, 0.0) + self._entering(state, cut)
        return scores[before] - cost + self._starts[cut], before

    def _entering(self, state: int, cut: int) -> float:
        return _along(self._cues[state].entering, self._lines[cut].place if cut else 0.0)

    def _fit(self, state: int, first: int, last: int) -> float:
        """Return in nats how well lines `first` to `last` fit one phase."""
        cues, count = self._cues[state], last - first
        sums = self._sums[state]
        score = (sums[last] - sums[first]) / math.pow(count, 1 - _CROWDED)
        for place, worth in enumerate(_FIRST_LINES[:count]):
            score += worth * self._said[state][first + place]
        for name, weight in cues.signs.items():
            if name == "silence":
                score += weight * min(1.5, self._silences[last] - self._silences[first])
            else:
                totals = self._signs[name]
                score += (
                    weight * (totals[last] - totals[first]) / count * min(3.0, math.sqrt(count))
                )
        usual = self._duration_ms / self._expected * cues.length
        apart = math.log(max(1000, self._length_ms(first, last)) / usual) / _SPREAD
        return score + cues.base - apart * apart / 2

    def _length_ms(self, first: int, last: int) -> int:
        start = self._lines[first].utterance.start_ms if first else 0
        if last == len(self._lines):
            return self._duration_ms - start
        return self._lines[last].utterance.start_ms - start

    def _cut_scores(self, slides_ms: Sequence[int], knowledge: Knowledge) -> dict[int, float]:
        """Return for each line that may start a phase the log-odds that it does."""
        lines = self._lines
        slide_share = min(_SLIDE_TRUST, 0.7 * self._expected / max(1, len(slides_ms)))
        rest = max(1.5, self._expected - slide_share * len(slides_ms))
        usual = min(0.3, rest / max(1, len(lines)))
        cuts = {0: 0.0}
        for line in lines[1:]:
            if line.slide:
                cuts[line.index] = _logit(slide_share)
                continue
            score = _logit(usual) - 0.8
            if line.silence_before_ms >= LONG_SILENCE_MS:
                score += _BOUNDARY["silence"]
            if starts_anew(line, knowledge):
                score += _BOUNDARY["opener"]
            score += _BOUNDARY["pupil"] * max(0.0, 1 - 2 * line.teacher)
            if lines[line.index - 1].question:
                score += _BOUNDARY["answered"]
            if line.teacher > 0.3:
                cuts[line.index] = score
        likeliest = sorted(cuts, key=lambda cut: (cut > 0, -cuts[cut]))[:_MOST_CUTS]
        return {cut: cuts[cut] for cut in likeliest}


def expected_phases(duration_ms: int) -> float:
    """Return how many phases a lesson of this length usually has."""
    return max(1.0, _PHASES_AT * math.pow(max(1, duration_ms) / _AT_MS, _PHASES_GROW))


def starts_anew(line: Line, knowledge: Knowledge) -> bool:
    """Return whether a line begins as somebody does who turns to the next thing."""
    return line.utterance.text.lower().lstrip("，。, ").startswith(knowledge.openers)


def _said(line: Line, cues: PhaseCues) -> float:
    """Return in nats how much the words of a line speak for a phase."""
    total = 0.0
    for key, weight in cues.weights.items():
        hits = line.hits.get(key)
        if hits:
            more = min(len(hits), _MANY_HITS) - 1
            total += weight * max(hit.trust for hit in hits) * (1 + 0.3 * more)
    return total * (_TOLD if line.has("story") and not line.has("class_call") else 1.0)


def _signs(lines: Sequence[Line]) -> dict[str, list[float]]:
    """Return what is not words about each line, by the name of the sign, 0 to 1."""
    pupils = [1 - line.teacher for line in lines]
    return {
        "pupil": pupils,
        "question": [float(line.question) * line.teacher for line in lines],
        "monologue": [
            (1 - pupils[i]) * (1 - (pupils[i - 1] if i else 0.0)) for i in range(len(lines))
        ],
        "pupil_long": [
            pupil if len(line.utterance.text) >= _LONG_TURN else 0.0
            for pupil, line in zip(pupils, lines, strict=True)
        ],
    }


def _silence(line: Line) -> float:
    """Return how much silence follows a line: 0 to 1, by ten seconds."""
    long = line.silence_after_ms >= LONG_SILENCE_MS
    return min(1.0, line.silence_after_ms / 10_000) if long else 0.0


def _along(points: Sequence[tuple[float, float]], place: float) -> float:
    """Return the value at a place of straight lines between points."""
    if not points:
        return 0.0
    after = bisect_right(points, (place, math.inf))
    if after == 0 or after == len(points):
        return points[min(after, len(points) - 1)][1]
    (left, low), (right, high) = points[after - 1], points[after]
    return low + (high - low) * (place - left) / (right - left)


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def _boundary(before: Line, line: Line, slides_ms: Sequence[int]) -> int:
    """Return when a phase starts: at a slide change in the silence before it, else as it speaks."""
    start, silent_from = line.utterance.start_ms, before.utterance.end_ms
    inside = [at for at in slides_ms if silent_from <= at <= start]
    return max(inside) if inside else start
