"""What a classifier sees of a text: the runs of characters and the words in it."""

import itertools
import re
from collections.abc import Iterable

from processing.understanding.sound import fold

STEM = 5  # letters by which forms of one Latin word are alike
_RUNS = re.compile(r"[a-z']+|[^\Wa-z_]+")
_WORDS = re.compile(r"[a-z']+")


def characters(text: str, longest: int) -> set[str]:
    """Return every run of one to `longest` characters, ends and punctuation included."""
    whole = f"^{fold(text)}$"
    return {
        whole[start : start + length]
        for length in range(1, longest + 1)
        for start in range(len(whole) - length + 1)
    }


def wording(texts: Iterable[str]) -> set[str]:
    """Return single and paired Chinese characters, Latin words, their stems and pairs; no
    punctuation, since recognisers write it as they please."""
    found: set[str] = set()
    for text in texts:
        folded = fold(text)
        for run in _RUNS.findall(folded):
            if run[0] in "abcdefghijklmnopqrstuvwxyz'":
                found |= {run, run[:STEM] + "*"}
            else:
                found.update(run)
                found.update(run[i : i + 2] for i in range(len(run) - 1))
        words = _WORDS.findall(folded)
        found.update(f"{one} {other}" for one, other in itertools.pairwise(words))
    return found
