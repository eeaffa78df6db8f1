"""Choose among the moments what to propose to a teacher, and say why in words that were said."""

import re
from collections.abc import Sequence

from lessons.structure import Reason, ReasonKind, Suggestion
from lessons.timing import Span
from processing.understanding.competence import LineSigns, Weights
from processing.understanding.moments import Moment
from processing.understanding.talk import Line

MADE_BY = "guanke-suggest/2"
PER_COMPETENCY = 3
SHARED = 0.4  # two moments that share more of the shorter one compete
REASONS = 3
SHORTEST_QUOTE = 4  # characters; a shorter clause says nothing
_CLAUSE = re.compile(r"(?:[^，。！？；,!?;：:.]|\.(?!\s|$))+")


def choose(
    moments: Sequence[Moment],
    lines: Sequence[Line],
    signs: LineSigns,
    weights: Weights,
    made_from: str,
) -> tuple[Suggestion, ...]:
    """Return proposals, best first: at most three per competency, one per stretch of the lesson.

    `made_from` names the versions of the data besides the classifier's.
    """
    taken: list[tuple[Moment, Span]] = []
    for moment in sorted(moments, key=lambda m: (-m.score, m.first, m.competency)):
        if moment.score < weights.enough:
            break
        span = Span(start_ms=moment.start_ms, end_ms=moment.end_ms)
        if any(_compete(span, other) for _, other in taken):
            continue
        if sum(kept.competency == moment.competency for kept, _ in taken) < PER_COMPETENCY:
            taken.append((moment, span))
    made_by = f"{MADE_BY}+{weights.version}+{made_from}"
    return tuple(
        Suggestion(
            start_ms=span.start_ms,
            end_ms=span.end_ms,
            competency=moment.competency,
            score=round(moment.score, 3),
            reasons=_reasons(moment, lines, signs),
            made_by=made_by,
        )
        for moment, span in taken
    )


def _compete(span: Span, other: Span) -> bool:
    shorter = max(1, min(span.duration_ms, other.duration_ms))
    return span.overlap_ms(other) > SHARED * shorter


def _reasons(moment: Moment, lines: Sequence[Line], signs: LineSigns) -> tuple[Reason, ...]:
    """Return the clauses that speak most for the moment, as they were said, one per utterance."""
    quotes = [
        (worth, line, start, quote)
        for line in lines[moment.first : moment.last]
        for worth, start, quote in [_clause(moment.competency, line, signs)]
        if quote
    ]
    best = sorted(quotes, key=lambda quote: (-quote[0], quote[1].index))[:REASONS]
    return tuple(
        Reason(kind=ReasonKind.WORDS, quote=quote, at_ms=said_at(line, start))
        for _, line, start, quote in sorted(best, key=lambda quote: quote[1].index)
    )


def _clause(code: str, line: Line, signs: LineSigns) -> tuple[float, int, str]:
    """Return the clause of a line that speaks most for a competency: how much, where, verbatim."""
    text = line.utterance.text
    best = (float("-inf"), 0, "")
    for found in _CLAUSE.finditer(text):
        quote = found.group().strip()
        if len(quote) >= SHORTEST_QUOTE or (quote and len(text) <= 2 * SHORTEST_QUOTE):
            start = found.start() + found.group().index(quote)
            best = max(best, (signs.of_text(code, quote), start, quote))
    return best


def said_at(line: Line, offset: int) -> int:
    """Return when the character at `offset` of a line is said: by its word, else by proportion."""
    utterance = line.utterance
    place = 0
    for word in utterance.words:
        found = utterance.text.find(word.text.strip(), place) if word.text.strip() else -1
        if found < 0:
            continue
        place = found + len(word.text.strip())
        if place > offset:
            return word.start_ms
    share = offset / max(1, len(utterance.text))
    return utterance.start_ms + int(share * utterance.duration_ms)
