"""The first look at an upload: may it come in, what does it hold, when does it start and end?

Nothing the header says about time is believed; the packets are read. Nothing is accepted that
does not decode.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from lessons import MediaInfo, Track, TrackKind
from lessons.errors import (
    MediaEmpty,
    MediaMissing,
    MediaRefused,
    MediaTooLarge,
    MediaUnreadable,
    MediaWithoutTracks,
)
from lessons.notes import Note, encoded
from processing.ffmpeg import MAX_PIXELS, Ffmpeg
from processing.steps.choice import choose_picture, choose_sound
from processing.steps.compliance import looks_damaged, reasons_to_encode
from processing.steps.packets import PacketScan, scan_packets
from processing.steps.rates import MAX_FPS, frame_rate

# What is told from the first bytes, before any parser runs: text that tells a player to open
# something else, and things that are no recording at all.
_NOT_A_RECORDING = (
    (b"#EXTM3U", "hls-playlist"),
    (b"ffconcat", "file-list"),
    (b"<MPD", "dash-manifest"),
    (b"<?xml", "xml"),
    (b"<svg", "drawing"),
    (b"<!DOCTYPE", "web-page"),
    (b"<html", "web-page"),
    (b"v=0", "session-description"),
    (b"[playlist]", "playlist"),
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "archive"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
)

_STREAM_FACTS = (
    "index,codec_name,codec_type,profile,level,width,height,sample_aspect_ratio,pix_fmt,field_order,"
    "r_frame_rate,avg_frame_rate,channels,sample_rate"
)
_FACTS = (
    f"stream={_STREAM_FACTS}:stream_disposition=default,attached_pic,timed_thumbnails:"
    "stream_tags=language:stream_side_data=rotation,displaymatrix:format=format_name,duration"
)


@dataclass(frozen=True, kw_only=True)
class MediaLimits:
    """What is beyond any lesson."""

    max_duration_ms: int = 12 * 3600 * 1000
    max_pixels: int = MAX_PIXELS  # 8K
    max_fps: int = 240
    max_streams: int = 16


def probe(source: Path, *, ffmpeg: Ffmpeg, limits: MediaLimits, scratch: Path) -> MediaInfo:
    """Return what `source` holds: container, exact duration, the picture and the sound track.

    Times are milliseconds; `zero_ms` is where the first presented video frame (without a picture:
    the first sound) lies on ffmpeg's clock for the file, and `start_ms` counts from there.

    Raises:
        MediaMissing, MediaEmpty: no file, or nothing in it.
        MediaRefused: not a recording: a playlist, a document, a format that is not accepted.
        MediaUnreadable: damaged beyond use.
        MediaTooLarge: beyond `limits`.
        MediaWithoutTracks: neither picture nor sound that decodes.
    """
    _look_at_head(source, ffmpeg.file_name)
    found = _ask(source, ffmpeg)
    streams: list[dict[str, Any]] = found.get("streams", [])
    _hold_limits(streams, limits, ffmpeg.file_name)
    notes: list[Note] = []
    picture = choose_picture(source, streams, ffmpeg, notes)
    sound = choose_sound(source, streams, ffmpeg, scratch, notes)
    chosen = [stream for stream in (picture, sound) if stream]
    if not chosen:
        raise MediaWithoutTracks(file=ffmpeg.file_name)
    indexes = [int(stream["index"]) for stream in chosen]
    scans = scan_packets(source, indexes, ffmpeg=ffmpeg, scratch=scratch)
    if scans[0].first is None and len(scans) > 1:
        notes.append(Note(code="picture-empty"))
        picture, chosen, scans = None, chosen[1:], scans[1:]
    if scans[0].first is None:
        raise MediaWithoutTracks(file=ffmpeg.file_name)
    if picture:
        scans[0].forget_what_cannot_be_shown()
    # Encoder delay makes the first packet of a sound negative; what is heard starts at nought.
    zero_ms = scans[0].milliseconds(scans[0].first)
    zero_ms = zero_ms if picture else max(zero_ms, 0)
    duration_ms = max(scan.milliseconds(scan.end) for scan in scans) - zero_ms
    _hold_duration(duration_ms, scans, limits, ffmpeg.file_name)
    tracks: list[Track] = []
    compliant = False
    container = str(found["format"]["format_name"]).split(",")[0]
    for stream, scan in zip(chosen, scans, strict=True):
        if stream is picture:
            track = _picture_track(stream, scan, zero_ms)
            _hold_rate(track, limits, ffmpeg.file_name)
            reasons = reasons_to_encode(container, stream, scan, track)
            compliant = not reasons
            notes += reasons
        else:
            track = _sound_track(stream, scan, zero_ms, alone=picture is None)
        tracks.append(track)
    if compliant and looks_damaged(
        source, container, tracks, duration_ms, ffmpeg=ffmpeg, scratch=scratch
    ):
        compliant = False
        notes.append(encoded("damaged"))
    notes += _notes_on_time(tracks, duration_ms, zero_ms, found["format"])
    return MediaInfo(
        container=container,
        duration_ms=max(duration_ms, 1),
        tracks=tuple(tracks),
        zero_ms=zero_ms,
        compliant=compliant,
        notes=tuple(notes),
    )


def _look_at_head(source: Path, file_name: str) -> None:
    if not source.is_file():
        raise MediaMissing(file=file_name)
    with source.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise MediaEmpty(file=file_name)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, what in _NOT_A_RECORDING:
        if text[: len(mark)].lower() == mark.lower():
            raise MediaRefused(file=file_name, detail=what)


def _ask(source: Path, ffmpeg: Ffmpeg) -> dict[str, Any]:
    try:
        return ffmpeg.probe(source, "-show_entries", _FACTS)
    except MediaUnreadable as failure:
        said = str(failure.facts["said"])
        if "whitelist" in said or "non standard extension" in said:
            raise MediaRefused(file=ffmpeg.file_name, detail="other-kind") from failure
        raise


def _hold_limits(streams: Sequence[Mapping[str, Any]], limits: MediaLimits, file_name: str) -> None:
    if len(streams) > limits.max_streams:
        raise MediaTooLarge(file=file_name, detail="streams", streams=len(streams))
    for stream in streams:
        width, height = int(stream.get("width", 0)), int(stream.get("height", 0))
        if width * height > limits.max_pixels:
            raise MediaTooLarge(file=file_name, detail="pixels", width=width, height=height)


def _hold_duration(
    duration_ms: int, scans: Sequence[PacketScan], limits: MediaLimits, file_name: str
) -> None:
    if duration_ms > limits.max_duration_ms:
        hours = f"{duration_ms / 3_600_000:.1f}"
        raise MediaTooLarge(file=file_name, detail="hours", hours=hours)
    if duration_ms <= 0 and not any(scan.times for scan in scans):
        raise MediaWithoutTracks(file=file_name)


def _hold_rate(track: Track, limits: MediaLimits, file_name: str) -> None:
    if track.fps and track.fps > limits.max_fps:
        raise MediaTooLarge(file=file_name, detail="fps", fps=f"{float(track.fps):.0f}")


def _picture_track(stream: Mapping[str, Any], scan: PacketScan, zero_ms: int) -> Track:
    declared = [_fraction(stream.get(key)) for key in ("r_frame_rate", "avg_frame_rate")]
    fps, variable = frame_rate(scan.times, scan.time_base, [rate for rate in declared if rate])
    while MAX_FPS < fps <= 4 * MAX_FPS:  # beyond that the limit speaks
        fps /= 2
    rotation = _rotation(stream)
    aspect = _fraction(stream.get("sample_aspect_ratio")) or Fraction(1)
    width, height = round(int(stream["width"]) * aspect), int(stream["height"])
    if rotation in (90, 270):
        width, height = height, width
    return Track(
        index=int(stream["index"]),
        kind=TrackKind.VIDEO,
        codec=str(stream.get("codec_name", "unknown")),
        start_ms=0,
        duration_ms=scan.milliseconds(scan.end) - zero_ms,
        width=width,
        height=height,
        fps=fps,
        variable_fps=variable,
        rotation=rotation,
        pixel_format=stream.get("pix_fmt"),
        interlaced=bool(stream["interlaced"]),
        max_gop_ms=scan.max_gop_ms(),
        reordered=0 if variable else max(0, scan.reordered(fps)),
    )


def _sound_track(
    stream: Mapping[str, Any], scan: PacketScan, zero_ms: int, *, alone: bool
) -> Track:
    start = scan.milliseconds(scan.first or 0) - zero_ms
    start = max(start, 0) if alone else start
    return Track(
        index=int(stream["index"]),
        kind=TrackKind.AUDIO,
        codec=str(stream.get("codec_name", "unknown")),
        start_ms=start,
        duration_ms=scan.milliseconds(scan.end) - zero_ms - start,
        language=stream.get("tags", {}).get("language"),
        channels=int(stream.get("channels", 0)) or None,
        sample_rate=int(stream.get("sample_rate", 0)) or None,
    )


def _rotation(stream: Mapping[str, Any]) -> int:
    """Return the clockwise quarter turns, in degrees, that put the picture upright."""
    for data in stream.get("side_data_list", []):
        if "rotation" in data:
            return round(-float(data["rotation"]) / 90) * 90 % 360
    return 0


def _fraction(text: object) -> Fraction | None:
    up, _, down = str(text or "").replace(":", "/").partition("/")
    if up.isdigit() and down.isdigit() and int(up) and int(down):
        return Fraction(int(up), int(down))
    return None


def _notes_on_time(
    tracks: Sequence[Track], duration_ms: int, zero_ms: int, header: Mapping[str, Any]
) -> list[Note]:
    notes = []
    promised_ms = float(header.get("duration", 0)) * 1000 - zero_ms
    if promised_ms > duration_ms + max(2000, duration_ms / 10):
        facts = {"promised": round(promised_ms / 1000), "seconds": round(duration_ms / 1000)}
        notes.append(Note(code="cut-short", facts=facts))
    for track in tracks:
        if track.kind is TrackKind.AUDIO and track.start_ms < -100:
            notes.append(Note(code="sound-early", facts={"ms": -track.start_ms}))
        if track.kind is TrackKind.AUDIO and track.start_ms > 100:
            notes.append(Note(code="sound-late", facts={"ms": track.start_ms}))
    return notes
