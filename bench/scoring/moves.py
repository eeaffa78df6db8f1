"""Scores of teacher moves against utterances that people labelled."""

import csv
from collections.abc import Sequence
from pathlib import Path

DIALOGID_LABELS = (
    "commending", "guidance", "summarization", "greeting", "note-taking", "repeating", "reviewing",
    "example-giving", "others",
)  # fmt: skip


def labelled(path: Path) -> list[tuple[str, int]]:
    """Return the texts of a file with the numbers of their labels."""
    with path.open(encoding="utf-8", newline="") as opened:
        return [(row["text"], int(row["label"])) for row in csv.DictReader(opened)]


def f1_scores(truth: Sequence[str], found: Sequence[str]) -> dict[str, float]:
    """Return the F1 of each label."""
    scores = {}
    for label in DIALOGID_LABELS:
        both = sum(t == f == label for t, f in zip(truth, found, strict=True))
        scores[label] = 2 * both / max(1, truth.count(label) + found.count(label))
    return scores
