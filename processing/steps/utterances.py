"""From words in a window to utterances on the recording's clock.

The recogniser's word times drift by up to 300 ms, the cuts do not: each word is given to a cut,
with the break between two cuts drawn to the nearest punctuation, and its times are kept inside it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lessons import Utterance, Word
from processing.steps.chinese import finish, simplify
from processing.steps.homophones import mend
from processing.steps.recogniser import Heard
from processing.steps.speech_cuts import Cut

JOINED_PAUSE_MS = 480  # what is said with a shorter pause may be one utterance
LONGEST_MS = 12_000
SAME_VOICE_DB = 5.0  # teacher and pupil differ by more in a classroom
FAR_MS, NEAR_MS = 1000, 200  # murmur before or after the words is no part of the utterance
UNSPACED = ("zh", "ja", "th", "lo", "my", "yue")  # written without spaces between words
DRAWN = 3  # how many words a break between cuts may move to reach punctuation
_MARKS = "，。？！、；：,.?!;:…"
_EDGE = rf"[\s{re.escape(_MARKS)}\"“”（）()《》—-]+"
_EDGES = re.compile(f"^{_EDGE}|{_EDGE}$")
_ENDS = "。？！?!."


@dataclass(frozen=True, kw_only=True)
class Token:
    """A word with the marks written after it; times in milliseconds of the recording."""

    start_ms: int
    end_ms: int
    text: str  # without spaces and marks around it
    marks: str
    spaced: bool  # whether a space stands before it
    probability: float


@dataclass(frozen=True, kw_only=True)
class CutWords:
    """What was said in one cut."""

    cut: Cut
    words: tuple[Token, ...]
    language: str
    no_speech: float

    @property
    def text(self) -> str:
        """The words and marks as one line."""
        return "".join((" " if w.spaced else "") + w.text + w.marks for w in self.words).strip()


def place_words(
    heard: Heard, cuts: Sequence[Cut], places: Sequence[tuple[int, int]]
) -> list[CutWords]:
    """Give every word to one of `cuts`, whose `places` are milliseconds in the window."""
    tokens = _tokens(heard)
    if heard.language == "zh":
        tokens = _mended_runs(tokens)
    breaks = [0]
    for (_, end), (begin, _) in pairwise(places):
        breaks.append(max(breaks[-1], _break(tokens, (end + begin) // 2)))
    breaks.append(len(tokens))
    return [
        CutWords(
            cut=cut,
            words=tuple(_moved(tokens[breaks[n] : breaks[n + 1]], place[0], cut)),
            language=heard.language,
            no_speech=heard.no_speech,
        )
        for n, (cut, place) in enumerate(zip(cuts, places, strict=True))
    ]


def _tokens(heard: Heard) -> list[Token]:
    """Return the words with their marks taken off; pieces of one word or number put together."""
    tokens: list[Token] = []
    for word in heard.words:
        bare = _EDGES.sub("", word.text)
        if heard.language == "zh":
            bare = simplify(bare)
        spaced = word.text.startswith(" ")
        if not bare:
            marks = "".join(c for c in word.text if c in _MARKS)
            if tokens and marks:
                tokens[-1] = replace(tokens[-1], marks=(tokens[-1].marks + marks)[:1])
            continue
        tail = word.text.rstrip()[len(word.text.rstrip().rstrip(_MARKS)) :][:1]
        times = (round(word.start_s * 1000), round(word.end_s * 1000))
        last = tokens[-1] if tokens else None
        whole = heard.language not in UNSPACED or (last and _one_word(last.text, bare))
        if last and not spaced and not last.marks and whole:
            tokens[-1] = replace(last, text=last.text + bare, end_ms=times[1], marks=tail)
            continue
        tokens.append(
            Token(
                start_ms=times[0],
                end_ms=times[1],
                text=bare,
                marks=tail,
                spaced=spaced,
                probability=word.probability,
            )
        )
    return tokens


def _one_word(before: str, after: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]+|[\d./]+", before + after))


def _mended_runs(tokens: Sequence[Token]) -> list[Token]:
    """Mend homophones over each run between marks, so that phrases are seen whole."""
    mended: list[Token] = []
    run: list[Token] = []
    for token in tokens:
        run.append(token)
        if token.marks:
            mended += _mended(run)
            run = []
    return mended + _mended(run)


def _mended(run: Sequence[Token]) -> list[Token]:
    texts = [token.text for token in run]
    sure = [token.probability for token in run for _ in token.text]
    whole = mend("".join(texts), sure)
    if len(whole) != sum(map(len, texts)):
        return [replace(token, text=text) for token, text in zip(run, texts, strict=True)]
    out, at = [], 0
    for token, text in zip(run, texts, strict=True):
        out.append(replace(token, text=whole[at : at + len(text)]))
        at += len(text)
    return out


def _break(tokens: Sequence[Token], at_ms: int) -> int:
    """Return before which token a cut begins: by time, drawn to punctuation close by."""
    index = sum(1 for token in tokens if (token.start_ms + token.end_ms) // 2 < at_ms)
    near = sorted(range(index - DRAWN, index + DRAWN + 1), key=lambda i: abs(i - index))
    for i in near:
        if 0 < i <= len(tokens) and tokens[i - 1].marks:
            return i
    return index


def _moved(tokens: Sequence[Token], place_ms: int, cut: Cut) -> list[Token]:
    """Put `tokens` on the recording's clock: inside `cut`, ascending, without overlap."""
    moved = []
    last = cut.start_ms
    for number, token in enumerate(tokens):
        room = cut.end_ms - (len(tokens) - number)
        start = min(max(last, token.start_ms - place_ms + cut.start_ms), max(last, room))
        end = min(max(start + 1, token.end_ms - place_ms + cut.start_ms), cut.end_ms)
        moved.append(replace(token, start_ms=start, end_ms=max(start, end)))
        last = max(start, end)
    return moved


def to_utterances(said: Sequence[CutWords], language: str) -> list[Utterance]:
    """Join cuts to sentences or turns, with their punctuation."""
    groups: list[list[CutWords]] = []
    for cut in said:
        if groups and _together(groups[-1], cut):
            groups[-1].append(cut)
        else:
            groups.append([cut])
    return [_utterance(group, language) for group in groups]


def _together(group: Sequence[CutWords], cut: CutWords) -> bool:
    last = group[-1]
    return (
        cut.cut.start_ms - last.cut.end_ms <= JOINED_PAUSE_MS
        and cut.cut.end_ms - group[0].cut.start_ms <= LONGEST_MS
        and abs(cut.cut.level_db - last.cut.level_db) <= SAME_VOICE_DB
        and last.words[-1].marks not in tuple(_ENDS)
    )


def _utterance(group: Sequence[CutWords], language: str) -> Utterance:
    parts = [cut.text for cut in group]
    text = finish(parts) if language == "zh" else " ".join(parts)
    words = tuple(
        Word(start_ms=t.start_ms, end_ms=t.end_ms, text=t.text, probability=round(t.probability, 4))
        for cut in group
        for t in cut.words
    )
    start, end = group[0].cut.start_ms, group[-1].cut.end_ms
    if words[0].start_ms - start > FAR_MS:
        start = words[0].start_ms - NEAR_MS
    if end - words[-1].end_ms > FAR_MS:
        end = words[-1].end_ms + NEAR_MS
    return Utterance(start_ms=start, end_ms=end, text=text, words=words)
