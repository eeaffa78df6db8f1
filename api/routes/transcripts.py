"""The transcript: read it, as captions too; correct its lines."""

from collections.abc import Sequence
from enum import StrEnum

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from sqlalchemy import Connection

from api.policy import Edits, Looks
from api.schemas import KeptTranscript, Revised, UtteranceEdit, UtteranceSplit
from api.services import Held
from lessons import RecordingState, captions
from lessons.errors import NotReady
from lessons.people import Viewer
from lessons.sharing import Need
from processing.cutting import keep_up
from storage import tables, transcripts, visibility
from storage.kept import KeptUtterance
from storage.transcripts import FormerUtterance

router = APIRouter(tags=["transcripts"])


class CaptionFormat(StrEnum):
    """How a transcript is written down."""

    VTT = "vtt"
    SRT = "srt"
    TXT = "txt"


WRITERS = {
    CaptionFormat.VTT: (captions.webvtt, "text/vtt"),
    CaptionFormat.SRT: (captions.srt, "application/x-subrip"),
    CaptionFormat.TXT: (captions.plain_lines, "text/plain"),
}


@router.get("/recordings/{recording_id}/transcript")
def read_transcript(viewer: Looks, held: Held, recording_id: str) -> KeptTranscript:
    """Read the transcript as it stands, corrections included. No speech is an empty one."""
    with held.database.read() as connection:
        recording = visibility.recording(connection, viewer, recording_id, Need.LOOK)
        seen = visibility.inside(viewer, Need.LOOK, tables.utterance)
        found = transcripts.head(connection, recording_id)
        lines = transcripts.utterances(connection, recording_id, seen)
    if found is None and recording.state is not RecordingState.READY:
        raise NotReady(what="transcript", detail=recording.file_name)
    return KeptTranscript(
        language=found.language if found else None,
        made_by=found.made_by if found else "",
        revision=found.revision if found else 0,
        utterances=tuple(lines),
    )


@router.get("/recordings/{recording_id}/transcript.{format}", response_class=PlainTextResponse)
def download_transcript(
    viewer: Looks, held: Held, recording_id: str, format: CaptionFormat
) -> PlainTextResponse:
    """Download the transcript as WebVTT, SRT or plain lines."""
    write, media_type = WRITERS[format]
    lines = read_transcript(viewer, held, recording_id).utterances
    return PlainTextResponse(
        write(lines),
        media_type=media_type,
        headers={"content-disposition": f'attachment; filename="transcript.{format}"'},
    )


@router.put("/utterances/{utterance_id}")
def edit_utterance(
    actor: Edits, held: Held, utterance_id: str, edit: UtteranceEdit
) -> KeptUtterance:
    """Correct a line; its words keep the times at which they are heard."""
    with held.database.write() as connection:
        recording_id = _utterance(connection, actor, utterance_id, Need.OWN)
        kept = transcripts.correct(
            connection,
            utterance_id,
            edit.revision,
            text=edit.text,
            speaker=edit.speaker,
            actor=actor.name,
        )
        keep_up(connection, recording_id, actor=actor.name)
        return kept


@router.post("/utterances/{utterance_id}/split")
def split_utterance(
    actor: Edits, held: Held, utterance_id: str, cut: UtteranceSplit
) -> Sequence[KeptUtterance]:
    """Make two lines of one."""
    with held.database.write() as connection:
        recording_id = _utterance(connection, actor, utterance_id, Need.OWN)
        halves = transcripts.split(
            connection, utterance_id, cut.revision, cut.offset, actor=actor.name
        )
        keep_up(connection, recording_id, actor=actor.name)
        return halves


@router.post("/utterances/{utterance_id}/merge")
def merge_utterance(actor: Edits, held: Held, utterance_id: str, read: Revised) -> KeptUtterance:
    """Make one line of this and the one after it."""
    with held.database.write() as connection:
        recording_id = _utterance(connection, actor, utterance_id, Need.OWN)
        kept = transcripts.merge(connection, utterance_id, read.revision, actor=actor.name)
        keep_up(connection, recording_id, actor=actor.name)
        return kept


@router.get("/utterances/{utterance_id}/history")
def read_utterance_history(
    viewer: Looks, held: Held, utterance_id: str
) -> Sequence[FormerUtterance]:
    """Read what a line said before each correction, the newest first."""
    with held.database.read() as connection:
        _utterance(connection, viewer, utterance_id, Need.LOOK)
        return transcripts.history(connection, utterance_id)


def _utterance(connection: Connection, viewer: Viewer, utterance_id: str, need: Need) -> str:
    """Return the recording of a line that the viewer may use so."""
    return visibility.row_inside(
        connection, viewer, tables.utterance, "utterance", utterance_id, need
    )
