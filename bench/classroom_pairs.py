"""Counts neighbouring words of real lessons: `processing/steps/data/classroom_pairs.tsv.gz`.

usage: python -m bench.classroom_pairs TEXT.csv… (a column `text` of teachers' sentences)
Words are found by longest match in jieba's list, so that the counts fit `homophones.py`.
"""

import csv
import gzip
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from processing.steps.homophones import PAIRS_FILE, START, general_counts

LEAST = 2  # rarer pairs are left out


def sentences(files: list[str]) -> Iterator[str]:
    """Yield runs of Chinese characters of every file."""
    for file in files:
        with Path(file).open(encoding="utf-8", newline="") as opened:
            for row in csv.DictReader(opened):
                yield from re.findall("[\u4e00-\u9fff]+", row["text"])


def words(run: str, known: dict[str, int]) -> Iterator[str]:
    """Split `run` into the words that together are most frequent (unigram Viterbi)."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(run) + 1):
        best.append(
            max(
                (best[start][0] + _score(run[start:end], known), start)
                for start in range(max(0, end - 5), end)
            )
        )
    cuts = [len(run)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][1])
    for start, end in pairwise(reversed(cuts)):
        yield run[start:end]


def _score(word: str, known: dict[str, int]) -> float:
    from math import log

    return log(known.get(word, 0) + (0.5 if len(word) == 1 else 1e-9)) - 18


def main(files: list[str]) -> None:
    """Write the counts."""
    known = general_counts()
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for run in sentences(files):
        found = [START, *words(run, known)]
        single.update(found)
        pairs.update(pairwise(found))
    lines = [f"{word}\t\t{n}" for word, n in sorted(single.items()) if n >= LEAST]
    lines += [f"{a}\t{b}\t{n}" for (a, b), n in sorted(pairs.items()) if n >= LEAST]
    packed = gzip.compress("\n".join(lines).encode(), 9, mtime=0)
    PAIRS_FILE.write_bytes(packed)
    sys.stdout.write(f"{len(lines)} counts, {len(packed)} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
