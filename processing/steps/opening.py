"""How every step opens an upload: on the recording's own clock, with both tracks in use.

ffmpeg starts its clock for a transport stream at the first of the tracks *that are used*. A step
that wants one track must therefore use the other too (`unused`), or its clock would be another.
"""

from pathlib import Path

from lessons import MediaInfo, Track, TrackKind
from processing.ffmpeg import Ffmpeg

THREADS = 2  # fixed, so that an encode repeats to the byte
BITEXACT = (
    "-map_metadata",
    "-1",
    "-map_chapters",
    "-1",
    "-fflags",
    "+bitexact",
    "-flags",
    "+bitexact",
)
SAMPLE_RATE = 48_000


def opened(source: Path, info: MediaInfo, ffmpeg: Ffmpeg) -> list[str]:
    """Return the input arguments under which time zero of the recording is time zero of ffmpeg.

    The picture's filters are not rebuilt when its size changes on the way: a rebuilt graph would
    count time from nought again; the scaler follows by itself.
    """
    shift = seconds(-info.zero_ms)
    return ffmpeg.source(
        source, "-itsoffset", shift, "-threads", str(THREADS), "-reinit_filter", "0"
    )


def unused(info: MediaInfo, *used: TrackKind) -> list[str]:
    """Return an output that reads the tracks not in `used` and throws them away undecoded."""
    others = [track for track in info.tracks if track.kind not in used]
    maps = [part for track in others for part in ("-map", f"0:{track.index}")]
    return [*maps, "-c", "copy", "-f", "null", "-"] if maps else []


def seconds(milliseconds: int) -> str:
    """Return `milliseconds` as ffmpeg reads a time."""
    return f"{milliseconds / 1000:.3f}"


def layout_of(track: Track) -> str:
    """Return the channel layout a sound is brought to: mono stays mono, all else is stereo."""
    return "mono" if track.channels == 1 else "stereo"


def aligned_sound(track: Track, duration_ms: int) -> str:
    """Return the filters that put `track` on the recording's clock, from zero to its very end.

    48 kHz, mono or stereo. Sound before zero is cut, a late start and gaps of more than 30 ms are
    filled with silence, so that sample n always stands for n / 48 ms.
    """
    return (
        f"aresample={SAMPLE_RATE}:async=1:min_hard_comp=0.03:first_pts=0,"
        f"aformat=sample_fmts=fltp:channel_layouts={layout_of(track)},"
        f"apad=whole_dur={seconds(duration_ms)},atrim=end={seconds(duration_ms)}"
    )
