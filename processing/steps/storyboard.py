"""What is looked at rather than played: analysis frames, the storyboard, the poster."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lessons import MediaInfo, Track
from lessons.timing import format_timecode
from processing.ffmpeg import Ffmpeg
from processing.products import Product
from processing.steps.opening import BITEXACT, THREADS, seconds

FRAMES_WIDTH, FRAMES_HEIGHT, FRAMES_PER_SECOND = 320, 180, 2
COLUMNS = ROWS = 10
_TILE_HEIGHT = 90
_LEAST_INTERVAL_MS = 2000
_MOST_TILES = 200
_GLANCE = (16, 9)  # size of the tiny grey pictures a poster is chosen by
_DARK, _BRIGHT, _FLAT = 28, 240, 10.0  # mean and spread of grey, 0 to 255
_POSTER_WIDTH = 1280


@dataclass(frozen=True, kw_only=True)
class Storyboard:
    """Small pictures at even intervals: tile n (row by row, sheet by sheet) shows n × interval.

    `vtt` names the sheets `storyboard-001.jpg`, `storyboard-002.jpg`, … in the order of `sprites`.
    """

    sprites: tuple[Product, ...]
    vtt: Product
    interval_ms: int
    tile_width: int
    tile_height: int
    columns: int
    rows: int


def interval_of(info: MediaInfo) -> int:
    """Return the storyboard's interval in milliseconds: whole half seconds, at most 200 tiles."""
    return max(_LEAST_INTERVAL_MS, -(-info.duration_ms // (_MOST_TILES * 500)) * 500)


def look_filters(info: MediaInfo, picture: Track, entry: str) -> str:
    """Return the graph from the pad `entry` to the pads frames, sheets and glances.

    `round=up` gives each slot the picture that is on screen at its instant: the last one that
    started at or before it.
    """
    slot = f"fps=1000/{interval_of(info)}:round=up:start_time=0"
    width = tile_width(picture)
    return (
        f"[{entry}]fps={FRAMES_PER_SECOND}:round=up:start_time=0,split[frames0][tiles0];"
        f"[frames0]scale={FRAMES_WIDTH}:{FRAMES_HEIGHT}:flags=area,format=gray,setsar=1[frames];"
        f"[tiles0]{slot},scale={width}:{_TILE_HEIGHT}:out_range=pc,format=yuvj420p,setsar=1,"
        f"split[tiles][glances0];[tiles]tile={COLUMNS}x{ROWS}[sheets];"
        f"[glances0]scale={_GLANCE[0]}:{_GLANCE[1]}:flags=area,format=gray[glances]"
    )


def look_outputs(scratch: Path) -> list[str]:
    """Return the outputs for the pads of `look_filters`."""
    return [
        *("-map", "[frames]", "-c:v", "libx264", "-preset", "superfast", "-crf", "12", "-g", "20"),
        *("-threads", str(THREADS), *BITEXACT, str(scratch / "frames.mp4")),
        *("-map", "[sheets]", "-c:v", "mjpeg", "-q:v", "5", *BITEXACT),
        *("-f", "image2", str(scratch / "storyboard-%03d.jpg")),
        *("-map", "[glances]", "-c:v", "rawvideo", "-f", "rawvideo", str(scratch / "glances.raw")),
    ]


def tile_width(picture: Track) -> int:
    """Return the width of a tile 90 lines high, even."""
    assert picture.width
    assert picture.height
    return max(round(picture.width * _TILE_HEIGHT / picture.height / 2) * 2, 2)


def read_storyboard(info: MediaInfo, picture: Track, scratch: Path) -> Storyboard:
    """Return the sheets that `look_outputs` wrote, with a WebVTT that says what is where."""
    interval, width = interval_of(info), tile_width(picture)
    sheets = sorted(scratch.glob("storyboard-*.jpg"))
    vtt = scratch / "storyboard.vtt"
    vtt.write_text("WEBVTT\n\n" + "\n".join(_cues(info.duration_ms, interval, width, sheets)))
    return Storyboard(
        sprites=tuple(Product.of(sheet, "image/jpeg") for sheet in sheets),
        vtt=Product.of(vtt, "text/vtt"),
        interval_ms=interval,
        tile_width=width,
        tile_height=_TILE_HEIGHT,
        columns=COLUMNS,
        rows=ROWS,
    )


def _cues(duration_ms: int, interval: int, width: int, sheets: list[Path]) -> Iterator[str]:
    for number, start in enumerate(range(0, duration_ms, interval)):
        sheet, place = divmod(number, COLUMNS * ROWS)
        if sheet >= len(sheets):
            return
        row, column = divmod(place, COLUMNS)
        end = min(start + interval, duration_ms)
        box = f"{column * width},{row * _TILE_HEIGHT},{width},{_TILE_HEIGHT}"
        line = f"{format_timecode(start)} --> {format_timecode(end)}"
        yield f"{line}\n{sheets[sheet].name}#xywh={box}\n"


def make_poster(
    film: Path, info: MediaInfo, *, ffmpeg: Ffmpeg, scratch: Path, zero_ms: int = 0
) -> Product | None:
    """Cut the poster out of `film`, whose time zero lies at `zero_ms`; None if nothing decodes."""
    poster = scratch / "poster.jpg"
    at = seconds(zero_ms + poster_at(scratch / "glances.raw", interval_of(info)))
    ffmpeg.run(
        [
            *ffmpeg.source(film, "-ss", at),
            *("-map", "0:v:0", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-vf"),
            f"scale='min({_POSTER_WIDTH},iw)':-2:out_range=pc,format=yuvj420p,setsar=1",
            *(*BITEXACT, "-f", "image2", "-update", "1", str(poster)),
        ],
        scratch=scratch,
    )
    return Product.of(poster, "image/jpeg") if poster.exists() else None


def poster_at(glances: Path, interval_ms: int) -> int:
    """Return when the recording is fit to be seen, in milliseconds.

    The first picture after a tenth of it that is neither black, white nor flat; else the most
    varied one.
    """
    size = _GLANCE[0] * _GLANCE[1]
    data = glances.read_bytes()
    pictures = [data[at : at + size] for at in range(0, len(data) - size + 1, size)]
    if not pictures:
        return 0
    looks = [_look(picture) for picture in pictures]
    for number in range(len(pictures) // 10, len(pictures)):
        mean, spread = looks[number]
        if _DARK < mean < _BRIGHT and spread > _FLAT:
            return number * interval_ms
    return max(range(len(pictures)), key=lambda number: looks[number][1]) * interval_ms


def _look(picture: bytes) -> tuple[float, float]:
    mean = sum(picture) / len(picture)
    return mean, (sum((level - mean) ** 2 for level in picture) / len(picture)) ** 0.5
