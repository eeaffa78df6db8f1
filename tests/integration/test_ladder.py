"""The ladder and the copy: what is made, how it is cut, and that it is what it says."""

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from lessons import Loudness, MediaInfo, Rendition, RenditionSource, TrackKind
from processing.products import Product
from processing.steps.copy import Copied, copy_video
from processing.steps.ladder import Ladder, make_ladder
from processing.steps.sound import loudness_of, measure_sound
from tests import media

IRREGULAR = ("-g", "9999", "-force_key_frames", "0,3.2,4.6,8.44", "-sc_threshold", "0")


def _ladder(
    path: Path, scratch: Path, *, heights: Sequence[int] = (1080, 720, 360)
) -> tuple[MediaInfo, Ladder]:
    info = media.probed(path, path.parent)
    scratch.mkdir()
    loudness = None
    if info.audio:
        sound = measure_sound(path, info, ffmpeg=media.door(), scratch=scratch)
        loudness = sound.loudness
    made = make_ladder(path, info, loudness, heights=heights, ffmpeg=media.door(), scratch=scratch)
    return info, made


def _copied(path: Path, info: MediaInfo, scratch: Path) -> Copied:
    return copy_video(path, info, ffmpeg=media.door(), scratch=scratch)


def _cuts(rendition: Rendition) -> list[int]:
    return [segment.duration_us for segment in rendition.segments]


def _loudness_of(product: Product, scratch: Path) -> Loudness:
    door = media.door()
    said = door.run(
        [
            *door.source(product.path),
            "-af",
            "ebur128=peak=true:framelog=verbose",
            "-f",
            "null",
            "-",
        ],
        scratch=scratch,
    )
    return loudness_of(said)


def _level(*db: float) -> str:
    """Return a noise that changes its level every two seconds, as speech does, and bangs."""
    steps = "+".join(
        f"between(t,{2 * n},{2 * n + 2})*{10 ** (level / 20):.5f}" for n, level in enumerate(db)
    )
    bangs = "between(mod(t,4),1,1.02)*0.9*sin(2*PI*200*t)"
    noise = f"({steps})*(random(0)*2-1)*0.5"
    return f"aevalsrc='{noise}+{bangs}':d={2 * len(db)}:s=48000,lowpass=3500"


@pytest.mark.parametrize("name", ["lesson.mp4", "lesson.mkv", "lesson.ts"])
def test_copy_and_encodes_are_cut_alike(tmp_path: Path, name: str) -> None:
    """With keyframes at odd times and B-frames, every rendition has the same list of segments."""
    options = (*media.X264_B, *IRREGULAR, *media.AAC)
    picture = media.moving(12, fps="30000/1001", size="640x360")
    path = media.make_lesson(tmp_path, name, picture=picture, sound=media.tone(12), options=options)
    info, ladder = _ladder(path, tmp_path / "scratch", heights=(180, 120))
    assert info.compliant
    copied = _copied(path, info, tmp_path)
    pictures = [r for r in ladder.renditions + copied.renditions if r.kind is TrackKind.VIDEO]
    assert [r.name for r in pictures] == ["180p", "120p", "360p"]
    assert [r.source for r in pictures][-1] is RenditionSource.COPIED
    assert len(_cuts(pictures[0])) == 3
    assert len({tuple(_cuts(r)) for r in pictures}) == 1


def test_segments_tile_the_file(tmp_path: Path) -> None:
    """Initialisation part and segments lie one behind the other and fill the file."""
    path = media.make_lesson(tmp_path, picture=media.moving(10), sound=media.tone(10))
    info, ladder = _ladder(path, tmp_path / "scratch", heights=(120,))
    for rendition in ladder.renditions + _copied(path, info, tmp_path).renditions:
        at = rendition.init_bytes
        for segment in rendition.segments:
            assert segment.offset == at
            at += segment.bytes
        assert at == rendition.bytes
        assert sum(_cuts(rendition)) / 1000 == pytest.approx(info.duration_ms, abs=50)
        assert rendition.bandwidth > 0


