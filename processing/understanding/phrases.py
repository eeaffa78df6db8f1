"""Find many phrases in one reading of a text: as written, and as they sound."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from processing.understanding.sound import fold, is_han, sounds

GAP = "…"
GAP_HAN = 8  # characters that may stand between two parts of a phrase in Chinese
GAP_LATIN = 24
SOUND_HAN = 3  # a phrase of fewer Chinese characters sounds like too much else
SOUND_TRUST = 0.8


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: its list, where it stands, and how sure (1 as written, less by ear)."""

    key: str
    start: int
    end: int
    trust: float


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a phrase in the tree: the phrase's number, the part's number, its limits."""

    phrase: int
    number: int
    word_start: bool
    word_end: bool


class _Node:
    """A letter of the tree of phrases: what may follow, and the parts that end here."""

    __slots__ = ("next", "parts")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.parts: list[_Part] = []


class PhraseBook:
    """Lists of phrases by key, ready to be looked for.

    In a phrase "…" stands for some characters in between; a final "*" for any ending.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._keys: list[str] = []
        self._parts: list[int] = []
        self._gaps: list[int] = []
        self._written = _Node()
        self._heard = _Node()
        for key, phrases in lists.items():
            for phrase in dict.fromkeys(phrases):
                self._add(key, fold(phrase))

    def find(self, text: str) -> list[Hit]:
        """Return every phrase in `text`, in order of place; one place may answer to several."""
        folded = fold(text)
        found = [(part, start, end, 1.0) for part, start, end in _scan(self._written, folded)]
        seen = {(part, start) for part, start, _, _ in found}
        found += [
            (part, start, end, SOUND_TRUST)
            for part, start, end in _scan(self._heard, sounds(folded))
            if (part, start) not in seen
        ]
        whole = [
            Hit(self._keys[part.phrase], start, end, trust)
            for part, start, end, trust in found
            if self._parts[part.phrase] == 1
        ]
        whole += self._joined([place for place in found if self._parts[place[0].phrase] > 1])
        return sorted(whole, key=lambda hit: (hit.start, -hit.end))

    def _add(self, key: str, phrase: str) -> None:
        parts = [part.strip() for part in phrase.split(GAP) if part.strip(" *")]
        if not parts:
            return
        number = len(self._keys)
        han = sum(map(is_han, phrase))
        self._keys.append(key)
        self._parts.append(len(parts))
        self._gaps.append(GAP_HAN if han else GAP_LATIN)
        for place, part in enumerate(parts):
            letters = part.rstrip("*")
            at = _Part(
                number, place, _is_latin(letters[0]), part == letters and _is_latin(part[-1])
            )
            _plant(self._written, letters, at)
            if han >= SOUND_HAN + (len(parts) > 1):
                _plant(self._heard, sounds(letters), at)

    def _joined(self, places: list[tuple[_Part, int, int, float]]) -> list[Hit]:
        """Join the parts of phrases with gaps, each part after the one before and near it."""
        by_part: dict[tuple[int, int], list[tuple[int, int, float]]] = {}
        for part, start, end, trust in places:
            by_part.setdefault((part.phrase, part.number), []).append((start, end, trust))
        hits = []
        for phrase in {part.phrase for part, _, _, _ in places}:
            chains = by_part.get((phrase, 0), [])
            for number in range(1, self._parts[phrase]):
                follows = by_part.get((phrase, number), [])
                chains = [
                    (first, end, min(trust, sure))
                    for first, last, trust in chains
                    for start, end, sure in follows
                    if 0 <= start - last <= self._gaps[phrase]
                ]
            if chains:
                first, end, trust = max(chains, key=lambda chain: (chain[2], chain[0] - chain[1]))
                hits.append(Hit(self._keys[phrase], first, end, trust))
        return hits


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _plant(tree: _Node, letters: str, part: _Part) -> None:
    node = tree
    for letter in letters:
        node = node.next.setdefault(letter, _Node())
    node.parts.append(part)


def _scan(tree: _Node, text: str) -> list[tuple[_Part, int, int]]:
    found = []
    length = len(text)
    for start in range(length):
        inside_word = start > 0 and _is_latin(text[start - 1])
        node: _Node | None = tree
        end = start
        while end < length and node is not None:
            node = node.next.get(text[end])
            end += 1
            for part in node.parts if node else ():
                if part.word_start and inside_word:
                    continue
                if part.word_end and end < length and _is_latin(text[end]):
                    continue
                found.append((part, start, end))
    return found


def split_list(text: str, language: str) -> tuple[str, ...]:
    """Return the phrases of a data file's line: parted by spaces in zh, by commas in en."""
    parts = text.split() if language == "zh" else re.split(r"\s*,\s*", " ".join(text.split()))
    return tuple(part for part in parts if part)
