"""Segments: the phases of the lesson (教学环节), and putting them right."""

from collections.abc import Sequence

from fastapi import APIRouter

from api.policy import Edits, Looks
from api.schemas import SegmentEdit
from api.services import Held
from lessons.errors import RequestFault
from lessons.sharing import Need
from storage import answers, tables, visibility
from storage.kept import KeptSegment

router = APIRouter(tags=["segments"])


@router.get("/recordings/{recording_id}/segments")
def list_segments(viewer: Looks, held: Held, recording_id: str) -> Sequence[KeptSegment]:
    """List the phases of the lesson in order of time."""
    with held.database.read() as connection:
        visibility.recording(connection, viewer, recording_id, Need.LOOK)
        seen = visibility.inside(viewer, Need.LOOK, tables.segment)
        return answers.segments(connection, recording_id, seen)


@router.put("/segments/{segment_id}")
def edit_segment(
    actor: Edits, held: Held, segment_id: str, edit: SegmentEdit
) -> Sequence[KeptSegment]:
    """Change a phase, its title or its ends. Neighbours that moved with it are returned too."""
    if edit.phase not in {phase.code for phase in held.phases}:
        raise RequestFault(detail=f"phase {edit.phase}")
    with held.database.write() as connection:
        visibility.row_inside(connection, actor, tables.segment, "segment", segment_id, Need.OWN)
        return answers.change_segment(connection, segment_id, edit.revision, edit, actor=actor.name)
