"""HLS playlists hold to RFC 8216."""

import re
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from api.playback import best_sound, bytes_inside, captions, excerpt, master, media
from lessons import MediaSegment, Rendition, RenditionSource, Span, TrackKind

DURATIONS = st.lists(st.integers(1, 10_400_000), min_size=1, max_size=30)


def rendition(name: str, durations: list[int], *, video: bool = True) -> Rendition:
    segments, offset = [], 800
    for number, duration in enumerate(durations):
        segments.append(MediaSegment(offset=offset, bytes=1000 + number, duration_us=duration))
        offset += 1000 + number
    return Rendition(
        name=name,
        kind=TrackKind.VIDEO if video else TrackKind.AUDIO,
        codec="avc1.64001f" if video else "mp4a.40.2",
        source=RenditionSource.ENCODED,
        digest="ab" * 32,
        bytes=offset,
        init_bytes=800,
        segments=tuple(segments),
        width=1280 if video else None,
        height=720 if video else None,
        fps=Fraction(30_000, 1001) if video else None,
        bandwidth=2_000_000 if video else 128_000,
    )


VIDEO, SOUND = rendition("720p", [4_000_000]), rendition("audio", [4_000_000], video=False)
RAW = rendition("audio-original", [4_000_000], video=False)


@given(DURATIONS)
def test_byte_ranges_follow_one_another_and_durations_hold(durations: list[int]) -> None:
    """The map and the pieces cover the file in order; no piece is longer than the target."""
    text = media(rendition("720p", durations))
    target = int(re.findall(r"#EXT-X-TARGETDURATION:(\d+)", text)[0])
    lengths = [float(x) for x in re.findall(r"#EXTINF:([\d.]+),", text)]
    assert [round(x * 1_000_000) for x in lengths] == durations
    assert all(round(x) <= target for x in lengths)
    pieces = [(int(o), int(n)) for n, o in re.findall(r'(?:="|-BYTERANGE:)(\d+)@(\d+)', text)]
    assert pieces[0] == (0, 800)
    assert all(a + n == b for (a, n), (b, _) in pairwise(pieces))
    assert text.startswith("#EXTM3U\n")
    assert text.endswith("#EXT-X-ENDLIST\n")


def test_the_sound_of_even_loudness_is_played() -> None:
    """`audio` comes before `audio-original`, which is played where there is no other."""
    assert best_sound([VIDEO, RAW, SOUND]) == SOUND
    assert best_sound([VIDEO, RAW]) == RAW
    assert "audio-original" not in master([VIDEO, RAW, SOUND])


def test_a_stream_says_what_it_is() -> None:
    """Codecs of picture and sound, size, rate, and the groups it plays with."""
    text = master([VIDEO, SOUND], language="zh", captions=True)
    assert 'CODECS="avc1.64001f,mp4a.40.2"' in text
    assert "RESOLUTION=1280x720,FRAME-RATE=29.970" in text
    assert 'AUDIO="sound",SUBTITLES="captions"\n720p.m3u8\n' in text
    assert "BANDWIDTH=2128000" in text
    assert "#EXT-X-INDEPENDENT-SEGMENTS" in text


def test_sound_alone_is_a_stream_of_its_own() -> None:
    """A recording without a picture plays, and one without a sound names no group."""
    assert master([SOUND]).endswith('CODECS="mp4a.40.2"\naudio.m3u8\n')
    assert "AUDIO=" not in master([VIDEO])


def test_captions_last_as_long_as_the_recording() -> None:
    """One WebVTT file is one piece."""
    assert "#EXTINF:237.160,\ncaptions.vtt\n" in captions(237_160)


def test_an_excerpt_plays_what_is_inside_and_no_more() -> None:
    """What comes before is a gap on the same clock, what comes after is not there."""
    film = rendition("720p", [2_000_000] * 5)
    span = Span(start_ms=2500, end_ms=6000)
    text = excerpt(film, span, 2500)
    assert (text.count("#EXTINF"), text.count("#EXT-X-GAP")) == (3, 1)
    assert "#EXT-X-START:TIME-OFFSET=2.500" in text
    assert text.endswith("#EXT-X-ENDLIST\n")
    second, third = film.segments[1:3]
    assert bytes_inside(film, span) == (second.offset, third.offset + third.bytes)
    assert bytes_inside(film, Span(start_ms=50_000, end_ms=60_000)) == (0, 0)
