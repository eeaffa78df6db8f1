"""The picture of a clip: whole GOPs as they are, the edges encoded anew, every frame in its place.

Copying may begin only where nothing looks further back (an IDR picture) and end only before one:
recorders also mark the keyframes of open GOPs as places to start, whose first frames do look back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from lessons import Rendition, Span, frame_at, frame_time_ms
from lessons.errors import NotReady, SpanOutsideRecording
from processing.ffmpeg import Ffmpeg
from processing.steps.clip_edges import Edge, Encoded, encode_edges
from processing.steps.fragments import Fragment, Sample, TrackHeader, read_fragments, read_header
from processing.steps.h264 import Parameters, parameters_of, starts_clean, with_parameters
from processing.steps.mp4_file import Held, OutTrack, Piece, stretch


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The track, the frames it shows (the end is not included) and how it came about."""

    track: OutTrack
    first: int
    end: int
    copied: int
    start: Fraction  # seconds on the recording's clock
    stop: Fraction


@dataclass(frozen=True)
class _Frame:
    sample: Sample
    number: int  # in the order in which frames are shown
    clean: bool


def cut_picture(
    video: Path, rendition: Rendition, span: Span, *, ffmpeg: Ffmpeg, scratch: Path
) -> Picture:
    """Return the frames of `video` nearest to `span`, at least one.

    Raises:
        SpanOutsideRecording: it begins after the last frame.
        NotReady: the rendition is no H.264 picture.
        MediaUnreadable: the rendition is damaged.
    """
    header = read_header(video, file_name=ffmpeg.file_name)
    fps = rendition.fps
    if fps is None or header.sample_entry[4:8] != b"avc1":
        raise NotReady(what=rendition.name, detail="H.264")
    parameters = parameters_of(header.sample_entry)
    fragments, frames, phase = _around(video, rendition, header, parameters, span, fps)
    first, end = _in_frames(span, fps, max(f.number for f in frames) + 1)
    copied = _whole_gops(frames, first, end)
    edges = [(first, end)]
    if copied:
        begin, stop = copied[0].number, max(f.number for f in copied) + 1
        edges = [(a, b) for a, b in ((first, begin), (stop, end)) if a < b]
    encoded = (
        encode_edges(
            video,
            header,
            parameters,
            [_edge(a, b, fragments, frames) for a, b in edges],
            fps,
            phase,
            ffmpeg=ffmpeg,
            scratch=scratch,
        )
        if edges
        else []
    )
    for part in encoded[:1]:  # the edges share their sets
        parameters = parameters.also(part.sequence, part.picture)
    parts = dict(zip((a for a, _ in edges), encoded, strict=True))
    tick = _tick(fps)
    pieces = _pieces(video, first, copied, parts, tick)
    return Picture(
        track=OutTrack(
            handler=b"vide",
            timescale=int(tick * fps),
            sample_entry=with_parameters(header.sample_entry, parameters),
            pieces=pieces,
            skipped=_reach_back(first, copied, parts) * tick,
            presented=(end - first) * tick,
            width=rendition.width or 0,
            height=rendition.height or 0,
        ),
        first=first,
        end=end,
        copied=len(copied),
        start=phase + first / fps,
        stop=phase + end / fps,
    )


def _in_frames(span: Span, fps: Fraction, whole: int) -> tuple[int, int]:
    """Return the frames nearest to the span's ends: at least one, of the `whole` there are."""
    if span.start_ms * fps >= whole * 1000:
        raise SpanOutsideRecording(end_ms=span.end_ms, duration_ms=frame_time_ms(whole, fps))
    first = min(frame_at(span.start_ms, fps), whole - 1)
    return first, min(max(first + 1, frame_at(span.end_ms, fps)), whole)


