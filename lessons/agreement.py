"""How far reviewers agree: percent agreement, Cohen's kappa, Krippendorff's alpha.

A unit is one evidence item that was judged; a rater may have judged only some units.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

Unit = Any  # whatever names an item
Ratings = Mapping[str, Mapping[Unit, str]]  # rater → unit → level code


@dataclass(frozen=True, kw_only=True)
class PairAgreement:
    """How far two reviewers agree on what both have judged."""

    first: str
    second: str
    units: int
    percent: float  # 0 to 1
    kappa: float | None  # None: it is not defined, as both gave one and the same level throughout


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far all reviewers agree; None where nothing was judged twice."""

    raters: int
    units: int  # judged by two reviewers or more
    percent: float | None = None
    alpha: float | None = None
    pairs: tuple[PairAgreement, ...] = ()


def agreement(ratings: Ratings, scale: Sequence[str]) -> Agreement:
    """Return how far `ratings` agree; `scale` names the levels, best first."""
    units = _units(ratings)
    return Agreement(
        raters=sum(1 for given in ratings.values() if given),
        units=len(units),
        percent=_percent_of_pairs(units) if units else None,
        alpha=krippendorff_alpha(ratings, scale),
        pairs=tuple(
            PairAgreement(
                first=a,
                second=b,
                units=len(shared),
                percent=percent_agreement(shared),
                kappa=cohen_kappa(shared),
            )
            for a, b in combinations(ratings, 2)
            if (shared := [(ratings[a][u], ratings[b][u]) for u in ratings[a] if u in ratings[b]])
        ),
    )


def percent_agreement(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of units on which two raters gave the same level, 0 to 1."""
    return sum(a == b for a, b in pairs) / len(pairs)


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return κ = (po − pe) / (1 − pe) of two raters; None where pe is 1.

    po is the share of agreement, pe what chance would give from each rater's own use of the levels.
    Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
    Measurement 20 (1960), 37-46.
    """
    total = len(pairs)
    first = Counter(a for a, _ in pairs)
    second = Counter(b for _, b in pairs)
    chance = sum(first[level] * second[level] for level in first) / total**2
    return None if chance == 1 else (percent_agreement(pairs) - chance) / (1 - chance)


def krippendorff_alpha(ratings: Ratings, scale: Sequence[str]) -> float | None:
    """Return α = 1 − Do / De with the ordinal metric; None where it is not defined.

    Any number of raters, units missing here and there. Do is the disagreement within units, De what
    is expected when levels are given by chance; two levels c and k differ by
    (Σ n_g for g from c to k − (n_c + n_k) / 2)², n_g being how often level g was given.
    Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), University of
    Pennsylvania; Content Analysis, 4th ed. (2018), ch. 12.
    """
    units = _units(ratings)
    rank = {level: place for place, level in enumerate(scale)}
    totals = Counter(rank[level] for given in units for level in given)
    n = sum(totals.values())
    distance = _ordinal(totals)
    observed = sum(
        distance(rank[a], rank[b]) * 2 / (len(given) - 1)
        for given in units
        for a, b in combinations(given, 2)
    )
    expected = sum(
        2 * totals[c] * totals[k] * distance(c, k) for c, k in combinations(sorted(totals), 2)
    )
    return None if not expected else 1 - (n - 1) * observed / expected


def _ordinal(totals: Mapping[int, int]) -> Callable[[int, int], float]:
    def distance(c: int, k: int) -> float:
        low, high = sorted((c, k))
        between = sum(totals.get(g, 0) for g in range(low, high + 1))
        ends = (totals.get(low, 0) + totals.get(high, 0)) / 2
        return float(between - ends) ** 2 if low != high else 0.0

    return distance


def _units(ratings: Ratings) -> list[list[str]]:
    """Return the levels given to each unit that was judged by two raters or more."""
    named: dict[Unit, list[str]] = {}
    for given in ratings.values():
        for unit, level in given.items():
            named.setdefault(unit, []).append(level)
    return [levels for levels in named.values() if len(levels) > 1]


def _percent_of_pairs(units: Sequence[Sequence[str]]) -> float:
    """Return the share of pairs of raters, over all units, that gave the same level."""
    pairs = [pair for given in units for pair in combinations(given, 2)]
    return percent_agreement(pairs)
