"""Small lessons drawn with known slide changes and builds, to tune and to test the detector.

Each is 640 x 360 at 25 fps (one at 30000/1001): slides of invented characters on one white
template, with what happens on a classroom's screen and in its camera. Everything is seeded.
"""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from bench.drawn import H, Image, Slide, W, camera, inset, noisy, slide, write
from processing.ffmpeg import find_tools

FPS = Fraction(25)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One drawn lesson: a picture for each frame, and the frames where things really change."""

    name: str
    frames: int
    draw: Callable[[int], Image]  # BGR (360, 640, 3)
    changes: tuple[int, ...]
    builds: tuple[int, ...] = ()
    fps: Fraction = FPS
    within: int = 2  # frames by which a detector may be off
    bitrate: str = "400k"


@dataclass
class Script:
    """Pictures by the frame from which each is shown; `kind` says what the step is."""

    steps: list[tuple[int, Image, str]] = field(default_factory=list)

    def at(self, frame: int, image: Image, kind: str = "change") -> "Script":
        """Show `image` from `frame` on."""
        self.steps.append((frame, image, kind))
        return self

    def picture(self, i: int) -> Image:
        """Return what is shown at frame `i`."""
        return next(image for frame, image, _ in reversed(self.steps) if frame <= i)

    def frames_of(self, kind: str) -> tuple[int, ...]:
        """Return the frames of the steps of one kind; the first picture is no step."""
        return tuple(frame for frame, _, k in self.steps[1:] if k == kind)


def _lesson(theme: str = "white", start: int = 10, gap: int = 150, count: int = 5) -> Script:
    script = Script()
    for k in range(count):
        at = k * gap + (37 * k) % 23
        script.at(at, slide(Slide(number=start + k, lines=2 + k % 4, theme=theme)))
    return script


def _shown(name: str, script: Script, draw: Callable[[int], Image], frames: int) -> Shown:
    return Shown(
        name=name,
        frames=frames,
        draw=draw,
        changes=script.frames_of("change"),
        builds=script.frames_of("build"),
    )


def _with_inset(script: Script) -> Callable[[int], Image]:
    def draw(i: int) -> Image:
        return inset(script.picture(i), i)

    return draw


def _blend(a: Image, b: Image, share: float) -> Image:
    return np.asarray(cv2.addWeighted(a, 1 - share, b, share, 0), np.uint8)


def _templates() -> Iterator[Shown]:
    for theme, start in (("white", 10), ("bar", 30), ("dark", 50)):
        script = _lesson(theme, start)
        yield _shown(f"template_{theme}", script, script.picture, 800)
        yield _shown(f"inset_{theme}", script, _with_inset(script), 800)
    script = _lesson("white", 70)
    odd = _shown("ntsc", script, script.picture, 780)
    yield Shown(**{**odd.__dict__, "fps": Fraction(30000, 1001)})
    yield Shown(**{**odd.__dict__, "name": "starved", "bitrate": "60k"})


def _builds() -> Iterator[Shown]:
    script = Script()
    frame = 0
    for n in range(3):
        for lines in range(1, 5):
            kind = "change" if lines == 1 else "build"
            script.at(frame, slide(Slide(number=90 + n, lines=lines)), kind)
            frame += 61 + 7 * lines
    yield _shown("builds", script, _with_inset(script), frame)
    jumps = Script()
    jumps.at(0, slide(Slide(number=95, lines=1)))
    jumps.at(103, slide(Slide(number=95, lines=4)), "build")
    jumps.at(211, slide(Slide(number=96, lines=3)))
    jumps.at(317, slide(Slide(number=96, lines=3, extra=1)), "build")
    jumps.at(431, slide(Slide(number=97, lines=4)))
    yield _shown("several_lines_at_once", jumps, jumps.picture, 550)
    script2 = _lesson("bar", 100, 200, 3)

    def with_pointer(i: int) -> Image:
        image = script2.picture(i).copy()
        x, y = int(320 + 250 * np.sin(i / 17)), int(200 + 120 * np.cos(i / 23))
        cv2.fillConvexPoly(image, np.array([[x, y], [x, y + 16], [x + 11, y + 11]]), (0, 0, 0))
        return image

    yield _shown("pointer", script2, with_pointer, 620)


def _films() -> Iterator[Shown]:
    script = _lesson("white", 120, 300, 2)

    def video_inside(i: int) -> Image:
        image = script.picture(i).copy()
        if i < script.frames_of("change")[0]:
            playing = max(100, i)  # it starts at 4 s
            shot = 3 if playing < 180 else 4  # with a cut of its own
            image[90:320, 240:620] = camera(playing, shot, w=380, h=230)
        return image

    yield _shown("video_in_slide", script, video_inside, 500)
    yield Shown(name="film", frames=700, draw=lambda i: camera(i, 5), changes=())

    def panning(i: int) -> Image:
        return camera(i, 6, pan=280 * float(np.clip(np.sin(i / 55) * 1.6, -1, 1)))

    yield Shown(name="film_pan", frames=700, draw=panning, changes=())

    def presets(i: int) -> Image:  # the camera swings to its next preset in under a second
        swing = float(np.clip((i % 175 - 140) / 18, 0, 1))
        side = (i // 175) % 2
        return camera(i, 8, pan=500 * (swing if side == 0 else 1 - swing) - 250)

    yield Shown(name="film_presets", frames=700, draw=presets, changes=())
    yield Shown(
        name="film_cuts",
        frames=700,
        draw=lambda i: camera(i, 11 if i < 203 else 12 if i < 451 else 13),
        changes=(203, 451),
    )
    mixed = _lesson("white", 140, 220, 4)

    def director(i: int) -> Image:
        if 110 <= i < 180 or 500 <= i < 610:
            return camera(i, 15)
        return inset(mixed.picture(i), i, seed=15)

    frames = sorted({110, 180, 500, 610, *mixed.frames_of("change")})
    yield Shown(name="director", frames=850, draw=director, changes=tuple(frames))

    def director_dissolves(i: int) -> Image:
        into, out = np.clip([(i - 110 + 10.5) / 21, (i - 300 + 10.5) / 21], 0, 1)
        slides = inset(mixed.picture(0 if i < 200 else 300), i, seed=15)
        return _blend(slides, camera(i, 15), float(into - out))

    yield Shown(name="director_dissolves", frames=450, draw=director_dissolves, changes=(110, 300))


@cache
def _board(characters: int, paper: int, ink: int) -> Image:
    """Return a board on which so much is written."""
    if characters <= 0:
        return np.full((H, W, 3), paper, np.uint8)
    image = _board(characters - 1, paper, ink).copy()
    k = characters - 1
    if k < 90:
        write(image, 5000 + k, 1, (40 + 30 * (k % 15), 40 + 36 * (k // 15)), 24, ink)
    return image


def _boards() -> Iterator[Shown]:
    yield Shown(name="whiteboard", frames=700, draw=lambda i: _board(i // 9, 245, 40), changes=())

    def chalk(i: int) -> Image:
        image = _board(max(0, i - 50) // 9, 66, 215).copy()
        x = int(320 + 240 * np.sin(i / 60))
        cv2.rectangle(image, (x - 28, 130), (x + 28, H), (140, 84, 70), -1)
        cv2.circle(image, (x, 108), 24, (146, 172, 214), -1)
        light = 1 + 0.12 * np.sin(i / 90)  # the camera's exposure breathes
        return noisy(np.clip(image * light, 0, 255).astype(np.uint8), i)

    yield Shown(name="chalk_only", frames=900, draw=chalk, changes=())


def _hurried() -> Iterator[Shown]:
    for name, gap in (("quick", 57), ("flicking", 21)):
        script = Script()
        order = [0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 4]
        for k, n in enumerate(order):
            script.at(70 + k * gap if k else 0, slide(Slide(number=160 + n, lines=2 + n % 3)))
        end = 70 + len(order) * gap + 100
        yield _shown(name, script, _with_inset(script), end)


def _effects() -> Iterator[Shown]:
    plain = _lesson("white", 180, 160, 4)

    def dissolving(i: int) -> Image:
        for at in plain.frames_of("change"):
            if at - 12 <= i <= at + 12:
                old, new = plain.picture(at - 1), plain.picture(at)
                return inset(_blend(old, new, (i - at + 12.5) / 25), i)
        return inset(plain.picture(i), i)

    yield _shown("dissolves", plain, dissolving, 640)
    wiped = _lesson("bar", 190, 160, 4)

    def wiping(i: int) -> Image:  # from left to right, within 0.8 s
        for at in wiped.frames_of("change"):
            if at - 10 <= i <= at + 10:
                image = wiped.picture(at - 1).copy()
                edge = int(W * (i - at + 10.5) / 21)
                image[:, :edge] = wiped.picture(at)[:, :edge]
                return image
        return wiped.picture(i)

    wipes = _shown("wipes", wiped, wiping, 640)  # whose middle depends on where the text stands
    yield Shown(**{**wipes.__dict__, "within": 5})
    moving = _lesson("white", 200, 160, 4)

    def wandering(i: int) -> Image:  # the inset jumps with the slide, then slides away alone
        changes = moving.frames_of("change")
        if i < changes[0]:
            at = (470, 262)
        elif i < changes[1] - 15:
            at = (470, 20)
        else:
            at = (470, min(262, 20 + 8 * (i - changes[1] + 15)))
        return inset(moving.picture(i), i, at)

    yield _shown("moving_inset", moving, wandering, 640)


def the_set() -> tuple[Shown, ...]:
    """Return every drawn lesson."""
    return tuple([*_templates(), *_builds(), *_films(), *_boards(), *_hurried(), *_effects()])


def encode(shown: Shown, folder: Path) -> tuple[Path, Path]:
    """Write (analysis frames, rendition) of one drawn lesson, as the ladder would make them."""
    tool = str(find_tools().ffmpeg)
    video, frames = folder / f"{shown.name}.mp4", folder / f"{shown.name}.frames.mkv"
    command = f"{tool} -v error -y -f rawvideo -pix_fmt bgr24 -s {W}x{H} -r {shown.fps}"
    command += f" -i pipe:0 -c:v libx264 -preset veryfast -b:v {shown.bitrate} -g 100 -sc_threshold"
    command += f" 0 -pix_fmt yuv420p -movflags +frag_keyframe+empty_moov {video}"
    with subprocess.Popen(command.split(), stdin=subprocess.PIPE) as run:
        assert run.stdin
        for i in range(shown.frames):
            run.stdin.write(shown.draw(i).tobytes())
        run.stdin.close()
    assert run.returncode == 0
    analysis_frames(video, frames)
    return frames, video


def analysis_frames(video: Path, frames: Path) -> None:
    """Write the 320 x 180 grey pictures at 2 a second that the detector looks at."""
    look = "fps=2:round=up:start_time=0,scale=320:180:flags=area,format=gray"
    command = [str(find_tools().ffmpeg), "-nostdin", "-v", "error", "-y", "-i", str(video)]
    subprocess.run([*command, "-vf", look, "-an", "-c:v", "ffv1", str(frames)], check=True)
