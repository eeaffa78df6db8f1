"""Clips cut to the frame: the right pictures, evenly spaced, in step with the sound."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lessons import (
    MediaInfo,
    Rendition,
    RenditionSource,
    Span,
    TrackKind,
    Transcript,
    Utterance,
)
from lessons.errors import SpanOutsideRecording
from processing.steps.clip import ClipFiles, cut_clip
from processing.steps.copy import copy_video
from processing.steps.hls_index import DROP_NEGATIVE, PICTURE_FILE, SOUND_FILE, read_rendition
from tests import media

SECONDS = 12
WIDTH, HEIGHT = 64, 36  # of the pictures that are compared
Pictures = NDArray[np.float32]

OPEN_GOP = ("-x264-params", "open-gop=1:keyint=40:min-keyint=40:scenecut=0:bframes=3")
SOURCES = {
    "closed GOPs": ("lesson.mp4", "25", (*media.X264_B, "-g", "50", "-sc_threshold", "0")),
    "open GOPs": ("lesson.mp4", "30000/1001", (*media.X264_B, *OPEN_GOP)),
    "baseline, an odd rate": (
        "lesson.mp4",
        "329/12",
        (*media.X264, "-profile:v", "baseline", "-g", "60"),
    ),
}


@dataclass(frozen=True)
class Made:
    """A recording's renditions and, of the picture, every frame."""

    video: Path
    rendition: Rendition
    audio: Path
    pictures: Pictures

    @property
    def duration_ms(self) -> int:
        assert self.rendition.fps
        return round(len(self.pictures) * 1000 / self.rendition.fps)


def _pictures(path: Path) -> Pictures:
    look = f"scale={WIDTH}:{HEIGHT}:flags=area,format=gray"
    arguments = [*media.door().source(path), "-an", "-fps_mode", "passthrough", "-vf", look]
    frames = media.door().frames(arguments, scratch=path.parent, frame_bytes=WIDTH * HEIGHT)
    rows = [np.frombuffer(frame, np.uint8).astype(np.float32) for frame in frames]
    return np.array(rows, np.float32)


def _made(folder: Path, kind: str, *, late: float = 0) -> Made:
    name, fps, options = SOURCES[kind]
    picture = media.flash(SECONDS, fps=fps) + ",noise=alls=20:allf=t"
    lesson = media.make_lesson(
        folder, name, picture=picture, sound=media.beep(SECONDS), options=(*options, *media.AAC)
    )
    if late:
        lesson = media.remux(folder, f"late-{name}", lesson, video_late=late)
    info = media.probed(lesson, folder)
    if info.compliant:
        copied = copy_video(lesson, info, ffmpeg=media.door(), scratch=folder)
        files = {r.kind: p.path for r, p in zip(copied.renditions, copied.products, strict=True)}
        rendition = next(r for r in copied.renditions if r.kind is TrackKind.VIDEO)
        video, audio = files[TrackKind.VIDEO], files[TrackKind.AUDIO]
    else:
        video, audio = folder / "picture.mp4", folder / "sound.mp4"
        into = ["-map", "0:v", "-c", "copy", *PICTURE_FILE, str(video)]
        into += ["-map", "0:a", "-c", "copy", "-bsf:a", DROP_NEGATIVE, *SOUND_FILE, str(audio)]
        media.run(folder, [*media.door().source(lesson), *into])
        rendition = _rendition(video, info)
    return Made(video, rendition, audio, _pictures(video))


def _rendition(video: Path, info: MediaInfo) -> Rendition:
    assert info.video
    return read_rendition(
        video, name="180p", source=RenditionSource.COPIED, track=info.video, file_name=video.name
    )[0]


