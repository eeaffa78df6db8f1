"""For each kind of step: the inputs it fetches, the pure function it calls, what is kept of it."""

from collections.abc import Callable, Mapping

from lessons import ClipState, Loudness, Rendition, Segment, Span, TrackKind, Transcript
from lessons.errors import NotReady
from lessons.exporting import source_of
from processing.context import Outcome, StepContext, to_plain_all
from processing.cutting import profile_of
from processing.plan import StepKind
from processing.products import Product
from processing.steps import clip as clip_step
from processing.steps import copy as copy_step
from processing.steps import export as export_step
from processing.steps import ladder as ladder_step
from processing.steps import probe as probe_step
from processing.steps import scenes as scenes_step
from processing.steps import segment as segment_step
from processing.steps import sound as sound_step
from processing.steps import suggest as suggest_step
from processing.steps import transcribe as transcribe_step
from storage import clips, findings, recordings, transcripts
from storage.mapping import adapter, from_plain, to_plain


def probe(context: StepContext) -> Outcome:
    """Find out what came in."""
    info = probe_step.probe(
        context.original(),
        ffmpeg=context.ffmpeg,
        limits=probe_step.MediaLimits(),
        scratch=context.scratch,
    )
    return Outcome(
        output={"info": to_plain(info)},
        save=lambda connection: recordings.set_info(connection, context.recording.id, info),
    )


def sound(context: StepContext) -> Outcome:
    """Measure the loudness; write the sound that is listened to by machine and drawn for people."""
    found = sound_step.measure_sound(
        context.original(), context.info, ffmpeg=context.ffmpeg, scratch=context.scratch
    )
    return Outcome(
        output={
            "loudness": to_plain(found.loudness),
            "pcm": found.pcm.digest,
            "peaks": found.peaks.digest,
        },
        products={"pcm": found.pcm, "peaks": found.peaks},
    )


def copy(context: StepContext) -> Outcome:
    """Make a compliant source playable at once."""
    copied = copy_step.copy_video(
        context.original(), context.info, ffmpeg=context.ffmpeg, scratch=context.scratch
    )
    return _renditions(context, copied.renditions, copied.products, {})


def ladder(context: StepContext) -> Outcome:
    """Make everything else that is looked at, in one pass."""
    measured = context.outputs.get(StepKind.SOUND)
    made = ladder_step.make_ladder(
        context.original(),
        context.info,
        from_plain(Loudness, measured["loudness"]) if measured else None,
        heights=context.settings.ladder_heights,
        ffmpeg=context.ffmpeg,
        scratch=context.scratch,
    )
    more = {"frames": made.frames, "poster": made.poster}
    if made.storyboard:
        more["storyboard.vtt"] = made.storyboard.vtt
        more |= {f"sprite:{n}": sprite for n, sprite in enumerate(made.storyboard.sprites)}
    return _renditions(
        context, made.renditions, made.products, {r: p for r, p in more.items() if p}
    )


def _renditions(
    context: StepContext,
    renditions: tuple[Rendition, ...],
    products: tuple[Product, ...],
    more: Mapping[str, Product],
) -> Outcome:
    by_digest = {p.digest: p for p in products}
    roles = {f"rendition:{r.name}": by_digest[r.digest] for r in renditions} | dict(more)
    return Outcome(
        output={role: product.digest for role, product in roles.items()},
        products=roles,
        save=lambda connection: recordings.save_renditions(
            connection, context.recording.id, renditions
        ),
    )


def transcribe(context: StepContext) -> Outcome:
    """Write down what is said; each chunk is kept as soon as it is heard."""
    with context.database.read() as connection:
        heard = transcripts.chunks(connection, context.step.id)

    def keep(chunk: transcribe_step.TranscriptChunk) -> None:
        if not transcripts.save_chunk(context.database, context.step, chunk.number, chunk):
            context.pulse.stop.set()

    transcript = transcribe_step.transcribe(
        context.fetch(StepKind.SOUND, "pcm"),
        recogniser=context.settings.recogniser,
        language=context.recording.language,
        done=[from_plain(transcribe_step.TranscriptChunk, c) for c in heard],
        commit=keep,
        on_progress=context.pulse.progress,
        stop=context.pulse.stop,
    )
    written = context.scratch / "transcript.json"
    written.write_bytes(adapter(Transcript).dump_json(transcript))
    product = Product.of(written, "application/json")
    return Outcome(
        output={"transcript": product.digest},
        products={"transcript": product},
        save=lambda connection: transcripts.save(
            connection, context.recording.id, transcript, context.step.id
        ),
        tools={"model": context.settings.speech_model.name},
    )


def scenes(context: StepContext) -> Outcome:
    """Find when slides and boards changed."""
    pictures = [r for r in context.renditions() if r.kind is TrackKind.VIDEO]
    smallest = min(pictures, key=lambda r: r.height or 0)
    assert smallest.fps is not None
    found = scenes_step.find_scene_changes(
        context.fetch(StepKind.LADDER, "frames"),
        context.store.fetch(smallest.digest, context.scratch),
        smallest.fps,
        context.info.duration_ms,
        ffmpeg=context.ffmpeg,
        scratch=context.scratch,
    )
    return Outcome(
        output={"changes_ms": list(found.changes_ms), "builds_ms": list(found.builds_ms)},
        save=lambda connection: findings.save_scene_changes(
            connection, context.recording.id, found.changes_ms, found.builds_ms
        ),
    )


