"""Choose among the moments what to propose to a teacher, and say why in words that were said."""

from collections.abc import Sequence

from lessons.structure import Reason, ReasonKind, Suggestion
from lessons.timing import Span
from processing.understanding.knowledge import Knowledge
from processing.understanding.moments import Evidence, Moment
from processing.understanding.phases import LONG_SILENCE_MS
from processing.understanding.talk import Line

MADE_BY = "guanke-suggest/1"
PER_COMPETENCY = 3
ENOUGH = 0.38  # a moment's score below this is not worth a teacher's time
SHARED = 0.4  # two moments that share more of the shorter one compete
REASONS = 3
WORKING_MS = 60_000  # of the silence after a task is set, the part that belongs to the moment
MOST, MOST_PER_HOUR = 6.0, 15.0  # proposals for a lesson of no length, and more by its length


def choose(
    moments: Sequence[Moment], lines: Sequence[Line], knowledge: Knowledge, framework_version: str
) -> tuple[Suggestion, ...]:
    """Return proposals, best first: at most three per competency, one per stretch of the lesson."""
    taken: list[tuple[Moment, Span]] = []
    hours = max((line.utterance.end_ms for line in lines), default=0) / 3_600_000
    most = round(MOST + MOST_PER_HOUR * hours)
    for moment in sorted(moments, key=lambda m: (-m.score, m.first, m.competency)):
        if moment.score < ENOUGH or len(taken) == most:
            break
        span = _span(moment, lines)
        if any(_compete(span, other) for _, other in taken):
            continue
        if sum(kept.competency == moment.competency for kept, _ in taken) >= PER_COMPETENCY:
            continue
        taken.append((moment, span))
    made_by = f"{MADE_BY}+{knowledge.version}+{framework_version[:12]}"
    return tuple(
        Suggestion(
            start_ms=span.start_ms,
            end_ms=span.end_ms,
            competency=moment.competency,
            score=round(moment.score, 3),
            reasons=_reasons(moment.evidence, lines),
            made_by=made_by,
        )
        for moment, span in taken
    )


def _span(moment: Moment, lines: Sequence[Line]) -> Span:
    """Return the time of a moment, with the working silence that follows its last words."""
    last = lines[moment.last - 1]
    start = lines[moment.first].utterance.start_ms
    end = last.utterance.end_ms
    if last.silence_after_ms >= LONG_SILENCE_MS:
        end += min(last.silence_after_ms, WORKING_MS)
    return Span(start_ms=start, end_ms=max(start, end))


def _compete(span: Span, other: Span) -> bool:
    shorter = max(1, min(span.duration_ms, other.duration_ms))
    return span.overlap_ms(other) > SHARED * shorter


def _reasons(evidence: Sequence[Evidence], lines: Sequence[Line]) -> tuple[Reason, ...]:
    """Return the strongest pieces of evidence, each quoted as it was said, one per utterance."""
    reasons: dict[int, Reason] = {}
    for piece in sorted(evidence, key=lambda p: (-p.worth, p.line)):
        if piece.line in reasons or len(reasons) == REASONS:
            continue
        reasons[piece.line] = _quote(piece, lines[piece.line])
    return tuple(sorted(reasons.values(), key=lambda reason: reason.at_ms))


def _quote(piece: Evidence, line: Line) -> Reason:
    """Return the clause around a piece of evidence, verbatim, and when it is said."""
    text = line.utterance.text
    stops = "，。！？；,!?;：:"
    start, end = piece.hit.start, piece.hit.end
    while start > 0 and text[start - 1] not in stops:
        start -= 1
    while end < len(text) and text[end] not in stops:
        end += 1
    while start < end and text[start].isspace():
        start += 1
    return Reason(kind=ReasonKind.WORDS, quote=text[start:end], at_ms=said_at(line, start))


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
