"""Moments that may show a competency: evidence in the words, gathered over stretches.

Independent pieces of evidence are joined by noisy-or (Pearl 1988): a moment's score is the chance
that at least one of them means what it seems to mean.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from processing.understanding.knowledge import CompetencyRules, Knowledge, Rule
from processing.understanding.phases import Stretch
from processing.understanding.phrases import Hit
from processing.understanding.sound import fold, is_han
from processing.understanding.talk import Line

BLOCK_MAX_MS = 70_000  # a longer stretch is searched by windows of this length
NEIGHBOUR_TRUST = 0.8  # of evidence whose parts stand in neighbouring utterances
REPEAT = (1.0, 0.6, 0.4, 0.25)  # worth of the first, second, … phrase of one rule in one moment
TOLD_TRUST = 0.35  # of words that are told in a story or a problem, not meant
PUPIL_TRUST = 0.5  # of a teacher's phrase from a pupil's mouth
SHORT_WORD = {1: 0.3, 2: 0.6, 3: 0.85}  # worth of a Chinese phrase by its length; longer is worth 1
WITHOUT_TECHNOLOGY = 0.7  # of a score where the competency needs technology and none is mentioned
ONE_LINE = 0.75  # of a score that rests on one utterance alone
SETTING = -1  # the number of the rule that a phase and its usual words make
_TOLD_AROUND = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """A rule met at a line by a phrase (its hit), and what it is worth there, 0 to 1."""

    rule: int
    line: int
    hit: Hit
    worth: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Lines `first` up to, not including, `last` may show a competency; score 0 to 1."""

    competency: str
    first: int
    last: int
    score: float
    evidence: tuple[Evidence, ...] = field(default=())


def find_moments(
    lines: Sequence[Line],
    stretches: Sequence[Stretch],
    knowledge: Knowledge,
    codes: Iterable[str],
) -> list[Moment]:
    """Return for each stretch of the lesson and each competency of `codes` its best moment.

    Stretches lie between changes of slide and of phase. Unsorted; weak moments are included.
    """
    told = _told(lines)
    phase_of = {
        index: stretch.phase
        for stretch in stretches
        for index in range(stretch.first, stretch.last)
    }
    blocks = split_blocks(lines, stretches)
    moments = []
    for code in codes:
        rules = knowledge.competencies.get(code)
        if rules is None:
            continue
        found = _evidence(lines, rules, told, phase_of)
        for first, last in blocks:
            inside = [piece for piece in found if first <= piece.line < last]
            usual = rules.settings.get(phase_of.get(first, ""))
            if not inside and not usual:
                continue
            moment = _weigh(_best_window(code, lines, first, last, inside), lines, rules)
            if usual:
                moment = _in_setting(moment, lines, rules.setting_words, usual, told)
            if moment.evidence:
                moments.append(moment)
    return moments


def split_blocks(lines: Sequence[Line], stretches: Sequence[Stretch]) -> list[tuple[int, int]]:
    """Return the lesson as runs of lines between changes of phase and of slide."""
    if not lines:
        return []
    cuts = {0} | {line.index for line in lines if line.slide}
    cuts |= {new.first for old, new in pairwise(stretches) if old.phase != new.phase}
    starts = sorted(cut for cut in cuts if cut < len(lines))
    return [
        (first, last)
        for first, last in zip(starts, [*starts[1:], len(lines)], strict=True)
        if last > first
    ]


def _told(lines: Sequence[Line]) -> list[bool]:
    """Return for each line whether it lies in a story or a problem that is told."""
    marks = [line.has("story") or line.has("pupil_hypothetical") for line in lines]
    return [
        sum(marks[max(0, index - _TOLD_AROUND) : index + _TOLD_AROUND + 1]) >= 2 or marks[index]
        for index in range(len(lines))
    ]


def _evidence(
    lines: Sequence[Line],
    rules: CompetencyRules,
    told: Sequence[bool],
    phase_of: Mapping[int, str],
) -> list[Evidence]:
    """Return every piece of evidence for one competency."""
    found = []
    other = rules.phases.get("else", 1.0)
    for line in lines:
        factor = rules.phases.get(phase_of.get(line.index, ""), other)
        if told[line.index]:
            factor *= TOLD_TRUST
        if rules.by == "teacher":
            factor *= PUPIL_TRUST + (1 - PUPIL_TRUST) * line.teacher
        for number, rule in enumerate(rules.rules):
            for hit, trust in _met(lines, line.index, rule):
                text = fold(line.utterance.text)[hit.start : hit.end]
                worth = min(0.95, rule.weight * factor * trust * _length_worth(text))
                found.append(Evidence(number, line.index, hit, worth, text))
    return found


