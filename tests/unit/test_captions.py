"""Captions in three forms."""

from lessons import Span, Utterance
from lessons.captions import plain_lines, srt, webvtt, within

LINES = (
    Utterance(start_ms=1000, end_ms=2500, text="一 < 二 & 三"),
    Utterance(start_ms=3_661_000, end_ms=3_662_000, text="第二行\n\n接着说"),
)


def test_webvtt() -> None:
    """Times have points, markup is escaped, and no empty line ends a cue early."""
    assert webvtt(LINES) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n一 &lt; 二 &amp; 三\n\n"
        "01:01:01.000 --> 01:01:02.000\n第二行 接着说\n"
    )


def test_webvtt_for_hls_maps_its_clock() -> None:
    """A player is told where caption time zero lies."""
    assert webvtt((), hls=True).splitlines()[1] == "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0"


def test_srt() -> None:
    """Cues are numbered and times have commas."""
    assert srt(LINES).startswith("1\n00:00:01,000 --> 00:00:02,500\n一 < 二 & 三\n\n2\n")


def test_plain_lines() -> None:
    """Each line has its time before it."""
    assert plain_lines(LINES).splitlines() == [
        "[00:00:01] 一 < 二 & 三",
        "[01:01:01] 第二行 接着说",
    ]


def test_a_clips_captions_are_on_its_own_clock() -> None:
    """Only what is said inside a clip stays, cut to its ends."""
    (line,) = within(LINES, Span(start_ms=1500, end_ms=4000))
    assert (line.start_ms, line.end_ms) == (0, 1000)