@pytest.fixture(scope="module", params=SOURCES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Each kind of source."""
    return _made(tmp_path_factory.mktemp("source"), request.param)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The plainest source."""
    return _made(tmp_path_factory.mktemp("closed"), "closed GOPs")


def _cut(made: Made, start_ms: int, end_ms: int, scratch: Path, **more: object) -> ClipFiles:
    scratch.mkdir(exist_ok=True)
    words = more.get("subtitles")
    assert words is None or isinstance(words, Transcript)
    return cut_clip(
        made.video,
        made.rendition,
        made.audio if more.get("sound", True) else None,
        Span(start_ms=start_ms, end_ms=end_ms),
        subtitles=words,
        facts={"source_sha256": "ab" * 32, "made_by": "老师"},
        ffmpeg=media.door(),
        scratch=scratch,
    )


def _check(made: Made, clip: ClipFiles, scratch: Path) -> dict[str, int]:
    """Compare each frame with the recording's, look at the spacing, and decode it all."""
    found = json.loads(clip.manifest.path.read_text())["span_delivered"]
    first, end = found["first_frame"], found["end_frame"]
    shown = _pictures(clip.media.path)
    assert len(shown) == end - first
    for k, picture in enumerate(shown):
        near = range(max(0, first + k - 2), min(len(made.pictures), first + k + 3))
        off = {n: float(np.abs(made.pictures[n] - picture).mean()) for n in near}
        assert min(off, key=off.__getitem__) == first + k
    packets = media.door().probe(
        clip.media.path, "-select_streams", "v", "-show_entries", "packet=pts_time"
    )
    times = sorted(float(p["pts_time"]) for p in packets["packets"])
    assert times[0] == 0
    assert made.rendition.fps
    assert np.diff(times) == pytest.approx(float(1 / made.rendition.fps), abs=2e-6)
    decode = ["-v", "warning", *media.door().source(clip.media.path), "-f", "null", "-"]
    assert media.door().run(decode, scratch=scratch).strip() == ""
    return dict(found)


def _spans(made: Made) -> Iterator[tuple[int, int]]:
    chance = random.Random(20)
    for _ in range(20):
        start = chance.randrange(made.duration_ms - 100)
        yield start, start + chance.choice([40, 300, 1500, 4000, 9000])


def test_random_spans(made: Made, tmp_path: Path) -> None:
    """Twenty random spans begin and end at the frames nearest to what was asked."""
    fps = made.rendition.fps
    assert fps
    for number, (start, end) in enumerate(_spans(made)):
        scratch = tmp_path / str(number)
        found = _check(made, _cut(made, start, end, scratch), scratch)
        assert abs(found["first_frame"] * 1000 / fps - start) <= 500 / fps
        asked_end = min(end, made.duration_ms)
        assert abs(found["end_frame"] * 1000 / fps - asked_end) <= 1000 / fps


@pytest.mark.parametrize(
    ("start", "end", "copied"),
    [
        pytest.param(2000, 6000, 100, id="from keyframe to keyframe"),
        pytest.param(2000, 5000, 50, id="from a keyframe"),
        pytest.param(3000, 6000, 50, id="to a keyframe"),
        pytest.param(2200, 3900, 0, id="inside one GOP"),
        pytest.param(4000, 4001, 0, id="one frame, a keyframe"),
        pytest.param(5120, 5120, 0, id="no length: one frame"),
        pytest.param(11990, 12000, 0, id="less than half a frame from the end"),
        pytest.param(9000, 99000, 50, id="beyond the end"),
        pytest.param(0, 12000, 300, id="everything"),
    ],
)
def test_where_gops_begin_and_end(
    closed: Made, tmp_path: Path, start: int, end: int, copied: int
) -> None:
    """As many whole GOPs as there are inside are copied, and the rest is encoded."""
    found = _check(closed, _cut(closed, start, end, tmp_path), tmp_path)
    assert found["copied_frames"] == copied


def test_copied_frames_are_untouched(closed: Made, tmp_path: Path) -> None:
    """Between the edges every picture is the recording's own, bit for bit."""
    found = _pictures(_cut(closed, 1520, 7300, tmp_path).media.path)
    assert np.array_equal(found[12 : 12 + 100], closed.pictures[50:150])


def test_a_picture_that_starts_off_the_grid(tmp_path: Path) -> None:
    """A picture 21 ms behind its own file's clock gives no frame twice and loses none."""
    late = _made(tmp_path, "closed GOPs", late=0.021)
    for number, (start, end) in enumerate([(1003, 5003), (3960, 9041)]):
        scratch = tmp_path / str(number)
        _check(late, _cut(late, start, end, scratch), scratch)


@pytest.mark.parametrize(("start", "end"), [(0, 9000), (1333, 8888), (4999, 12000)])
def test_sound_stays_with_the_picture(made: Made, tmp_path: Path, start: int, end: int) -> None:
    """A flash and its beep are within 40 ms in the clip, which sounds as long as it shows."""
    clip = _cut(made, start, end, tmp_path)
    beeps = media.beeps_ms(clip.media.path, tmp_path)
    flashes = media.flashes_ms(clip.media.path, tmp_path)
    assert flashes
    assert beeps == pytest.approx(flashes, abs=40)
    streams = media.door().probe(clip.media.path, "-show_entries", "stream=duration")["streams"]
    picture, sound = (float(s["duration"]) for s in streams)
    assert sound == pytest.approx(picture, abs=0.04)


def test_a_clip_without_sound(closed: Made, tmp_path: Path) -> None:
    """A silent recording gives a clip of pictures alone."""
    clip = _cut(closed, 1000, 3000, tmp_path, sound=False)
    streams = media.door().probe(clip.media.path, "-show_entries", "stream=codec_type")["streams"]
    assert [s["codec_type"] for s in streams] == ["video"]


def test_a_clip_of_sound_alone(closed: Made, tmp_path: Path) -> None:
    """A recording without picture is cut to the sample."""
    sound = Rendition(**{**closed.rendition.__dict__, "kind": TrackKind.AUDIO, "fps": None})
    heard = Made(closed.audio, sound, closed.audio, closed.pictures)
    clip = _cut(heard, 1500, 6400, tmp_path)
    assert clip.media.media_type == "audio/mp4"
    assert media.beeps_ms(clip.media.path, tmp_path) == pytest.approx([500, 3500], abs=10)
    with pytest.raises(SpanOutsideRecording):
        _cut(heard, 90_000, 91_000, tmp_path)


def test_subtitles_go_with_the_clip(closed: Made, tmp_path: Path) -> None:
    """What is said in the clip stands inside it and beside it, on the clip's own clock."""
    said = Transcript(
        language="zh",
        utterances=(
            Utterance(start_ms=500, end_ms=1800, text="同学们好。"),
            Utterance(start_ms=2100, end_ms=3600, text="3 < 5，对吗？"),
            Utterance(start_ms=3400, end_ms=5000, text="对！"),
            Utterance(start_ms=8000, end_ms=9000, text="下课。"),
        ),
    )
    clip = _cut(closed, 1000, 5000, tmp_path, subtitles=said)
    assert clip.vtt
    assert clip.srt
    assert "00:00:00.000 --> 00:00:00.800\n同学们好。" in clip.vtt.path.read_text()
    assert "3\n00:00:02,400 --> 00:00:04,000\n对！" in clip.srt.path.read_text()
    inside = ["-v", "error", *media.door().source(clip.media.path), "-map", "0:s", "out.vtt"]
    media.door().run(inside, scratch=tmp_path)
    text = (tmp_path / "out.vtt").read_text()
    assert "同学们好。" in text
    assert "下课" not in text
    assert _cut(closed, 5000, 7000, tmp_path, subtitles=said).vtt is None


def test_the_same_cut_gives_the_same_bytes(closed: Made, tmp_path: Path) -> None:
    """Neither a clock nor chance has a part in a clip, and its manifest says what it is."""
    one, two = (_cut(closed, 1234, 5678, tmp_path / name) for name in ("one", "two"))
    assert one.media.digest == two.media.digest
    assert one.manifest.digest == two.manifest.digest
    told = json.loads(one.manifest.path.read_text())
    assert told["source_sha256"] == "ab" * 32
    assert told["made_by"] == "老师"
    assert told["span_asked"] == {"start_ms": 1234, "end_ms": 5678}
    assert told["span_delivered"]["start_ms"] == 1240
    assert told["media_sha256"] == one.media.digest
    assert told["rendition"]["sha256"] == closed.rendition.digest


def test_a_clip_that_begins_after_the_end(closed: Made, tmp_path: Path) -> None:
    """Nothing can be cut where nothing was recorded."""
    with pytest.raises(SpanOutsideRecording):
        _cut(closed, 12_000, 13_000, tmp_path)


def test_the_index_stands_in_front(closed: Made, tmp_path: Path) -> None:
    """A clip plays while it loads: its index comes before its media."""
    data = _cut(closed, 1000, 4000, tmp_path).media.path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
