"""A linear classifier over hashed features: small, exact to repeat, and read without a library.

The file is gzip of one line of JSON (labels, buckets, idf_step, scales, biases), one byte a bucket
for how much its features tell (inverse document frequency), and one signed byte a bucket and label
for the root of the weight, since most weights are small. `bench/fitting.py` writes it.
"""

import gzip
import json
import math
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

LEVELS = 127  # of the root of a weight
_WEIGHT = [level * abs(level) / LEVELS**2 for level in (*range(LEVELS + 1), *range(-LEVELS - 1, 0))]


@dataclass(frozen=True, kw_only=True)
class HashedLinear:
    """The weights of each label for each bucket of features."""

    labels: tuple[str, ...]
    buckets: int  # a power of two
    idf_step: float
    scales: tuple[float, ...]  # of the weights, by label
    biases: tuple[float, ...]
    idf: bytes
    weights: Sequence[int]  # signed roots, label after label within a bucket
    version: str

    def scores(self, features: Iterable[str]) -> dict[str, float]:
        """Return the score of each label (0 parts yes from no) for a text with these features."""
        width = len(self.labels)
        sums = [0.0] * width
        square = 0.0
        # Sorted: a sum of floats depends on its order, and a set's order on the process.
        for bucket in sorted({bucket_of(feature, self.buckets) for feature in features}):
            worth = self.idf[bucket] * self.idf_step
            square += worth * worth
            start = bucket * width
            for place, weight in enumerate(self.weights[start : start + width]):
                if weight:
                    sums[place] += worth * _WEIGHT[weight]
        norm = math.sqrt(square) or 1.0
        return {
            label: bias + scale * total / norm
            for label, scale, bias, total in zip(
                self.labels, self.scales, self.biases, sums, strict=True
            )
        }

    def best(self, features: Iterable[str]) -> str:
        """Return the label with the highest score, the first of several."""
        scores = self.scores(features)
        return max(self.labels, key=lambda label: scores[label])


def bucket_of(feature: str, buckets: int) -> int:
    """Return the bucket of a feature: the same on every machine and in every process."""
    return zlib.crc32(feature.encode()) & (buckets - 1)


def read_model(content: bytes) -> HashedLinear:
    """Return the classifier in the bytes of a file."""
    plain = gzip.decompress(content)
    line, _, rest = plain.partition(b"\n")
    about: Mapping[str, list[float]] = json.loads(line)
    buckets = int(about["buckets"])  # type: ignore[call-overload]  # JSON knows no types
    weights = array("b")
    weights.frombytes(rest[buckets:])
    return HashedLinear(
        labels=tuple(str(label) for label in about["labels"]),
        buckets=buckets,
        idf_step=float(about["idf_step"]),  # type: ignore[arg-type]  # as above
        scales=tuple(about["scales"]),
        biases=tuple(about["biases"]),
        idf=rest[:buckets],
        weights=weights,
        version=f"{zlib.crc32(plain):08x}",
    )


@lru_cache(maxsize=4)
def packaged_model(name: str) -> HashedLinear:
    """Return a classifier that comes with Guanke, by the name of its file."""
    return read_model((resources.files("processing.understanding") / "data" / name).read_bytes())
