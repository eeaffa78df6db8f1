"""Writes HLS playlists (RFC 8216) over renditions: single files, addressed by byte ranges.

Each address carries the beginning of its file's digest, so that a rendition that is made anew is
another file to whoever keeps copies.
"""

import math
from collections.abc import Collection, Iterator, Sequence

from lessons import Rendition, Span, TrackKind

MEDIA_TYPE = "application/vnd.apple.mpegurl"
LANGUAGES = {"zh": "中文", "en": "English"}


def master(
    renditions: Sequence[Rendition], *, language: str | None = None, captions: bool = False
) -> str:
    """Return the master playlist: pictures from tall to small, one sound, captions where any.

    Args:
        renditions: all of a recording's; the sound brought to even loudness is preferred.
        language: of the speech, for the names a player shows.
    """
    pictures = [r for r in renditions if r.kind is TrackKind.VIDEO]
    sound = best_sound(renditions)
    spoken = f',LANGUAGE="{language}"' if language else ""
    name = LANGUAGES.get(language or "", "audio")
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    groups = ""
    if sound and pictures:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="{name}"{spoken},'
            f'DEFAULT=YES,AUTOSELECT=YES,URI="{sound.name}.m3u8"'
        )
        groups += ',AUDIO="sound"'
    if captions:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="{name}"{spoken},'
            'DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="captions.m3u8"'
        )
        groups += ',SUBTITLES="captions"'
    for rendition in pictures or ([sound] if sound else []):
        lines += [
            _stream(rendition, sound if pictures else None) + groups,
            f"{rendition.name}.m3u8",
        ]
    return "\n".join(lines) + "\n"


def best_sound(renditions: Sequence[Rendition]) -> Rendition | None:
    """Return the sound to play: `audio`, else the sound as it came."""
    sounds = {r.name: r for r in renditions if r.kind is TrackKind.AUDIO}
    return sounds.get("audio") or next(iter(sounds.values()), None)


def media(rendition: Rendition, gaps: Collection[int] = ()) -> str:
    """Return the media playlist of one rendition.

    Args:
        gaps: numbers of media segments that are not open; a player goes on behind them.
    """
    address = f"{rendition.name}.mp4?v={rendition.digest[:12]}"
    longest = max((s.duration_us for s in rendition.segments), default=0)
    lines = [
        *_head(math.ceil(longest / 1_000_000), version=8 if gaps else 7),
        f'#EXT-X-MAP:URI="{address}",BYTERANGE="{rendition.init_bytes}@0"',
    ]
    for number, segment in enumerate(rendition.segments):
        lines += [
            *(["#EXT-X-GAP"] if number in gaps else []),
            f"#EXTINF:{segment.duration_us / 1_000_000:.6f},",
            f"#EXT-X-BYTERANGE:{segment.bytes}@{segment.offset}",
            address,
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def excerpt(rendition: Rendition, span: Span, begin_ms: int) -> str:
    """Return a media playlist that plays only what lies inside `span`, beginning at `begin_ms`.

    The clock stays the recording's: what comes before is a gap, what comes after is not there.
    """
    lines = media(rendition).splitlines()
    head = next(n for n, line in enumerate(lines) if line.startswith("#EXTINF"))
    kept = [*lines[:head], f"#EXT-X-START:TIME-OFFSET={begin_ms / 1000:.3f},PRECISE=YES"]
    for number, (begins_ms, inside) in enumerate(_held_against(rendition, span)):
        if begins_ms >= span.end_ms:
            break
        kept += [] if inside else ["#EXT-X-GAP"]
        kept += lines[head + 3 * number : head + 3 * number + 3]
    return "\n".join([*kept, "#EXT-X-ENDLIST"]) + "\n"


def bytes_inside(rendition: Rendition, span: Span) -> tuple[int, int]:
    """Return the first byte and the one after the last of what lies inside `span`."""
    inside = [
        segment
        for segment, (_, holds) in zip(
            rendition.segments, _held_against(rendition, span), strict=True
        )
        if holds
    ]
    if not inside:
        return 0, 0
    return inside[0].offset, inside[-1].offset + inside[-1].bytes


def _held_against(rendition: Rendition, span: Span) -> Iterator[tuple[float, bool]]:
    """Yield when each media segment begins, in ms, and whether some of it lies inside `span`."""
    begin = 0.0
    for segment in rendition.segments:
        end = begin + segment.duration_us / 1000
        yield begin, begin < span.end_ms and end > span.start_ms
        begin = end


def captions(duration_ms: int) -> str:
    """Return the media playlist of the captions: one WebVTT file as long as the recording."""
    length = f"#EXTINF:{duration_ms / 1000:.3f},"
    lines = [*_head(math.ceil(duration_ms / 1000)), length, "captions.vtt", "#EXT-X-ENDLIST"]
    return "\n".join(lines) + "\n"


def _head(target_s: int, version: int = 7) -> Iterator[str]:
    yield from ("#EXTM3U", f"#EXT-X-VERSION:{version}", f"#EXT-X-TARGETDURATION:{max(target_s, 1)}")
    yield from ("#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD")


def _stream(rendition: Rendition, sound: Rendition | None) -> str:
    parts = [rendition, *([sound] if sound else [])]
    facts = [
        f"BANDWIDTH={sum(r.bandwidth or _average(r) for r in parts)}",
        f"AVERAGE-BANDWIDTH={sum(map(_average, parts))}",
        f'CODECS="{",".join(r.codec for r in parts)}"',
    ]
    if rendition.width and rendition.height:
        facts.append(f"RESOLUTION={rendition.width}x{rendition.height}")
    if rendition.fps:
        facts.append(f"FRAME-RATE={float(rendition.fps):.3f}")
    return "#EXT-X-STREAM-INF:" + ",".join(facts)


def _average(rendition: Rendition) -> int:
    """Return bits a second over the whole rendition."""
    length_us = sum(segment.duration_us for segment in rendition.segments)
    return math.ceil(rendition.bytes * 8_000_000 / length_us) if length_us else 0
