"""What follows when a step ends without success: for its recording, and for clips that wait."""

from sqlalchemy import Connection

from lessons import Step
from processing.plan import StepKind, wanted
from storage import clips, leases, recordings
from storage.leases import LeaseTerms


def tell_failure(connection: Connection, step: Step) -> None:
    """Bring what depends on a step that is over for good into line with that."""
    if step.kind == StepKind.CLIP:
        clips.failed(connection, step)
    recording = recordings.get(connection, step.recording_id)
    recordings.settle_state(connection, recording.id, wanted(recording.info))


def count_death(connection: Connection, owner: str, terms: LeaseTerms, *, crashed: bool) -> None:
    """Free what `owner` held; after too many crashes a step is put aside with its reason."""
    for step in leases.release_dead(connection, owner, terms, crashed=crashed):
        tell_failure(connection, step)
