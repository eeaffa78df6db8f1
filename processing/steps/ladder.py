"""The ladder: one pass over the upload for every rendition that is not a copy, and what we look at.

The picture is decoded once and scaled in cascade; each smaller rendition is made from the next
larger one, the analysis frames and the storyboard from the smallest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lessons import Loudness, MediaInfo, Rendition, RenditionSource, Track
from processing.ffmpeg import Ffmpeg
from processing.products import Product
from processing.steps.hls_index import DROP_NEGATIVE, SOUND_FILE, read_rendition
from processing.steps.levelling import levelled_sound, settled
from processing.steps.opening import opened
from processing.steps.pictures import cascade, encoded_picture, rungs
from processing.steps.storyboard import (
    Storyboard,
    look_filters,
    look_outputs,
    make_poster,
    read_storyboard,
)


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """What `make_ladder` gives.

    `products` are the renditions' files in their order. `frames`: MP4, 320×180 grey, 2 frames a
    second; frame k is the picture on screen at k/2 s exactly. `poster`: a JPEG that is not black.
    """

    renditions: tuple[Rendition, ...]
    products: tuple[Product, ...]
    frames: Product | None = None
    storyboard: Storyboard | None = None
    poster: Product | None = None


def make_ladder(
    source: Path,
    info: MediaInfo,
    loudness: Loudness | None,
    *,
    heights: Sequence[int],
    ffmpeg: Ffmpeg,
    scratch: Path,
) -> Ladder:
    """Encode every rendition that is not a copy, the sound brought to one loudness, and the looks.

    Args:
        source: the upload.
        info: what the probe found.
        loudness: what `sound` measured; None where there is no sound.
        heights: lines of the renditions, of which none is larger than the source.
        ffmpeg: the door.
        scratch: an empty folder.

    Raises:
        MediaUnreadable and others: see `Ffmpeg.run`.
    """
    loudness = settled(source, info, loudness, ffmpeg=ffmpeg, scratch=scratch)
    tall = rungs(info, heights)
    films = {scratch / f"{rung.height}p.mp4": rung for rung in tall}
    graphs, outputs = [], []
    for number, (path, rung) in enumerate(films.items()):
        outputs += ["-map", f"[picture{number}]"]
        outputs += [*encoded_picture(rung, like_source=info.compliant), str(path)]
    if info.video is not None:
        graphs.append(cascade(info, tall))
        graphs.append(look_filters(info, info.video, "rest"))
        outputs += look_outputs(scratch)
    tracks: dict[Path, Track] = dict(films)
    if info.audio is not None:
        path = scratch / "audio.mp4"
        tracks[path] = info.audio
        graphs.append(_sound_filters(info.audio, info.duration_ms, loudness))
        outputs += ["-map", "[sound]", "-c:a", "aac", "-b:a", "128k", "-bsf:a", DROP_NEGATIVE]
        outputs += [*SOUND_FILE, str(path)]
    ffmpeg.run(
        [*opened(source, info, ffmpeg), "-filter_complex", ";".join(graphs), *outputs],
        scratch=scratch,
        duration_ms=info.duration_ms,
    )
    made = [_read(path, track, ffmpeg) for path, track in tracks.items()]
    looks = info.video is not None
    return Ladder(
        renditions=tuple(rendition for rendition, _ in made),
        products=tuple(product for _, product in made),
        frames=Product.of(scratch / "frames.mp4", "video/mp4") if looks else None,
        storyboard=read_storyboard(info, info.video, scratch) if info.video else None,
        poster=_poster(source, info, next(iter(films), None), ffmpeg, scratch) if looks else None,
    )


def _sound_filters(track: Track, duration_ms: int, loudness: Loudness | None) -> str:
    return f"[0:{track.index}]{levelled_sound(track, duration_ms, loudness)}[sound]"


def _read(path: Path, track: Track, ffmpeg: Ffmpeg) -> tuple[Rendition, Product]:
    return read_rendition(
        path,
        name=path.stem,
        source=RenditionSource.ENCODED,
        track=track,
        file_name=ffmpeg.file_name,
    )


def _poster(
    source: Path, info: MediaInfo, largest: Path | None, ffmpeg: Ffmpeg, scratch: Path
) -> Product | None:
    if largest is not None:
        return make_poster(largest, info, ffmpeg=ffmpeg, scratch=scratch)
    return make_poster(source, info, ffmpeg=ffmpeg, scratch=scratch, zero_ms=info.zero_ms)
