"""What two small grey pictures of a lesson have in common.

A slide is judged by its *ink*: whatever stands out from the paper around it (text, lines, figures).
A template keeps its paper and its bars from slide to slide, so the mean colour says little; what
counts is which of the old ink is gone and how much is new. Everything is kept per block of
10 x 10 pixels, in grids of 18 rows and 32 columns.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 320, 180  # pixels of every picture looked at here
COLUMNS, ROWS = 32, 18
FRAME_BYTES = WIDTH * HEIGHT

Picture = NDArray[np.uint8]  # (180, 320), luma 0 to 255
Blocks = NDArray[np.bool_]  # (18, 32)
Weights = NDArray[np.float32]  # (18, 32)

_STANDS_OUT = 14  # levels by which ink differs from its paper
_SPECK = 150.0  # a block with less ink than this (levels x pixels) is called empty
_SAME = 0.35  # share of its energy that ink may lose and still be the same ink
_MOVED_SHARE = 0.05  # of a block's pixels


def picture_of(raw: bytes) -> Picture:
    """Return one rawvideo frame as a picture."""
    return np.frombuffer(raw, np.uint8).reshape(HEIGHT, WIDTH)


def changed_blocks(before: Picture, after: Picture, levels: int) -> Blocks:
    """Return the blocks in which more than 5 % of the pixels moved by more than `levels`."""
    moved = cv2.threshold(cv2.absdiff(before, after), levels, 1.0, cv2.THRESH_BINARY)[1]
    share = cv2.resize(moved.astype(np.float32), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    return np.asarray(share > _MOVED_SHARE)


@dataclass(frozen=True)
class Ink:
    """A picture, the relief of its ink over the paper, and how much ink each block holds."""

    picture: Picture
    relief: NDArray[np.float32]  # (180, 320) signed levels, 0 where there is paper only
    over_paper: NDArray[np.float32]  # the same before the paper is cleared
    weights: Weights  # levels x pixels; 0 in a block that is as good as empty
    paper: NDArray[np.uint8]  # (90, 160)

    @classmethod
    def of(cls, picture: Picture) -> "Ink":
        """Find the ink of `picture`; the paper is the median of some 30 pixels around."""
        half = cv2.resize(picture, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
        paper = np.asarray(cv2.medianBlur(half, 15), np.uint8)
        large = cv2.resize(paper, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        over = picture.astype(np.float32) - large.astype(np.float32)
        relief = np.where(np.abs(over) > _STANDS_OUT, over, np.float32(0))
        weights = _sums(np.abs(relief))
        weights[weights < _SPECK] = 0
        return cls(picture, relief, over, weights, paper)

    def lost_in(self, other: "Ink") -> Blocks:
        """Return the blocks whose ink here is not to be seen in `other`.

        Where the light or the surrounding text moved the paper, ink may keep its level or its
        contrast: either is enough. A block counts as lost when the energy of the difference at its
        ink exceeds 35 % of the ink's own (another text in the same place gives 100 % and more).
        """
        inked = self.relief != 0
        by_contrast = np.abs(other.over_paper - self.over_paper)
        by_level = cv2.absdiff(self.picture, other.picture).astype(np.float32)
        difference = np.where(inked, np.minimum(by_contrast, by_level), np.float32(0))
        return np.asarray(
            (_sums(difference**2) > _SAME * _sums(self.relief**2)) & (self.weights > 0)
        )


@dataclass(frozen=True)
class Comparison:
    """Which ink went and which came between two pictures."""

    before: Weights
    after: Weights
    lost: Blocks
    came: Blocks
    same_paper: bool

    @classmethod
    def of(cls, before: Ink, after: Ink) -> "Comparison":
        """Compare two pictures."""
        paper_moved = cv2.absdiff(before.paper, after.paper) > 12
        return cls(
            before=before.weights,
            after=after.weights,
            lost=before.lost_in(after),
            came=after.lost_in(before),
            same_paper=float(paper_moved.mean()) < 0.2,
        )

    def lost_share(self, where: Blocks) -> float:
        """Return the share of the old ink that is gone, 0 where there was none."""
        return _share(self.before, self.lost, where)

    def came_share(self, where: Blocks) -> float:
        """Return the share of the new picture's ink that was not there before."""
        return _share(self.after, self.came, where)

    def replaced_share(self) -> float:
        """Return the share of all blocks with ink, old or new, whose ink is not the same."""
        inked = (self.before > 0) | (self.after > 0)
        return float((self.lost | self.came).sum() / max(1, inked.sum()))

    def ink_blocks(self) -> int:
        """Return how many blocks hold ink before or after."""
        return int(((self.before > 0) | (self.after > 0)).sum())


def _share(weights: Weights, chosen: Blocks, where: Blocks) -> float:
    whole = float(weights[where].sum())
    return float(weights[where & chosen].sum()) / whole if whole else 0.0


def _sums(values: NDArray[np.float32]) -> Weights:
    """Return the sum of `values` in each block."""
    small = cv2.resize(values, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    return np.asarray(small * np.float32(WIDTH * HEIGHT / COLUMNS / ROWS), np.float32)