def test_a_segment_plays_with_its_initialisation_part(tmp_path: Path) -> None:
    """Any media segment behind the initialisation part decodes alone and starts with a keyframe."""
    path = media.make_lesson(tmp_path, picture=media.moving(10), sound=None)
    _, ladder = _ladder(path, tmp_path / "scratch", heights=(120,))
    rendition, product = ladder.renditions[0], ladder.products[0]
    data = product.path.read_bytes()
    second = rendition.segments[1]
    alone = tmp_path / "alone.mp4"
    alone.write_bytes(
        data[: rendition.init_bytes] + data[second.offset : second.offset + second.bytes]
    )
    found = media.door().probe(alone, "-show_packets", "-show_entries", "packet=flags")
    assert found["packets"][0]["flags"].startswith("K")
    assert len(found["packets"]) == 100


@pytest.mark.parametrize(
    ("size", "heights", "names"),
    [
        ("640x360", (1080, 720, 360), ["360p"]),
        ("720x576", (1080, 720, 360), ["576p", "360p"]),
        ("320x180", (1080, 720, 360), ["180p"]),
        ("322x182", (120,), ["120p"]),
        ("180x320", (240, 160), ["240p", "160p"]),
    ],
)
def test_nothing_is_enlarged(
    tmp_path: Path, size: str, heights: tuple[int, ...], names: list[str]
) -> None:
    """An encoded ladder starts at the source's own height or below, in its own shape."""
    path = media.make_lesson(
        tmp_path,
        picture=media.moving(1, size=size),
        sound=None,
        options=("-c:v", "mpeg4", "-q:v", "5"),
    )
    info, ladder = _ladder(path, tmp_path / "scratch", heights=heights)
    assert not info.compliant
    assert [r.name for r in ladder.renditions] == names
    width, height = map(int, size.split("x"))
    for rendition in ladder.renditions:
        assert rendition.width
        assert rendition.height
        assert rendition.width % 2 == rendition.height % 2 == 0
        assert rendition.width / rendition.height == pytest.approx(width / height, rel=0.02)


def test_turned_and_stretched_pictures_come_out_upright(tmp_path: Path) -> None:
    """A phone's picture is turned, an anamorphic one made square, for the eye and in numbers."""
    made = media.make_lesson(tmp_path, "flat.mp4", picture=media.moving(1), sound=None)
    media.run(
        tmp_path,
        ["-display_rotation", "90", "-i", f"file:{made}", "-c", "copy", str(tmp_path / "up.mp4")],
    )
    info, ladder = _ladder(tmp_path / "up.mp4", tmp_path / "a")
    assert info.video
    assert (info.video.rotation, info.video.width, info.video.height) == (270, 180, 320)
    assert (ladder.renditions[0].width, ladder.renditions[0].height) == (180, 320)
    options = (*media.X264, "-vf", "setsar=4/3")
    path = media.make_lesson(
        tmp_path, "wide.mp4", picture=media.moving(1, size="240x180"), sound=None, options=options
    )
    _, ladder = _ladder(path, tmp_path / "b")
    assert (ladder.renditions[0].width, ladder.renditions[0].height) == (320, 180)


@pytest.mark.parametrize(
    "sound",
    [
        media.tone(12, level=0.004),
        _level(-30, -12, -20, -40, -14, -22),
        _level(-3, -10, -1, -18, -4, -9),
    ],
    ids=["quiet", "speech-like", "loud"],
)
def test_sound_comes_out_at_one_loudness(tmp_path: Path, sound: str) -> None:
    """Quiet or loud, the sound ends within half a unit of −16 LUFS and under −1 dBTP."""
    path = media.make_lesson(
        tmp_path, "lesson.mka", picture=None, sound=sound, options=("-c:a", "flac")
    )
    _, ladder = _ladder(path, tmp_path / "scratch")
    assert [r.name for r in ladder.renditions] == ["audio"]
    assert ladder.renditions[0].codec == "mp4a.40.2"
    reached = _loudness_of(ladder.products[0], tmp_path)
    assert reached.integrated_lufs == pytest.approx(-16, abs=0.5)
    assert reached.true_peak_dbtp is not None
    assert reached.true_peak_dbtp < -1.0


