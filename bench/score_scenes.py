"""Precision and recall of the scene detector on the drawn lessons, with what it costs.

`python -m bench.score_scenes [FOLDER] [NAME …]` draws what is not there yet into FOLDER.
"""

import resource
import sys
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bench.scenes_set import encode, the_set
from lessons import frame_at
from processing.ffmpeg import Ffmpeg, find_tools
from processing.steps.scenes import find_scene_changes


@dataclass(frozen=True)
class Score:
    """How many were really there, how many were named, how many of these were right."""

    true: int
    named: int
    right: int


def score(named: tuple[int, ...], true: tuple[int, ...], within: int) -> Score:
    """Match each true frame to at most one named frame within `within` frames."""
    left = list(named)
    right = 0
    for frame in true:
        near = min(left, key=lambda n: abs(n - frame), default=None)
        if near is not None and abs(near - frame) <= within:
            left.remove(near)
            right += 1
    return Score(len(true), len(named), right)


def frames_of(times_ms: tuple[int, ...], fps: Fraction) -> tuple[int, ...]:
    """Return the frame of each time."""
    return tuple(frame_at(t, fps) for t in times_ms)


def main() -> None:
    """Print a line for each drawn lesson, then the totals."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    door = Ffmpeg(find_tools())
    totals: dict[str, list[Score]] = {"changes": [], "builds": []}
    for shown in the_set():
        if sys.argv[2:] and shown.name not in sys.argv[2:]:
            continue
        frames, video = folder / f"{shown.name}.frames.mkv", folder / f"{shown.name}.mp4"
        if not frames.exists():
            encode(shown, folder)
        before = _cpu_s()
        found = find_scene_changes(
            frames,
            video,
            shown.fps,
            int(shown.frames * 1000 / shown.fps),
            ffmpeg=door,
            scratch=folder,
        )
        spent = _cpu_s() - before
        line = f"{shown.name:22} {spent:5.2f} CPU s "
        for kind, named_ms, true in (
            ("changes", found.changes_ms, shown.changes),
            ("builds", found.builds_ms, shown.builds),
        ):
            named = frames_of(named_ms, shown.fps)
            result = score(named, true, shown.within)
            totals[kind].append(result)
            line += f" {kind} {result.right}/{result.true}, named {result.named}"
            if result.right != result.true or result.named != result.true:
                line += f" {named} true {true}"
        print(line, flush=True)
    for kind, scores in totals.items():
        right, named_, true_ = (
            sum(getattr(s, f) for s in scores) for f in ("right", "named", "true")
        )
        precision, recall = right / max(1, named_), right / max(1, true_)
        print(f"{kind}: precision {precision:.3f}, recall {recall:.3f} of {true_}")


def _cpu_s() -> float:
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


if __name__ == "__main__":
    main()
