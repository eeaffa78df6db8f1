"""Slide changes and builds of drawn lessons, found to the frame; nothing found on film."""

from pathlib import Path

import pytest

from bench.scenes_set import Shown, encode, the_set
from lessons import frame_at
from processing.ffmpeg import Ffmpeg, find_tools
from processing.steps.scenes import SceneChanges, find_scene_changes

SET = {shown.name: shown for shown in the_set()}
# The others of the set are for tuning: they take longer to draw, or repeat these.
NAMES = (
    *("template_white", "inset_bar", "template_dark", "ntsc", "starved"),
    *("builds", "several_lines_at_once", "pointer", "video_in_slide", "whiteboard"),
    *("director", "quick", "flicking", "dissolves", "wipes", "moving_inset"),
)
FILMS = ("film_presets", "chalk_only")


def _found(shown: Shown, folder: Path) -> SceneChanges:
    frames, video = encode(shown, folder)
    return find_scene_changes(
        frames,
        video,
        shown.fps,
        int(shown.frames * 1000 / shown.fps),
        ffmpeg=Ffmpeg(find_tools()),
        scratch=folder,
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_change_is_found_to_the_frame(name: str, tmp_path: Path) -> None:
    """Each drawn lesson gives its own changes and builds and no other."""
    shown = SET[name]
    found = _found(shown, tmp_path)
    for named, true in ((found.changes_ms, shown.changes), (found.builds_ms, shown.builds)):
        frames = [frame_at(at, shown.fps) for at in named]
        assert len(frames) == len(true)
        assert frames == pytest.approx(true, abs=shown.within)


@pytest.mark.parametrize("name", FILMS)
def test_a_camera_alone_changes_nothing(name: str, tmp_path: Path) -> None:
    """A camera that swings, and chalk growing on a board, are no slide changes and no builds."""
    assert _found(SET[name], tmp_path) == SceneChanges(changes_ms=(), builds_ms=())


def test_a_recording_of_one_picture_has_no_changes(tmp_path: Path) -> None:
    """Half a second of picture is a valid recording."""
    shown = SET["template_white"]
    short = Shown(name="short", frames=12, draw=shown.draw, changes=())
    assert _found(short, tmp_path) == SceneChanges(changes_ms=(), builds_ms=())
