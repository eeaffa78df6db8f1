"""Reviews (互评, 校本考核): the queue, the desk, drafts, submission; and what comes of a set."""

from collections.abc import Sequence
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from api import desk, organising, tickets
from api.blind import shown_comments
from api.policy import Looks, asking
from api.review_schemas import (
    CommentWords,
    NewDecision,
    ReviewDesk,
    ReviewDraft,
    ReviewPlayback,
    ReviewQueue,
    SetReviews,
    ShownComment,
)
from api.routes.comments import item_recording, pin_of
from api.services import Held
from api.tickets import Opens
from lessons import Blindness, CommentSubject, Decision, EvidenceState, Review
from lessons.errors import Conflict
from lessons.people import Role
from lessons.refusals import RoleMissing
from storage import audit, comments, evidence, review_visibility, reviews, tables
from storage.comments import CommentPlace
from storage.mentions import mentions_of

router = APIRouter(tags=["reviews"])
C = tables.comment.c


@router.get("/reviews")
def list_my_reviews(viewer: Looks, held: Held) -> ReviewQueue:
    """List what the viewer was asked to review: the open ones first, by due date."""
    with held.database.read() as connection:
        return desk.queue_of(connection, viewer)


@router.get("/reviews/{review_id}")
def read_review(viewer: Looks, held: Held, review_id: str) -> ReviewDesk:
    """Read all that belongs to a review: the set, each clip with ± 30 s, the rubric, the own draft.

    In a blind review the names are gone; voice, picture and documents may still tell.
    """
    with held.database.write() as connection:
        mine = review_visibility.review(connection, viewer, review_id)
        audit.record(connection, viewer.name, "review.look", review_id, set=mine.set_id)
        return desk.desk_of(connection, viewer, mine, held.recall)


@router.put("/reviews/{review_id}")
def save_review(viewer: Looks, held: Held, review_id: str, draft: ReviewDraft) -> Review:
    """Keep a draft, which nobody else sees. A 互评 refuses levels."""
    with held.database.write() as connection:
        mine = review_visibility.review(connection, viewer, review_id)
        return reviews.save(connection, mine, draft.marks, draft.summary, draft.revision)


@router.post("/reviews/{review_id}/submit")
def submit_review(viewer: Looks, held: Held, review_id: str, draft: ReviewDraft) -> Review:
    """Submit a review as it reads here; for 30 seconds it can be recalled."""
    with held.database.write() as connection:
        mine = review_visibility.review(connection, viewer, review_id)
        if evidence.get(connection, mine.set_id).state is not EvidenceState.SUBMITTED:
            raise Conflict(detail="")
        saved = reviews.save(connection, mine, draft.marks, draft.summary, draft.revision)
        again = review_visibility.review(connection, viewer, review_id)
        return reviews.submit(connection, again, saved.revision, actor=viewer.name)


@router.post("/reviews/{review_id}/recall")
def recall_review(viewer: Looks, held: Held, review_id: str) -> Review:
    """Take back what was submitted less than 30 seconds ago; it is a draft again."""
    with held.database.write() as connection:
        mine = review_visibility.review(connection, viewer, review_id)
        return reviews.recall(connection, mine, actor=viewer.name, window=held.recall)


@router.get("/reviews/{review_id}/comments")
def list_review_comments(viewer: Looks, held: Held, review_id: str) -> Sequence[ShownComment]:
    """List what is said of the set under review, as far as the reviewer may read it."""
    with held.database.read() as connection:
        mine = review_visibility.review(connection, viewer, review_id)
        about = (C.subject == CommentSubject.EVIDENCE_SET, C.subject_id == mine.set_id)
        seen = review_visibility.comment_readable(viewer, held.recall)
        found = comments.page(connection, *about, seen, limit=1000)
        return shown_comments(connection, viewer, found)