def _around(
    video: Path,
    rendition: Rendition,
    header: TrackHeader,
    parameters: Parameters,
    span: Span,
    fps: Fraction,
) -> tuple[list[Fragment], list[_Frame], Fraction]:
    """Return the fragments about `span`, their frames in decoding order, and the frames' phase.

    One media segment more on both sides: an open GOP's frames lie beyond its keyframe.
    """
    opening = next(read_fragments(video, header))
    earliest = Fraction(min(s.shown for s in opening.samples), header.timescale)
    phase = earliest - Fraction(round(earliest * fps)) / fps
    lowest, highest, at = header.init_bytes, None, 0
    for k, segment in enumerate(rendition.segments):
        if at <= span.start_ms * 1000:
            lowest = rendition.segments[max(0, k - 1)].offset
        at += segment.duration_us
        if at > span.end_ms * 1000:
            beyond = rendition.segments[min(k + 1, len(rendition.segments) - 1)]
            highest = beyond.offset + beyond.bytes
            break
    fragments = list(read_fragments(video, header, offset=lowest, end=highest))
    frames = []
    with video.open("rb") as file:
        for sample in (s for fragment in fragments for s in fragment.samples):
            clean = False
            if sample.sync:
                file.seek(sample.offset)
                clean = starts_clean(file.read(sample.size), parameters.length_bytes)
            shown = Fraction(sample.shown, header.timescale) - phase
            frames.append(_Frame(sample, round(shown * fps), clean))
    return fragments, frames, phase


def _whole_gops(frames: list[_Frame], first: int, end: int) -> list[_Frame]:
    """Return the longest run from an IDR picture up to another (or the end) inside the span."""
    starts = [k for k, frame in enumerate(frames) if frame.clean]
    begin = next((k for k in starts if frames[k].number >= first), None)
    if begin is None:
        return []
    stops = [k for k in starts if begin < k and frames[k].number <= end]
    if max(frame.number for frame in frames) < end:
        stops.append(len(frames))
    return frames[begin : stops[-1]] if stops else []


def _edge(first: int, end: int, fragments: list[Fragment], frames: list[_Frame]) -> Edge:
    """Return what must be decoded for the frames from `first` to `end`."""
    number = {frame.sample.offset: frame for frame in frames}
    begin, stop = 0, len(fragments)
    for k, fragment in enumerate(fragments):
        head = number[fragment.samples[0].offset]
        if head.clean and head.number <= first:
            begin = k
        if head.clean and head.number >= end:
            stop = k
            break
    return Edge(first=first, end=end, fragments=fragments[begin:stop])


def _tick(fps: Fraction) -> int:
    """Return the ticks of a frame such that a second is a whole number of ticks, 10000 or more."""
    times = 1
    while fps.numerator * times < 10_000:
        times *= 2
    return fps.denominator * times


def _reach_back(first: int, copied: list[_Frame], parts: dict[int, Encoded]) -> int:
    """Return by how many frames decoding must run ahead so that each frame is ready in time."""
    before = len(parts[first].frames) if first in parts else 0
    return max(
        (before + k - (frame.number - first) for k, frame in enumerate(copied)),
        default=0,
    )


def _pieces(
    video: Path, first: int, copied: list[_Frame], parts: dict[int, Encoded], tick: int
) -> list[Piece]:
    ahead = _reach_back(first, copied, parts)
    pieces: list[Piece] = []

    def add(number: int, size: int, sync: bool, read: Callable[[], bytes]) -> None:
        late = (number - first) - len(pieces) + ahead
        pieces.append(Piece(size=size, length=tick, late=late * tick, sync=sync, read=read))

    def add_encoded(at: int) -> None:
        for k, frame in enumerate(parts[at].frames if at in parts else ()):
            add(at + k, len(frame), k == 0, Held(frame))

    add_encoded(first)
    for frame in copied:
        sample = frame.sample
        add(frame.number, sample.size, sample.sync, stretch(video, sample.offset, sample.size))
    if copied:
        add_encoded(max(frame.number for frame in copied) + 1)
    return pieces
