"""A comment stays with its moment and its words, whatever becomes of the lines."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons import Anchor, Pin, Utterance, Word
from lessons.anchoring import Lines, at_time, at_words, reanchored
from lessons.editing import corrected, merged, split
from lessons.errors import BadSpan, RequestFault

TEXTS = (
    "今天我们学习二次函数。",
    "请同学们四人一组讨论。",
    "打开 GeoGebra 看动画。",
    "好,说说你的发现。",
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(("correct", "split", "merge")), st.integers(0, 9), st.integers(0, 30),
        st.integers(0, 30), st.text(st.sampled_from("一二三甲乙丙，。 ab"), max_size=5),
    ),
    max_size=6,
)  # fmt: skip
Edit = tuple[str, int, int, int, str]


def line(text: str, start_ms: int) -> Utterance:
    """An utterance of two seconds, its words two characters long."""
    pieces = [text[n : n + 2] for n in range(0, len(text), 2)]
    step = 2000 // len(pieces)
    words = tuple(
        Word(start_ms=start_ms + n * step, end_ms=start_ms + (n + 1) * step, text=piece.strip())
        for n, piece in enumerate(pieces)
    )
    return Utterance(start_ms=start_ms, end_ms=start_ms + 2000, text=text, words=words)


def lines() -> dict[str, Utterance]:
    return {f"u{n}": line(text, n * 2500) for n, text in enumerate(TEXTS)}


def words(anchor: Anchor, page: Lines) -> str:
    """Read what lies between the anchor's pins."""
    assert anchor.first is not None
    assert anchor.last is not None
    names = list(page)
    text = ""
    for name in names[names.index(anchor.first.utterance_id) :]:
        begin = anchor.first.offset if name == anchor.first.utterance_id else 0
        end = anchor.last.offset if name == anchor.last.utterance_id else None
        text += page[name].text[begin:end]
        if end is not None:
            return text
    raise AssertionError("the last pin is not behind the first")


def put(page: Lines, name: str, *new: tuple[str, Utterance], drop: str = "") -> Lines:
    """Return the lines with one of them replaced by others."""
    made: dict[str, Utterance] = {}
    for old, text in page.items():
        made |= dict(new) if old == name else {} if old == drop else {old: text}
    return made


def edited(page: Lines, edit: Edit, spare: Callable[[str, int, int], bool]) -> Lines:
    """Return the lines after one change by a person; where `spare` forbids it, unchanged."""
    what, which, a, b, typed = edit
    names = list(page)
    name = names[which % len(names)]
    text = page[name].text
    a, b = sorted((a % (len(text) + 1), b % (len(text) + 1)))
    try:
        if what == "correct" and not spare(name, a, b):
            return put(page, name, (name, corrected(page[name], text[:a] + typed + text[b:])))
        if what == "split" and not spare(name, a, a):
            head, tail = split(page[name], a)
            return put(page, name, (name, head), (f"{name}+{len(page)}", tail))
        if what == "merge" and name != names[-1]:
            after = names[names.index(name) + 1]
            return put(page, name, (name, merged(page[name], page[after])), drop=after)
    except RequestFault:
        pass  # a line without words is none
    return page


def test_a_moment_is_pinned_to_the_word_that_is_heard() -> None:
    """A moment has the line said then, a range the words that overlap it, silence none."""
    page = lines()
    assert at_time(300, None, page).text == TEXTS[0]
    long = {"u0": line("甲乙" * 40, 0)}
    assert at_time(1000, None, long).text == "甲乙"
    across = at_time(1700, 3000, page)
    assert (across.text, across.quote) == ("。请同学们", "。请同学们")
    assert (across.start_ms, across.end_ms) == (1700, 3000)
    silent = at_time(2100, None, page)
    assert (silent.first, silent.text, silent.lost) == (None, "", False)
    with pytest.raises(BadSpan):
        at_time(3000, 1000, page)


def test_selected_words_are_a_range_of_time() -> None:
    """Words say when they are heard; a selection of nothing is refused."""
    page = lines()
    first, last = Pin(utterance_id="u1", offset=4), Pin(utterance_id="u1", offset=8)
    anchor = at_words(first, last, page)
    assert anchor.text == "四人一组"
    assert (anchor.start_ms, anchor.end_ms) == (3166, 3832)
    for pins in ((last, first), (first, Pin(utterance_id="u9", offset=1))):
        with pytest.raises(RequestFault):
            at_words(*pins, page)


def test_corrected_words_take_the_comment_along() -> None:
    """A homophone that is mended stays commented; what was first said is remembered."""
    page = lines()
    first, last = Pin(utterance_id="u0", offset=8), Pin(utterance_id="u0", offset=10)
    anchor = at_words(first, last, page)
    now = put(page, "u0", ("u0", corrected(page["u0"], "同学们,今天学习一次方程。")))
    moved = reanchored(anchor, page, now)
    assert (words(moved, now), moved.quote) == ("方程", "函数")
    assert (moved.start_ms, moved.end_ms) == (anchor.start_ms, anchor.end_ms)


