"""Where a comment is pinned: to a moment of the recording and to the words said there.

The recording never changes, so the moment stays; its words do change, as lines are corrected,
merged, divided or heard anew. `reanchored` takes an anchor along with its words. A clip is a
stretch of the recording, so moving a clip's ends moves no anchor at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from lessons.editing import heard_at
from lessons.errors import RequestFault
from lessons.timing import Span
from lessons.words import Utterance

Lines = Mapping[str, Utterance]  # by id, in order of time

NEIGHBOURS = 2  # lines on each side of a pin that are compared with what they became
SLACK_MS = 1_500  # words heard this near are heard at the moment itself
REACH_MS = 10_000  # how far away the same words still count as these words
LINE = 60  # characters of a line that a moment is pinned to as a whole
LONGEST = 300  # characters of the words that are kept with an anchor


@dataclass(frozen=True, kw_only=True)
class Pin:
    """A place in an utterance: before the character at `offset` of its text."""

    utterance_id: str
    offset: int


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A moment (`end_ms` is None) or a range of a recording, with the words said there.

    `first` and `last` embrace the words; both are None where nothing is said, and where the words
    were deleted (`lost`): then the anchor stays at its moment and remembers what was said.
    """

    start_ms: int
    end_ms: int | None = None
    text: str = ""  # the words as they read now
    quote: str = ""  # the words as they read when the comment was made
    first: Pin | None = None
    last: Pin | None = None

    def __post_init__(self) -> None:
        Span(start_ms=self.start_ms, end_ms=self.until_ms)

    @property
    def until_ms(self) -> int:
        """Where it ends; a moment ends where it begins."""
        return self.start_ms if self.end_ms is None else self.end_ms

    @property
    def lost(self) -> bool:
        """Whether its words are no longer in the transcript."""
        return self.first is None and bool(self.quote)


def at_time(start_ms: int, end_ms: int | None, lines: Lines) -> Anchor:
    """Return an anchor at a moment or a range, pinned to the words that are heard then.

    One word says little: a moment is pinned to the whole line, unless that is very long.

    Raises:
        BadSpan: the range ends before it begins.
    """
    bare = Anchor(start_ms=start_ms, end_ms=end_ms)
    heard = [
        (Pin(utterance_id=name, offset=a), Pin(utterance_id=name, offset=b))
        for name, line in lines.items()
        if line.start_ms <= bare.until_ms and line.end_ms > start_ms
        for a, b in _words_heard(line, start_ms, end_ms)
    ]
    return _pinned(bare, heard[0][0], heard[-1][1], lines) if heard else bare


def at_words(first: Pin, last: Pin, lines: Lines) -> Anchor:
    """Return an anchor on selected words, at the time at which they are heard.

    Raises:
        RequestFault: there are no words between the two places.
    """
    page = _Page(lines)
    if not (page.knows(first) and page.knows(last)) or page.place(first) >= page.place(last):
        raise RequestFault(detail="no-words")
    start_ms = heard_at(lines[first.utterance_id], first.offset)
    end_ms = max(start_ms, heard_at(lines[last.utterance_id], last.offset))
    return _pinned(Anchor(start_ms=start_ms, end_ms=end_ms), first, last, lines)


def reanchored(anchor: Anchor, before: Lines, after: Lines) -> Anchor:
    """Return `anchor` as it stands when the lines `before` have become the lines `after`.

    Both hold every line between the anchor's ends, changed or not. Untouched words are found again
    wherever they stand now; corrected words take the anchor along; deleted words leave it at its
    moment, and it takes them up when they come back.
    """
    if not anchor.quote:
        return anchor  # nothing was said there
    moved = _followed(anchor, before, after)
    if moved and moved.text != anchor.quote:
        moved = _restored(moved, after)
    if moved and moved.text in (anchor.text, anchor.quote):
        return _in_time(moved, after)
    again = [(found, _distance(found, anchor, after)) for found in _repeated(anchor, after)]
    near = [found for found, away in again if away <= SLACK_MS]
    far = [found for found, away in again if away <= REACH_MS]
    for found in (*near[:1], *((moved,) if moved else ()), *far[:1]):
        return _in_time(found, after)
    return replace(anchor, first=None, last=None)


def _followed(anchor: Anchor, before: Lines, after: Lines) -> Anchor | None:
    """Return the anchor at the ends that its own ends have become; None when no word is left."""
    if anchor.first is None or anchor.last is None:
        return None
    old = _Page(before)
    if not (old.knows(anchor.first) and old.knows(anchor.last)):
        return None
    new = _Page(after)
    first = _moved(anchor.first, old, new, ends=False)
    last = _moved(anchor.last, old, new, ends=True)
    if first is None or last is None or new.place(first) >= new.place(last):
        return None
    found = _pinned(anchor, first, last, after)
    return found if any(map(str.isalnum, found.text)) else None


def _restored(moved: Anchor, after: Lines) -> Anchor:
    """Return the anchor on its first words where they stand again at this very place."""
    page = _Page(after)
    assert moved.first is not None
    assert moved.last is not None
    begin, end = page.place(moved.first), page.place(moved.last)
    for found in _repeated(moved, after):
        assert found.first is not None
        assert found.last is not None
        overlaps = page.place(found.first) < end and begin < page.place(found.last)
        if overlaps and found.text == moved.quote:
            return found
    return moved


