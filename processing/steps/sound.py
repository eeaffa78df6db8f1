"""The sound, before anything slow: how loud it is, what a recogniser hears, what a page draws."""

import json
import re
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lessons import Loudness, MediaInfo, TrackKind
from lessons.errors import MediaWithoutTracks
from processing.ffmpeg import Ffmpeg
from processing.products import Product
from processing.steps.opening import BITEXACT, aligned_sound, opened, unused

TARGET_LUFS = -16.0
CEILING_DBTP = -1.5
_MAX_GAIN_DB = 40.0  # what is quieter still is hiss, not speech
_SILENCE_LUFS = -69.9  # the absolute gate of EBU R 128: below it ffmpeg reports -70
PCM_RATE = 16_000
_PEAKS_PER_SECOND = 10


@dataclass(frozen=True, kw_only=True)
class Sound:
    """What `measure_sound` gives.

    `pcm`: WAV, 16 kHz, mono, 16 bit; sample n stands at n/16 ms on the recording's clock, and it is
    exactly as long as the recording. `peaks`: JSON `{"per_second": 10, "peaks": [0..1, …]}`.
    """

    loudness: Loudness
    pcm: Product
    peaks: Product


def measure_sound(source: Path, info: MediaInfo, *, ffmpeg: Ffmpeg, scratch: Path) -> Sound:
    """Measure loudness (EBU R 128) and write PCM and peaks in one pass over the sound.

    Raises:
        MediaWithoutTracks: the recording has no sound.
        MediaUnreadable and others: see `Ffmpeg.run`.
    """
    track = info.audio
    if track is None:
        raise MediaWithoutTracks(file=ffmpeg.file_name)
    pcm = scratch / "sound.wav"
    graph = (
        f"[0:{track.index}]{aligned_sound(track, info.duration_ms)},asplit[m][w];"
        "[m]ebur128=peak=true:framelog=verbose[measured];"
        f"[w]aresample={PCM_RATE},aformat=sample_fmts=s16:channel_layouts=mono[pcm]"
    )
    said = ffmpeg.run(
        [
            *opened(source, info, ffmpeg),
            *("-filter_complex", graph),
            *("-map", "[pcm]", "-c:a", "pcm_s16le", *BITEXACT, "-rf64", "auto", str(pcm)),
            *("-map", "[measured]", "-f", "null", "-"),
            *unused(info, TrackKind.AUDIO),
        ],
        scratch=scratch,
        duration_ms=info.duration_ms,
    )
    peaks = scratch / "peaks.json"
    peaks.write_text(json.dumps({"per_second": _PEAKS_PER_SECOND, "peaks": _peaks(pcm)}))
    return Sound(
        loudness=loudness_of(said),
        pcm=Product.of(pcm, "audio/wav"),
        peaks=Product.of(peaks, "application/json"),
    )


def loudness_of(said: str) -> Loudness:
    """Read ebur128's summary, the last in `said`; silence needs no gain."""
    _, _, summary = said.rpartition("Integrated loudness:")
    loud = re.search(r"I:\s+(-?[\d.]+) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+) dBFS", summary)
    integrated = float(loud[1]) if loud else _SILENCE_LUFS
    true_peak = float(peak[1]) if peak else None
    if integrated <= _SILENCE_LUFS:
        return Loudness(integrated_lufs=None, true_peak_dbtp=true_peak, gain_db=0.0)
    gain = min(round(TARGET_LUFS - integrated, 2), _MAX_GAIN_DB)
    return Loudness(integrated_lufs=integrated, true_peak_dbtp=true_peak, gain_db=gain)


def _peaks(pcm: Path) -> list[float]:
    """Return the largest amplitude in each tenth of a second, 0 to 1, two decimals."""
    size = PCM_RATE // _PEAKS_PER_SECOND
    peaks: list[float] = []
    with wave.open(str(pcm)) as file:
        while block := file.readframes(size * 600):
            samples = np.abs(np.frombuffer(block, dtype="<i2").astype(np.int32))
            padded = np.pad(samples, (0, -len(samples) % size))
            peaks += (padded.reshape(-1, size).max(axis=1) / 32768).round(3).tolist()
    return peaks