def _met(lines: Sequence[Line], index: int, rule: Rule) -> list[tuple[Hit, float]]:
    """Return the hits by which a rule is met at a line, each with how far to trust it."""
    line = lines[index]
    if any(line.has(key) for key in rule.barred):
        return []
    own = [hit for key in rule.groups[0] for hit in line.hits.get(key, ())]
    if not own:
        return []
    trust = 1.0
    for group in rule.groups[1:]:
        here = max((line.trust(key) for key in group), default=0.0)
        near = max(
            (
                lines[at].trust(key) * NEIGHBOUR_TRUST
                for at in (index - 1, index + 1)
                if 0 <= at < len(lines)
                for key in group
            ),
            default=0.0,
        )
        trust *= max(here, near)
    return [(hit, trust * hit.trust) for hit in own] if trust else []


def _length_worth(text: str) -> float:
    """Return how much a phrase is worth by its length: short words mean too many things."""
    if not any(map(is_han, text)):
        return 1.0
    return SHORT_WORD.get(len(text), 1.0)


def _best_window(
    code: str, lines: Sequence[Line], first: int, last: int, inside: Sequence[Evidence]
) -> Moment:
    """Return the window of a block where the evidence is strongest: whole lines, not too long."""
    best: Moment | None = None
    for start in sorted({first, *(piece.line for piece in inside)}):
        limit = lines[start].utterance.start_ms + BLOCK_MAX_MS
        end = start
        while end < last and lines[end].utterance.end_ms <= limit:
            end += 1
        end = max(end, start + 1)
        pieces = [piece for piece in inside if start <= piece.line < end]
        score = join(pieces)
        if best is None or score > best.score + 1e-9:
            best = Moment(
                competency=code, first=start, last=end, score=score, evidence=tuple(pieces)
            )
    assert best is not None  # a block with evidence has at least the window that starts there
    return best


def _weigh(moment: Moment, lines: Sequence[Line], rules: CompetencyRules) -> Moment:
    """Return a moment with its score lowered where its ground is narrow."""
    score = moment.score
    if moment.score and len({piece.line for piece in moment.evidence}) == 1:
        score *= ONE_LINE
    if rules.needs_technology and not any(
        line.has("technology") for line in lines[moment.first : moment.last]
    ):
        score *= WITHOUT_TECHNOLOGY
    return replace(moment, score=score)


def _in_setting(
    moment: Moment,
    lines: Sequence[Line],
    words: str,
    usual: tuple[float, float],
    told: Sequence[bool],
) -> Moment:
    """Return a moment with what its phase alone makes likely, where phrases of a list are heard."""
    heard: dict[str, tuple[Line, Hit]] = {}
    for line in lines[moment.first : moment.last]:
        for hit in line.hits.get(words, ()) if not told[line.index] else ():
            text = fold(line.utterance.text)[hit.start : hit.end]
            if len(text) > 1:
                heard.setdefault(text, (line, hit))
    if not heard:
        return moment
    worth = usual[len(heard) > 1]
    pieces = tuple(
        Evidence(SETTING, line.index, hit, worth, text) for text, (line, hit) in heard.items()
    )
    score = 1 - (1 - moment.score) * (1 - worth)
    return replace(moment, score=score, evidence=(*moment.evidence, *pieces))


def join(pieces: Iterable[Evidence]) -> float:
    """Return the noisy-or of pieces of evidence.

    A phrase said twice counts once; the second and third phrase of one rule count less.
    """
    by_rule: dict[int, dict[str, float]] = {}
    for piece in pieces:
        texts = by_rule.setdefault(piece.rule, {})
        texts[piece.text] = max(texts.get(piece.text, 0.0), piece.worth)
    missing = 1.0
    for texts in by_rule.values():
        for worth, share in zip(sorted(texts.values(), reverse=True), REPEAT, strict=False):
            missing *= 1 - worth * share
    return 1 - missing
