"""All that is known of a recording, as `guanke process --json` prints it."""

from typing import Any

from lessons import Recording, Step, StepState, Transcript
from lessons.errors import GuankeError, restored
from storage import findings, recordings, steps, transcripts
from storage.database import Database
from storage.mapping import to_plain


def report(database: Database, recording_id: str) -> dict[str, Any]:
    """Return the recording, what was made of it, and how long each step took."""
    with database.read() as connection:
        recording = recordings.get(connection, recording_id)
        done = steps.of_recording(connection, recording_id)
        transcript = transcripts.get(connection, recording_id)
        return {
            "recording": _recording(recording),
            "renditions": [
                {
                    "name": r.name,
                    "kind": r.kind,
                    "width": r.width,
                    "height": r.height,
                    "codec": r.codec,
                    "source": r.source,
                    "bytes": r.bytes,
                }
                for r in recordings.renditions(connection, recording_id)
            ],
            "transcript": to_plain(transcript) if transcript else None,
            "scene_changes_ms": list(findings.scene_changes(connection, recording_id)),
            "segments": [to_plain(s) for s in findings.segments(connection, recording_id)],
            "suggestions": [to_plain(s) for s in findings.suggestions(connection, recording_id)],
            "timings_s": {s.kind: _seconds(s) for s in done if s.state is StepState.DONE},
            "errors": [_error(s) for s in done if s.error_code and s.state is not StepState.DONE],
        }


def _recording(recording: Recording) -> dict[str, object]:
    info = recording.info
    video = info.video if info else None
    return {
        "id": recording.id,
        "sha256": recording.sha256,
        "file_name": recording.file_name,
        "bytes": recording.bytes,
        "duration_ms": info.duration_ms if info else None,
        "width": video.width if video else None,
        "height": video.height if video else None,
        "fps": round(float(video.fps), 3) if video and video.fps else None,
        "has_audio": bool(info and info.audio),
        "has_video": bool(video),
        "tracks": [to_plain(t) for t in info.tracks] if info else [],
        "state": recording.state,
    }


def _seconds(step: Step) -> float:
    return round(((step.finished_at_ms or 0) - (step.started_at_ms or 0)) / 1000, 3)


def _error(step: Step) -> dict[str, object]:
    error = restored(step.error_code or "", step.error_facts or {})
    return {
        "step": step.kind,
        "code": step.error_code,
        "message_zh": error.message("zh"),
        "message_en": error.message("en"),
    }


def refusal(name: str, error: GuankeError) -> dict[str, object]:
    """Return what is said of a file that was not even admitted."""
    said = {
        "code": error.code,
        "message_zh": error.message("zh"),
        "message_en": error.message("en"),
    }
    return {"recording": {"file_name": name, "state": "refused"}, "errors": [said]}


def heading_of_words(name: str, transcript: Transcript) -> dict[str, Any]:
    """Return what a report says of a lesson of which only the words are known."""
    end_ms = max((u.end_ms for u in transcript.utterances), default=0)
    return {
        "recording": {"file_name": name, "duration_ms": end_ms},
        "transcript": {"utterances": transcript.utterances},
        "scene_changes_ms": [],
    }
