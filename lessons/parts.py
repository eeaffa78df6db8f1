"""Which stretches of which recordings a lesson is: trimmed, divided, a break left out.

Only the ends of parts move; no media is touched. A part of length nothing stands for a whole
recording whose length is not known yet (`whole`).
"""

from collections.abc import Iterable
from dataclasses import replace

from lessons.records import LessonPart, Recording
from lessons.timing import Span

Parts = tuple[LessonPart, ...]


def whole(recording: Recording) -> LessonPart:
    """Return the part that is all of a recording, measured or not."""
    duration_ms = recording.info.duration_ms if recording.info else 0
    return LessonPart(recording_id=recording.id, start_ms=0, end_ms=duration_ms)


def trimmed(parts: Iterable[LessonPart], recording_id: str, span: Span) -> Parts:
    """Return `parts` with only what of `recording_id` lies inside `span`."""
    kept = []
    for part in parts:
        if part.recording_id != recording_id:
            kept.append(part)
        elif part.overlap_ms(span):
            kept.append(_within(part, span.start_ms, span.end_ms))
    return tuple(kept)


def without(parts: Iterable[LessonPart], recording_id: str, span: Span) -> Parts:
    """Return `parts` with the stretch `span` of `recording_id` left out, such as a break."""
    kept: list[LessonPart] = []
    for part in parts:
        if part.recording_id != recording_id or not part.overlap_ms(span):
            kept.append(part)
            continue
        if part.start_ms < span.start_ms:
            kept.append(_within(part, part.start_ms, span.start_ms))
        if span.end_ms < part.end_ms:
            kept.append(_within(part, span.end_ms, part.end_ms))
    return tuple(kept)


def divided(parts: Iterable[LessonPart], recording_id: str, at_ms: int) -> tuple[Parts, Parts]:
    """Return what comes before `at_ms` of `recording_id`, and what comes after.

    Parts of other recordings stay on the side on which they stand in the lesson's order.
    """
    before: list[LessonPart] = []
    after: list[LessonPart] = []
    for part in parts:
        if part.recording_id != recording_id:
            (after or before).append(part)
            continue
        if part.start_ms < at_ms:
            before.append(_within(part, part.start_ms, at_ms))
        if at_ms < part.end_ms:
            after.append(_within(part, at_ms, part.end_ms))
    return tuple(before), tuple(after)


def joined(parts: Iterable[LessonPart]) -> Parts:
    """Return `parts` with neighbours that touch or overlap made one."""
    one: list[LessonPart] = []
    for part in parts:
        last = one[-1] if one else None
        if (
            last
            and last.recording_id == part.recording_id
            and last.start_ms <= part.start_ms <= last.end_ms
        ):
            one[-1] = replace(last, end_ms=max(last.end_ms, part.end_ms))
        else:
            one.append(part)
    return tuple(one)


def _within(part: LessonPart, start_ms: int, end_ms: int) -> LessonPart:
    return replace(part, start_ms=max(part.start_ms, start_ms), end_ms=min(part.end_ms, end_ms))
