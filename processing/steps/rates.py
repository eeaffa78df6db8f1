"""The frame rate of a picture track, from the times of its frames rather than its header."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

STANDARD = tuple(
    Fraction(rate)
    for rate in ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60")
)
MAX_FPS = 60  # what renditions get at most
_LEAST_FOR_VARIABLE = 25  # a slower grid would move a frame by more than 20 ms
_JITTER = Fraction(2, 5)  # of a frame: a time further from its place on the grid is not constant
_JITTER_S = Fraction(1, 50)  # nor is one further than that


def frame_rate(
    times: Sequence[int], time_base: Fraction, declared: Sequence[Fraction]
) -> tuple[Fraction, bool]:
    """Return the rate, and whether it is variable.

    A rate is constant when each frame i lies near i / rate: within 20 ms and two fifths of a frame.

    Args:
        times: presentation times in ticks of `time_base`, any order, at least one.
        time_base: seconds per tick.
        declared: rates the header names, best first; believed only when the times agree.

    Returns:
        For a constant rate that very rate; for a variable one, the rate it is to be brought to.
    """
    ordered = sorted(times)
    believable = [rate for rate in declared if 0 < rate <= 1000]
    length = (ordered[-1] - ordered[0]) * time_base
    if len(ordered) == 1 or length <= 0:
        return (believable or [Fraction(25)])[0], False
    mean = Fraction(len(ordered) - 1) / length
    candidates = [
        *STANDARD,
        *believable,
        Fraction(round(mean) or 1),
        mean.limit_denominator(100_000),
    ]
    for rate in candidates:
        if abs(length * rate - (len(ordered) - 1)) < 1 and _on_grid(ordered, time_base, rate):
            return rate, False
    return _brought_to(ordered, time_base, mean, believable), True


def _on_grid(ordered: Sequence[int], time_base: Fraction, rate: Fraction) -> bool:
    step = time_base * rate  # frames per tick
    up, down = step.numerator, step.denominator
    slack = int(min(_JITTER, _JITTER_S * rate) * down)
    start = ordered[0]
    return all(abs((t - start) * up - i * down) <= slack for i, t in enumerate(ordered))


def _brought_to(
    ordered: Sequence[int], time_base: Fraction, mean: Fraction, declared: Sequence[Fraction]
) -> Fraction:
    """Return a constant rate that loses little of a variable one: that of its busy quarter."""
    gaps = sorted(b - a for a, b in pairwise(ordered) if b > a)
    busy = 1 / (gaps[len(gaps) // 4] * time_base)
    near = _near(busy, declared) or _near(mean, STANDARD) or _near(busy, STANDARD) or busy
    while near > MAX_FPS:
        near /= 2
    return max(near.limit_denominator(1001), Fraction(_LEAST_FOR_VARIABLE))


def _near(rate: Fraction, known: Sequence[Fraction]) -> Fraction | None:
    close = [one for one in known if abs(one / rate - 1) < Fraction(1, 20)]
    return min(close, key=lambda one: abs(one - rate), default=None)