@router.post("/reviews/{review_id}/comments", status_code=201)
def add_review_comment(
    viewer: Looks, held: Held, review_id: str, new: CommentWords
) -> ShownComment:
    """Comment on the set under review. In a 校本考核 it stays private until the review is out."""
    with held.database.write() as connection:
        mine = review_visibility.review(connection, viewer, review_id)
        kept = evidence.get(connection, mine.set_id)
        place = CommentPlace(
            subject=CommentSubject.EVIDENCE_SET,
            subject_id=kept.id,
            lesson_id=kept.lesson_id,
            item_id=new.item_id,
            recording_id=item_recording(connection, kept.id, new.item_id),
            review_id=mine.id,
        )
        named = () if mine.blindness is not Blindness.OPEN else new.mentions
        made = comments.add(
            connection,
            place,
            new.text,
            pin=pin_of(new),
            mentions=mentions_of(connection, viewer, named),
            actor=viewer.name,
        )
        return shown_comments(connection, viewer, [made])[0]


@router.get("/reviews/{review_id}/documents/{item_id}", response_class=RedirectResponse)
def go_to_reviewed_document(
    viewer: Looks, request: Request, held: Held, review_id: str, item_id: str
) -> RedirectResponse:
    """Lead to a document of the set under review, for links in pages."""
    with held.database.write() as connection:
        mine = review_visibility.review(connection, viewer, review_id)
        desk.document_of(connection, mine, item_id)
        audit.record(connection, viewer.name, "document.fetch", review_id, item=item_id)
    base, _ = _ticketed(request, held, review_id, item_id)
    return RedirectResponse(f"{base}document", headers={"cache-control": "no-store"})


@router.get("/reviews/{review_id}/items/{item_id}/playback")
def read_review_playback(
    viewer: Looks, request: Request, held: Held, review_id: str, item_id: str
) -> ReviewPlayback:
    """Read where a clip under review plays, for ten minutes; the audit notes who watches."""
    with held.database.write() as connection:
        mine = review_visibility.review(connection, viewer, review_id)
        clip = desk.clip_of(connection, mine, item_id)
        audit.record(connection, viewer.name, "review.play", review_id, clip=clip.id)
    base, expires_at = _ticketed(request, held, review_id, item_id)
    return ReviewPlayback(base=base, master=f"{base}master.m3u8", expires_at=expires_at)


def _ticketed(request: Request, held: Held, review_id: str, item_id: str) -> tuple[str, datetime]:
    """Return the folder of the media of an item under review, and until when it opens."""
    holder = asking(request).holder
    text, ticket = tickets.issue(held.secret, Opens.REVIEW, f"{review_id}/{item_id}", holder)
    base = f"/media/{text}/reviews/{review_id}/items/{item_id}/"
    return base, datetime.fromtimestamp(ticket.expires_at, UTC)


@router.post("/reviews/{review_id}/decision", status_code=201)
def conclude_review(viewer: Looks, held: Held, review_id: str, new: NewDecision) -> Decision:
    """Say whether the set is passed, as its only reviewer of this round."""
    with held.database.write() as connection:
        mine = review_visibility.review(connection, viewer, review_id)
        if not desk.may_decide_alone(connection, mine):
            raise RoleMissing
        kept = evidence.get(connection, mine.set_id)
        return reviews.decide(
            connection, kept, new.outcome, revision=new.revision, level=new.level,
            reasons=new.reasons, actor=viewer.name, window=held.recall,
        )  # fmt: skip


@router.get("/evidence-sets/{set_id}/reviews")
def read_set_reviews(viewer: Looks, held: Held, set_id: str) -> SetReviews:
    """Read what became of a set: reviews that are out, the reason for each level, decisions."""
    with held.database.read() as connection:
        kept = review_visibility.set_with_reviews(connection, viewer, set_id)
        return organising.outcome_of(connection, viewer, kept, held.recall)


@router.post("/evidence-sets/{set_id}/decisions", status_code=201)
def decide_on_set(viewer: Looks, held: Held, set_id: str, new: NewDecision) -> Decision:
    """Pass a set (已通过) or return it with reasons (待完善), once its reviews are out."""
    with held.database.write() as connection:
        kept = review_visibility.set_to_organise(connection, viewer, set_id)
        if not viewer.holds(Role.GROUP_LEAD, Role.SCHOOL_LEAD):
            raise RoleMissing
        review_visibility.check_not_own(viewer, kept)
        return reviews.decide(
            connection, kept, new.outcome, revision=new.revision, level=new.level,
            reasons=new.reasons, actor=viewer.name, window=held.recall,
        )  # fmt: skip
