"""Where the picture may have changed: from the small 2-a-second frames alone, before any decode.

First pass: which blocks move from one sample to the next. A block that keeps moving over six
seconds on either side belongs to a camera, an inset or a video, and is masked. Second pass: what
happens over each stretch of sudden movement, judged by ink (see `scene_pictures`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processing.steps.scene_pictures import (
    COLUMNS,
    ROWS,
    Blocks,
    Comparison,
    Ink,
    Picture,
    changed_blocks,
)

SAMPLES_A_SECOND = 2
_WINDOW = 12  # samples on either side that tell what keeps moving
_KEEPS_MOVING = 0.5  # share of those samples
_FEW_BLOCKS = 3  # of 576: less than this is a pointer
_LONGEST_EFFECT = 6  # samples that one dissolve or animation may last
_LOST_ENOUGH = 0.25  # of the ink: worth a closer look
_REPLACED_ENOUGH = 0.6  # of all blocks with ink, for a switch of the picture's source


@dataclass(frozen=True)
class Candidate:
    """Something sudden happened after sample `first` and was over by sample `last`."""

    first: int
    last: int
    still: Blocks  # what does not keep moving on either side


@dataclass(frozen=True)
class _Movement:
    """Which blocks moved into each sample: slightly (camera noise aside) and plainly."""

    slightly: NDArray[np.bool_]  # (samples, 18, 32); row 0 is empty
    plainly: NDArray[np.bool_]
    usual: NDArray[np.bool_]  # (samples,) no more moved than in the calmer samples around

    @classmethod
    def of(cls, pictures: Iterator[Picture]) -> "_Movement":
        still = np.zeros((ROWS, COLUMNS), np.bool_)
        slightly, plainly = [still], [still]
        before = next(pictures, None)
        for picture in pictures:
            assert before is not None
            slightly.append(changed_blocks(before, picture, 12))
            plainly.append(changed_blocks(before, picture, 20))
            before = picture
        whole = np.array(plainly).reshape(len(plainly), -1).sum(axis=1)
        usual = [
            whole[k] <= 2 * np.percentile(whole[max(1, k - _WINDOW) : k + _WINDOW + 1], 25) + 10
            for k in range(1, len(whole))
        ]
        return cls(np.array(slightly), np.array(plainly), np.array([False, *usual]))

    def still_around(self, first: int, last: int) -> Blocks:
        """Return the blocks that do not keep moving before `first` + 1, nor after `last`."""
        moving = np.zeros((ROWS, COLUMNS), np.bool_)
        before = slice(max(1, first + 1 - _WINDOW), first + 1)
        after = slice(last + 1, last + 1 + _WINDOW)
        for side in (before, after):
            ordinary = self.slightly[side][self.usual[side]]  # slides in quick order do not count
            if len(ordinary) >= 3:
                moving |= ordinary.mean(axis=0) >= _KEEPS_MOVING
        return ~moving


def find_candidates(pictures: Callable[[], Iterator[Picture]]) -> list[Candidate]:
    """Return the stretches worth a closer look, in order.

    Args:
        pictures: starts a pass over the 2-a-second pictures; called twice.
    """
    movement = _Movement.of(pictures())
    stretches = _sudden(movement)
    wanted = {k for first, last in stretches for k in range(first, last + 1)}
    kept: dict[int, Ink] = {}
    candidates = []
    pending = list(reversed(stretches))
    for k, picture in enumerate(pictures()):
        if k in wanted:
            kept[k] = Ink.of(picture)
        while pending and pending[-1][1] == k:
            first, last = pending.pop()
            still = movement.still_around(first, last)
            steps = [(j, j + 1) for j in range(first, last)]  # A, B, A again is two changes
            if any(
                _worth_a_look(Comparison.of(kept[a], kept[b]), still)
                for a, b in {(first, last), *steps}
            ):
                candidates.append(Candidate(first, last, still))
        for old in [o for o in kept if o < k - _LONGEST_EFFECT]:
            del kept[old]
    return candidates


def _sudden(movement: _Movement) -> list[tuple[int, int]]:
    """Return (sample before, sample after) for each stretch that moves more than is usual there.

    A short stretch is looked at as a whole, so that a dissolve is one; of a long one (film, or
    slides in quick order) each single sample is looked at by itself.
    """
    count = len(movement.plainly)
    usual_mask = np.ones((ROWS, COLUMNS), np.bool_)
    amounts = np.zeros(count, np.int64)
    for k in range(1, count):
        if movement.plainly[k].sum() >= _FEW_BLOCKS:
            usual_mask = movement.still_around(k - 1, k)
            amounts[k] = (movement.plainly[k] & usual_mask).sum()
    whole = movement.plainly.reshape(count, -1).sum(axis=1)
    sudden = np.zeros(count, np.bool_)
    for k in range(1, count):
        around = slice(max(1, k - _WINDOW), k + _WINDOW + 1)
        sudden[k] = amounts[k] - np.median(amounts[around]) >= _FEW_BLOCKS
    stretches = []
    k = 1
    while k < count:
        if sudden[k]:
            end = k
            while end + 1 < count and sudden[end + 1]:
                end += 1
            if end - k < _LONGEST_EFFECT:
                stretches.append((k - 1, end))
            else:
                stretches += [(j - 1, j) for j in range(k, end + 1)]
            k = end + 1
        else:
            if whole[k] >= 0.25 * ROWS * COLUMNS:
                stretches.append((k - 1, k))
            k += 1
    return stretches


def _worth_a_look(seen: Comparison, still: Blocks) -> bool:
    lost = seen.lost_share(still)
    came = int((seen.came & still).sum())
    return (
        lost >= _LOST_ENOUGH
        or (lost < _LOST_ENOUGH and came >= _FEW_BLOCKS + 1)
        or seen.replaced_share() >= _REPLACED_ENOUGH
    )
