"""Measures of agreement against examples worked by hand and from their sources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.agreement import agreement, cohen_kappa, krippendorff_alpha, percent_agreement

SCALE = ("excellent", "pass", "fail")
E, P, F = SCALE


def test_kappa_by_hand() -> None:
    """10 items, 7 alike; chance 0.5*0.4 + 0.4*0.4 + 0.1*0.2 = 0.38; (0.7 - 0.38) / 0.62."""
    first = [E] * 5 + [P] * 4 + [F]
    second = [E, E, E, E, P, P, P, F, P, F]
    pairs = list(zip(first, second, strict=True))
    assert percent_agreement(pairs) == pytest.approx(0.8)
    # first: E 5, P 4, F 1; second: E 4, P 4, F 2; chance (20 + 16 + 2) / 100
    assert cohen_kappa(pairs) == pytest.approx((0.8 - 0.38) / 0.62)


def test_kappa_is_nothing_where_everybody_gives_one_level() -> None:
    """Chance alone gives full agreement: no number says anything."""
    assert cohen_kappa([(P, P)] * 4) is None


def test_alpha_of_two_raters_by_hand() -> None:
    """Four items, one apart by one level; ordinal distances from the counts E 3, P 3, F 2.

    Do = 2 · d(E, P), d(E, P) = (3 + 3 - 3)² = 9; De = 2 · (9·9 + 6·30.25 + 6·6.25) = 600;
    with d(E, F) = (8 - 2.5)² = 30.25 and d(P, F) = (5 - 2.5)² = 6.25; α = 1 - 7 · 18 / 600.
    """
    ratings = {"a": {1: E, 2: E, 3: P, 4: F}, "b": {1: E, 2: P, 3: P, 4: F}}
    assert krippendorff_alpha(ratings, SCALE) == pytest.approx(1 - 7 * 18 / 600)


def test_alpha_of_the_published_example() -> None:
    """Krippendorff (2011), example C: four observers, missing values; ordinal α = 0.815."""
    table = {
        "A": "1 2 3 3 2 1 4 1 2 . . .",
        "B": "1 2 3 3 2 2 4 1 2 5 . 3",
        "C": ". 3 3 3 2 3 4 2 2 5 1 .",
        "D": "1 2 3 3 2 4 4 1 2 5 1 .",
    }
    ratings = {
        who: {unit: level for unit, level in enumerate(row.split()) if level != "."}
        for who, row in table.items()
    }
    assert krippendorff_alpha(ratings, tuple("12345")) == pytest.approx(0.815, abs=0.0005)


def test_an_overview_names_pairs_and_what_is_shared() -> None:
    """Only what two have judged counts; who shares nothing makes no pair."""
    found = agreement({"a": {1: E, 2: P}, "b": {1: E, 2: F}, "c": {3: P}, "d": {}}, SCALE)
    assert (found.raters, found.units, found.percent) == (3, 2, 0.5)
    assert [(p.first, p.second, p.units, p.percent) for p in found.pairs] == [("a", "b", 2, 0.5)]
    nothing = agreement({"a": {1: E}}, SCALE)
    assert (nothing.units, nothing.percent, nothing.alpha) == (0, None, None)


@given(st.lists(st.sampled_from(SCALE), min_size=2, max_size=12))
def test_full_agreement_is_one(levels: list[str]) -> None:
    """Whoever gives the same levels agrees fully, unless there is but one level."""
    given_ = dict(enumerate(levels))
    alpha = krippendorff_alpha({"a": given_, "b": given_}, SCALE)
    assert alpha == (1.0 if len(set(levels)) > 1 else None)
