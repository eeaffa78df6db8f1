"""Turns text into what a search index can find: words of Latin letters, pairs of Han characters.

Chinese has no spaces, and most of what teachers search for has two characters; so a run of Han
characters becomes its overlapping pairs and its last character: 二次函数 → 二次 次函 函数 数.
A run of two or more is then found as a phrase of pairs, a single character as the beginning of one.

Folding looks at one character at a time, so that a part of a text folds to a part of the folded
text, and a place in the one is a place in the other.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

# Scripts written without spaces: Han with its extensions, kana.
_IDEOGRAPHS = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_UNSPACED = f"[々〇ぁ-ゖァ-ヺー{_IDEOGRAPHS}]"
_RUN = re.compile(f"(?P<unspaced>{_UNSPACED}+)|(?P<word>(?:(?!{_UNSPACED})[^\\W_])+)")
_HAN = re.compile(f"[{_IDEOGRAPHS}]")

LONGEST = 200  # characters of a word in the index: PostgreSQL refuses those of more than 2 kB


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@cache
def _folded(character: str) -> str:
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)
    )
    if _HAN.search(plain):
        plain = _simplifier().convert(plain)
    return plain.casefold()


def fold(text: str) -> str:
    """Return `text` in one width, simplified, in lower case, without accents."""
    return "".join(map(_folded, text))


def place_in_original(text: str, folded_place: int) -> int:
    """Return which character of `text` stands at `folded_place` of its folded form."""
    reached = 0
    for place, character in enumerate(text):
        reached += len(_folded(character))
        if reached > folded_place:
            return place
    return len(text)


def terms(query: str) -> tuple[str, ...]:
    """Return the folded parts of a query, each of which must be found: split at all but letters."""
    return tuple(re.findall(r"[^\W_]+", fold(query)))


def grams(text: str) -> Iterator[str]:
    """Yield what is kept in the index for `text`, in its order."""
    for kind, run in _runs(fold(text)):
        if kind == "word":
            yield run[:LONGEST]
        else:
            yield from (run[n : n + 2] for n in range(len(run)))


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """Grams that stand next to one another; the last may be the beginning of one."""

    grams: tuple[str, ...]
    open_end: bool


def phrase(term: str) -> Phrase:
    """Return what to look for to find `term`, which is one of `terms`."""
    runs = _runs(term)
    found = list(grams(term))
    kind, last = runs[-1]
    if kind == "unspaced" and len(last) > 1:
        found.pop()  # in the text the run may go on: its last character ends no run there
        return Phrase(grams=tuple(found), open_end=False)
    return Phrase(grams=tuple(found), open_end=True)


def _runs(folded: str) -> list[tuple[str, str]]:
    return [(str(m.lastgroup), m.group()) for m in _RUN.finditer(folded)]
