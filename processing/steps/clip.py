"""A clip as a file of its own: cut from the top rendition to the frame, mostly without encoding.

The span is put on the rendition's frames. Whole GOPs are copied bit for bit; only what hangs over
at the two ends is encoded. Sound is copied too and trimmed by the sample. With the words as a text
track and as files beside it, and a manifest that says where it all comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from lessons import Rendition, Span, TrackKind, Transcript
from lessons.captions import srt, webvtt, within
from lessons.errors import SpanOutsideRecording
from processing.ffmpeg import Ffmpeg
from processing.products import Product
from processing.steps.clip_manifest import Delivered, manifest_json
from processing.steps.clip_picture import cut_picture
from processing.steps.clip_sound import cut_sound
from processing.steps.clip_words import words_track
from processing.steps.mp4_file import OutTrack, write_mp4


@dataclass(frozen=True, kw_only=True)
class ClipFiles:
    """The clip's files; the words only where something is said in it."""

    media: Product
    delivered: Span  # what the media shows, on the recording's clock
    vtt: Product | None
    srt: Product | None
    manifest: Product


def cut_clip(
    video: Path,
    rendition: Rendition,
    audio: Path | None,
    span: Span,
    *,
    subtitles: Transcript | None,
    facts: Mapping[str, object],
    ffmpeg: Ffmpeg,
    scratch: Path,
) -> ClipFiles:
    """Cut `span` out of a recording's renditions.

    Args:
        video: the top rendition's file; for a recording without picture its sound rendition's.
        rendition: what that file is.
        audio: the sound rendition's file, where there is sound beside a picture.
        span: what is wanted, on the recording's clock.
        subtitles: the recording's words.
        facts: for the manifest, what only the caller knows: source SHA-256, who, when, versions.
        ffmpeg: the door.
        scratch: an empty folder; the files are left there.

    Raises:
        SpanOutsideRecording: it begins after the recording's end.
        NotReady: the rendition is neither H.264 nor sound.
        MediaUnreadable: a rendition is damaged.
    """
    if rendition.kind is TrackKind.VIDEO:
        picture = cut_picture(video, rendition, span, ffmpeg=ffmpeg, scratch=scratch)
        tracks = [picture.track]
        start, stop = picture.start, picture.stop
        delivered = Delivered(
            span=_in_ms(start, stop),
            first_frame=picture.first,
            end_frame=picture.end,
            copied_frames=picture.copied,
            encoded_frames=picture.end - picture.first - picture.copied,
        )
        sound = audio and cut_sound(audio, start, stop, file_name=ffmpeg.file_name)
    else:
        start, stop = Fraction(span.start_ms, 1000), Fraction(span.end_ms, 1000)
        sound = cut_sound(video, start, stop, file_name=ffmpeg.file_name)
        if sound is None:
            raise SpanOutsideRecording(end_ms=span.end_ms, duration_ms=span.start_ms)
        tracks = []
        delivered = Delivered(
            span=_in_ms(start, start + Fraction(sound.presented, sound.timescale))
        )
    if sound:
        tracks.append(sound)
    said = subtitles.utterances if subtitles else ()
    lines = [u for u in within(said, delivered.span) if u.text.strip()]
    language = subtitles.language if subtitles else None
    if lines:
        tracks.append(words_track(lines, delivered.span.duration_ms, language))
    media = _write_media(tracks, scratch)
    words = {
        kind: _write(scratch / f"clip.{kind}", text, media_type)
        for kind, text, media_type in (
            ("vtt", webvtt(lines), "text/vtt"),
            ("srt", srt(lines), "application/x-subrip"),
        )
        if lines
    }
    manifest = manifest_json(
        facts,
        asked=span,
        delivered=delivered,
        rendition=rendition,
        media_sha256=media.digest,
        subtitles={kind: product.digest for kind, product in words.items()},
        ffmpeg_version=ffmpeg.tools.version,
    )
    return ClipFiles(
        media=media,
        delivered=delivered.span,
        vtt=words.get("vtt"),
        srt=words.get("srt"),
        manifest=_write(scratch / "clip.json", manifest, "application/json"),
    )


def _write_media(tracks: list[OutTrack], scratch: Path) -> Product:
    seen = any(track.handler == b"vide" for track in tracks)
    path = scratch / ("clip.mp4" if seen else "clip.m4a")
    write_mp4(path, tracks, timescale=tracks[0].timescale)
    return Product.of(path, "video/mp4" if seen else "audio/mp4")


def _in_ms(start: Fraction, stop: Fraction) -> Span:
    return Span(start_ms=max(0, round(start * 1000)), end_ms=round(stop * 1000))


def _write(path: Path, text: str, media_type: str) -> Product:
    path.write_text(text, encoding="utf-8", newline="\n")
    return Product.of(path, media_type)
