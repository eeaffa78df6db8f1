"""Which tracks of a file are the lesson: one picture, one sound, both proved by decoding."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lessons.errors import MediaUnreadable
from lessons.notes import Note
from processing.ffmpeg import Ffmpeg

_FRAMES_TRIED = 60
_SILENT_DB = -70.0


def choose_picture(
    source: Path, streams: Sequence[dict[str, Any]], ffmpeg: Ffmpeg, notes: list[Note]
) -> dict[str, Any] | None:
    """Return the moving picture: the default one, else the first; never a cover."""
    offered = [
        stream
        for stream in streams
        if stream.get("codec_type") == "video"
        and not stream["disposition"].get("attached_pic")
        and not stream["disposition"].get("timed_thumbnails")
    ]
    for stream in _default_first(offered):
        frames = _decoded(source, stream, ffmpeg)
        if frames:
            if len(offered) > 1:
                notes.append(_note("pictures", stream, count=len(offered)))
            stream["interlaced"] = sum(int(f.get("interlaced_frame", 0)) for f in frames) * 2 > len(
                frames
            )
            return stream
        notes.append(_note("picture-broken", stream))
    return None


def choose_sound(
    source: Path,
    streams: Sequence[dict[str, Any]],
    ffmpeg: Ffmpeg,
    scratch: Path,
    notes: list[Note],
) -> dict[str, Any] | None:
    """Return the sound that is heard: the default track, else the first, that is not silent."""
    offered = []
    for stream in _default_first([s for s in streams if s.get("codec_type") == "audio"]):
        if _decoded(source, stream, ffmpeg):
            offered.append(stream)
        else:
            notes.append(_note("sound-broken", stream))
    if len(offered) > 1:
        for stream in offered:
            if _peak_db(source, int(stream["index"]), ffmpeg, scratch) > _SILENT_DB:
                notes.append(_note("sounds", stream, count=len(offered)))
                return stream
    return offered[0] if offered else None


def _note(code: str, stream: Mapping[str, Any], **facts: int) -> Note:
    return Note(code=code, facts={"track": int(stream["index"]), **facts})


def _default_first(streams: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(streams, key=lambda stream: not stream["disposition"].get("default"))


def _decoded(source: Path, stream: Mapping[str, Any], ffmpeg: Ffmpeg) -> list[dict[str, Any]]:
    """Return facts on the first frames of `stream`; none when it can't be decoded."""
    options = ("-threads", "2", "-select_streams", str(stream["index"]), "-show_frames")
    entries = ("-show_entries", "frame=interlaced_frame,nb_samples")
    try:
        found = ffmpeg.probe(source, *options, *entries, "-read_intervals", f"%+#{_FRAMES_TRIED}")
    except MediaUnreadable:
        return []
    frames: list[dict[str, Any]] = found.get("frames", [])
    return frames


def _peak_db(source: Path, index: int, ffmpeg: Ffmpeg, scratch: Path) -> float:
    said = ffmpeg.run(
        [*ffmpeg.source(source), "-map", f"0:{index}", "-af", "volumedetect", "-f", "null", "-"],
        scratch=scratch,
    )
    _, _, peak = said.rpartition("max_volume:")
    return float(peak.split()[0]) if peak.strip() else -100.0
