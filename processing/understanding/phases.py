"""Find the phases of a lesson: the likeliest sequence, given words, silences, slides and who speaks.

A hidden Markov model over utterances, decoded by Viterbi's algorithm (Viterbi 1967). Its weights are
data (phase-cues.yaml).
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lessons.timing import Span
from processing.understanding.knowledge import Knowledge, PhaseCues
from processing.understanding.talk import Line

LONG_SILENCE_MS = 5000
SHORT_SILENCE_MS = 1800
_AROUND = 3  # lines on each side that tell whether there is a dialogue
_CHANGE = 3.2  # nats that a change of phase costs where nothing hints at one
_CHANGE_PER_LENGTH = 0.8  # more of them in a long lesson: its phases are longer
_CHANGE_AT = {"slide": -1.4, "silence": -0.7, "opener": -0.7, "midturn": 1.0}
_MANY_HITS = 3
_STORY = 0.4  # what words count for that are told, not meant
_LONG_TURN = 24  # characters


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

    Only phases named in `codes` are used. A lesson without words is one stretch of the first that
    speaks for silence, or of the first at all.
    """
    usable = [code for code in codes if code in knowledge.phases]
    if not lines or not usable:
        code = next((c for c in codes if c == "exposition"), codes[0])
        return [Stretch(start_ms=0, end_ms=duration_ms, phase=code, first=0, last=len(lines))]
    states = _viterbi(lines, [knowledge.phases[code] for code in usable], usable, knowledge)
    return _stretches(lines, [usable[state] for state in states], slides_ms, duration_ms)


def _viterbi(
    lines: Sequence[Line], cues: Sequence[PhaseCues], codes: Sequence[str], knowledge: Knowledge
) -> list[int]:
    """Return the likeliest state of each line."""
    every = range(len(codes))
    length = _CHANGE_PER_LENGTH * math.log(max(1.0, len(lines) / 60))
    scores = [
        _emission(lines, 0, cues[state]) - _entering(cues[state], 0.0) for state in every
    ]
    back: list[list[int]] = []
    for index in range(1, len(lines)):
        line = lines[index]
        change = _CHANGE + length + _change_cost(lines[index - 1], line, knowledge)
        steps, here = [], []
        for state in every:
            enter = change + _entering(cues[state], line.place)
            best = max(
                every,
                key=lambda old: scores[old]
                - (0.0 if old == state else enter + cues[old].after.get(codes[state], 0.0)),
            )
            cost = 0.0 if best == state else enter + cues[best].after.get(codes[state], 0.0)
            steps.append(best)
            here.append(scores[best] - cost + _emission(lines, index, cues[state]))
        back.append(steps)
        scores = here
    state = max(every, key=lambda last: scores[last])
    states = [state]
    for steps in reversed(back):
        state = steps[state]
        states.append(state)
    return states[::-1]


def _emission(lines: Sequence[Line], index: int, cues: PhaseCues) -> float:
    """Return in nats how well one line fits a phase."""
    line = lines[index]
    total = 0.0
    for key, weight in cues.weights.items():
        hits = line.hits.get(key)
        if hits:
            more = min(len(hits), _MANY_HITS) - 1
            total += weight * max(hit.trust for hit in hits) * (1 + 0.4 * more)
    if line.has("story") and not line.has("class_call"):
        total *= _STORY
    for sign, strength in _signs(lines, index).items():
        total += cues.signs.get(sign, 0.0) * strength
    return total


def _signs(lines: Sequence[Line], index: int) -> Mapping[str, float]:
    """Return what is not words about a line: each sign with its strength, 0 to 2."""
    line = lines[index]
    around = lines[max(0, index - _AROUND) : index + _AROUND + 1]
    asks = sum(near.question for near in around) / len(around)
    pupils = sum(1 - near.teacher for near in around) / len(around)
    dialogue = min(1.0, 2 * min(asks, 0.5) * 0.5 + min(pupils, 0.5))
    pupil = 1 - line.teacher
    return {
        "dialogue": dialogue,
        "monologue": max(0.0, 1 - 1.5 * dialogue) * line.teacher,
        "pupil": pupil if pupil > 0.5 else 0.0,
        "pupil_long": pupil if pupil > 0.5 and len(line.utterance.text) >= _LONG_TURN else 0.0,
        "silence": min(2.0, line.silence_after_ms / 10000)
        if line.silence_after_ms >= LONG_SILENCE_MS
        else 0.0,
    }


def _change_cost(before: Line, line: Line, knowledge: Knowledge) -> float:
    """Return in nats how much a change of phase at `line` costs more or less than usual."""
    cost = 0.0
    if line.slide:
        cost += _CHANGE_AT["slide"]
    if line.silence_before_ms >= SHORT_SILENCE_MS:
        cost += _CHANGE_AT["silence"]
    text = line.utterance.text.lower().lstrip("，。, ")
    if line.teacher > 0.5 and text.startswith(knowledge.openers):
        cost += _CHANGE_AT["opener"]
    if before.question or line.teacher < 0.5:
        cost += _CHANGE_AT["midturn"]
    return cost


def _entering(cues: PhaseCues, place: float) -> float:
    """Return what entering a phase costs at a place of the lesson: straight lines between points."""
    points = cues.entering
    if not points:
        return 0.0
    after = bisect_right(points, (place, math.inf))
    if after == 0 or after == len(points):
        return points[min(after, len(points) - 1)][1]
    (left, low), (right, high) = points[after - 1], points[after]
    return low + (high - low) * (place - left) / (right - left)


def _stretches(
    lines: Sequence[Line], codes: Sequence[str], slides_ms: Sequence[int], duration_ms: int
) -> list[Stretch]:
    """Join lines of one phase; a boundary lies at the slide change or where the next line starts."""
    starts = [i for i in range(len(lines)) if i == 0 or codes[i] != codes[i - 1]]
    ends = [*starts[1:], len(lines)]
    times = [0, *(_boundary(lines[i - 1], lines[i], slides_ms) for i in starts[1:]), duration_ms]
    return [
        Stretch(
            start_ms=times[n],
            end_ms=max(times[n], times[n + 1]),
            phase=codes[first],
            first=first,
            last=last,
        )
        for n, (first, last) in enumerate(zip(starts, ends, strict=True))
    ]


def _boundary(before: Line, line: Line, slides_ms: Sequence[int]) -> int:
    start, silent_from = line.utterance.start_ms, before.utterance.end_ms
    inside = [at for at in slides_ms if silent_from <= at <= start]
    return max(inside) if inside else start
