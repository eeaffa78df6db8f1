"""Row 9: clips cut by copying whole groups of pictures, against encoding them."""

import subprocess
from pathlib import Path

from bench.inputs import Inputs, door, ffmpeg, known
from bench.paired import Work, command, in_turn
from bench.rows import Row
from lessons import Rendition, Span
from processing.steps.clip import cut_clip
from processing.steps.copy import copy_video

BAR, LONG_BAR, FAR_BAR = 0.06, 1.15, 1.05
_NEAR_MS, _FAR_MS = 123_320, 2_003_320  # neither lies on a keyframe


def rows(inputs: Inputs) -> list[Row]:
    """Measure 60 s against its encode, 300 s against 60 s, a long source against a short one."""
    near = _Cutter(inputs, inputs.short, "near")
    far = _Cutter(inputs, inputs.long, "far")
    minute = near.cut(_NEAR_MS, 60_000)
    encode = command(
        ffmpeg(
            *("-ss", str(_NEAR_MS / 1000), "-i", inputs.short, "-t", "60"),
            *("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "aac"),
            inputs.scratch("encode") / "clip.mp4",
        )
    )
    from_far = far.cut(_FAR_MS, 60_000)
    against = (
        ("9", "smart cut of 60 s", "its encode", minute, encode, BAR),
        ("9b", "300 s", "60 s", far.cut(_FAR_MS, 300_000), from_far, LONG_BAR),
        ("9c", "60 s of 40 minutes", "60 s of 5 minutes", from_far, minute, FAR_BAR),
    )
    made = []
    for number, what, other, ours, peer, bar in against:
        pairing = in_turn(ours, peer, rounds=inputs.rounds)
        holds = pairing.ratio <= bar
        measured = f"{pairing.ratio:.3f}"
        made.append(
            Row(
                number=number,
                what=what,
                against=other,
                bar=f"≤ {bar}",
                measured=measured,
                holds=holds,
                detail=pairing.told(),
            )
        )
    return [*made, _exact(inputs, near)]


class _Cutter:
    """A lesson as the product holds it: its picture copied into a rendition."""

    def __init__(self, inputs: Inputs, source: Path, name: str) -> None:
        self.scratch = inputs.scratch(f"clip-{name}")
        info = known(source, self.scratch)
        copied = copy_video(source, info, ffmpeg=door(), scratch=self.scratch)
        self.picture: Rendition = copied.renditions[0]
        self.film, self.sound = (product.path for product in copied.products[:2])

    def cut(self, start_ms: int, length_ms: int) -> Work:
        """Return the work of cutting that stretch."""
        span = Span(start_ms=start_ms, end_ms=start_ms + length_ms)

        def run() -> None:
            cut_clip(
                self.film,
                self.picture,
                self.sound,
                span,
                subtitles=None,
                facts={},
                ffmpeg=door(),
                scratch=self.scratch,
            )

        return run


def _exact(inputs: Inputs, near: _Cutter) -> Row:
    """Count the frames of the cut that are, bit for bit, those of the source."""
    near.cut(_NEAR_MS, 60_000)()
    first = round(_NEAR_MS * 25 / 1000)
    whole = _digests(inputs.short, first, 1500)
    cut = _digests(near.scratch / "clip.mp4", 0, 1500)
    same = sum(a == b for a, b in zip(whole, cut, strict=True))
    return Row(
        number="9d",
        what="frames of the 60 s that are the source's own, bit for bit",
        against="1500 frames, of which at most 2 × 49 at the edges are encoded",
        bar="≥ 1402",
        measured=str(same),
        holds=same >= 1402,
    )


def _digests(film: Path, first: int, count: int) -> list[str]:
    chosen = f"select=between(n\\,{first}\\,{first + count - 1})"
    tell = ffmpeg("-i", film, "-map", "0:v", "-vf", chosen, "-fps_mode", "passthrough")
    tell += ["-frames:v", str(count), "-f", "framemd5", "-"]
    said = subprocess.run(tell, check=True, capture_output=True, text=True).stdout
    return [line.rsplit(",", 1)[1].strip() for line in said.splitlines() if line[:1] != "#"]
