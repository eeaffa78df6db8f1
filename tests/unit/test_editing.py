"""A corrected line keeps its time with what is heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons import Utterance, Word
from lessons.editing import corrected, heard_at, merged, split
from lessons.errors import RequestFault

LINE = Utterance(
    start_ms=1000,
    end_ms=3000,
    text="今天学函数。",
    words=(
        Word(start_ms=1000, end_ms=1800, text="今天", probability=0.9),
        Word(start_ms=1800, end_ms=2000, text="学", probability=0.8),
        Word(start_ms=2400, end_ms=3000, text="函数。", probability=0.7),
    ),
)
TEXTS = st.text(st.sampled_from("今天学函数一元 abc，。"), min_size=1, max_size=14).filter(
    lambda text: text.strip(" ，。")
)


def test_words_that_stay_keep_their_times() -> None:
    """Only what was typed is timed anew, in the gap between its neighbours."""
    words = corrected(LINE, "今天学二次函数。").words
    assert [(w.text, w.start_ms, w.end_ms) for w in words] == [
        ("今天", 1000, 1800),
        ("学", 1800, 2000),
        ("二", 2000, 2200),
        ("次", 2200, 2400),
        ("函数。", 2400, 3000),
    ]


def test_what_a_person_typed_is_certain() -> None:
    """Heard words keep their probability, typed ones have 1."""
    probabilities = [w.probability for w in corrected(LINE, "今天写函数。").words]
    assert probabilities == [0.9, 1.0, 0.7]


def test_a_latin_word_is_one_word() -> None:
    """Letters that stand together are not torn apart."""
    assert [w.text for w in corrected(LINE, "今天学 PPT").words] == ["今天", "学", "PPT"]


def test_an_empty_correction_is_refused() -> None:
    """A line without words is none."""
    with pytest.raises(RequestFault):
        corrected(LINE, "  ")


@given(TEXTS)
def test_words_stay_in_order_and_inside_the_line(text: str) -> None:
    """Whatever is typed, words follow one another within the line and make up its text."""
    line = corrected(LINE, text)
    times = [t for word in line.words for t in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert all(LINE.start_ms <= t <= LINE.end_ms for t in times)
    spoken = "".join(c for c in text if c.isalnum())
    assert "".join(c for word in line.words for c in word.text if c.isalnum()) == spoken


@given(TEXTS, st.integers(0, 14))
def test_two_halves_merge_to_the_whole(text: str, offset: int) -> None:
    """What was split can be merged again: the same characters at the same times."""
    line = corrected(LINE, text)
    try:
        first, second = split(line, offset)
    except RequestFault:
        return
    assert first.end_ms <= second.start_ms
    again = merged(first, second)
    assert again.text.replace(" ", "") == line.text.replace(" ", "")
    assert (again.start_ms, again.end_ms) == (line.start_ms, line.end_ms)


def test_a_place_in_the_text_is_a_moment() -> None:
    """A character is heard when its word is; without words, in proportion."""
    assert heard_at(LINE, 3) == 2400
    bare = Utterance(start_ms=0, end_ms=1000, text="一二三四五，六七八九十")
    assert heard_at(bare, 6) == 500
