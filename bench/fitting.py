"""Fit a linear classifier over hashed features and pack it small (`HashedLinear` reads it)."""

import gzip
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from processing.understanding.linear import bucket_of

IDF_LEVELS = 255
WEIGHT_LEVELS = 127


def sparse(texts: Sequence[set[str]], buckets: int) -> Any:
    """Return a row a text and a column a bucket: 1 where the text has a feature of the bucket."""
    from scipy.sparse import csr_matrix

    rows = [sorted({bucket_of(feature, buckets) for feature in features}) for features in texts]
    starts = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter((bucket for row in rows for bucket in row), dtype=np.int32)
    ones = np.ones(len(columns), dtype=np.float32)
    return csr_matrix((ones, columns, starts), shape=(len(rows), buckets))


def telling(matrix: Any) -> tuple[np.ndarray, float]:
    """Return the inverse document frequency of each bucket in steps, and the step."""
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    idf = np.log((1 + matrix.shape[0]) / (1 + seen)) + 1
    step = float(idf.max() / IDF_LEVELS)
    return np.round(idf / step).astype(np.uint8), step


def weighed(matrix: Any, idf: np.ndarray, step: float) -> Any:
    """Return the rows weighed by what each bucket tells, each of length 1."""
    from scipy.sparse import diags

    weighed_rows = matrix @ diags(idf * step)
    lengths = np.sqrt(weighed_rows.multiply(weighed_rows).sum(axis=1)).A1
    return (diags(1 / np.maximum(lengths, 1e-9)) @ weighed_rows).tocsr()


def pack(
    labels: Sequence[str],
    coefficients: np.ndarray,
    biases: np.ndarray,
    idf: np.ndarray,
    step: float,
) -> bytes:
    """Return the file of the classifier, with a byte a weight."""
    limits = np.maximum(np.abs(coefficients).max(axis=1), 1e-9)
    share = coefficients / limits[:, None]
    weights = np.round(np.sign(share) * np.sqrt(np.abs(share)) * WEIGHT_LEVELS).astype(np.int8)
    about = {
        "labels": list(labels),
        "buckets": int(coefficients.shape[1]),
        "idf_step": step,
        "scales": [float(f"{limit:.6g}") for limit in limits],
        "biases": [float(f"{bias:.6g}") for bias in biases],
    }
    plain = json.dumps(about).encode() + b"\n" + idf.tobytes() + weights.T.tobytes()
    return gzip.compress(plain, 9, mtime=0)
