"""How pictures are scaled and encoded."""

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from lessons import MediaInfo, Track
from processing.steps.hls_index import PICTURE_FILE, SEGMENT_S
from processing.steps.opening import THREADS

# Peak bits a second for 30 frames a second, by lines; between these by the next larger.
_MAX_RATES = ((360, 800_000), (480, 1_400_000), (720, 2_500_000), (1080, 4_500_000))
_TOO_NEAR = 0.8  # a rung this close below another is not worth its encode
_FAST = 35  # frames a second from which a rendition gets half as many bits again


def rungs(info: MediaInfo, heights: Sequence[int]) -> list[Track]:
    """Return the pictures to encode, largest first; nothing is ever enlarged.

    A source between two heights keeps its own as the top. Beside a copied picture, only what is
    clearly smaller is encoded.
    """
    picture = info.video
    if picture is None or not picture.width or not picture.height:
        return []
    wanted = sorted(heights, reverse=True) or [picture.height]
    if info.compliant:
        last = float(picture.height)
        tall = []
    else:
        tall = [min(picture.height, wanted[0])]
        last = tall[0]
    for height in wanted:
        if height <= last * _TOO_NEAR:
            tall.append(height)
            last = height
    return [_scaled(picture, height) for height in tall]


def _scaled(picture: Track, height: int) -> Track:
    """Return `picture` at `height` lines or just below: both sides even, the shape kept."""
    assert picture.width
    assert picture.height
    lines = max(height // 2 * 2, 2)
    width = max(round(picture.width * lines / picture.height / 2) * 2, 2)
    return replace(picture, width=width, height=lines)


def upright(picture: Track) -> str:
    """Return the filters that make whole pictures at a constant rate from time zero on.

    (ffmpeg has turned the picture upright before. `start_time` shows the first picture from zero.)
    """
    steps = ["bwdif=mode=send_frame"] if picture.interlaced else []
    return ",".join([*steps, f"fps={picture.fps}:start_time=0"])


def cascade(info: MediaInfo, tall: Sequence[Track]) -> str:
    """Return the graph that decodes the picture once: pads picture0, picture1, …, and `rest`.

    Each rung is scaled from the one above it; `rest` is as large as the smallest.
    """
    picture = info.video
    assert picture is not None
    graph = f"[0:{picture.index}]{upright(picture)}"
    for number, rung in enumerate(tall):
        graph += f",{scaled_to(rung)},split[picture{number}][below{number}];[below{number}]null"
    return graph + "[rest]"


def scaled_to(rung: Track) -> str:
    """Return the filters that bring a picture to the size of `rung`: square pixels, 8-bit 4:2:0."""
    return f"scale={rung.width}:{rung.height}:out_range=tv,format=yuv420p,setsar=1"


def encoded_picture(rung: Track, *, like_source: bool) -> list[str]:
    """Return the output options of an encoded rendition.

    Args:
        rung: its size and rate.
        like_source: keyframes where the source has them, so that it is cut like the copy; else one
            every four seconds.
    """
    assert rung.fps is not None
    peak = max_rate(rung)
    every = math.ceil(SEGMENT_S * rung.fps)
    keys = ["-g", str(every), "-keyint_min", str(every)]
    if like_source:
        keys = ["-g", "9999", "-force_key_frames", "source"]
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-threads", str(THREADS), "-profile:v", "high"),
        *("-crf", "23", "-maxrate", str(peak), "-bufsize", str(2 * peak)),
        *(*keys, "-sc_threshold", "0", "-forced-idr", "1", *PICTURE_FILE),
    ]


def max_rate(rung: Track) -> int:
    """Return the peak bits a second that `rung` may need."""
    lines = min(rung.height or 0, rung.width or 0)
    rate = next((rate for most, rate in _MAX_RATES if lines <= most), _MAX_RATES[-1][1])
    return rate * 3 // 2 if (rung.fps or Fraction(0)) > _FAST else rate
