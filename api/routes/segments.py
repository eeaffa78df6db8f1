"""Segments: the phases of the lesson (教学环节), and putting them right."""

from collections.abc import Sequence

from fastapi import APIRouter

from api.policy import Edits, Looks
from api.schemas import SegmentEdit
from api.services import Held
from lessons.errors import RequestFault
from storage import answers, recordings
from storage.kept import KeptSegment

router = APIRouter(tags=["segments"])


@router.get("/recordings/{recording_id}/segments")
def list_segments(_: Looks, held: Held, recording_id: str) -> Sequence[KeptSegment]:
    """List the phases of the lesson in order of time."""
    with held.database.read() as connection:
        recordings.get(connection, recording_id)
        return answers.segments(connection, recording_id)


@router.put("/segments/{segment_id}")
def edit_segment(
    actor: Edits, held: Held, segment_id: str, edit: SegmentEdit
) -> Sequence[KeptSegment]:
    """Change a phase, its title or its ends. Neighbours that moved with it are returned too."""
    if edit.phase not in {phase.code for phase in held.phases}:
        raise RequestFault(detail=f"phase {edit.phase}")
    with held.database.write() as connection:
        return answers.change_segment(connection, segment_id, edit.revision, edit, actor=actor.name)
