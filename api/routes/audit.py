"""The audit: who did what, looked at what, and when. It is only ever added to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Depends

from api.policy import Administers
from api.schemas import After, Limit, Page, page_of
from api.services import Held
from storage import audit
from storage.audit import AuditFilter

router = APIRouter(prefix="/audit", tags=["audit"])


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """One deed."""

    id: str
    at: datetime
    actor: str
    actor_id: str | None
    action: str
    subject: str
    detail: Mapping[str, object]
    digest: str  # chains it to the line before


@router.get("")
def list_audit(
    viewer: Administers,
    held: Held,
    chosen: Annotated[AuditFilter, Depends()],
    after: After = None,
    limit: Limit = 50,
) -> Page[AuditLine]:
    """List what was done in one's school group, the newest first.

    What was said and written in lessons is left out: it is not an administrator's to read.
    """
    with held.database.read() as connection:
        found = audit.page(connection, viewer.school_group_id, chosen, after=after, limit=limit + 1)
    shown = [
        AuditLine(
            id=str(row.id),
            at=row.at,
            actor=row.actor,
            actor_id=row.actor_id,
            action=row.action,
            subject=row.subject,
            detail={} if row.action.startswith(PRIVATE) else row.detail,
            digest=row.digest,
        )
        for row in found
    ]
    return page_of(shown, limit, attrgetter("id"))


# Deeds whose details are words of a lesson.
PRIVATE = ("utterance.", "segment.", "suggestion.", "clip.", "evidence.", "comment.", "review.")