def _moved(pin: Pin, old: "_Page", new: "_Page", *, ends: bool) -> Pin | None:
    """Return where a place in the old lines is in the new ones.

    What is inserted at the edge of the words stays outside of them.
    """
    line = new.lines.get(pin.utterance_id)
    if line and line.text == old.lines[pin.utterance_id].text:
        return pin
    was, now = old.around(pin), new.near(old.around(pin))
    if not now.text:
        return None
    at = was.place(pin)
    matcher = SequenceMatcher(None, was.text, now.text, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        inside = i1 < at <= i2 if ends else i1 <= at < i2
        if inside and tag == "equal":
            return now.pin(j1 + at - i1, ends=ends)
        if inside:
            share = (at - i1) * (j2 - j1) / (i2 - i1)
            return now.pin(j1 + round(share), ends=ends)
    return now.pin(len(now.text) if at else 0, ends=ends)


def _repeated(anchor: Anchor, after: Lines) -> list[Anchor]:
    """Return every place at which the anchor's words stand, the nearest in time first."""
    window = {
        name: line
        for name, line in after.items()
        if line.end_ms > anchor.start_ms - REACH_MS and line.start_ms < anchor.until_ms + REACH_MS
    }
    page = _Page(window)
    found = []
    for words in dict.fromkeys((anchor.text, anchor.quote)):
        if not any(map(str.isalnum, words)) or len(words) >= LONGEST:
            continue
        at = page.text.find(words)
        while at >= 0:
            first, last = page.pin(at, ends=False), page.pin(at + len(words), ends=True)
            found.append(_pinned(anchor, first, last, window))
            at = page.text.find(words, at + 1)
    return sorted(found, key=lambda one: _distance(one, anchor, window))


def _distance(found: Anchor, anchor: Anchor, lines: Lines) -> int:
    """Return how far in ms the words of `found` are heard from the moment of `anchor`."""
    assert found.first is not None
    assert found.last is not None
    begin = heard_at(lines[found.first.utterance_id], found.first.offset)
    end = max(begin, heard_at(lines[found.last.utterance_id], found.last.offset))
    return max(0, begin - anchor.until_ms, anchor.start_ms - end)


def _in_time(found: Anchor, lines: Lines) -> Anchor:
    """Let the moment stay, unless the words are now heard somewhere else."""
    if _distance(found, found, lines) <= SLACK_MS:
        return found
    assert found.first is not None
    shift = heard_at(lines[found.first.utterance_id], found.first.offset) - found.start_ms
    end_ms = None if found.end_ms is None else found.end_ms + shift
    return replace(found, start_ms=found.start_ms + shift, end_ms=end_ms)


def _pinned(anchor: Anchor, first: Pin, last: Pin, lines: Lines) -> Anchor:
    text = "".join(_between(first, last, lines))[:LONGEST]
    return replace(anchor, first=first, last=last, text=text, quote=anchor.quote or text)


def _between(first: Pin, last: Pin, lines: Lines) -> Iterator[str]:
    names = list(lines)
    for name in names[names.index(first.utterance_id) : names.index(last.utterance_id) + 1]:
        text = lines[name].text
        begin = first.offset if name == first.utterance_id else 0
        end = last.offset if name == last.utterance_id else len(text)
        yield text[begin:end]


def _words_heard(line: Utterance, start_ms: int, end_ms: int | None) -> Sequence[tuple[int, int]]:
    """Return the places in the text of the words heard from `start_ms` to `end_ms`."""
    if not line.words or (end_ms is None and len(line.text) <= LINE):
        return [(0, len(line.text))] if line.text else []
    end_ms = max(end_ms or 0, start_ms + 1)
    found, position = [], 0
    for word in line.words:
        at = line.text.find(word.text, position)
        if at < 0 or not word.text:
            continue
        position = at + len(word.text)
        if word.start_ms < end_ms and word.end_ms > start_ms:
            found.append((at, position))
    return found


class _Page:
    """Lines written one after the other, with places that count through them all."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.names = list(lines)
        self.starts: dict[str, int] = {}
        at = 0
        for name, line in lines.items():
            self.starts[name] = at
            at += len(line.text)
        self.text = "".join(line.text for line in lines.values())

    def knows(self, pin: Pin) -> bool:
        """Return whether the pin's line is one of these, and long enough."""
        line = self.lines.get(pin.utterance_id)
        return line is not None and 0 <= pin.offset <= len(line.text)

    def place(self, pin: Pin) -> int:
        """Return the pin's place in the text of all lines."""
        return self.starts[pin.utterance_id] + pin.offset

    def pin(self, at: int, *, ends: bool) -> Pin:
        """Return the pin at a place; between two lines, that of the words it embraces."""
        chosen = self.names[0]
        for name in self.names:
            start = self.starts[name]
            if start < at or (start == at and not ends):
                chosen = name
        return Pin(utterance_id=chosen, offset=at - self.starts[chosen])

    def around(self, pin: Pin) -> "_Page":
        """Return the pin's line with its neighbours."""
        at = self.names.index(pin.utterance_id)
        chosen = self.names[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1]
        return _Page({name: self.lines[name] for name in chosen})

    def near(self, old: "_Page") -> "_Page":
        """Return the lines that are heard where the old ones were."""
        start_ms = min(line.start_ms for line in old.lines.values()) - SLACK_MS
        end_ms = max(line.end_ms for line in old.lines.values()) + SLACK_MS
        return _Page(
            {
                name: line
                for name, line in self.lines.items()
                if name in old.lines or (line.end_ms > start_ms and line.start_ms < end_ms)
            }
        )
