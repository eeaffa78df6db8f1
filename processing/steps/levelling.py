"""Bringing speech to one loudness: a fixed gain, and a limiter only where peaks would pass."""

from dataclasses import replace
from pathlib import Path

from lessons import Loudness, MediaInfo, Track, TrackKind
from processing.ffmpeg import Ffmpeg
from processing.steps.opening import SAMPLE_RATE, aligned_sound, opened, unused
from processing.steps.sound import CEILING_DBTP, TARGET_LUFS, loudness_of

_CLOSE_ENOUGH_LU = 0.2
_MOST_ADDED_DB = 12.0  # a limiter pushed harder than that pumps
_MOST_ROUNDS = 3  # each reads the sound once, some hundred times faster than it plays
# AAC at 128 kbit/s overshoots what it is given by a few tenths.
_CODEC_MARGIN_DB = 0.5


def levelled_sound(track: Track, duration_ms: int, loudness: Loudness | None) -> str:
    """Return the filters that align `track` and bring it to −16 LUFS, no peak above −1.5 dBTP."""
    aligned = aligned_sound(track, duration_ms)
    if loudness is None or not loudness.gain_db:
        return aligned
    louder = f"{aligned},volume={loudness.gain_db:.2f}dB:precision=float"
    return f"{louder},{_limiter()}" if _passes_ceiling(loudness) else louder


def settled(
    source: Path, info: MediaInfo, loudness: Loudness | None, *, ffmpeg: Ffmpeg, scratch: Path
) -> Loudness | None:
    """Return `loudness` with the gain corrected for what the limiter takes off.

    Without peaks above the ceiling the limiter stays out and the gain is exact as it is.
    """
    track = info.audio
    if track is None or loudness is None or not _passes_ceiling(loudness):
        return loudness
    most = loudness.gain_db + _MOST_ADDED_DB
    for _ in range(_MOST_ROUNDS):
        reached = _reached(source, info, track, loudness, ffmpeg=ffmpeg, scratch=scratch)
        if reached is None or abs(TARGET_LUFS - reached) <= _CLOSE_ENOUGH_LU:
            break
        gain = min(loudness.gain_db + TARGET_LUFS - reached, most)
        loudness = replace(loudness, gain_db=round(gain, 2))
    return loudness


def _reached(
    source: Path,
    info: MediaInfo,
    track: Track,
    loudness: Loudness,
    *,
    ffmpeg: Ffmpeg,
    scratch: Path,
) -> float | None:
    """Measure what `loudness` would come out as."""
    sound = levelled_sound(track, info.duration_ms, loudness)
    graph = f"[0:{track.index}]{sound},ebur128=peak=none:framelog=verbose[measured]"
    said = ffmpeg.run(
        [
            *opened(source, info, ffmpeg),
            *("-filter_complex", graph, "-map", "[measured]", "-f", "null", "-"),
            *unused(info, TrackKind.AUDIO),
        ],
        scratch=scratch,
    )
    return loudness_of(said).integrated_lufs


def _passes_ceiling(loudness: Loudness) -> bool:
    peak = loudness.true_peak_dbtp
    return peak is not None and peak + loudness.gain_db > CEILING_DBTP - _CODEC_MARGIN_DB


def _limiter() -> str:
    """Limit at four times the rate, where peaks between samples are samples too."""
    limit = 10 ** ((CEILING_DBTP - _CODEC_MARGIN_DB) / 20)
    return (
        f"aresample={4 * SAMPLE_RATE},"
        f"alimiter=limit={limit:.4f}:level=disabled:attack=5:release=50,"
        f"aresample={SAMPLE_RATE}"
    )
