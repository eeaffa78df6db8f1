"""Range headers (RFC 9110 §14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.media import RangeOutside, parse_range

SIZES = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("bytes=0-99", (0, 100)),
        ("bytes=500-", (500, 500)),
        ("bytes=-200", (800, 200)),
        ("bytes=-5000", (0, 1000)),
        ("bytes=900-5000", (900, 100)),
        ("bytes=0-0", (0, 1)),
        ("", None),
        ("bytes=-", None),
        ("bytes=9-1", None),
        ("bytes=0-1,5-9", None),
        ("pages=1-2", None),
        ("bytes=x-y", None),
    ],
)
def test_what_a_header_asks_for(header: str, asked: tuple[int, int] | None) -> None:
    """One range is understood; whatever is odd asks for the whole."""
    assert parse_range(header, 1000) == asked


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_after_the_end_is_refused(header: str) -> None:
    """No byte of it exists."""
    with pytest.raises(RangeOutside):
        parse_range(header, 1000)


@given(st.integers(0, 20_000), st.integers(0, 20_000), SIZES)
def test_a_range_is_the_slice_it_names(first: int, last: int, size: int) -> None:
    """The bytes sent are those that Python's own slices give."""
    everything = range(size)
    try:
        asked = parse_range(f"bytes={first}-{last}", size)
    except RangeOutside:
        assert first >= size
        return
    if asked is None:
        assert last < first
        return
    start, length = asked
    assert everything[start : start + length] == everything[first : last + 1]
    assert length > 0


@given(st.text(max_size=30), SIZES)
def test_no_header_breaks_the_parser(header: str, size: int) -> None:
    """Whatever is sent, the answer stays inside the file."""
    try:
        asked = parse_range(header, size)
    except RangeOutside:
        return
    if asked:
        assert 0 <= asked[0] < sum(asked) <= size
