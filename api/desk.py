"""Puts together what a reviewer reads: the queue, and all that belongs to one review."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from api.blind import cleaned, shield_of
from api.review_schemas import (
    QueuedReview,
    ReviewDesk,
    ReviewedClip,
    ReviewedItem,
    ReviewQueue,
)
from lessons import Blindness, EvidenceItem, EvidenceState, Review, ReviewKind, Rubric
from lessons.blinding import neutral_file_name
from lessons.errors import NotFound
from lessons.people import Viewer
from lessons.rubrics import judged
from storage import assignments, clips, evidence, frameworks, reviews, rubrics, tables
from storage.assignments import AssignedReview
from storage.evidence import KeptEvidenceSet
from storage.kept import KeptUtterance
from storage.mapping import from_row
from storage.review_visibility import my_reviews

CONTEXT_MS = 30_000  # how much before and after a clip a reviewer may look at
A = tables.assignment.c


def queue_of(connection: Connection, viewer: Viewer) -> ReviewQueue:
    """Return what the viewer has to review, the open ones first, by due date."""
    mine = assignments.page(connection, my_reviews(viewer), limit=1000)
    sets = tables.evidence_set.c
    lesson = tables.lesson.c
    query = (
        select(
            sets.id, sets.teacher, sets.competency, sets.state, sets.framework_id,
            sets.framework_version, lesson.title,
        )
        .select_from(tables.evidence_set)
        .outerjoin(tables.lesson, lesson.id == sets.lesson_id)
        .where(sets.id.in_({one.set_id for one in mine}))
    )  # fmt: skip
    known = {row.id: row for row in connection.execute(query)}
    names: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for row in known.values():
        key = (row.framework_id, row.framework_version)
        if key not in names:
            framework = frameworks.get(connection, *key)
            names[key] = {c.code: (c.name_zh, c.name_en) for c in framework.competencies}
    today = datetime.now(UTC).date()
    items = []
    for one in mine:
        row = known[one.set_id]
        zh, en = names[row.framework_id, row.framework_version].get(row.competency, ("", ""))
        blind = one.blindness is not Blindness.OPEN
        title = row.title
        if blind and title:
            title = shield_of(connection, one.set_id).cleaned(title)
        items.append(
            QueuedReview(
                id=one.id, kind=one.kind, blindness=one.blindness, round=one.round,
                due_on=one.due_on,
                overdue=bool(one.due_on and one.due_on < today and not one.review.submitted_at),
                competency=row.competency, name_zh=zh, name_en=en,
                teacher=None if blind else row.teacher, lesson_title=title,
                set_state=EvidenceState(row.state), state=state_of(one.review),
                submitted_at=one.review.submitted_at,
            )
        )  # fmt: skip
    items.sort(key=lambda one: (one.submitted_at is not None, str(one.due_on or "9999"), one.id))
    still_open = sum(one.submitted_at is None for one in items)
    return ReviewQueue(items=tuple(items), open=still_open, done=len(items) - still_open)


def state_of(review: Review) -> str:
    """Return how far a review is, in one word."""
    if review.submitted_at:
        return "submitted"
    return "drafting" if review.saved_at else "assigned"


def desk_of(
    connection: Connection, viewer: Viewer, one: AssignedReview, window: timedelta
) -> ReviewDesk:
    """Return all that a reviewer needs for one review; names are gone where it is blind."""
    queue = queue_of(connection, viewer)
    kept = evidence.get(connection, one.set_id)
    rubric = reviews.rubric_of(connection, one.review)
    blind = one.blindness is not Blindness.OPEN
    at = next(place for place, queued in enumerate(queue.items) if queued.id == one.id)
    later = [q.id for q in (*queue.items[at + 1 :], *queue.items[:at]) if q.submitted_at is None]
    titles = titles_of(connection, kept, rubric)
    submitted = one.review.submitted_at
    desk = ReviewDesk(
        review=one.review,
        queued=queue.items[at],
        items=tuple(_item(connection, item, titles, blind) for item in kept.items),
        rubric=rubric,
        result=judged(rubric, one.review.marks) if rubric else None,
        recallable_until=submitted + window if submitted else None,
        place=at + 1,
        of=len(queue.items),
        next_id=later[0] if later else None,
        may_decide=may_decide_alone(connection, one),
        set_revision=kept.revision,
        decisions=tuple(reviews.decisions(connection, kept.id)) if submitted else (),
    )
    return cleaned(desk, shield_of(connection, kept.id)) if blind else desk


def may_decide_alone(connection: Connection, one: AssignedReview) -> bool:
    """Return whether this is the only 校本考核 of its round, so that its reviewer may conclude."""
    if one.kind is not ReviewKind.ASSESSMENT:
        return False
    others = assignments.of_sets(connection, [one.set_id])[one.set_id]
    same = [o for o in others if o.kind is ReviewKind.ASSESSMENT and o.round == one.round]
    return len(same) == 1


def titles_of(
    connection: Connection, kept: KeptEvidenceSet, rubric: Rubric | None
) -> dict[str, tuple[str, str]]:
    """Return what each evidence item is called."""
    if rubric is None:
        found = rubrics.current(connection, kept.school_group_id, kept.framework_version)
        rubric = found.get(kept.competency)
    return {c.requirement: (c.zh, c.en) for c in rubric.criteria} if rubric else {}


def document_name(item: EvidenceItem, titles: dict[str, tuple[str, str]], blind: bool) -> str:
    """Return what a document is called for the reviewer."""
    title = titles.get(item.requirement, (item.requirement, ""))[0]
    name = item.document_name or title
    return neutral_file_name(title, name) if blind else name


def _item(
    connection: Connection, item: EvidenceItem, titles: dict[str, tuple[str, str]], blind: bool
) -> ReviewedItem:
    zh, en = titles.get(item.requirement, (item.requirement, item.requirement))
    named = document_name(item, titles, blind) if item.document_digest else None
    return ReviewedItem(
        id=item.id,
        kind=item.kind,
        requirement=item.requirement,
        zh=zh,
        en=en,
        text=item.text,
        document_name=named,
        clip=_clip(connection, item.clip_id) if item.clip_id else None,
    )


def clip_of(connection: Connection, one: AssignedReview, item_id: str) -> ReviewedClip:
    """Return a clip of the set under review.

    Raises:
        NotFound: the set has no such clip.
    """
    items = evidence.get(connection, one.set_id).items
    clip_id = next((item.clip_id for item in items if item.id == item_id), None)
    if clip_id is None:
        raise NotFound(what="clip", id=item_id)
    return _clip(connection, clip_id)


def document_of(connection: Connection, one: AssignedReview, item_id: str) -> tuple[str, str]:
    """Return the digest of a document of the set under review, and the name its file is given.

    Raises:
        NotFound: the set has no such document.
    """
    kept = evidence.get(connection, one.set_id)
    item = next((i for i in kept.items if i.id == item_id), None)
    if item is None or item.document_digest is None:
        raise NotFound(what="document", id=item_id)
    titles = titles_of(connection, kept, reviews.rubric_of(connection, one.review))
    return item.document_digest, document_name(item, titles, one.blindness is not Blindness.OPEN)


def _clip(connection: Connection, clip_id: str) -> ReviewedClip:
    clip = clips.get(connection, clip_id)
    recording = tables.recording.c
    info = connection.execute(select(recording.info).where(recording.id == clip.recording_id))
    length = (info.scalar_one() or {}).get("duration_ms") or clip.end_ms + CONTEXT_MS
    begin, end = max(0, clip.start_ms - CONTEXT_MS), min(length, clip.end_ms + CONTEXT_MS)
    return ReviewedClip(
        id=clip.id,
        recording_id=clip.recording_id,
        start_ms=clip.start_ms,
        end_ms=clip.end_ms,
        title=clip.title,
        note=clip.note,
        context_start_ms=begin,
        context_end_ms=max(end, clip.end_ms),
        lines=tuple(_lines(connection, clip.recording_id, begin, max(end, clip.end_ms))),
    )


def _lines(
    connection: Connection, recording_id: str, begin: int, end: int
) -> Sequence[KeptUtterance]:
    """Return the lines that are said inside of a stretch, whole."""
    u = tables.utterance.c
    query = (
        select(tables.utterance)
        .where(u.recording_id == recording_id, u.end_ms > begin, u.start_ms < end)
        .order_by(u.start_ms, u.id)
    )
    return [from_row(KeptUtterance, row) for row in connection.execute(query)]
