"""Suggestions (智能推荐，待确认): taken over, changed, put aside. Only a person makes evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from api.policy import Edits, Looks
from api.schemas import Acceptance, Dismissal, Revised
from api.services import Held
from lessons import Clip, SuggestionState
from storage import answers, frameworks, recordings
from storage.kept import KeptSuggestion

router = APIRouter(tags=["suggestions"])


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A suggestion that was taken over, and the clip it became."""

    suggestion: KeptSuggestion
    clip: Clip


@router.get("/recordings/{recording_id}/suggestions")
def list_suggestions(
    _: Looks,
    held: Held,
    recording_id: str,
    competency: Annotated[
        tuple[str, ...], Query(description="Only these: the points a teacher has chosen.")
    ] = (),
    state: SuggestionState | None = None,
) -> Sequence[KeptSuggestion]:
    """List the moments that may show a competency, best first, with the words they rest on."""
    with held.database.read() as connection:
        recordings.get(connection, recording_id)
        return answers.suggestions(connection, recording_id, competencies=competency, state=state)


@router.post("/suggestions/{suggestion_id}/accept", status_code=201)
def accept_suggestion(actor: Edits, held: Held, suggestion_id: str, facts: Acceptance) -> Accepted:
    """Take a suggestion over (采用) as a clip: as it stands, or with other ends or competencies."""
    with held.database.write() as connection:
        frameworks.check(connection, facts.competencies)
        suggestion, clip = answers.accept(
            connection, suggestion_id, facts.revision, facts, actor=actor.name
        )
    return Accepted(suggestion=suggestion, clip=clip)


@router.post("/suggestions/{suggestion_id}/dismiss")
def dismiss_suggestion(
    actor: Edits, held: Held, suggestion_id: str, dismissal: Dismissal
) -> KeptSuggestion:
    """Put a suggestion aside (不采用), with a reason."""
    with held.database.write() as connection:
        return answers.dismiss(
            connection, suggestion_id, dismissal.revision, dismissal.reason, actor=actor.name
        )


@router.post("/suggestions/{suggestion_id}/reopen")
def reopen_suggestion(
    actor: Edits, held: Held, suggestion_id: str, read: Revised
) -> KeptSuggestion:
    """Take an answer back. The clip it made goes, unless it is evidence already."""
    with held.database.write() as connection:
        return answers.reopen(connection, suggestion_id, read.revision, actor=actor.name)
