"""Who is told of which deed. Called in the deed's own transaction; see `storage.notices`.

What is still private tells nobody: comments of a review that is not out, and who reviews blindly.
"""

from collections.abc import Collection

from sqlalchemy import Connection, Text, cast, delete, or_, select

from lessons import (
    Comment,
    CommentSubject,
    EvidenceSet,
    NoticeKind,
    Outcome,
    Recording,
    RecordingState,
    ReviewKind,
)
from lessons.people import Role
from storage import tables
from storage.mentions import mentionable
from storage.notices import notify

NOTICE = tables.notice.c


def of_recording(connection: Connection, recording: Recording, state: RecordingState) -> None:
    """Tell teachers that their lesson is ready; who uploaded it, and operators, that it failed."""
    if state is RecordingState.FAILED:
        person = tables.person.c
        operators = select(person.id).where(
            person.school_group_id == recording.school_group_id,
            cast(person.roles, Text).contains(f'"{Role.OPERATOR.value}"'),
        )
        told = {*connection.execute(operators).scalars(), recording.uploaded_by}
        notify(
            connection,
            told,
            NoticeKind.RECORDING_FAILED,
            f"/queue?state=failed&recording={recording.id}",
            actor="system",
            title=recording.file_name,
        )
    if state is not RecordingState.READY:
        return
    lesson, part = tables.lesson.c, tables.lesson_part.c
    of_it = select(part.lesson_id).where(part.recording_id == recording.id)
    query = select(lesson.id, lesson.title, lesson.teacher_id).where(lesson.id.in_(of_it))
    for row in connection.execute(query).all():
        notify(
            connection,
            [row.teacher_id],
            NoticeKind.RECORDING_READY,
            f"/lessons/{row.id}",
            actor="system",
            title=row.title,
        )


def of_failed_backup(connection: Connection, place: str, roles: Collection[Role]) -> None:
    """Tell those who look after the machine, in every school group, that a backup failed."""
    person = tables.person.c
    held = [cast(person.roles, Text).contains(f'"{role.value}"') for role in roles]
    told = connection.execute(select(person.id).where(or_(*held))).scalars().all()
    notify(connection, told, NoticeKind.BACKUP_FAILED, "/", actor="system", title=place)


def of_comment(connection: Connection, comment: Comment, *, actor: str) -> None:
    """Tell who is named in a comment, whose work it is about, and who spoke in its thread."""
    if comment.review_id:
        return
    if comment.subject is CommentSubject.EVIDENCE_SET:
        owner, title, may_look = _of_set(connection, comment.subject_id)
        path = _result_path(comment.subject_id)
    else:
        owner, title, may_look = _of_lesson(connection, comment.lesson_id)
        start_ms = comment.anchor.start_ms if comment.anchor else None
        moment = "" if start_ms is None else f"?t={start_ms / 1000:g}"
        path = f"/lessons/{comment.lesson_id}{moment}"
    named = {mention.person_id for mention in comment.mentions} & may_look
    column = tables.comment.c
    thread = select(column.author_id).where(
        (column.id == comment.thread_id) | (column.thread_id == comment.thread_id),
        column.review_id.is_(None),
    )
    spoke = set(connection.execute(thread).scalars()) if comment.thread_id else set()
    facts = {"title": title, "by": comment.author}
    notify(connection, named, NoticeKind.MENTION, path, actor=actor, **facts)
    others = ((spoke & may_look) | {owner}) - named
    notify(connection, others, NoticeKind.COMMENT, path, actor=actor, **facts)


def of_assignment(
    connection: Connection, kept: EvidenceSet, assignment_id: str, reviewer_id: str, *, actor: str
) -> None:
    """Tell a reviewer what to review; whose it is stands nowhere, since it may be blind."""
    notify(
        connection,
        [reviewer_id],
        NoticeKind.CLIP_TO_REVIEW,
        f"/reviews/{assignment_id}",
        actor=actor,
        title=kept.competency,
        by=str(actor),
    )


def of_review(connection: Connection, set_id: str, kind: ReviewKind, *, recalled: bool) -> None:
    """Tell a teacher that a colleague has reviewed; by whom is not said.

    A 校本考核 is told of by its decision. What is recalled is unsaid where it was not read.
    """
    if kind is ReviewKind.ASSESSMENT:
        return
    owner, title, _ = _of_set(connection, set_id)
    path = _result_path(set_id)
    if recalled:
        connection.execute(
            delete(tables.notice).where(
                NOTICE.path == path, NOTICE.kind == NoticeKind.RESULT, NOTICE.read_at.is_(None)
            )
        )
        return
    notify(connection, [owner], NoticeKind.RESULT, path, actor="system", title=title)


def of_decision(connection: Connection, set_id: str, outcome: Outcome, *, actor: str) -> None:
    """Tell a teacher that an evidence set is passed, or is to be mended (待完善)."""
    owner, title, _ = _of_set(connection, set_id)
    kind = NoticeKind.RETURNED if outcome is Outcome.RETURNED else NoticeKind.RESULT
    notify(connection, [owner], kind, _result_path(set_id), actor=actor, title=title)


def _result_path(set_id: str) -> str:
    return f"/evidence/{set_id}/reviews"


def _of_set(connection: Connection, set_id: str) -> tuple[str | None, str, set[str]]:
    """Return whose a set is, what it is for, and who may read of it."""
    table, lesson = tables.evidence_set, tables.lesson.c
    row = connection.execute(
        select(table.c.teacher_id, table.c.competency, lesson.title)
        .outerjoin(tables.lesson, lesson.id == table.c.lesson_id)
        .where(table.c.id == set_id)
    ).first()
    if row is None:
        return None, "", set()
    title = f"{row.competency} {row.title}" if row.title else str(row.competency)
    return row.teacher_id, title, {row.teacher_id} - {None}


def _of_lesson(connection: Connection, lesson_id: str | None) -> tuple[str | None, str, set[str]]:
    """Return whose a lesson is, what it is called, and who may look at it."""
    lesson = tables.lesson.c
    query = select(lesson.teacher_id, lesson.title).where(lesson.id == lesson_id)
    row = connection.execute(query).first()
    if row is None or lesson_id is None:
        return None, "", set()
    return row.teacher_id, row.title, {who for who, _ in mentionable(connection, lesson_id)}
