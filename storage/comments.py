"""Comments (时间点留言) and their threads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from lessons import Anchor, Comment, CommentSubject, Mention, Pin, new_id
from lessons.anchoring import at_time, at_words
from lessons.errors import Conflict, NotFound, RequestFault
from lessons.people import person_of
from storage import audit, tables, telling
from storage.anchors import lines_around
from storage.events import tell
from storage.mapping import from_row, to_row

T = tables.comment.c
LONGEST = 4000  # characters of a comment


@dataclass(frozen=True, kw_only=True)
class CommentPlace:
    """What a comment is about, and to whom it belongs."""

    subject: CommentSubject
    subject_id: str
    lesson_id: str | None = None
    recording_id: str | None = None
    item_id: str | None = None
    review_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class CommentPin:
    """Where a comment shall be pinned: at a moment, a range of time, or selected words."""

    start_ms: int | None = None
    end_ms: int | None = None
    first: Pin | None = None
    last: Pin | None = None


def add(
    connection: Connection,
    place: CommentPlace,
    text: str,
    *,
    pin: CommentPin | None = None,
    mentions: Sequence[Mention] = (),
    actor: str,
) -> Comment:
    """Keep a comment that begins a thread.

    Raises:
        RequestFault, BadSpan: it says nothing, or is pinned to nothing.
    """
    anchor = _anchor(connection, place.recording_id, pin) if pin else None
    return _keep(connection, place, text, anchor, None, mentions, actor)


def answer(
    connection: Connection,
    thread: Comment,
    text: str,
    *,
    mentions: Sequence[Mention] = (),
    actor: str,
) -> Comment:
    """Keep an answer; a thread that was marked 已回应 is open again."""
    place = CommentPlace(
        subject=thread.subject,
        subject_id=thread.subject_id,
        lesson_id=thread.lesson_id,
        recording_id=thread.recording_id,
        item_id=thread.item_id,
        review_id=thread.review_id,
    )
    return _keep(connection, place, text, None, thread.thread_id or thread.id, mentions, actor)


def get(connection: Connection, comment_id: str, *conditions: ColumnElement[bool]) -> Comment:
    """Return one comment that meets the conditions.

    Raises:
        NotFound: there is none.
    """
    query = select(tables.comment).where(T.id == comment_id, *conditions)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(what="comment", id=comment_id)
    return from_row(Comment, row)


def page(
    connection: Connection,
    *conditions: ColumnElement[bool],
    after: str | None = None,
    limit: int = 200,
) -> Sequence[Comment]:
    """Return comments in the order in which they were made."""
    query = select(tables.comment).where(*conditions).order_by(T.id).limit(limit)
    if after:
        query = query.where(T.id > after)
    return [from_row(Comment, row) for row in connection.execute(query)]


def edit(
    connection: Connection,
    comment: Comment,
    text: str,
    revision: int,
    *,
    mentions: Sequence[Mention] = (),
    actor: str,
) -> Comment:
    """Change the words of a comment.

    Raises:
        Conflict: it was changed since `revision`.
        RequestFault: it says nothing.
    """
    new = replace(comment, text=_said(text), mentions=tuple(mentions), edited_at=datetime.now(UTC))
    return _change(connection, new, revision, actor, "comment.edit")


def resolve(
    connection: Connection, comment: Comment, resolved: bool, revision: int, *, actor: str
) -> Comment:
    """Mark a thread as 已回应, or open it again.

    Raises:
        Conflict: it was changed since `revision`.
        RequestFault: it is an answer, not the beginning of a thread.
    """
    if comment.thread_id:
        raise RequestFault(detail="whole-threads-only")
    new = replace(
        comment,
        resolved_by=str(actor) if resolved else None,
        resolved_at=datetime.now(UTC) if resolved else None,
    )
    return _change(connection, new, revision, actor, "comment.resolve")


def remove(connection: Connection, comment: Comment, *, actor: str) -> None:
    """Remove a comment that nobody else has answered.

    Raises:
        Conflict: somebody has.
    """
    others = select(T.id).where(T.thread_id == comment.id, T.author_id != comment.author_id)
    if connection.execute(others.limit(1)).first():
        raise Conflict(detail=comment.text[:40])
    connection.execute(delete(tables.comment).where(T.id == comment.id))
    audit.record(connection, actor, "comment.remove", comment.id)
    _tell(connection, comment, "comment.removed")


def _keep(
    connection: Connection,
    place: CommentPlace,
    text: str,
    anchor: Anchor | None,
    thread_id: str | None,
    mentions: Sequence[Mention],
    actor: str,
) -> Comment:
    comment = Comment(
        id=new_id(),
        subject=place.subject,
        subject_id=place.subject_id,
        lesson_id=place.lesson_id,
        recording_id=place.recording_id,
        item_id=place.item_id,
        thread_id=thread_id,
        review_id=place.review_id,
        author_id=person_of(actor),
        author=str(actor),
        text=_said(text),
        anchor=anchor,
        mentions=tuple(mentions),
        created_at=datetime.now(UTC),
    )
    connection.execute(insert(tables.comment).values(to_row(comment, tables.comment)))
    if thread_id:
        connection.execute(
            update(tables.comment)
            .where(T.id == thread_id)
            .values(resolved_by=None, resolved_at=None, revision=T.revision + 1)
        )
    audit.record(connection, actor, "comment.add", comment.id, about=place.subject_id)
    _tell(connection, comment, "comment.added")
    telling.of_comment(connection, comment, actor=actor)
    return comment


def _change(
    connection: Connection, comment: Comment, revision: int, actor: str, action: str
) -> Comment:
    if comment.revision != revision:
        raise Conflict(detail=comment.text[:40])
    new = replace(comment, revision=revision + 1)
    values = to_row(new, tables.comment)
    connection.execute(update(tables.comment).where(T.id == comment.id).values(values))
    audit.record(connection, actor, action, comment.id)
    _tell(connection, new, "comment.changed")
    return new


def _tell(connection: Connection, comment: Comment, kind: str) -> None:
    """Say that something was said, and where; never what, and never by whom."""
    about = (
        {"review": comment.review_id}
        if comment.review_id
        else {
            "set" if comment.subject is CommentSubject.EVIDENCE_SET else "lesson": (
                comment.subject_id
                if comment.subject is CommentSubject.EVIDENCE_SET
                else comment.lesson_id
            )
        }
    )
    told = {
        "comment": comment.id,
        "thread": comment.thread_id or comment.id,
        "mentions": [mention.person_id for mention in comment.mentions],
    }
    tell(connection, kind, recording_id=comment.recording_id, **about, **told)


def _said(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise RequestFault(detail="comment-length", most=LONGEST)
    return text


def _anchor(connection: Connection, recording_id: str | None, pin: CommentPin) -> Anchor | None:
    if recording_id is None:
        if pin.start_ms is not None or pin.first:
            raise RequestFault(detail="nothing-to-pin-to")
        return None
    if pin.first and pin.last:
        named = select(tables.utterance.c.start_ms, tables.utterance.c.end_ms).where(
            tables.utterance.c.id.in_((pin.first.utterance_id, pin.last.utterance_id)),
            tables.utterance.c.recording_id == recording_id,
        )
        rows = connection.execute(named).all()
        if not rows:
            raise RequestFault(detail="no-words")
        start_ms, end_ms = min(r.start_ms for r in rows), max(r.end_ms for r in rows)
        lines = lines_around(connection, recording_id, start_ms, end_ms)
        return at_words(pin.first, pin.last, lines)
    if pin.start_ms is None:
        return None
    end_ms = pin.start_ms if pin.end_ms is None else pin.end_ms
    lines = lines_around(connection, recording_id, pin.start_ms, end_ms)
    return at_time(pin.start_ms, pin.end_ms, lines)
