"""Row 6: one loudness for every lesson, against ffmpeg's loudnorm in two passes."""

import re
import subprocess
from pathlib import Path

from bench.inputs import Inputs, door, ffmpeg, known
from bench.paired import Work, in_turn
from bench.rows import Row
from lessons import Loudness, TrackKind
from processing.steps.levelling import levelled_sound, settled
from processing.steps.opening import opened, unused
from processing.steps.sound import TARGET_LUFS, loudness_of

BAR, WITHIN_LU = 0.30, 0.5


def rows(inputs: Inputs) -> list[Row]:
    """Measure both ways from the source to a levelled sound; say how loud ours came out."""
    source, scratch = inputs.excerpt(60), inputs.scratch("sound")
    levelled = scratch / "ours.wav"
    pairing = in_turn(
        _ours(inputs, source, levelled), _loudnorm(source, scratch), rounds=inputs.rounds
    )
    reached = _loudness(levelled)
    return [
        Row(
            number="6",
            what=f"loudness measured and applied: {reached:.1f} LUFS",
            against="loudnorm, two passes",
            bar=f"≤ {BAR}",
            measured=f"{pairing.ratio:.3f}",
            holds=pairing.ratio <= BAR and abs(reached - TARGET_LUFS) <= WITHIN_LU,
            detail=pairing.told(),
        )
    ]


def _ours(inputs: Inputs, source: Path, levelled: Path) -> Work:
    scratch = inputs.scratch("levelling")
    info = known(source, scratch)
    track = info.audio
    assert track is not None

    def run() -> None:
        tool = door()
        read = [*opened(source, info, tool)]
        measure = f"[0:{track.index}]ebur128=peak=true:framelog=verbose[measured]"
        null = ("-map", "[measured]", "-f", "null", "-", *unused(info, TrackKind.AUDIO))
        said = tool.run([*read, "-filter_complex", measure, *null], scratch=scratch)
        loudness: Loudness | None = loudness_of(said)
        loudness = settled(source, info, loudness, ffmpeg=tool, scratch=scratch)
        apply = f"[0:{track.index}]{levelled_sound(track, info.duration_ms, loudness)}[sound]"
        out = scratch / "levelled.wav"
        tool.run([*read, "-filter_complex", apply, "-map", "[sound]", str(out)], scratch=scratch)
        out.replace(levelled)

    return run


def _loudnorm(source: Path, scratch: Path) -> Work:
    target = f"loudnorm=I={TARGET_LUFS}:TP=-1.5:LRA=11"

    def run() -> None:
        tell = ffmpeg("-i", source, "-vn", "-af", f"{target}:print_format=json", "-f", "null", "-")
        tell[tell.index("error")] = "info"
        said = subprocess.run(tell, check=True, capture_output=True, text=True).stderr
        values = dict(re.findall(r'"input_(\w+)" : "(-?[\d.]+)"', said))
        measured = ":".join(
            f"measured_{name}={values[key]}"
            for name, key in (("I", "i"), ("TP", "tp"), ("LRA", "lra"), ("thresh", "thresh"))
        )
        apply = ("-i", source, "-vn", "-af", f"{target}:{measured}", "-ar", "48000")
        subprocess.run(ffmpeg(*apply, scratch / "peer.wav"), check=True)

    return run


def _loudness(sound: Path) -> float:
    tell = ffmpeg("-i", sound, "-af", "ebur128=framelog=quiet", "-f", "null", "-")
    tell[tell.index("error")] = "info"
    said = subprocess.run(tell, check=True, capture_output=True, text=True).stderr
    return loudness_of(said).integrated_lufs or 0.0
