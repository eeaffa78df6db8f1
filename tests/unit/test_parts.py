"""Lessons as stretches of recordings: trimmed, divided, joined; nothing is lost or doubled."""

from hypothesis import given
from hypothesis import strategies as st

from lessons import LessonPart, Span
from lessons.parts import divided, joined, trimmed, without

TIMES = st.integers(0, 1000)
SPANS = st.tuples(TIMES, TIMES).filter(lambda t: t[0] < t[1]).map(
    lambda t: Span(start_ms=t[0], end_ms=t[1])
)  # fmt: skip
WHOLE = (LessonPart(recording_id="one", start_ms=0, end_ms=1000),)


def covered(parts: tuple[LessonPart, ...], recording: str = "one") -> set[int]:
    return {at for p in parts if p.recording_id == recording for at in range(p.start_ms, p.end_ms)}


@given(SPANS)
def test_trimming_and_leaving_out_are_two_halves(span: Span) -> None:
    """What a trim keeps is what leaving out takes away."""
    kept, left = trimmed(WHOLE, "one", span), without(WHOLE, "one", span)
    assert covered(kept) == set(range(span.start_ms, span.end_ms))
    assert covered(left) == set(range(1000)) - covered(kept)


@given(SPANS, TIMES)
def test_dividing_loses_nothing(gap: Span, at_ms: int) -> None:
    """Both sides together are the lesson, and joined again they are as before."""
    parts = without(WHOLE, "one", gap)
    before, after = divided(parts, "one", at_ms)
    assert covered(before) | covered(after) == covered(parts)
    assert not covered(before) & covered(after)
    assert joined(before + after) == joined(parts)


def test_other_recordings_stay() -> None:
    """A second camera's file is not touched by a trim of the first."""
    other = LessonPart(recording_id="two", start_ms=0, end_ms=50)
    assert other in trimmed((*WHOLE, other), "one", Span(start_ms=10, end_ms=20))
    assert divided((*WHOLE, other), "one", 500)[1][-1] == other