def _words_and_changes(context: StepContext) -> tuple[Transcript, list[int]]:
    transcript = Transcript(language=context.recording.language)
    if StepKind.TRANSCRIBE in context.outputs:
        written = context.fetch(StepKind.TRANSCRIBE, "transcript")
        transcript = adapter(Transcript).validate_json(written.read_bytes())
    seen = context.outputs.get(StepKind.SCENES, {}).get("changes_ms", [])
    assert isinstance(seen, list)
    return transcript, seen


def segment(context: StepContext) -> Outcome:
    """Divide the lesson into its phases."""
    transcript, changes = _words_and_changes(context)
    segments = segment_step.segment(
        transcript, changes, context.info.duration_ms, context.settings.lesson_phases
    )
    return Outcome(
        output={"segments": to_plain_all(segments)},
        save=lambda connection: findings.save_segments(connection, context.recording.id, segments),
    )


def suggest(context: StepContext) -> Outcome:
    """Propose moments that may show a competency."""
    transcript, changes = _words_and_changes(context)
    segments = context.outputs[StepKind.SEGMENT]["segments"]
    assert isinstance(segments, list)
    suggestions = suggest_step.suggest(
        transcript,
        tuple(from_plain(Segment, s) for s in segments),
        changes,
        context.settings.competencies,
        None,
    )
    return Outcome(
        output={"suggestions": to_plain_all(suggestions)},
        save=lambda connection: findings.save_suggestions(
            connection, context.recording.id, suggestions
        ),
    )


def clip(context: StepContext) -> Outcome:
    """Cut a clip's own file from the renditions, with its subtitles and its manifest."""
    renditions = context.renditions()
    pictures = [r for r in renditions if r.kind is TrackKind.VIDEO]
    sounds = [r for r in renditions if r.kind is TrackKind.AUDIO]
    if not pictures and not sounds:
        raise NotReady(what="clip", detail="no-rendition-yet")
    top, sound_track = (pictures or sounds)[0], sounds[0] if sounds and pictures else None
    with context.database.read() as connection:
        transcript = transcripts.get(connection, context.recording.id)
    params = context.step.params
    files = clip_step.cut_clip(
        context.store.fetch(top.digest, context.scratch),
        top,
        context.store.fetch(sound_track.digest, context.scratch) if sound_track else None,
        Span(start_ms=int(str(params["start_ms"])), end_ms=int(str(params["end_ms"]))),
        subtitles=transcript,
        facts=_manifest_facts(context, transcript),
        ffmpeg=context.ffmpeg,
        scratch=context.scratch,
    )
    products = {"media": files.media, "manifest": files.manifest}
    products |= {name: p for name, p in (("vtt", files.vtt), ("srt", files.srt)) if p}
    return Outcome(
        output={name: product.digest for name, product in products.items()},
        products={f"clip:{context.step.id}:{n}": product for n, product in products.items()},
        save=lambda connection: clips.settle(
            connection,
            context.step.id,
            ClipState.MATERIALISED,
            recording_id=context.recording.id,
            media_digest=files.media.digest,
            manifest_digest=files.manifest.digest,
        ),
    )


def export(context: StepContext) -> Outcome:
    """Make a download of a clip in the form of a profile."""
    profile = profile_of(context.step)
    renditions = context.renditions()
    pictures = [r for r in renditions if r.kind is TrackKind.VIDEO]
    sounds = [r for r in renditions if r.kind is TrackKind.AUDIO]
    if not pictures and not sounds:
        raise NotReady(what="clip", detail="no-rendition-yet")
    source = source_of(pictures, profile) if pictures else sounds[0]
    sound_track = sounds[0] if sounds and pictures else None
    with context.database.read() as connection:
        transcript = transcripts.get(connection, context.recording.id)
    params = context.step.params
    media = export_step.export_clip(
        context.store.fetch(source.digest, context.scratch),
        source,
        context.store.fetch(sound_track.digest, context.scratch) if sound_track else None,
        Span(start_ms=int(str(params["start_ms"])), end_ms=int(str(params["end_ms"]))),
        profile,
        subtitles=transcript,
        facts=_manifest_facts(context, transcript),
        ffmpeg=context.ffmpeg,
        scratch=context.scratch,
    )
    return Outcome(
        output={"media": media.digest, "bytes": media.bytes},
        products={f"export:{context.step.id}:media": media},
    )


def _manifest_facts(context: StepContext, transcript: Transcript | None) -> dict[str, object]:
    """What the manifest says besides the cut itself: source, who, when, with what."""
    return {
        "recording": context.recording.id,
        "source_sha256": context.recording.sha256,
        "source_name": context.recording.file_name,
        "asked_by": context.step.params.get("actor", ""),
        "asked_at_ms": context.step.created_at_ms,
        "title": context.step.params.get("title", ""),
        "ffmpeg": context.ffmpeg.tools.version,
        "transcript_made_by": transcript.made_by if transcript else None,
    }


HANDLERS: Mapping[StepKind, Callable[[StepContext], Outcome]] = {
    StepKind.PROBE: probe,
    StepKind.SOUND: sound,
    StepKind.COPY: copy,
    StepKind.LADDER: ladder,
    StepKind.TRANSCRIBE: transcribe,
    StepKind.SCENES: scenes,
    StepKind.SEGMENT: segment,
    StepKind.SUGGEST: suggest,
    StepKind.CLIP: clip,
    StepKind.EXPORT: export,
}
