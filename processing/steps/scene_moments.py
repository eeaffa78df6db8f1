"""The exact frame of a change: every frame around a candidate, small and grey.

Hard changes are steps from one frame to the next that stand out from the movement around them.
What has no step may be a dissolve or a wipe: then each pixel stays between its old and its new
level, which a moving camera does not do; its moment is the frame half way.
"""

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from processing.steps.scene_pictures import (
    COLUMNS,
    HEIGHT,
    ROWS,
    WIDTH,
    Blocks,
    Comparison,
    Ink,
    Picture,
    changed_blocks,
)

_SETTLES = 3  # frames after a step until a codec has painted it properly
_APART = 2  # frames: two steps are never closer
LOST = 0.4  # share of the ink that must go for another slide
LOST_PERHAPS = 0.2  # the same where a template may have kept the rest
_LOST_BY_BUILD = 0.15
_STEP_BLOCKS = 3
_BUILD_BLOCKS = 5
_CAME_AT_LEAST = 0.05  # of the ink, for a build that fades in
_SLIDE_BLOCKS = 6  # of ink that a slide must have had to be replaced
_SCENE_BLOCKS = 24  # of ink, old and new, in a picture whose source is switched
_REPLACED = 0.8  # share of all inked blocks that a switch of the source replaces
_CALM = 0.35  # movement beside a cut, of the cut's own: in the middle, and at most
_CALM_AT_MOST = 0.5
_BESIDE_S = 0.25
_LONGEST_EFFECT_S = 2.5
_PLAINLY = 24  # levels
_OFF_ENDS = 16  # levels a pixel in a wipe may be off the old or the new

Amounts = NDArray[np.int64]  # blocks that move into each frame


class What(Enum):
    """What a step is."""

    SLIDE = "slide"
    SOURCE = "source"  # another camera, or camera and slides change places
    BUILD = "build"


@dataclass(frozen=True)
class Moment:
    """A step at `frame`, what it is, and what went and came there (outside what keeps moving)."""

    frame: int
    what: What
    seen: Comparison
    still: Blocks


def moments_in(
    pictures: list[Picture], first_frame: int, still: Blocks, frames_a_second: float
) -> list[Moment]:
    """Return what happens in a run of consecutive frames, the first numbered `first_frame`.

    Args:
        pictures: each frame, 320 x 180, with at least a few frames of quiet on both sides.
        first_frame: number of `pictures[0]` in the recording.
        still: blocks that do not keep moving before or after.
        frames_a_second: to tell a dissolve from a slow change of light.
    """
    if len(pictures) < 2:
        return []
    moved = np.array(
        [np.zeros((ROWS, COLUMNS), np.bool_)]
        + [changed_blocks(a, b, 20) for a, b in pairwise(pictures)]
    )
    inside = (moved & still).reshape(len(moved), -1).sum(axis=1)
    whole = moved.reshape(len(moved), -1).sum(axis=1)
    reach = round(min(6, max(2, _BESIDE_S * frames_a_second)))
    found = []
    for at, following in pairwise([*_steps(inside, whole), len(pictures)]):
        settled = min(at + _SETTLES, following - 1)
        seen = Comparison.of(Ink.of(pictures[at - 1]), Ink.of(pictures[settled]))
        calm, alone = _calm_beside(inside, at, reach), _calm_beside(whole, at, reach)
        what = _kind(seen, still, calm=calm, alone=alone)
        if what is What.BUILD and (seen.came & moved[at]).sum() < _BUILD_BLOCKS:
            what = None
        if what:
            found.append(Moment(first_frame + at, what, seen, still))
    if all(moment.what is What.BUILD for moment in found):
        effect = _gradual(pictures, still, inside, frames_a_second)
        if effect and (not found or effect[2] is not What.BUILD):
            at, seen, what = effect
            return [Moment(first_frame + at, what, seen, still)]
    return found


def _steps(inside: Amounts, whole: Amounts) -> list[int]:
    """Return the frames at which more moves than just before and after."""
    steps = set()
    for amounts, least in ((inside, _STEP_BLOCKS), (whole, 0.25 * ROWS * COLUMNS)):
        floor = max(float(least), 0.2 * float(amounts.max()))
        for i in range(1, len(amounts)):
            around = amounts[max(1, i - _APART) : i + _APART + 1]
            if amounts[i] >= floor and amounts[i] == around.max():
                steps.add(i)
    kept: list[int] = []
    for i in sorted(steps):
        if kept and i - kept[-1] <= _APART:
            if whole[i] > whole[kept[-1]]:
                kept[-1] = i
        else:
            kept.append(i)
    return kept


def _calm_beside(amounts: Amounts, at: int, reach: int) -> bool:
    """Return whether both sides of the step at `at` are calm against it, as no moving camera is.

    The frame on either side is left out of the stricter test: a codec may still be painting.
    """
    own = float(amounts[at])
    sides = (amounts[max(1, at - reach) : at], amounts[at + 1 : at + 1 + reach])
    others = (sides[0][:-1], sides[1][1:])
    return all(float(np.median(side)) <= _CALM * own for side in sides if len(side)) and all(
        float(side.max()) <= _CALM_AT_MOST * own for side in others if len(side)
    )