def test_silence_is_left_alone(tmp_path: Path) -> None:
    """Digital silence is a valid sound: no gain, no loudness."""
    path = media.make_lesson(tmp_path, picture=None, sound="anullsrc=d=3", options=media.AAC)
    info = media.probed(path, tmp_path)
    sound = measure_sound(path, info, ffmpeg=media.door(), scratch=tmp_path)
    assert sound.loudness.integrated_lufs is None
    assert sound.loudness.gain_db == 0
    peaks = json.loads(sound.peaks.path.read_text())
    assert peaks["per_second"] == 10
    assert set(peaks["peaks"]) == {0.0}


def test_sample_n_stands_at_n_sixteenths(tmp_path: Path) -> None:
    """The recogniser's sound is exactly as long as the recording, a late start filled in."""
    made = media.make_lesson(tmp_path, "whole.mp4")
    path = media.remux(tmp_path, "late.mp4", made, audio_late=1.5)
    info = media.probed(path, tmp_path)
    assert info.audio
    assert info.audio.start_ms == pytest.approx(1500, abs=25)
    sound = measure_sound(path, info, ffmpeg=media.door(), scratch=tmp_path)
    assert sound.pcm.bytes == pytest.approx(info.duration_ms * 32 + 44, abs=64)
    peaks = json.loads(sound.peaks.path.read_text())["peaks"]
    assert max(peaks[:14]) == 0
    assert min(peaks[16:70]) > 0.05


def test_looks(tmp_path: Path) -> None:
    """Frame k of the analysis frames is what is on screen at k/2 s; sheets and poster are there."""
    picture = "color=black:s=320x180:r=25:d=8,format=yuv420p,geq=lum='20+N':cb=128:cr=128"
    path = media.make_lesson(tmp_path, picture=picture, sound=None)
    _, ladder = _ladder(path, tmp_path / "scratch", heights=(120,))
    assert ladder.frames
    assert ladder.storyboard
    assert ladder.poster
    door = media.door()
    raw = ["-map", "0:v", "-pix_fmt", "gray", "-fps_mode", "passthrough"]
    frames = list(
        door.frames(
            [*door.source(ladder.frames.path), *raw], scratch=tmp_path, frame_bytes=320 * 180
        )
    )
    shown = [20 + int(12.5 * number) for number in range(16)]
    levels = [frame[320 * 90 + 160] for frame in frames]
    spread = (levels[-1] - levels[0]) / (shown[-1] - shown[0])
    assert spread == pytest.approx(1, abs=0.2)
    for level, truth in zip(levels, shown, strict=False):
        assert (level - levels[0]) / spread == pytest.approx(truth - shown[0], abs=0.9)
    assert len(levels) in (16, 17)
    board = ladder.storyboard
    cues = board.vtt.path.read_text().split("\n\n")
    assert cues[0] == "WEBVTT"
    assert cues[2].startswith("00:00:02.000 --> 00:00:04.000\nstoryboard-001.jpg#xywh=160,0,160,90")
    assert (board.interval_ms, len(board.sprites), board.columns) == (2000, 1, 10)
    assert ladder.poster.media_type == "image/jpeg"


def test_the_same_upload_gives_the_same_bytes(tmp_path: Path) -> None:
    """Encodes repeat to the byte, so that content addresses do."""
    path = media.make_lesson(tmp_path, picture=media.moving(4, fps="24"), sound=media.tone(4))
    _, first = _ladder(path, tmp_path / "first", heights=(120,))
    _, second = _ladder(path, tmp_path / "second", heights=(120,))
    assert [r.digest for r in first.renditions] == [r.digest for r in second.renditions]
    assert first.frames == second.frames or (
        first.frames and second.frames and first.frames.digest == second.frames.digest
    )


def test_rates_survive(tmp_path: Path) -> None:
    """An odd constant rate stays what it is, in numbers and in the file."""
    path = media.make_lesson(
        tmp_path, picture=media.moving(6, fps="329/12"), sound=None, options=(*media.X264_B,)
    )
    info, ladder = _ladder(path, tmp_path / "scratch", heights=(120,))
    assert info.compliant
    assert info.video
    assert info.video.fps == Fraction(329, 12)
    found = media.door().probe(
        ladder.products[0].path, "-show_packets", "-show_entries", "packet=pts_time"
    )
    times = sorted(float(packet["pts_time"]) for packet in found["packets"])
    assert times[0] == 0
    assert times[-1] == pytest.approx((len(times) - 1) * 12 / 329, abs=0.001)
