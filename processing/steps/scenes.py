"""Slide and board changes, to the frame, from pictures the ladder pass has already made.

The small 2-a-second pictures name the candidates; only around these is a rendition decoded, small
and grey, to find the frame. A *change* replaces most of what stood there (another slide, another
picture source); a *build* adds and removes nothing. Hands writing on a board, pointers, moving
insets, videos inside a slide and moving cameras are neither.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from lessons import frame_time_ms
from processing.ffmpeg import Ffmpeg
from processing.steps.scene_candidates import SAMPLES_A_SECOND, Candidate, find_candidates
from processing.steps.scene_moments import LOST, Moment, What, moments_in
from processing.steps.scene_pictures import FRAME_BYTES, HEIGHT, WIDTH, Blocks, Picture, picture_of

_TEMPLATE_SHARE = 0.8  # of the changes that a block outlives, to be called the template's
_TEMPLATE_CHANGES = 3  # changes it takes to know a template
_LOST_BESIDE_TEMPLATE = 0.5
_NEARLY_ALL = 0.7  # beside the template, where it holds most of the ink
_MARGIN_S = 0.5  # around a candidate: the samples' own place is known to half their distance


@dataclass(frozen=True, kw_only=True)
class SceneChanges:
    """Moments on the recording's clock: the time of the first frame that shows the new picture."""

    changes_ms: tuple[int, ...]
    builds_ms: tuple[int, ...]


def find_scene_changes(
    frames: Path,
    video: Path,
    fps: Fraction,
    duration_ms: int,
    *,
    ffmpeg: Ffmpeg,
    scratch: Path,
) -> SceneChanges:
    """Return the slide and board changes of a recording, and the builds, in order.

    Args:
        frames: 320 x 180 grey video of 2 pictures a second; picture k shows the time k / 2 s.
        video: a rendition (the smallest will do) whose frame at time zero has pts 0.
        fps: constant frame rate of `video`.
        duration_ms: length of the recording.

    Raises:
        MediaUnreadable: one of the two can't be decoded.
        Cancelled: the step was told to stop.
    """

    def pictures() -> Iterator[Picture]:
        wanted = [*ffmpeg.source(frames), "-an", "-pix_fmt", "gray"]
        for raw in ffmpeg.frames(wanted, scratch=scratch, frame_bytes=FRAME_BYTES):
            yield picture_of(raw)

    last_frame = max(0, math.ceil(duration_ms * fps / 1000) - 1)
    moments: dict[int, Moment] = {}
    for candidate in find_candidates(pictures):
        first, count = _frames_around(candidate, fps, last_frame)
        run = list(_decode(video, first, count, fps, ffmpeg=ffmpeg, scratch=scratch))
        for moment in moments_in(run, first, candidate.still, float(fps)):
            moments.setdefault(moment.frame, moment)
    changes, builds = _settle([moments[f] for f in sorted(moments)])
    return SceneChanges(
        changes_ms=tuple(frame_time_ms(f, fps) for f in changes),
        builds_ms=tuple(frame_time_ms(f, fps) for f in builds),
    )


def _frames_around(candidate: Candidate, fps: Fraction, last_frame: int) -> tuple[int, int]:
    """Return the first frame to decode for a candidate, and how many."""
    margin = max(Fraction(_MARGIN_S), 2 / fps)
    begin = Fraction(candidate.first, SAMPLES_A_SECOND) - margin
    end = Fraction(candidate.last, SAMPLES_A_SECOND) + margin
    first = max(0, math.floor(begin * fps))
    last = min(last_frame, math.ceil(end * fps))
    return first, max(0, last - first + 1)


def _decode(
    video: Path, first: int, count: int, fps: Fraction, *, ffmpeg: Ffmpeg, scratch: Path
) -> Iterator[Picture]:
    """Decode `count` frames from frame `first` on, sought half a frame early to hit it exactly."""
    seek = max(Fraction(0), (first - Fraction(1, 2)) / fps)
    arguments = ["-threads", "1", *ffmpeg.source(video, "-ss", f"{float(seek):.6f}"), "-an"]
    arguments += ["-frames:v", str(count), "-fps_mode", "passthrough"]
    arguments += ["-vf", f"scale={WIDTH}:{HEIGHT}:flags=area,format=gray", "-pix_fmt", "gray"]
    for raw in ffmpeg.frames(arguments, scratch=scratch, frame_bytes=FRAME_BYTES):
        yield picture_of(raw)


def _settle(moments: list[Moment]) -> tuple[list[int], list[int]]:
    """Return the frames of the changes and of the builds.

    What most changes leave in place is the template's (bars, footers, logos). It must not make a
    change look smaller, so a slide is judged again without it.
    """
    template = _template([m for m in moments if m.what is What.SLIDE and _lost(m) >= LOST])
    changes = [
        m.frame
        for m in moments
        if m.what is What.SOURCE or (m.what is What.SLIDE and _another_slide(m, template))
    ]
    return changes, [m.frame for m in moments if m.what is What.BUILD]


def _lost(moment: Moment) -> float:
    return moment.seen.lost_share(moment.still)


def _another_slide(moment: Moment, template: Blocks | None) -> bool:
    if template is None:
        return _lost(moment) >= LOST
    beside = moment.seen.lost_share(moment.still & ~template)
    return beside >= (_LOST_BESIDE_TEMPLATE if _lost(moment) >= LOST else _NEARLY_ALL)


def _template(slides: list[Moment]) -> Blocks | None:
    """Return the blocks whose ink outlives most slide changes; None where too few are known."""
    if len(slides) < _TEMPLATE_CHANGES:
        return None
    inked = np.sum([m.seen.before > 0 for m in slides], axis=0)
    outlived = np.sum([(m.seen.before > 0) & ~m.seen.lost for m in slides], axis=0)
    often = inked >= _TEMPLATE_CHANGES
    return np.asarray(often & (outlived >= _TEMPLATE_SHARE * np.maximum(1, inked)), np.bool_)
