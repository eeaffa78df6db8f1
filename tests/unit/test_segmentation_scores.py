"""The scores that compare phases and suggestions with the truth."""

import pytest

from bench.scoring.segmentation import (
    Labelled,
    SuggestionScore,
    label_accuracy,
    pk,
    same_moment,
    score_suggestions,
    window_diff,
)


def part(start_s: int, end_s: int, *labels: str) -> Labelled:
    """Return a labelled stretch, in seconds."""
    return Labelled(start_s * 1000, end_s * 1000, frozenset(labels))


def test_perfect_boundaries_score_zero() -> None:
    """Nothing to disagree about."""
    assert pk([30_000, 60_000], [30_000, 60_000], 90_000) == 0
    assert window_diff([30_000, 60_000], [30_000, 60_000], 90_000) == 0


def test_missing_and_needless_boundaries_cost() -> None:
    """No boundary at all costs; two for one is seen by WindowDiff and not by Pk."""
    assert pk([50_000], [], 100_000) == pytest.approx(0.33, abs=0.02)
    assert pk([50_000], [50_000, 52_000], 100_000) < window_diff(
        [50_000], [50_000, 52_000], 100_000
    )


def test_label_accuracy_is_a_share_of_time() -> None:
    """Half the time right is one half."""
    truth = [part(0, 50, "opening"), part(50, 100, "summary")]
    assert label_accuracy(truth, [part(0, 100, "opening")], 100_000) == pytest.approx(0.5)


def test_a_suggestion_must_be_the_same_moment() -> None:
    """A brush with a span, or a needle in a haystack, is no finding."""
    assert same_moment(part(10, 50), part(15, 60))
    assert not same_moment(part(10, 50), part(48, 90))
    assert not same_moment(part(10, 12), part(0, 60))


def test_suggestions_are_counted_right_and_wrong() -> None:
    """A label that is not acceptable is wrong even at the right place."""
    truth = [part(10, 50, "A5", "C2"), part(60, 90, "B5")]
    made = [part(12, 48, "A5"), part(12, 48, "B1"), part(200, 230, "B5")]
    assert score_suggestions(truth, made) == SuggestionScore(spans=2, found=1, made=3, right=1)
