"""How much words speak for each competency, and how sure a run of lines makes us."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from processing.understanding.features import wording
from processing.understanding.knowledge import OWN
from processing.understanding.linear import HashedLinear, packaged_model
from processing.understanding.talk import Line

MODEL = "competencies.bin.gz"
WEIGHTS = "competency-weights.json"
AROUND = 1  # lines before and after that are read with a line
TOLD = ("story", "pupil_hypothetical")


@dataclass(frozen=True, kw_only=True)
class Weights:
    """The logistic regression over the signs of a run, and what is usual in lessons."""

    levels: tuple[float, ...]  # of a line's score; a run gathers what is above
    enough: float  # a moment less sure than this is not proposed
    signs: Mapping[str, tuple[float, float]]  # sign → (mean, coefficient by its spread)
    intercept: float
    phases: Mapping[str, Mapping[str, float]]  # phase → code → log-odds against chance
    usual: Mapping[str, float]  # code → log-odds against the average code
    names: Mapping[str, str]  # code → name of the competency that it was trained on
    version: str


@lru_cache(maxsize=1)
def packaged_weights() -> Weights:
    """Return the weights that come with Guanke."""
    content = (resources.files("processing.understanding") / "data" / WEIGHTS).read_text("utf-8")
    tree: dict[str, Any] = json.loads(content)
    return Weights(
        levels=tuple(tree["levels"]),
        enough=float(tree["enough"]),
        signs={name: (float(mean), float(by)) for name, (mean, by) in tree["signs"].items()},
        intercept=float(tree["intercept"]),
        phases=tree["phases"],
        usual=tree["usual"],
        names=tree["names"],
        version=packaged_model(MODEL).version,
    )


def line_features(line: Line) -> frozenset[str]:
    """Return what the classifier sees of a line: its wording, and lists with a phrase in it."""
    own = f":{OWN:g}"  # a framework's own phrases are not part of the classifier
    lists = {f"list {key}" for key in line.hits if not key.endswith(own)}
    return frozenset(wording([line.utterance.text]) | lists)


class LineSigns:
    """The scores of the lines of one lesson, each computed when it is first asked for."""

    def __init__(self, lines: Sequence[Line], model: HashedLinear, weights: Weights) -> None:
        self._lines = lines
        self._model = model
        self._weights = weights
        self._features = [line_features(line) for line in lines]
        self._own = [model.scores(features) for features in self._features]
        self._around = [
            self._joint(max(0, index - AROUND), min(len(lines), index + AROUND + 1))
            for index in range(len(lines))
        ]
        self._runs: dict[tuple[int, int], dict[str, float]] = {}
        self._technology = [float(line.has("technology")) for line in lines]
        self._told = [float(any(map(line.has, TOLD))) for line in lines]
        self.codes = frozenset(model.labels)

    @property
    def equipped(self) -> bool:
        """Return whether technology is heard of anywhere in the lesson."""
        return any(self._technology)

    def around(self, code: str) -> list[float]:
        """Return how much each line with its neighbours speaks for a competency."""
        return [scores[code] for scores in self._around]

    def own(self, code: str, index: int) -> float:
        """Return how much one line alone speaks for a competency."""
        return self._own[index][code]

    def of_text(self, code: str, text: str) -> float:
        """Return how much a piece of a line speaks for a competency."""
        return self._model.scores(wording([text])).get(code, 0.0)

    def of_run(
        self, code: str, first: int, last: int, phase: str, length_ms: int
    ) -> dict[str, float]:
        """Return the signs by which lines `first` up to `last` are judged for a competency."""
        scores = self._run(first, last)
        score = scores[code]
        gap = score - max(other for name, other in scores.items() if name != code)
        count = last - first
        return {
            "score": score,
            "gap": gap,
            "behind": min(gap, 0.0),
            "best_line": max(self._own[i][code] for i in range(first, last)),
            "mean": sum(self._around[i][code] for i in range(first, last)) / count,
            "lines": math.log(count),
            "length": math.log(max(3.0, length_ms / 1000)),
            "phase": self._weights.phases.get(phase, {}).get(code, 0.0),
            "usual": self._weights.usual.get(code, 0.0),
            "technology": min(2.0, sum(self._technology[first:last])),
            "equipped": math.sqrt(sum(self._technology) / len(self._lines)),
            "told": sum(self._told[first:last]) / count,
            "first": float(gap >= 0),
            "single": float(count == 1),
        }

    def _run(self, first: int, last: int) -> dict[str, float]:
        if (first, last) not in self._runs:
            self._runs[first, last] = self._joint(first, last)
        return self._runs[first, last]

    def _joint(self, first: int, last: int) -> dict[str, float]:
        return self._model.scores(frozenset().union(*self._features[first:last]))


def sure(signs: Mapping[str, float], weights: Weights) -> float:
    """Return how likely a run with these signs shows the competency, 0 to 1."""
    odds = weights.intercept
    for name, (mean, by) in weights.signs.items():
        odds += by * (signs[name] - mean)
    return 1 / (1 + math.exp(-odds))
