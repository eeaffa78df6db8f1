"""Comments (时间点留言) on lessons, phases, clips and evidence sets; threads, mentions, 已回应."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from api.blind import shown_comments
from api.policy import Looks
from api.review_schemas import (
    CommentEdit,
    CommentText,
    CommentWords,
    Mentionable,
    NewComment,
    Resolution,
    ShownComment,
)
from api.schemas import After, Limit, Page, page_of
from api.services import Held
from lessons import Comment, CommentSubject
from lessons.errors import NotFound
from lessons.people import Viewer
from lessons.sharing import Need
from storage import comments, review_visibility, tables, visibility
from storage.comments import CommentPin, CommentPlace
from storage.mentions import mentionable, mentions_of

router = APIRouter(tags=["comments"])
C = tables.comment.c


@router.get("/comments")
def list_comments(
    viewer: Looks,
    held: Held,
    lesson_id: Annotated[str | None, Query(description="All that is said of a lesson.")] = None,
    subject: CommentSubject | None = None,
    subject_id: str | None = None,
    after: After = None,
    limit: Limit = 200,
) -> Page[ShownComment]:
    """List comments in the order in which they were made: of a lesson with all that belongs to it,
    or of one subject."""
    conditions = [review_visibility.comments_about(viewer, held.recall)]
    if lesson_id:
        conditions.append(C.lesson_id == lesson_id)
    if subject:
        conditions.append(C.subject == subject)
    if subject_id:
        conditions.append(C.subject_id == subject_id)
    with held.database.read() as connection:
        found = comments.page(connection, *conditions, after=after, limit=limit + 1)
        shown = shown_comments(connection, viewer, found)
    return page_of(shown, limit, attrgetter("id"))


@router.post("/comments", status_code=201)
def add_comment(viewer: Looks, held: Held, new: NewComment) -> ShownComment:
    """Comment at a moment, on a range, on selected words, or on the whole."""
    with held.database.write() as connection:
        place = _place(connection, viewer, new)
        made = comments.add(
            connection,
            place,
            new.text,
            pin=pin_of(new),
            mentions=mentions_of(connection, viewer, new.mentions),
            actor=viewer.name,
        )
        return _one(connection, viewer, made)


@router.post("/comments/{comment_id}/answers", status_code=201)
def answer_comment(viewer: Looks, held: Held, comment_id: str, new: CommentText) -> ShownComment:
    """Answer a comment; a thread that was marked 已回应 is open again."""
    with held.database.write() as connection:
        thread = _answerable(connection, viewer, held, comment_id)
        made = comments.answer(
            connection,
            thread,
            new.text,
            mentions=mentions_of(connection, viewer, new.mentions),
            actor=viewer.name,
        )
        return _one(connection, viewer, made)


@router.put("/comments/{comment_id}")
def edit_comment(viewer: Looks, held: Held, comment_id: str, edit: CommentEdit) -> ShownComment:
    """Change the words of an own comment."""
    with held.database.write() as connection:
        comment = _own(connection, viewer, held, comment_id)
        new = comments.edit(
            connection,
            comment,
            edit.text,
            edit.revision,
            mentions=mentions_of(connection, viewer, edit.mentions),
            actor=viewer.name,
        )
        return _one(connection, viewer, new)


@router.post("/comments/{comment_id}/resolve")
def resolve_comment(viewer: Looks, held: Held, comment_id: str, mark: Resolution) -> ShownComment:
    """Mark a thread as 已回应, or open it again."""
    with held.database.write() as connection:
        comment = _answerable(connection, viewer, held, comment_id)
        new = comments.resolve(connection, comment, mark.resolved, mark.revision, actor=viewer.name)
        return _one(connection, viewer, new)


@router.delete("/comments/{comment_id}", status_code=204)
def remove_comment(viewer: Looks, held: Held, comment_id: str) -> None:
    """Remove an own comment that nobody else has answered."""
    with held.database.write() as connection:
        comments.remove(connection, _own(connection, viewer, held, comment_id), actor=viewer.name)


@router.get("/comments/mentionable")
def list_mentionable(viewer: Looks, held: Held, lesson_id: str) -> Sequence[Mentionable]:
    """List who can be named in a comment on a lesson: those who may look at it."""
    with held.database.read() as connection:
        visibility.lesson(connection, viewer, lesson_id, Need.LOOK)
        return [
            Mentionable(person_id=person_id, name=name)
            for person_id, name in mentionable(connection, lesson_id)
            if person_id != viewer.person_id
        ]


def pin_of(new: CommentWords) -> CommentPin | None:
    """Return where a comment shall be pinned; None where it is about the whole."""
    if new.start_ms is None and new.first is None:
        return None
    return CommentPin(start_ms=new.start_ms, end_ms=new.end_ms, first=new.first, last=new.last)


def _place(connection: Connection, viewer: Viewer, new: NewComment) -> CommentPlace:
    """Return what a comment is about, if the viewer may comment on it.

    Raises:
        NotFound: there is no such thing that they may comment on.
    """
    subject = new.subject
    if subject is CommentSubject.LESSON:
        lesson = visibility.lesson(connection, viewer, new.subject_id, Need.COMMENT)
        recording_id = lesson.parts[0].recording_id if lesson.parts else None
        return _about(subject, lesson.id, lesson.id, recording_id)
    if subject is CommentSubject.CLIP:
        clip = visibility.clip(connection, viewer, new.subject_id, Need.COMMENT)
        return _about(subject, clip.id, clip.lesson_id, clip.recording_id)
    if subject is CommentSubject.SEGMENT:
        lesson = visibility.lesson(connection, viewer, new.lesson_id or "", Need.COMMENT)
        recording_id = visibility.row_inside(
            connection, viewer, tables.segment, "segment", new.subject_id, Need.COMMENT
        )
        return _about(subject, new.subject_id, lesson.id, recording_id)
    kept = visibility.evidence_set(connection, viewer, new.subject_id, Need.LOOK)
    return CommentPlace(
        subject=subject,
        subject_id=kept.id,
        lesson_id=kept.lesson_id,
        item_id=new.item_id,
        recording_id=item_recording(connection, kept.id, new.item_id),
    )


def item_recording(connection: Connection, set_id: str, item_id: str | None) -> str | None:
    """Return the recording of an evidence item, where it is a clip of this set.

    Raises:
        NotFound: the set has no such item.
    """
    if item_id is None:
        return None
    item, clip = tables.evidence_item.c, tables.clip.c
    query = (
        tables.evidence_item.outerjoin(tables.clip, clip.id == item.clip_id)
        .select()
        .with_only_columns(item.id, clip.recording_id)
        .where(item.id == item_id, item.set_id == set_id)
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(what="evidence item", id=item_id)
    return str(row.recording_id) if row.recording_id else None


def _about(
    subject: CommentSubject, subject_id: str, lesson_id: str | None, recording_id: str | None
) -> CommentPlace:
    return CommentPlace(
        subject=subject, subject_id=subject_id, lesson_id=lesson_id, recording_id=recording_id
    )


def _own(connection: Connection, viewer: Viewer, held: Held, comment_id: str) -> Comment:
    comment = review_visibility.comment(connection, viewer, comment_id, held.recall)
    if comment.author_id != viewer.person_id:
        raise NotFound(what="comment", id=comment_id)
    return comment


def _answerable(connection: Connection, viewer: Viewer, held: Held, comment_id: str) -> Comment:
    """Return a comment that the viewer may answer: on a lesson, one needs the right to comment."""
    comment = review_visibility.comment(connection, viewer, comment_id, held.recall)
    if comment.subject is CommentSubject.CLIP:
        visibility.clip(connection, viewer, comment.subject_id, Need.COMMENT)
    elif comment.subject is not CommentSubject.EVIDENCE_SET and comment.lesson_id:
        visibility.lesson(connection, viewer, comment.lesson_id, Need.COMMENT)
    return comment


def _one(connection: Connection, viewer: Viewer, comment: Comment) -> ShownComment:
    return shown_comments(connection, viewer, [comment])[0]
