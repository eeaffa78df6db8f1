"""Evidence sets (证据材料) and what is in them; each says what the framework still asks for."""

from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Depends, Form, UploadFile

from api.documents import keep_document
from api.policy import Edits, Looks
from api.schemas import (
    After,
    Limit,
    NewEvidenceItem,
    NewEvidenceSet,
    Page,
    Revised,
    Words,
    page_of,
)
from api.services import Held
from lessons import EvidenceItem, EvidenceKind
from lessons.review_errors import AlreadySubmitted
from lessons.sharing import Need
from storage import assignments, evidence, visibility
from storage.evidence import KeptEvidenceSet, SetFilter

router = APIRouter(tags=["evidence"])


@router.get("/evidence-sets")
def list_evidence_sets(
    viewer: Looks,
    held: Held,
    chosen: Annotated[SetFilter, Depends()],
    after: After = None,
    limit: Limit = 50,
) -> Page[KeptEvidenceSet]:
    """List one's own evidence sets, and those handed in to one; newest first."""
    seen = visibility.may_set(viewer, Need.LOOK)
    with held.database.read() as connection:
        found = evidence.page(connection, chosen, seen, after=after, limit=limit + 1)
    return page_of(found, limit, attrgetter("id"))


@router.post("/evidence-sets", status_code=201)
def begin_evidence_set(actor: Edits, held: Held, new: NewEvidenceSet) -> KeptEvidenceSet:
    """Begin one's own evidence set for one competency, under the framework now in use."""
    with held.database.write() as connection:
        if new.lesson_id:
            visibility.lesson(connection, actor, new.lesson_id, Need.OWN)
        return evidence.begin(
            connection,
            teacher=str(actor.name),
            competency=new.competency,
            lesson_id=new.lesson_id,
            actor=actor.name,
        )


@router.get("/evidence-sets/{set_id}")
def read_evidence_set(viewer: Looks, held: Held, set_id: str) -> KeptEvidenceSet:
    """Read an evidence set: its items, what it still lacks, and clips that are too long."""
    with held.database.read() as connection:
        return visibility.evidence_set(connection, viewer, set_id, Need.LOOK)


@router.post("/evidence-sets/{set_id}/items", status_code=201)
def add_evidence_item(actor: Edits, held: Held, set_id: str, new: NewEvidenceItem) -> EvidenceItem:
    """Add a clip or a reflection; `requirement` names the evidence rule that it answers."""
    with held.database.write() as connection:
        visibility.evidence_set(connection, actor, set_id, Need.OWN)
        if new.clip_id:
            visibility.clip(connection, actor, new.clip_id, Need.OWN)
        return evidence.add_item(
            connection,
            set_id,
            kind=new.kind,
            requirement=new.requirement,
            clip_id=new.clip_id,
            text=new.text,
            actor=actor.name,
        )


@router.post("/evidence-sets/{set_id}/documents", status_code=201)
def upload_document(
    actor: Edits,
    held: Held,
    set_id: str,
    file: UploadFile,
    requirement: Annotated[str, Form(max_length=60)],
) -> EvidenceItem:
    """Upload a document, such as the lesson plan (教学设计)."""
    with held.database.read() as connection:
        visibility.evidence_set(connection, actor, set_id, Need.OWN)
    document = keep_document(file, held)
    with held.database.write() as connection:
        return evidence.add_item(
            connection,
            set_id,
            kind=EvidenceKind.DOCUMENT,
            requirement=requirement,
            document=document,
            actor=actor.name,
        )


@router.put("/evidence-items/{item_id}")
def write_reflection(actor: Edits, held: Held, item_id: str, reflection: Words) -> EvidenceItem:
    """Change the words of a reflection (教学反思)."""
    with held.database.write() as connection:
        visibility.evidence_item(connection, actor, item_id, Need.OWN)
        evidence.write_reflection(connection, item_id, reflection.text, actor=actor.name)
        return evidence.find_item(connection, item_id)[1]


@router.delete("/evidence-items/{item_id}", status_code=204)
def remove_evidence_item(actor: Edits, held: Held, item_id: str) -> None:
    """Take an item out of a set that is not handed in; a clip itself stays."""
    with held.database.write() as connection:
        visibility.evidence_item(connection, actor, item_id, Need.OWN)
        evidence.remove_item(connection, item_id, actor=actor.name)


@router.post("/evidence-sets/{set_id}/submit")
def submit_evidence_set(actor: Edits, held: Held, set_id: str, read: Revised) -> KeptEvidenceSet:
    """Hand an evidence set in; 409 names what it still lacks."""
    with held.database.write() as connection:
        visibility.evidence_set(connection, actor, set_id, Need.OWN)
        kept = evidence.submit(connection, set_id, read.revision, actor=actor.name)
        assignments.renew(connection, kept, actor=actor.name)
        return kept


@router.post("/evidence-sets/{set_id}/take-back")
def take_back_evidence_set(actor: Edits, held: Held, set_id: str, read: Revised) -> KeptEvidenceSet:
    """Make a set that was handed in a draft again, while no review of it was submitted."""
    with held.database.write() as connection:
        visibility.evidence_set(connection, actor, set_id, Need.OWN)
        if assignments.set_in_review(connection, set_id):
            raise AlreadySubmitted
        return evidence.take_back(connection, set_id, read.revision, actor=actor.name)