def _kind(seen: Comparison, still: Blocks, *, calm: bool, alone: bool) -> What | None:
    """Return what happened between two pictures, None where it is nothing to report.

    Args:
        seen: the picture before and the picture after.
        still: blocks that do not keep moving on either side.
        calm: the still blocks hardly move just before and after.
        alone: the same of the whole picture.
    """
    if alone and seen.ink_blocks() >= _SCENE_BLOCKS and seen.replaced_share() >= _REPLACED:
        if not seen.before.any() and seen.same_paper:
            return What.BUILD  # the first line on an empty page
        return What.SOURCE
    if not calm:
        return None
    lost = seen.lost_share(still)
    if lost >= LOST_PERHAPS and (still & (seen.before > 0)).sum() >= _SLIDE_BLOCKS:
        return What.SLIDE
    came = int((seen.came & still).sum())
    if lost <= _LOST_BY_BUILD and came >= _BUILD_BLOCKS:
        return What.BUILD
    return None


def _gradual(
    pictures: list[Picture], still: Blocks, inside: Amounts, frames_a_second: float
) -> tuple[int, Comparison, What] | None:
    """Return (index of the middle frame, what was seen, kind) of a dissolve or wipe, if one is."""
    seen = Comparison.of(Ink.of(pictures[0]), Ink.of(pictures[-1]))
    what = _kind(seen, still, calm=True, alone=True)
    if what is None or not seen.before.any() or not seen.after.any():
        return None  # nothing, or a fade from black or to it
    if what is What.SLIDE and seen.lost_share(still) < LOST:
        return None
    course = _Course.of(pictures, still if what is not What.SOURCE else np.ones_like(still))
    if course is None or course.frames > _LONGEST_EFFECT_S * frames_a_second:
        return None
    outside = np.concatenate([inside[1 : course.begun], inside[course.done + 1 :]])
    quiet = len(outside) == 0 or float(np.median(outside)) <= 0.03 * course.blocks
    if what is What.BUILD:
        right = quiet and course.off_mixture <= 0.2 and course.blocks >= 2 * _BUILD_BLOCKS
        right = right and seen.came_share(still) >= _CAME_AT_LEAST
    elif quiet:
        like_an_effect = course.off_mixture <= 0.4 or course.wiped >= 0.9
        right = course.blocks >= _SCENE_BLOCKS and like_an_effect
    else:  # a camera on one side
        right = what is What.SOURCE and course.off_mixture <= 0.4
    return (course.middle, seen, what) if right else None


@dataclass(frozen=True)
class _Course:
    """How the picture went from its old state to the new one, over the pixels that differ."""

    begun: int  # index of the first frame that is no longer the old picture
    middle: int
    done: int  # of the last frame that is not yet the new one
    blocks: int  # that differ plainly
    off_mixture: float  # 0: every pixel is the same mixture of old and new; about 1: either of them
    wiped: float  # share of pixels that go from old to new once, with nothing between

    @property
    def frames(self) -> int:
        """Length of the effect."""
        return self.done - self.begun + 1

    @classmethod
    def of(cls, pictures: list[Picture], where: Blocks) -> "_Course | None":
        """Follow the pixels of `where`; None where nothing goes from an old to a new state."""
        old = np.median(np.array(pictures[:3]), axis=0).astype(np.float32)
        new = np.median(np.array(pictures[-3:]), axis=0).astype(np.float32)
        large = np.repeat(np.repeat(where, HEIGHT // ROWS, axis=0), WIDTH // COLUMNS, axis=1)
        differs = (np.abs(new - old) > _PLAINLY) & large
        if not differs.any():
            return None
        start, way = old[differs], (new - old)[differs]
        stack = np.array([p[differs] for p in pictures], np.float32)
        shares = ((stack - start) * way).sum(axis=1) / float((way**2).sum())
        over, begun = np.flatnonzero(shares >= 0.5), np.flatnonzero(shares > 0.1)
        done = np.flatnonzero(shares < 0.9)
        if not len(over) or not len(begun) or not len(done) or done[-1] <= begun[0]:
            return None
        first, last = int(begun[0]), int(done[-1])
        return cls(
            begun=first,
            middle=int(over[0]),
            done=last,
            blocks=int((changed_blocks(_byte(old), _byte(new), _PLAINLY) & where).sum()),
            off_mixture=_off_mixture(stack - start, way, shares),
            wiped=_wiped(stack - start, way),
        )


Levels = NDArray[np.float32]


def _off_mixture(off_old: Levels, way: Levels, shares: Levels) -> float:
    """Return how far frames half way are from a mixture of the old picture and the new.

    A picture in which a share a of the pixels is new and the rest is old (a wipe, or things that
    move) is off the mixture a by a (1 - a) of the energy between the two: that is 1 here.
    """
    half_way = (shares > 0.2) & (shares < 0.8)
    if not half_way.any():
        return 1.0
    a = shares[half_way]
    energy = ((off_old[half_way] - a[:, None] * way) ** 2).sum(axis=1) / float((way**2).sum())
    return float(np.median(energy / (a * (1 - a))))


def _wiped(off_old: Levels, way: Levels) -> float:
    """Return the share of pixels that switch once from old to new."""
    is_new = np.abs(off_old - way) < np.abs(off_old)
    once = (is_new[1:] != is_new[:-1]).sum(axis=0) == 1
    off = np.minimum(np.abs(off_old), np.abs(off_old - way))
    clean = (off <= _OFF_ENDS).mean(axis=0) >= 0.9
    return float((once & clean & ~is_new[0]).mean())


def _byte(levels: NDArray[np.float32]) -> Picture:
    return levels.astype(np.uint8)
