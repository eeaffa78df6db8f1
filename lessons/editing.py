"""Corrects an utterance and keeps its words in time with what is heard.

A correction changes a few characters; all others keep the time at which they were heard. What is
new shares the time that lies free between its neighbours, evenly by character.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby

from lessons.errors import RequestFault
from lessons.words import Utterance, Word

_SPOKEN = re.compile(r"[^\W_]")
_LATIN = re.compile(r"[a-z0-9]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Letter:
    """One spoken character of a text: where it stands, when it is heard, and in which word."""

    at: int
    start_ms: int
    end_ms: int
    word: int  # number of the word it belonged to; -1: typed by a person
    probability: float = 1.0


def heard_at(utterance: Utterance, offset: int) -> int:
    """Return the time in ms at which the character at `offset` of the text is said."""
    for letter in _letters(utterance):
        if letter.at >= offset:
            return letter.start_ms
    return utterance.end_ms


def corrected(utterance: Utterance, text: str) -> Utterance:
    """Return the utterance with `text`, its words re-timed.

    Raises:
        RequestFault: the text is empty.
    """
    text = text.strip()
    if not text:
        raise RequestFault(detail="words-needed")
    old = _letters(utterance)
    places = [at for at, c in enumerate(text) if _SPOKEN.match(c)]
    matcher = SequenceMatcher(
        None,
        [utterance.text[letter.at].lower() for letter in old],
        [text[at].lower() for at in places],
        autojunk=False,
    )
    new: list[_Letter] = []
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        if i2 - i1 == j2 - j1 and _same(utterance.text, old[i1:i2], text, places[j1:j2]):
            new += [replace(o, at=at) for o, at in zip(old[i1:i2], places[j1:j2], strict=True)]
        elif j2 > j1:
            start = old[i1 - 1].end_ms if i1 else utterance.start_ms
            end = old[i2].start_ms if i2 < len(old) else utterance.end_ms
            new += _spread(places[j1:j2], start, max(start, end))
    return replace(utterance, text=text, words=tuple(_words(text, new)))


def merged(first: Utterance, second: Utterance) -> Utterance:
    """Return two neighbours as one."""
    a, b = first.text.rstrip(), second.text.lstrip()
    gap = " " if a and b and a[-1].isascii() and b[0].isascii() else ""
    return Utterance(
        start_ms=first.start_ms,
        end_ms=max(first.end_ms, second.end_ms),
        text=a + gap + b,
        words=first.words + second.words,
        speaker=first.speaker if first.speaker == second.speaker else None,
    )


def split(utterance: Utterance, offset: int) -> tuple[Utterance, Utterance]:
    """Return the utterance as two, the second beginning at `offset` of the text.

    Raises:
        RequestFault: one of the two would have no words.
    """
    head, tail = utterance.text[:offset].strip(), utterance.text[offset:].strip()
    if not 0 < offset < len(utterance.text) or not (head and tail):
        raise RequestFault(detail="both-need-words")
    at_ms = min(max(heard_at(utterance, offset), utterance.start_ms), utterance.end_ms)
    letters = _letters(utterance)
    second = [replace(o, at=o.at - offset) for o in letters if o.at >= offset]
    first = [o for o in letters if o.at < offset]
    return (
        replace(
            utterance,
            text=head,
            end_ms=min(at_ms, max((o.end_ms for o in first), default=at_ms)),
            words=tuple(_words(utterance.text[:offset], first)),
        ),
        replace(
            utterance,
            text=tail,
            start_ms=at_ms,
            words=tuple(_words(utterance.text[offset:], second)),
        ),
    )


def _letters(utterance: Utterance) -> list[_Letter]:
    """Return every spoken character of the text with its time; untimed ones share what is free."""
    timed: dict[int, _Letter] = {}
    position = 0
    for number, word in enumerate(utterance.words):
        spoken = word.text.strip()
        found = utterance.text.find(spoken, position) if spoken else -1
        if found < 0:
            continue
        position = found + len(spoken)
        places = [at for at in range(found, position) if _SPOKEN.match(utterance.text[at])]
        for letter in _spread(places, word.start_ms, word.end_ms):
            timed[letter.at] = replace(letter, word=number, probability=word.probability)
    places = [at for at, c in enumerate(utterance.text) if _SPOKEN.match(c)]
    letters: list[_Letter] = []
    for known, run in groupby(places, key=timed.__contains__):
        group = list(run)
        if known:
            letters += [timed[at] for at in group]
            continue
        start = letters[-1].end_ms if letters else utterance.start_ms
        later = (timed[at].start_ms for at in places if at > group[-1] and at in timed)
        letters += _spread(group, start, max(start, next(later, utterance.end_ms)))
    return letters


def _spread(places: Sequence[int], start_ms: int, end_ms: int) -> list[_Letter]:
    """Share the time from `start_ms` to `end_ms` among characters, evenly."""
    marks = [
        start_ms + (end_ms - start_ms) * n // max(len(places), 1) for n in range(len(places) + 1)
    ]
    return [
        _Letter(at=at, start_ms=marks[n], end_ms=marks[n + 1], word=-1)
        for n, at in enumerate(places)
    ]


def _same(old: str, letters: Sequence[_Letter], new: str, places: Sequence[int]) -> bool:
    pairs = zip(letters, places, strict=True)
    return all(old[letter.at].lower() == new[at].lower() for letter, at in pairs)


def _words(text: str, letters: Sequence[_Letter]) -> Iterator[Word]:
    """Yield words: those heard stay together, those typed are Latin words or single characters.

    Punctuation stays with the word before it, as the recogniser writes it.
    """
    groups: list[list[_Letter]] = []
    for letter in letters:
        if groups and _one_word(text, groups[-1][-1], letter):
            groups[-1].append(letter)
        else:
            groups.append([letter])
    for number, group in enumerate(groups):
        until = groups[number + 1][0].at if number + 1 < len(groups) else len(text)
        yield Word(
            start_ms=group[0].start_ms,
            end_ms=group[-1].end_ms,
            text=text[group[0].at : until].strip(),
            probability=min(letter.probability for letter in group),
        )


def _one_word(text: str, left: _Letter, right: _Letter) -> bool:
    latin = _LATIN.match(text[left.at]) and _LATIN.match(text[right.at])
    if latin and right.at == left.at + 1:
        return True
    heard = left.word == right.word >= 0
    return heard and not text[left.at + 1 : right.at].strip()
