"""The plain arithmetic of media: frame rates, rungs, posters, errors in short."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

from lessons import MediaInfo, Track, TrackKind
from processing.child import Progress
from processing.failures import in_short, signal_of
from processing.steps.hls_index import codec_of
from processing.steps.pictures import max_rate, rungs
from processing.steps.rates import frame_rate
from processing.steps.storyboard import interval_of, poster_at

MILLISECOND = Fraction(1, 1000)


def _picture(width: int, height: int, *, compliant: bool) -> MediaInfo:
    track = Track(
        index=0, kind=TrackKind.VIDEO, codec="h264", width=width, height=height, fps=Fraction(25)
    )
    return MediaInfo(container="mov", duration_ms=1000, tracks=(track,), compliant=compliant)


@pytest.mark.parametrize("rate", ["25", "30000/1001", "24000/1001", "60", "329/12", "5", "1"])
def test_a_constant_rate_is_found_in_rounded_times(rate: str) -> None:
    """Times rounded to milliseconds, in decoding order, still give the exact rate."""
    fps = Fraction(rate)
    times = [round(1000 * n / fps) for n in range(400)]
    random.Random(1).shuffle(times)
    assert frame_rate(times, MILLISECOND, [fps]) == (fps, False)


def test_jitter_of_a_few_milliseconds_is_no_variable_rate() -> None:
    """A recorder whose clock trembles has a constant rate all the same."""
    dice = random.Random(2)
    times = [40 * n + dice.randrange(-6, 7) for n in range(2000)]
    assert frame_rate(times, MILLISECOND, []) == (Fraction(25), False)


def test_a_dropped_frame_makes_the_rate_variable() -> None:
    """One missing frame moves all later ones; such a picture is brought to its standard rate."""
    times = [40 * n for n in range(300) if n != 150]
    assert frame_rate(times, MILLISECOND, [Fraction(25)]) == (Fraction(25), True)


def test_a_screen_recording_gets_a_grid_fine_enough() -> None:
    """Two frames a second at odd times are shown on a grid that moves none by over 20 ms."""
    dice = random.Random(3)
    times = sorted(dice.randrange(60_000) for _ in range(120))
    fps, variable = frame_rate(times, MILLISECOND, [])
    assert variable
    assert 25 <= fps <= 60


def test_a_single_frame_has_the_declared_rate() -> None:
    """One frame says nothing of rates; the header's is taken, or 25."""
    assert frame_rate([7], MILLISECOND, [Fraction(30)]) == (Fraction(30), False)
    assert frame_rate([7], MILLISECOND, []) == (Fraction(25), False)


@pytest.mark.parametrize(
    ("size", "compliant", "heights"),
    [
        ((1920, 1080), True, [720, 360]),
        ((1920, 1080), False, [1080, 720, 360]),
        ((3840, 2160), True, [1080, 720, 360]),
        ((3840, 2160), False, [1080, 720, 360]),
        ((1280, 800), False, [800, 360]),
        ((1280, 800), True, [360]),
        ((640, 360), True, []),
        ((320, 181), False, [180]),
    ],
)
def test_rungs(size: tuple[int, int], compliant: bool, heights: list[int]) -> None:
    """No rung is enlarged, none stands close below another, sides are even."""
    found = rungs(_picture(*size, compliant=compliant), (1080, 720, 360))
    assert [rung.height for rung in found] == heights
    assert all(rung.width and rung.width % 2 == 0 for rung in found)


def test_small_pictures_get_few_bits() -> None:
    """The peak rate grows with the lines."""
    rates = [max_rate(r) for r in rungs(_picture(1920, 1080, compliant=False), (1080, 720, 360))]
    assert rates == [4_500_000, 2_500_000, 800_000]


def test_poster_is_neither_black_nor_flat(tmp_path: Path) -> None:
    """Black and blank pictures at the start are passed over."""
    black, blank = bytes(144), bytes([255] * 144)
    good = bytes(range(0, 144))
    glances = tmp_path / "glances.raw"
    glances.write_bytes(black * 2 + blank + good * 3)
    assert poster_at(glances, 2000) == 6000
    glances.write_bytes(black * 3)
    assert poster_at(glances, 2000) == 0
    glances.write_bytes(b"")
    assert poster_at(glances, 2000) == 0


def test_storyboard_interval_grows_with_the_lesson() -> None:
    """Two seconds for a short lesson, at most two hundred tiles for a long one."""
    for minutes, interval in ((1, 2000), (40, 12_000), (100, 30_000)):
        info = MediaInfo(container="mov", duration_ms=minutes * 60_000, tracks=())
        assert interval_of(info) == interval


def test_errors_in_short() -> None:
    """The first error stands for all; addresses, tags and folders are left out."""
    said = (
        "[mov,mp4 @ 0x7f01] [info] fine\n"
        "[mov,mp4 @ 0x7f01] [error] moov atom not found\n"
        "[in#0 @ 0x55] [error] Error opening input file file:/srv/x/y.bin.\n"
    )
    assert in_short(said) == "moov atom not found"
    assert in_short("[error] Error opening input file file:/srv/x/y.bin.") == (
        "Error opening input file …"
    )
    assert in_short("") == "no reason given"


def test_exit_codes_that_are_signals() -> None:
    """137 and -9 are a kill; 183 is ffmpeg's own word for invalid data."""
    killed = signal_of(137)
    assert killed is not None
    assert killed == signal_of(-9)
    assert signal_of(183) is None
    assert signal_of(1) is None


def test_progress_counts_what_moves() -> None:
    """Repeated lines are no progress; time that goes on is, and is reported as a share."""
    shares: list[float] = []
    progress = Progress(10_000, shares.append)
    assert progress.feed(b"frame=1\nout_time_us=1000000\npro")
    assert not progress.feed(b"gress=continue\nframe=1\nout_time_us=1000000\n")
    assert progress.feed(b"frame=2\nout_time_us=20000000\n")
    assert shares == [0.1, 1.0]


def test_codec_strings() -> None:
    """Profile, constraints and level of H.264, object type of AAC, with either length coding."""
    assert codec_of(b"....avcC\x01\x64\x00\x28rest") == "avc1.640028"
    short = b"esds\0\0\0\0\x03\x19\0\0\0\x04\x11" + bytes(13) + b"\x05\x02\x12\x10\x06"
    long = (
        b"esds\0\0\0\0\x03\x80\x80\x80\x25\0\0\0\x04\x80\x80\x80\x17"
        + bytes(13)
        + b"\x05\x80\x80\x80\x05\x2b\x92\x08\0\0"
    )
    assert codec_of(short) == "mp4a.40.2"
    assert codec_of(long) == "mp4a.40.5"
    assert codec_of(b"neither") == ""
