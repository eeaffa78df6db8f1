"""Mends characters that sound right and are wrong: 液体压墙 → 液体压强, 四人 written as 私人.

A small recogniser hears Mandarin syllables well and guesses the characters badly. Each run of
characters is read again as syllables (tone left out; zh/z, ch/c, sh/s and -ng/-n taken as one) and
the likeliest row of words with those syllables is looked for by a Viterbi search. Every changed
character costs, the more the surer the recogniser was of it: its odds against all else are a
likelihood ratio, which is weighed against the words'.

Likelihood: a word pair model with Dirichlet smoothing (MacKay & Peto 1995) over jieba's word counts
and counts of real teachers' talk (`data/README.md`).
"""

import gzip
import importlib.util
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from pypinyin import Style, pinyin

PAIRS_FILE = Path(__file__).parent / "data" / "classroom_pairs.tsv.gz"
START = "^"
LONGEST_WORD = 5
CHANGE = 3.5  # cost in nats of a changed character that was as likely right as wrong
SURE = 1.2  # and more for each nat of the recogniser's log-odds for it
LEAST_CHANGE, UNSURE = 1.0, 0.02  # no character is free, none is certain
NEAR = 1.0  # and more where the syllable is only close
USUAL = 0.7  # how sure the recogniser is of a character when it does not say
SMOOTH = 8.0  # pseudo-counts that the single-word model lends to each pair
CLASSROOM_SHARE = 0.6  # of teachers' talk in the single-word model
BEAM, MOST_CANDIDATES = 8, 30
_RUN = re.compile("[\u4e00-\u9fff]+")

State = dict[str, tuple[float, int, str]]  # last word: score, where it starts, the word before


@cache
def general_counts() -> dict[str, int]:
    """Return how often each Chinese word is written (jieba's list; jieba is not imported)."""
    spec = importlib.util.find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        return {}
    counts = {}
    listed = Path(spec.submodule_search_locations[0]) / "dict.txt"
    for line in listed.read_text(encoding="utf-8").splitlines():
        word, count = line.split(" ")[:2]
        if len(word) <= LONGEST_WORD and _RUN.fullmatch(word):
            counts[word] = int(count)
    return counts


@cache
def _syllables(character: str) -> tuple[str, ...]:
    """Return the readings of `character` without tone, the usual one first."""
    return tuple(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


@cache
def _sound(character: str) -> str:
    """Return the usual reading, with what recognisers confuse taken as one."""
    read = _syllables(character)[0]
    read = read.replace("zh", "z").replace("ch", "c").replace("sh", "s")
    return read[:-1] if read.endswith("ng") else read


class _Language:
    """Word counts, and words by their sound."""

    def __init__(self) -> None:
        self.general = general_counts()
        self.single: dict[str, int] = {}
        self.pairs: dict[tuple[str, str], int] = {}
        for line in gzip.decompress(PAIRS_FILE.read_bytes()).decode().splitlines():
            first, second, count = line.split("\t")
            if second:
                self.pairs[first, second] = int(count)
            else:
                self.single[first] = int(count)
        self.taught = sum(n for word, n in self.single.items() if word != START) or 1
        self.written = sum(self.general.values()) or 1
        self.by_sound: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for word in self.general.keys() | (self.single.keys() - {START}):
            if len(word) == 1 or self.general.get(word, 0) >= 3 or word in self.single:
                self.by_sound[tuple(map(_sound, word))].append(word)
        for listed in self.by_sound.values():
            listed.sort(key=lambda word: (-self.chance(word), word))
            del listed[MOST_CANDIDATES:]

    def chance(self, word: str) -> float:
        """Return the probability of `word` alone."""
        taught = self.single.get(word, 0) / self.taught
        written = self.general.get(word, 0.5) / self.written
        return CLASSROOM_SHARE * taught + (1 - CLASSROOM_SHARE) * written + 1e-10

    def after(self, word: str, before: str) -> float:
        """Return the log-probability of `word` after `before`."""
        seen = self.single.get(before, 0)
        pair = self.pairs.get((before, word), 0)
        return math.log((pair + SMOOTH * self.chance(word)) / (seen + SMOOTH))


@cache
def _language() -> _Language:
    return _Language()


def mend(text: str, sure: Sequence[float] = ()) -> str:
    """Return `text` with the likelier characters of the same sound; as many as there were.

    Args:
        sure: the recogniser's probability of each character, where it is known.
    """
    costs = [_cost(p) for p in sure] or [_cost(USUAL)] * len(text)
    return _RUN.sub(lambda run: _mend_run(run[0], costs[run.start() : run.end()]), text)


def _cost(probability: float) -> float:
    """Return what it costs to change a character that is right with this probability."""
    certain = min(max(probability, UNSURE), 1 - UNSURE)
    return max(LEAST_CHANGE, CHANGE + SURE * math.log(certain / (1 - certain)))


def _mend_run(run: str, costs: Sequence[float]) -> str:
    sounds = [_sound(character) for character in run]
    states: list[State] = [{} for _ in range(len(run) + 1)]
    states[0][START] = (0.0, 0, "")
    for at in range(len(run)):
        live = sorted(states[at].items(), key=lambda item: (-item[1][0], item[0]))[:BEAM]
        for word, cost in _candidates(run, sounds, costs, at):
            reached = states[at + len(word)]
            for before, (score, _, _) in live:
                total = score + _language().after(word, before) - cost
                if word not in reached or total > reached[word][0]:
                    reached[word] = (total, at, before)
    return _read_back(states)


def _candidates(
    run: str, sounds: list[str], costs: Sequence[float], at: int
) -> Iterator[tuple[str, float]]:
    """Yield words that may stand at `at`, each with the cost of what it changes."""
    for length in range(1, min(LONGEST_WORD, len(run) - at) + 1):
        heard = run[at : at + length]
        words = _language().by_sound.get(tuple(sounds[at : at + length]), [])
        for word in words:
            yield word, _change_cost(heard, word, costs[at : at + length])
        known = length == 1 or heard in _language().general or heard in _language().single
        if known and heard not in words:
            yield heard, 0.0


def _change_cost(heard: str, word: str, costs: Sequence[float]) -> float:
    total = 0.0
    for was, becomes, cost in zip(heard, word, costs, strict=True):
        if was != becomes:
            same = set(_syllables(was)[:1]) & set(_syllables(becomes))
            total += cost if same else cost + NEAR
    return total


def _read_back(states: list[State]) -> str:
    at = len(states) - 1
    word = max(sorted(states[at]), key=lambda name: states[at][name][0])
    words = []
    while at:
        words.append(word)
        _, at, word = states[at][word]
    return "".join(reversed(words))
