"""The lessons that the benchmark measures on: drawn once, kept in a folder.

1920×1080, 25 frames a second, H.264 at 4 Mbit/s, a keyframe every 50 frames: ten slides on one
white template, a moving pointer, a camera of 480×360 with its own noise in a corner; the sound is
the sample lesson's, over and over. The long one is the short one in a loop, not encoded again.
"""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2

from bench.drawn import Slide, camera, slide
from lessons import MediaInfo
from processing.ffmpeg import Ffmpeg, find_tools
from processing.steps.probe import MediaLimits, probe

SAMPLE = Path(__file__).parents[1] / "samples" / "lesson_zh_water.mp4"
FPS = Fraction(25)
# Seconds at which another slide comes, in a lesson of five minutes.
CHANGES_S = (30, 54, 86, 126, 147, 169, 206, 229, 260)
SHORT_S = 300
_INSET = (480, 360)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Where the inputs and what is made of them lie; `quick` asks for less of everything."""

    folder: Path
    rounds: int
    quick: bool

    def scratch(self, name: str) -> Path:
        """Return an empty folder of this name."""
        made = self.folder / "scratch" / name
        if made.exists():
            shutil.rmtree(made)
        made.mkdir(parents=True)
        return made

    @property
    def short(self) -> Path:
        """Return the lesson of five minutes."""
        return _made(self.folder / "lesson_5min.mp4", _draw)

    @property
    def long(self) -> Path:
        """Return the lesson of forty minutes."""
        return _made(self.folder / "lesson_40min.mp4", lambda path: _looped(self.short, path, 8))

    def excerpt(self, seconds: int) -> Path:
        """Return the first `seconds` of the short lesson, not encoded again."""
        cut = ("-t", str(seconds), "-c", "copy")
        return _made(
            self.folder / f"lesson_{seconds}s.mp4",
            lambda path: _ffmpeg("-i", str(self.short), *cut, str(path)),
        )


def door() -> Ffmpeg:
    """Return the product's own door to ffmpeg."""
    return Ffmpeg(find_tools())


def known(source: Path, scratch: Path) -> MediaInfo:
    """Return what the product's probe says of `source`."""
    return probe(source, ffmpeg=door(), limits=MediaLimits(), scratch=scratch)


def ffmpeg(*arguments: str | Path) -> list[str]:
    """Return a plain ffmpeg command, as a peer runs it."""
    program = str(find_tools().ffmpeg)
    return [program, "-nostdin", "-v", "error", "-y", *map(str, arguments)]


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(ffmpeg(*arguments), check=True)


def _made(path: Path, make: Callable[[Path], None]) -> Path:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"part.{path.name}")
        make(unfinished)
        unfinished.rename(path)
    return path


def _looped(source: Path, path: Path, times: int) -> None:
    _ffmpeg("-stream_loop", str(times - 1), "-i", str(source), "-c", "copy", str(path))


def _draw(path: Path) -> None:
    slides = path.parent / "slides"
    slides.mkdir(exist_ok=True)
    listed = []
    ends = (*CHANGES_S, SHORT_S)
    for number, (start, end) in enumerate(zip((0, *CHANGES_S), ends, strict=True)):
        image = cv2.resize(slide(Slide(number=300 + number)), None, fx=3, fy=3)
        cv2.imwrite(str(slides / f"{number}.png"), image)
        listed.append(f"file {number}.png\nduration {end - start}\n")
    (slides / "list.txt").write_text("".join(listed) + f"file {len(ends) - 1}.png\n")
    rate, width, height = str(FPS), *_INSET
    graph = (
        f"[0:v]fps={rate},setsar=1[slides];"
        "[slides][1:v]overlay=x=1400:y=700[seen];color=black:s=14x22:r=25[pointer];"
        "[seen][pointer]overlay=x='960+750*sin(t/2)':y='540+360*cos(t/3)',format=yuv420p[picture]"
    )
    arguments = [
        *("-f", "concat", "-i", str(slides / "list.txt")),
        *("-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width}x{height}", "-r", rate, "-i", "-"),
        *("-stream_loop", "-1", "-i", str(SAMPLE), "-filter_complex", graph),
        *("-map", "[picture]", "-map", "2:a", "-t", str(SHORT_S)),
        *("-c:v", "libx264", "-preset", "veryfast", "-b:v", "4M", "-maxrate", "4M"),
        *("-bufsize", "8M", "-nal-hrd", "cbr", "-g", "50", "-keyint_min", "50"),
        *("-sc_threshold", "0", "-bf", "2", "-c:a", "aac", "-b:a", "128k", str(path)),
    ]
    drawing = ffmpeg(*arguments)
    drawing.remove("-nostdin")  # the camera comes that way
    with subprocess.Popen(drawing, stdin=subprocess.PIPE) as process:
        assert process.stdin
        for number in range(int(SHORT_S * FPS)):
            process.stdin.write(camera(number, w=width, h=height).tobytes())
        process.stdin.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, drawing)
