"""Suggestions (智能推荐，待确认): taken over, changed, put aside. Only a person makes evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from api.policy import Edits, Looks
from api.schemas import Acceptance, Dismissal, Revised
from api.services import Held
from lessons import Clip, SuggestionState
from lessons.people import Viewer
from lessons.sharing import Need
from processing.cutting import keep_up
from storage import answers, clips, frameworks, tables, visibility
from storage.kept import KeptSuggestion

router = APIRouter(tags=["suggestions"])


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A suggestion that was taken over, and the clip it became."""

    suggestion: KeptSuggestion
    clip: Clip


@router.get("/recordings/{recording_id}/suggestions")
def list_suggestions(
    viewer: Looks,
    held: Held,
    recording_id: str,
    competency: Annotated[
        tuple[str, ...], Query(description="Only these: the points a teacher has chosen.")
    ] = (),
    state: SuggestionState | None = None,
) -> Sequence[KeptSuggestion]:
    """List the moments that may show a competency, best first, with the words they rest on."""
    with held.database.read() as connection:
        visibility.recording(connection, viewer, recording_id, Need.OWN)
        mine = visibility.inside(viewer, Need.OWN, tables.suggestion)
        return answers.suggestions(
            connection, recording_id, mine, competencies=competency, state=state
        )


@router.post("/suggestions/{suggestion_id}/accept", status_code=201)
def accept_suggestion(actor: Edits, held: Held, suggestion_id: str, facts: Acceptance) -> Accepted:
    """Take a suggestion over (采用) as a clip: as it stands, or with other ends or competencies."""
    with held.database.write() as connection:
        recording_id = own_suggestion(connection, actor, suggestion_id)
        frameworks.check(connection, facts.competencies)
        lesson_id = visibility.lesson_around(
            connection, actor, recording_id, facts, facts.lesson_id
        )
        facts = replace(facts, lesson_id=lesson_id)
        suggestion, clip = answers.accept(
            connection, suggestion_id, facts.revision, facts, actor=actor.name
        )
        keep_up(connection, recording_id, actor=actor.name)
        clip = clips.get(connection, clip.id)
    return Accepted(suggestion=suggestion, clip=clip)


@router.post("/suggestions/{suggestion_id}/dismiss")
def dismiss_suggestion(
    actor: Edits, held: Held, suggestion_id: str, dismissal: Dismissal
) -> KeptSuggestion:
    """Put a suggestion aside (不采用), with a reason."""
    with held.database.write() as connection:
        own_suggestion(connection, actor, suggestion_id)
        return answers.dismiss(
            connection, suggestion_id, dismissal.revision, dismissal.reason, actor=actor.name
        )


@router.post("/suggestions/{suggestion_id}/reopen")
def reopen_suggestion(
    actor: Edits, held: Held, suggestion_id: str, read: Revised
) -> KeptSuggestion:
    """Take an answer back. The clip it made goes, unless it is evidence already."""
    with held.database.write() as connection:
        own_suggestion(connection, actor, suggestion_id)
        return answers.reopen(connection, suggestion_id, read.revision, actor=actor.name)


def own_suggestion(connection: Connection, viewer: Viewer, suggestion_id: str) -> str:
    """Return the recording of a suggestion; only the lesson's teacher answers it.

    Raises:
        NotFound: it is not theirs, or not there.
    """
    return visibility.row_inside(
        connection, viewer, tables.suggestion, "suggestion", suggestion_id, Need.OWN
    )