def test_deleted_words_leave_the_comment_at_its_moment() -> None:
    """The moment stays, the quote is remembered, and the words are taken up when they return."""
    page = lines()
    first, last = Pin(utterance_id="u1", offset=4), Pin(utterance_id="u1", offset=8)
    anchor = at_words(first, last, page)
    now = put(page, "u1", ("u1", corrected(page["u1"], "请同学们讨论。")))
    lost = reanchored(anchor, page, now)
    assert (lost.lost, lost.quote, lost.start_ms) == (True, "四人一组", anchor.start_ms)
    assert reanchored(lost, now, page) == anchor


def test_words_heard_anew_are_found_again() -> None:
    """Another model writes other lines; the same words are found near the same moment."""
    page = lines()
    first, last = Pin(utterance_id="u1", offset=4), Pin(utterance_id="u1", offset=10)
    anchor = at_words(first, last, page)
    again = {
        "n0": line("今天我们学习二次函数", 0),
        "n1": line("请同学们", 2600),
        "n2": line("四人一组讨论", 4700),
    }
    moved = reanchored(anchor, page, again)
    assert words(moved, again) == "四人一组讨论"
    assert moved.first == Pin(utterance_id="n2", offset=0)


def test_words_heard_much_later_take_the_moment_along() -> None:
    """Where the words are heard elsewhere, the comment moves in time with them."""
    page = {"u0": line("四人一组讨论", 0)}
    anchor = at_words(Pin(utterance_id="u0", offset=0), Pin(utterance_id="u0", offset=6), page)
    later = {"u0": line("四人一组讨论", 6000)}
    moved = reanchored(anchor, page, later)
    assert (moved.start_ms, words(moved, later)) == (6000, "四人一组讨论")


@settings(deadline=None, max_examples=60)
@given(EDITS, st.integers(0, 3), st.integers(0, 20), st.integers(1, 6))
def test_untouched_words_keep_their_comment(
    edits: list[Edit], which: int, begin: int, length: int
) -> None:
    """Whatever is corrected, divided or merged around them, the words and the moment stay."""
    page: Lines = lines()
    text = TEXTS[which]
    begin %= len(text)
    phrase = text[begin : begin + length].strip()
    begin = text.index(phrase)
    if not any(map(str.isalnum, phrase)):
        return
    pins = [Pin(utterance_id=f"u{which}", offset=n) for n in (begin, begin + len(phrase))]
    first = anchor = at_words(pins[0], pins[1], page)

    def touches(name: str, a: int, b: int) -> bool:
        """Whether a change from a to b of a line touches the words, or could be one of theirs."""
        assert anchor.first is not None
        assert anchor.last is not None
        mine = name in (anchor.first.utterance_id, anchor.last.utterance_id)
        return mine and a < anchor.last.offset and b > anchor.first.offset

    for edit in edits:
        now = edited(page, edit, touches)
        anchor = reanchored(anchor, page, now)
        assert words(anchor, now) == phrase
        page = now
    assert (anchor.start_ms, anchor.end_ms) == (first.start_ms, first.end_ms)


@settings(deadline=None, max_examples=60)
@given(EDITS, st.integers(0, 12_000), st.one_of(st.none(), st.integers(0, 12_000)))
def test_an_anchor_is_always_whole(edits: list[Edit], start: int, end: int | None) -> None:
    """After any edits its pins embrace its words, or it is lost and keeps its quote."""
    page: Lines = lines()
    anchor = at_time(start, None if end is None else max(start, end), page)
    quote = anchor.quote
    for edit in edits:
        now = edited(page, edit, lambda *_: False)
        anchor = reanchored(anchor, page, now)
        page = now
        assert anchor.quote == quote
        assert anchor.start_ms <= anchor.until_ms
        if anchor.first is not None:
            assert words(anchor, page) == anchor.text
        else:
            assert anchor.last is None
            assert anchor.lost == bool(quote)
        assert reanchored(anchor, page, page) == anchor


@settings(deadline=None, max_examples=60)
@given(EDITS)
def test_an_edit_and_its_undo_change_nothing(edits: list[Edit]) -> None:
    """What is put back brings its comment back."""
    page: Lines = lines()
    anchor = at_words(Pin(utterance_id="u1", offset=0), Pin(utterance_id="u1", offset=8), page)
    for edit in edits[:1]:
        now = edited(page, edit, lambda *_: False)
        back = reanchored(reanchored(anchor, page, now), now, page)
        assert back == anchor
