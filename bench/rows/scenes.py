"""Row 5: slide changes, against PySceneDetect's own command, and how right they are."""

import json
import subprocess
from fractions import Fraction
from pathlib import Path

from bench.inputs import CHANGES_S, Inputs, door, ffmpeg
from bench.paired import command, in_turn
from bench.peers import peer_program
from bench.rows import Row
from bench.scenes_set import encode, the_set
from bench.score_scenes import Score, frames_of, score
from lessons import frame_at
from processing.steps.scenes import find_scene_changes

BAR, RIGHT_BAR = 0.15, 0.98
_WITHIN_FRAMES = 2


def rows(inputs: Inputs) -> list[Row]:
    """Measure cost on the five-minute lesson, precision and recall on the drawn set."""
    return [_cost(inputs), _quality(inputs)]


def _cost(inputs: Inputs) -> Row:
    """The keyframes alone are looked at first, as where no ladder has left analysis frames."""
    source, scratch = inputs.short, inputs.scratch("scenes")
    found = scratch / "found.json"

    def ours() -> None:
        frames = scratch / "frames.mkv"
        only_keys = ("-skip_frame", "nokey", "-i", source, "-an", "-vf")
        look = "fps=2:round=up:start_time=0,scale=320:180:flags=area,format=gray"
        subprocess.run(ffmpeg(*only_keys, look, "-c:v", "ffv1", frames), check=True)
        found.write_text(json.dumps(_changes(frames, source, Fraction(25), 300_000, scratch)))

    detector = [peer_program("scenedetect"), "-q", "-o", str(scratch), "-i", str(source)]
    peer = command([*detector, "detect-content", "list-scenes", "-q"])
    pairing = in_turn(ours, peer, rounds=inputs.rounds)
    true = tuple(int(second * 25) for second in CHANGES_S)
    right = score(tuple(json.loads(found.read_text())), true, _WITHIN_FRAMES)
    return Row(
        number="5",
        what="slide changes, frame-exact, from the source alone",
        against="scenedetect detect-content",
        bar=f"≤ {BAR}",
        measured=f"{pairing.ratio:.3f}",
        holds=pairing.ratio <= BAR and right.right == right.true == right.named,
        detail=f"{right.right} of {right.true} found, {right.named} named; {pairing.told()}",
    )


def _changes(
    frames: Path, video: Path, fps: Fraction, duration_ms: int, scratch: Path
) -> list[int]:
    """Return the frames where the picture changes."""
    found = find_scene_changes(frames, video, fps, duration_ms, ffmpeg=door(), scratch=scratch)
    return [frame_at(time, fps) for time in found.changes_ms]


def _quality(inputs: Inputs) -> Row:
    folder = inputs.folder / "scenes"
    folder.mkdir(parents=True, exist_ok=True)
    scores: list[Score] = []
    wanted = the_set()[:: 3 if inputs.quick else 1]
    for shown in wanted:
        frames, video = folder / f"{shown.name}.frames.mkv", folder / f"{shown.name}.mp4"
        if not frames.exists():
            encode(shown, folder)
        duration_ms = int(shown.frames * 1000 / shown.fps)
        found = find_scene_changes(
            frames, video, shown.fps, duration_ms, ffmpeg=door(), scratch=folder
        )
        scores.append(score(frames_of(found.changes_ms, shown.fps), shown.changes, shown.within))
    right, named, true = (
        sum(getattr(s, part) for s in scores) for part in ("right", "named", "true")
    )
    precision, recall = right / max(named, 1), right / max(true, 1)
    return Row(
        number="5b",
        what=f"their precision and recall on {len(wanted)} drawn lessons",
        against="truth",
        bar=f"≥ {RIGHT_BAR}",
        measured=f"{precision:.3f} / {recall:.3f}",
        holds=min(precision, recall) >= RIGHT_BAR,
        detail=f"{true} changes among builds, films, boards, cuts and dissolves",
    )
