"""Asks for the files of clips: their own, cut behind, and downloads. A worker's steps like others.

What a file is made of is its step's identity: the rendition, the stretch, and the words that are
said in it. So the same file is never made twice, and a correction makes anew what it touches alone.
"""

import logging
from collections.abc import Sequence

from sqlalchemy import Connection

from lessons import Clip, RecordingState, Rendition, Step, StepState, TrackKind, Transcript
from lessons.errors import NotReady
from lessons.exporting import ExportProfile, Subtitles, source_of, spoken_in
from lessons.trace import facts
from processing.plan import PlannedStep, StepKind, digest_of, planned
from storage import clip_files, clips, recordings, steps, transcripts
from storage.mapping import from_plain, to_plain

log = logging.getLogger("guanke.clips")


def ask_for_cut(connection: Connection, clip: Clip, *, actor: str) -> str:
    """Add the step that cuts `clip` and return its id; the file it had before is let go.

    Raises:
        NotReady: the recording has no rendition yet to cut from.
    """
    renditions = recordings.renditions(connection, clip.recording_id)
    step = _cut(clip, renditions, transcripts.get(connection, clip.recording_id))
    before = clip_files.cuts_of(connection, clip.recording_id).get(clip.id)
    step_id = _add(connection, clip, step, actor)
    log.info("clip asked for", extra=facts(trace=clip.recording_id, clip=clip.id, step=step_id))
    clips.cutting(connection, clip.id, step_id)
    if before and before.step_id != step_id:
        clip_files.let_go(connection, before.step_id)
    known = steps.get(connection, step_id)
    if known and known.state is StepState.DONE:
        clips.settle_done(connection, known)
    else:
        steps.retry(connection, step_id)  # changes nothing unless it failed before
    return step_id


def ask_for_export(
    connection: Connection, clip: Clip, profile: ExportProfile, *, actor: str
) -> str:
    """Add the step that makes a download of `clip` and return its id.

    Raises:
        NotReady: the recording has no rendition yet to cut from.
    """
    renditions = recordings.renditions(connection, clip.recording_id)
    transcript = transcripts.get(connection, clip.recording_id)
    step_id = _add(connection, clip, _export(clip, profile, renditions, transcript), actor)
    for old in clip_files.exports_of(connection, clip.recording_id, clip.id):
        if old.id != step_id and profile_of(old).code == profile.code:
            clip_files.let_go(connection, old.id)
    steps.retry(connection, step_id)
    return step_id


def exports_now(
    connection: Connection, clip: Clip, profiles: tuple[ExportProfile, ...]
) -> dict[str, Step]:
    """Return the steps of a clip's downloads as clip, words and profiles are now, by profile."""
    found = clip_files.exports_of(connection, clip.recording_id, clip.id)
    if not found:
        return {}
    renditions = recordings.renditions(connection, clip.recording_id)
    transcript = transcripts.get(connection, clip.recording_id)
    by_digest = {step.input_digest: step for step in found}
    wanted = {p.code: _export(clip, p, renditions, transcript).input_digest for p in profiles}
    return {code: by_digest[d] for code, d in wanted.items() if d in by_digest}


def keep_up(connection: Connection, recording_id: str, *, actor: str) -> None:
    """Cut what clips of a finished recording lack, and make anew what is out of date.

    Called when a clip was made or changed, when words were, and when processing comes to its end.
    A file that could not be made is not asked for again until something it is made of changes.
    """
    if recordings.get(connection, recording_id).state is not RecordingState.READY:
        return
    renditions = recordings.renditions(connection, recording_id)
    every = clips.of_recording(connection, recording_id)
    if not renditions or not every:
        return
    transcript = transcripts.get(connection, recording_id)
    cuts = clip_files.cuts_of(connection, recording_id)
    for clip in every:
        cut = cuts.get(clip.id)
        if cut is None or cut.input_digest != _cut(clip, renditions, transcript).input_digest:
            ask_for_cut(connection, clip, actor=actor)
        for old in clip_files.exports_of(connection, recording_id, clip.id):
            profile = profile_of(old)
            step = _export(clip, profile, renditions, transcript)
            if step.input_digest != old.input_digest:
                ask_for_export(connection, clip, profile, actor=actor)


def profile_of(step: Step) -> ExportProfile:
    """Return the profile that a step makes a download in."""
    return from_plain(ExportProfile, step.params["profile"])


def _cut(clip: Clip, renditions: Sequence[Rendition], transcript: Transcript | None) -> PlannedStep:
    if not renditions:
        raise NotReady(what="clip", detail="no-rendition-yet")
    said = transcript.utterances if transcript else ()
    return planned(
        StepKind.CLIP,
        {"start_ms": clip.start_ms, "end_ms": clip.end_ms, "title": clip.title},
        {"top": renditions[0].digest, "words": digest_of(spoken_in(said, clip))},
    )


def _export(
    clip: Clip,
    profile: ExportProfile,
    renditions: Sequence[Rendition],
    transcript: Transcript | None,
) -> PlannedStep:
    if not renditions:
        raise NotReady(what="clip", detail="no-rendition-yet")
    pictures = [r for r in renditions if r.kind is TrackKind.VIDEO]
    source = source_of(pictures, profile) if pictures else renditions[0]
    silent = transcript is None or profile.subtitles is Subtitles.NONE
    said = () if silent or transcript is None else transcript.utterances
    params = {
        "clip": clip.id,
        "start_ms": clip.start_ms,
        "end_ms": clip.end_ms,
        "title": clip.title,
        "profile": to_plain(profile),
    }
    inputs = {"source": source.digest, "words": digest_of(spoken_in(said, clip))}
    return planned(StepKind.EXPORT, params, inputs)


def _add(connection: Connection, clip: Clip, step: PlannedStep, actor: str) -> str:
    """Add a step; who asked stands in it, and makes it no other step."""
    return steps.add(
        connection,
        clip.recording_id,
        kind=step.kind,
        queue=step.queue,
        input_digest=step.input_digest,
        params={**step.params, "actor": actor},
        length_ms=clip.duration_ms,
    )
