"""Picture and sound stay together: a flash and a beep of the same moment, through every step."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from lessons import TrackKind
from processing.steps.copy import copy_video
from processing.steps.ladder import make_ladder
from processing.steps.sound import measure_sound
from tests import media

LIMIT_MS = 40
B_FRAMES = (*media.X264_B, "-g", "50", *media.AAC)


def _made(folder: Path, name: str, options: Sequence[str], *, fps: str = "25") -> Path:
    return media.make_lesson(
        folder, name, picture=media.flash(fps=fps), sound=media.beep(), options=options
    )


def _source(folder: Path, kind: str) -> Path:
    if kind == "late sound":
        made = _made(folder, "whole.mp4", B_FRAMES)
        return media.remux(folder, "lesson.mp4", made, audio_late=0.7)
    if kind == "late picture":
        made = _made(folder, "whole.mp4", B_FRAMES)
        return media.remux(folder, "lesson.ts", made, video_late=0.7)
    makers = {
        "b-frames": ("lesson.mp4", B_FRAMES, "25"),
        "transport stream": ("lesson.ts", B_FRAMES, "30000/1001"),
        "matroska": ("lesson.mkv", B_FRAMES, "30000/1001"),
        "hevc 10 bit": ("lesson.mp4", (*media.X265_10, *media.AAC), "25"),
        "few keyframes": ("lesson.mp4", (*media.X264, "-g", "9999", "-flags", "+cgop"), "50"),
        "variable rate": (
            "lesson.mp4",
            (*media.X264, "-vf", "select=mod(n\\,7)", "-fps_mode", "vfr", *media.AAC),
            "25",
        ),
    }
    name, options, fps = makers[kind]
    return _made(folder, name, options, fps=fps)


# How far the beep comes after the flash in the upload itself.
OFFSETS = {"late sound": 700.0, "late picture": -700.0}


@pytest.mark.parametrize(
    "kind",
    [
        *("b-frames", "transport stream", "matroska", "late sound", "late picture"),
        *("hevc 10 bit", "few keyframes", "variable rate"),
    ],
)
def test_flash_and_beep_stay_together(tmp_path: Path, kind: str) -> None:
    """In every rendition and in the recogniser's sound, a beep is within 40 ms of its flash."""
    source = _source(tmp_path, kind)
    info = media.probed(source, tmp_path)
    door = media.door()
    sound = measure_sound(source, info, ffmpeg=door, scratch=tmp_path)
    scratch = tmp_path / "ladder"
    scratch.mkdir()
    ladder = make_ladder(source, info, sound.loudness, heights=(120,), ffmpeg=door, scratch=scratch)
    made = list(zip(ladder.renditions, ladder.products, strict=True))
    if info.compliant:
        copied = copy_video(source, info, ffmpeg=door, scratch=tmp_path)
        made += zip(copied.renditions, copied.products, strict=True)
    first_flash = media.FLASH_AT_S * 1000
    shift = OFFSETS.get(kind, 0.0)
    heard = [media.beeps_ms(p.path, tmp_path) for r, p in made if r.kind is TrackKind.AUDIO]
    heard.append(media.beeps_ms(sound.pcm.path, tmp_path))
    for rendition, product in made:
        if rendition.kind is TrackKind.VIDEO:
            seen = media.flashes_ms(product.path, tmp_path)
            assert seen[0] == pytest.approx(first_flash, abs=LIMIT_MS)
            for beeps in heard:
                assert beeps[-1] - seen[-1] == pytest.approx(shift, abs=LIMIT_MS)
                assert beeps[0] == pytest.approx(first_flash + shift, abs=LIMIT_MS)
