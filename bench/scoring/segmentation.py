"""Scores of phases and of suggestions against the truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

STEP_MS = 1000
OVERLAP_ENOUGH = 0.3  # shared by joint length, where neither middle lies in the other


@dataclass(frozen=True)
class Labelled:
    """A stretch from `start_ms` to `end_ms` and the labels that are right for it.

    One that is not `required` need not be found, but a suggestion of its labels is right.
    """

    start_ms: int
    end_ms: int
    labels: frozenset[str]
    required: bool = True


@dataclass(frozen=True)
class SuggestionScore:
    """Counts over one or more lessons: true spans, those found, suggestions made, those right."""

    spans: int = 0
    found: int = 0
    made: int = 0
    right: int = 0

    def __add__(self, other: "SuggestionScore") -> "SuggestionScore":
        return SuggestionScore(
            self.spans + other.spans,
            self.found + other.found,
            self.made + other.made,
            self.right + other.right,
        )


def window(boundaries_ms: Sequence[int], duration_ms: int) -> int:
    """Return half the mean length of the true stretches, in steps of one second, at least 1."""
    return max(1, round(duration_ms / STEP_MS / (len(boundaries_ms) + 1) / 2))


def pk(truth_ms: Sequence[int], found_ms: Sequence[int], duration_ms: int) -> float:
    """Return Pk (Beeferman, Berger, Lafferty 1999) at one-second steps: the share of windows whose
    ends the truth and the finding disagree about (same stretch or not). 0 is perfect."""
    return _disagreement(truth_ms, found_ms, duration_ms, lambda n: int(n > 0))


def window_diff(truth_ms: Sequence[int], found_ms: Sequence[int], duration_ms: int) -> float:
    """Return WindowDiff (Pevzner, Hearst 2002): the share of windows with different numbers of
    boundaries in truth and finding. 0 is perfect."""
    return _disagreement(truth_ms, found_ms, duration_ms, lambda n: n)


def _disagreement(
    truth_ms: Sequence[int],
    found_ms: Sequence[int],
    duration_ms: int,
    of: Callable[[int], int],
) -> float:
    size = window(truth_ms, duration_ms) * STEP_MS
    starts = range(0, max(1, duration_ms - size), STEP_MS)
    wrong = sum(
        of(_inside(truth_ms, start, start + size)) != of(_inside(found_ms, start, start + size))
        for start in starts
    )
    return wrong / len(starts)


def _inside(boundaries_ms: Sequence[int], start: int, end: int) -> int:
    return sum(start < at <= end for at in boundaries_ms)


def label_accuracy(truth: Sequence[Labelled], found: Sequence[Labelled], duration_ms: int) -> float:
    """Return the share of time, by half seconds, at which the finding has a label that is right."""
    ticks = range(STEP_MS // 4, max(1, duration_ms), STEP_MS // 2)
    right = sum(bool(_labels_at(truth, at) & _labels_at(found, at)) for at in ticks)
    return right / max(1, len(ticks))


def _labels_at(stretches: Sequence[Labelled], at_ms: int) -> frozenset[str]:
    return next((s.labels for s in stretches if s.start_ms <= at_ms < s.end_ms), frozenset())


def boundaries(stretches: Sequence[Labelled]) -> list[int]:
    """Return where one stretch ends and the next, of whatever label, begins."""
    return [later.start_ms for _, later in pairwise(stretches)]


def same_moment(one: Labelled, other: Labelled) -> bool:
    """Return whether two stretches are one moment: the middle of either lies in the other and they
    share a fifth of their joint length, or they share 0.3 of it."""
    shared = min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms)
    if shared <= 0:
        return False
    joint = max(one.end_ms, other.end_ms) - min(one.start_ms, other.start_ms)
    middles = ((one.start_ms + one.end_ms) // 2, (other.start_ms + other.end_ms) // 2)
    centred = other.start_ms <= middles[0] < other.end_ms or one.start_ms <= middles[1] < one.end_ms
    return shared / joint >= (0.2 if centred else OVERLAP_ENOUGH)


def score_suggestions(truth: Sequence[Labelled], made: Sequence[Labelled]) -> SuggestionScore:
    """Return how many true spans were found and how many suggestions were right.

    A suggestion is right, and its span found, where both are one moment and a label is shared.
    """

    def hit(one: Labelled, other: Labelled) -> bool:
        return bool(one.labels & other.labels) and same_moment(one, other)

    return SuggestionScore(
        spans=sum(span.required for span in truth),
        found=sum(span.required and any(hit(span, one) for one in made) for span in truth),
        made=len(made),
        right=sum(any(hit(span, one) for span in truth) for one in made),
    )
