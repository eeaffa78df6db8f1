"""A compliant source made playable at once: remuxed, not encoded."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from lessons import MediaInfo, Rendition, RenditionSource, Track
from lessons.errors import MediaRefused
from processing.ffmpeg import Ffmpeg
from processing.products import Product
from processing.steps.hls_index import DROP_NEGATIVE, PICTURE_FILE, SOUND_FILE, read_rendition
from processing.steps.opening import opened, unused

# A sound that starts later leaves a hole that players stall at; the encoded one is padded.
_MAX_LATE_MS = 80
_NEW_FFMPEG = 7


@dataclass(frozen=True, kw_only=True)
class Copied:
    """What `copy_video` gives: the renditions and, in the same order, their files."""

    renditions: tuple[Rendition, ...]
    products: tuple[Product, ...]


def copy_video(source: Path, info: MediaInfo, *, ffmpeg: Ffmpeg, scratch: Path) -> Copied:
    """Remux the picture and, where it is AAC that starts in time, the sound as `audio-original`.

    Frame i gets the time i / fps exactly, which is what its own time is to within 20 ms (see
    `rates`), and what the encoded renditions have: so all are cut alike.

    Raises:
        MediaRefused: the source is not compliant.
        MediaUnreadable and others: see `Ffmpeg.run`.
    """
    picture, sound = info.video, info.audio
    if picture is None or not info.compliant or picture.fps is None or picture.height is None:
        raise MediaRefused(file=ffmpeg.file_name, detail="not-compliant")
    grid = _on_the_grid(picture.fps, picture.reordered, old=ffmpeg.tools.major < _NEW_FFMPEG)
    outputs = {f"{picture.height}p": (picture, grid)}
    if sound is not None and _copies(sound):
        outputs["audio-original"] = (sound, ["-bsf:a", _cleaned(info), *SOUND_FILE])
    arguments = opened(source, info, ffmpeg)
    for name, (track, options) in outputs.items():
        arguments += ["-map", f"0:{track.index}", "-c", "copy", *options]
        arguments += [str(scratch / f"{name}.mp4")]
    kinds = [track.kind for track, _ in outputs.values()]
    ffmpeg.run([*arguments, *unused(info, *kinds)], scratch=scratch, duration_ms=info.duration_ms)
    made = [
        read_rendition(
            scratch / f"{name}.mp4",
            name=name,
            source=RenditionSource.COPIED,
            track=track,
            file_name=ffmpeg.file_name,
        )
        for name, (track, _) in outputs.items()
    ]
    return Copied(
        renditions=tuple(rendition for rendition, _ in made),
        products=tuple(product for _, product in made),
    )


def _on_the_grid(fps: Fraction, reordered: int, *, old: bool) -> list[str]:
    """Return the options that put frame i at i / fps, in decoding order as it came.

    In ticks as the MP4 writer likes them, no coarser than 1/10000 s, so that it changes none.
    An `old` ffmpeg (before 7) can't change ticks here: it rounds to those of the source.
    """
    if old:
        step = f"{fps.denominator}/({fps.numerator}*TB)"
        times = f"pts=round(round(PTS/({step}))*{step}):dts=round((N-{reordered})*{step})"
        return ["-bsf:v", f"setts={times}:duration=round({step})", *PICTURE_FILE]
    ticks = fps.numerator
    while ticks < 10_000:
        ticks *= 2
    each = ticks // fps.numerator * fps.denominator
    times = f"pts=round(PTS/{each})*{each}:dts=(N-{reordered})*{each}:duration={each}"
    return ["-bsf:v", f"setts=prescale=1:time_base=1/{ticks}:{times}", *PICTURE_FILE]


def _copies(sound: Track) -> bool:
    return sound.codec == "aac" and sound.start_ms <= _MAX_LATE_MS


def _cleaned(info: MediaInfo) -> str:
    """AAC in a transport stream repeats its parameters in each packet; MP4 has them once."""
    return f"{DROP_NEGATIVE},aac_adtstoasc" if info.container == "mpegts" else DROP_NEGATIVE
