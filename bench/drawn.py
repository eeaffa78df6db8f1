"""Pictures for drawn lessons: slides of invented characters, a classroom camera, its grain."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
W, H = 640, 360


@cache
def _character(seed: int, size: int) -> Image:
    """Return an invented Han-like character: a few strokes in a box, white on black."""
    rng = np.random.default_rng(seed)
    big = np.zeros((64, 64), np.uint8)
    for _ in range(int(rng.integers(4, 9))):
        a = rng.integers(6, 58, 2)
        kind = rng.integers(0, 3)
        b = (a[0], rng.integers(6, 58)) if kind == 0 else (rng.integers(6, 58), a[1])
        if kind == 2:
            b = tuple(rng.integers(6, 58, 2))
        cv2.line(big, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 255, 5, cv2.LINE_AA)
    return np.asarray(cv2.resize(big, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


def write(image: Image, text: int, length: int, at: tuple[int, int], size: int, ink: int) -> None:
    """Write `length` invented characters of the line `text` at (x, y), in place."""
    rng = np.random.default_rng(text)
    x, y = at
    for _ in range(length):
        if x + size > image.shape[1] or y + size > image.shape[0]:
            return
        mask = _character(int(rng.integers(0, 4000)), size).astype(np.float32)[..., None] / 255
        place = image[y : y + size, x : x + size].astype(np.float32)
        image[y : y + size, x : x + size] = (place * (1 - mask) + ink * mask).astype(np.uint8)
        x += size + 1


@dataclass(frozen=True, kw_only=True)
class Slide:
    """A slide by number: its title and its lines follow from the number."""

    number: int
    lines: int = 3
    theme: str = "white"  # white, bar, dark
    extra: int = 0  # lines of the next slide number that repeats this one


@cache
def slide(s: Slide) -> Image:
    """Draw `s` at 640 x 360."""
    paper = 30 if s.theme == "dark" else 252
    ink = 230 if s.theme == "dark" else 30
    image = np.full((H, W, 3), paper, np.uint8)
    title_ink = ink
    if s.theme == "bar":
        image[0:52] = (120, 60, 30)
        title_ink = 250
    rng = np.random.default_rng(s.number)
    write(image, s.number * 100, int(rng.integers(4, 10)), (40, 16), 25, title_ink)
    if s.theme == "white":
        image[69:70, 40:600] = 200
    for k in range(s.lines + s.extra):
        y = 92 + 39 * k
        cv2.circle(image, (46, y + 9), 3, (170, 90, 40), -1)
        write(image, s.number * 100 + k + 1, int(rng.integers(6, 22)), (58, y), 18, ink)
    write(image, 7, 14, (40, 337), 9, 150)
    write(image, 9000 + s.number % 100, 2, (560, 337), 9, 150)
    return image


@cache
def _room(seed: int, w: int, h: int) -> Image:
    """Return an empty classroom three pictures wide: windows, posters, shelves."""
    rng = np.random.default_rng(seed)
    wide = np.empty((h, w * 3, 3), np.uint8)
    wide[:] = rng.integers(150, 215, 3)
    for _ in range(18):
        x, y = int(rng.integers(0, w * 3)), int(rng.integers(0, h * 2 // 3))
        size = (int(rng.integers(30, 160) * w / W), int(rng.integers(20, 90) * h / H))
        tone = tuple(int(v) for v in rng.integers(30, 250, 3))
        cv2.rectangle(wide, (x, y), (x + size[0], y + size[1]), tone, -1)
    return wide


@cache
def _grain(h: int, w: int) -> NDArray[np.int16]:
    return np.random.default_rng(h).normal(0, 6, (h * 2, w * 2, 1)).astype(np.int16)


def noisy(image: Image, i: int) -> Image:
    """Return `image` with a camera's noise, another in every frame `i`."""
    h, w = image.shape[:2]
    y, x = (i * 7919) % h, (i * 104729) % w
    grainy = image.astype(np.int16) + _grain(h, w)[y : y + h, x : x + w]
    return np.asarray(np.clip(grainy, 0, 255), np.uint8)


def camera(i: int, seed: int = 0, pan: float = 0.0, w: int = W, h: int = H) -> Image:
    """Draw a classroom at frame `i`: a teacher walks, heads sway, each frame has its own noise."""
    wide = _room(seed, w, h).copy()
    t = i / 25
    x = int(w * (1.4 + 0.28 * np.sin(2 * np.pi * t / 11 + seed)))
    top, low = int(0.25 * h), int(0.62 * h)
    cv2.rectangle(wide, (x - w // 30, top), (x + w // 30, low), (140, 84, 70), -1)
    cv2.circle(wide, (x, top - h // 22), h // 20, (146, 172, 214), -1)
    for k in range(8):
        hx = int(w * (1.06 + 0.125 * k) + w / 90 * np.sin(t * (1 + k % 3) + k))
        cv2.circle(wide, (hx, int(0.86 * h)), h // 13, (34 + 6 * k, 40, 50), -1)
        cv2.rectangle(wide, (hx - h // 10, int(0.92 * h)), (hx + h // 10, h), (90, 90, 150), -1)
    left = int(w + pan)
    return noisy(wide[:, left : left + w], i)


def inset(image: Image, i: int, at: tuple[int, int] = (470, 262), seed: int = 0) -> Image:
    """Lay a small camera picture (160 x 90) over a copy of `image`."""
    out = image.copy()
    x, y = at
    out[y : y + 90, x : x + 160] = camera(i, seed, w=160, h=90)
    return out
