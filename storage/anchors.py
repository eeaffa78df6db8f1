"""Takes comments along with what they are pinned to, when a transcript or a lesson changes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, or_, select, update

from lessons import Anchor, CommentSubject, Span, Utterance
from lessons.anchoring import REACH_MS, Lines, reanchored
from storage import tables
from storage.events import tell
from storage.kept import KeptUtterance
from storage.mapping import from_plain, from_row, to_plain

C = tables.comment.c
U = tables.utterance.c


def lines_around(connection: Connection, recording_id: str, start_ms: int, end_ms: int) -> Lines:
    """Return what is said from `start_ms` to `end_ms` and a little around it, by id."""
    query = (
        select(tables.utterance)
        .where(
            U.recording_id == recording_id,
            U.end_ms >= start_ms - REACH_MS,
            U.start_ms <= end_ms + REACH_MS,
        )
        .order_by(U.start_ms, U.id)
    )
    return {row.id: from_row(KeptUtterance, row) for row in connection.execute(query)}


@contextmanager
def anchors_follow(connection: Connection, recording_id: str) -> Iterator[None]:
    """Change lines of a transcript inside the block; comments on it are taken along at its end."""
    query = select(C.id, C.anchor).where(C.recording_id == recording_id, C.anchor.is_not(None))
    anchors = {row.id: from_plain(Anchor, row.anchor) for row in connection.execute(query)}
    if not anchors:
        yield
        return
    before = _lines(connection, recording_id)
    yield
    after = _lines(connection, recording_id)
    changed = _changed(before, after)
    if changed is None:
        return
    for comment_id, anchor in anchors.items():
        window = _window(anchor, before)
        if not window.overlap_ms(changed):
            continue
        new = reanchored(anchor, _within(before, window), _within(after, window))
        if new != anchor:
            connection.execute(
                update(tables.comment).where(C.id == comment_id).values(anchor=to_plain(new))
            )
    tell(connection, "comment.moved", recording_id=recording_id)


def lesson_joined(connection: Connection, lesson_id: str, other_id: str) -> None:
    """Let comments on a lesson that was joined to another stay with what they are about."""
    _belong(connection, lesson_id, C.lesson_id == other_id)


def lesson_divided(
    connection: Connection, lesson_id: str, second_id: str, recording_id: str, at_ms: int
) -> None:
    """Let comments on what comes after the cut go with the second lesson, threads and all."""
    query = select(C.id, C.anchor).where(
        C.lesson_id == lesson_id, C.recording_id == recording_id, C.anchor.is_not(None)
    )
    after = [row.id for row in connection.execute(query) if row.anchor["start_ms"] >= at_ms]
    if after:
        _belong(connection, second_id, or_(C.id.in_(after), C.thread_id.in_(after)))


def _belong(connection: Connection, lesson_id: str, which: ColumnElement[bool]) -> None:
    about_lesson = C.subject == CommentSubject.LESSON
    table = tables.comment
    connection.execute(update(table).where(which, about_lesson).values(subject_id=lesson_id))
    connection.execute(update(table).where(which).values(lesson_id=lesson_id))


def _lines(connection: Connection, recording_id: str) -> dict[str, Utterance]:
    query = select(tables.utterance).where(U.recording_id == recording_id)
    rows = connection.execute(query.order_by(U.start_ms, U.id))
    return {row.id: from_row(Utterance, row) for row in rows}


def _changed(before: Mapping[str, Utterance], after: Mapping[str, Utterance]) -> Span | None:
    """Return the stretch in which lines differ; None where nothing does."""
    names = before.keys() | after.keys()
    differ: Sequence[Utterance] = [
        line
        for name in names
        if before.get(name) != after.get(name)
        for line in (before.get(name), after.get(name))
        if line is not None
    ]
    if not differ:
        return None
    return Span(
        start_ms=min(line.start_ms for line in differ),
        end_ms=max(line.end_ms for line in differ) + 1,
    )


def _window(anchor: Anchor, before: Mapping[str, Utterance]) -> Span:
    """Return the stretch in which an anchor's words may stand, before and after a change."""
    pins = (anchor.first, anchor.last)
    pinned = [before[pin.utterance_id] for pin in pins if pin and pin.utterance_id in before]
    start_ms = min(anchor.start_ms, *(line.start_ms for line in pinned), anchor.start_ms)
    end_ms = max(anchor.until_ms, *(line.end_ms for line in pinned), anchor.until_ms)
    return Span(start_ms=max(0, start_ms - REACH_MS), end_ms=end_ms + REACH_MS)


def _within(lines: Mapping[str, Utterance], window: Span) -> Lines:
    return {
        name: line
        for name, line in lines.items()
        if line.end_ms >= window.start_ms and line.start_ms <= window.end_ms
    }
