"""Files that mean harm, or none at all: refused with their cause, and nothing else is touched."""

import random
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.errors import (
    GuankeError,
    MediaEmpty,
    MediaMissing,
    MediaRefused,
    MediaTooLarge,
    MediaUnreadable,
    MediaWithoutTracks,
)
from processing.steps.probe import MediaLimits, probe
from tests import media


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """A listener that nobody may reach."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        yield listener
        with pytest.raises(TimeoutError):
            listener.accept()


def _refusal(path: Path) -> GuankeError:
    with pytest.raises(GuankeError) as caught:
        media.probed(path, path.parent)
    assert str(path.parent) not in caught.value.message("zh") + caught.value.message("en")
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:1,\n{other}\n#EXT-X-ENDLIST\n",
        "\ufeff\n \n#EXTM3U\n#EXTINF:1,\n{other}\n",
        "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://127.0.0.1:{port}/b.m3u8\n",
        "#EXTM3U\n#EXTINF:1,\nconcat:http://127.0.0.1:{port}/|file://{other}\n",
        "ffconcat version 1.0\nfile '{other}'\n",
        "# a comment before it\nffconcat version 1.0\nfile '{other}'\n",
        "ffconcat version 1.0\nfile http://127.0.0.1:{port}/a.mp4\n",
        '<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:{port}/</BaseURL></MPD>',
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='file://{other}'/></svg>",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n",
        "<!doctype html><html><body>not found</body></html>",
    ],
)
def test_text_that_points_elsewhere_is_refused(
    tmp_path: Path, canary: socket.socket, text: str
) -> None:
    """Playlists, concat lists and the like named .mp4 open no file and no connection."""
    other = media.make_lesson(tmp_path, "other.ts")
    path = tmp_path / "lesson.mp4"
    path.write_text(text.format(other=other, port=canary.getsockname()[1]), encoding="utf-8")
    assert isinstance(_refusal(path), MediaRefused | MediaUnreadable)


def test_nothing_and_noise(tmp_path: Path) -> None:
    """A missing, an empty and a random file each have their own cause."""
    assert isinstance(_refusal(tmp_path / "missing.mp4"), MediaMissing)
    (tmp_path / "empty.mp4").touch()
    assert isinstance(_refusal(tmp_path / "empty.mp4"), MediaEmpty)
    noise = random.Random(7)
    for number in range(8):
        path = tmp_path / f"noise{number}.mp4"
        path.write_bytes(noise.randbytes(60_000))
        assert isinstance(_refusal(path), MediaRefused | MediaUnreadable | MediaWithoutTracks)


def test_a_picture_or_slides_are_no_recording(tmp_path: Path) -> None:
    """Slides and pictures are refused by their first bytes, whatever their name."""
    for head in (b"PK\x03\x04", b"\x89PNG\r\n", b"%PDF-1.7"):
        path = tmp_path / "lesson.mp4"
        path.write_bytes(head + bytes(500))
        assert isinstance(_refusal(path), MediaRefused)


def test_cut_short(tmp_path: Path) -> None:
    """Without its index a file is unreadable; with it, what is there is kept and said."""
    whole = media.make_lesson(tmp_path, "whole.mp4").read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    assert isinstance(_refusal(path), MediaUnreadable)
    options = (*media.X264, "-g", "25", *media.AAC, "-movflags", "+faststart")
    whole = media.make_lesson(tmp_path, "fast.mp4", options=options).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    info = media.probed(path, tmp_path)
    assert 1000 < info.duration_ms < 5000
    assert "cut-short" in [note.code for note in info.notes]


def test_damaged_pictures_are_not_copied(tmp_path: Path) -> None:
    """Browsers stop at damage that ffmpeg conceals: such a source is encoded."""
    path = media.make_lesson(tmp_path, "lesson.mp4")
    assert media.probed(path, tmp_path).compliant
    data = bytearray(path.read_bytes())
    dice = random.Random(3)
    start, end = data.index(b"mdat") + 8, data.index(b"moov") - 4
    for _ in range(200):
        data[dice.randrange(start, end)] = dice.randrange(256)
    path.write_bytes(data)
    info = media.probed(path, tmp_path)
    assert not info.compliant
    assert "encoded-damaged" in [note.code for note in info.notes]


def test_a_lying_header_is_not_believed(tmp_path: Path) -> None:
    """The length comes from the packets, not from the header."""
    path = media.make_lesson(tmp_path, "lesson.mp4")
    data = bytearray(path.read_bytes())
    at = data.index(b"mvhd") + 4 + 4 + 8 + 4
    data[at : at + 4] = struct.pack(">I", 360_000_000)
    path.write_bytes(data)
    assert media.probed(path, tmp_path).duration_ms == pytest.approx(6000, abs=40)


def test_beyond_the_limits(tmp_path: Path) -> None:
    """Too many pixels, hours, frames or streams are named as such."""
    path = media.make_lesson(tmp_path, "lesson.mp4")
    limits = {
        "pixels": MediaLimits(max_pixels=100 * 100),
        "hours": MediaLimits(max_duration_ms=1000),
        "fps": MediaLimits(max_fps=10),
        "streams": MediaLimits(max_streams=1),
    }
    for cause, limit in limits.items():
        with pytest.raises(MediaTooLarge) as caught:
            probe(path, ffmpeg=media.door(), limits=limit, scratch=tmp_path)
        assert caught.value.facts["detail"] == cause


def test_bombs_are_refused_by_their_header(tmp_path: Path) -> None:
    """A picture of more than 8K is never decoded."""
    path = media.make_lesson(
        tmp_path,
        "bomb.mkv",
        picture="color=black:s=8192x8192:d=0.04",
        sound=None,
        options=("-c:v", "mjpeg", "-pix_fmt", "yuvj420p"),
    )
    assert isinstance(_refusal(path), MediaTooLarge)


def test_mutations_never_hang_or_crash(tmp_path: Path) -> None:
    """Files with flipped bytes are either read or refused as the media's fault."""
    whole = media.make_lesson(tmp_path, "whole.mp4", picture=media.moving(2)).read_bytes()
    dice = random.Random(11)
    for number in range(12):
        data = bytearray(whole)
        for _ in range(30):
            data[dice.randrange(len(data))] = dice.randrange(256)
        if number % 3 == 0:
            at = data.find(b"moov")
            data[at + dice.randrange(200)] ^= 0xFF
        path = tmp_path / f"mutated{number}.mp4"
        path.write_bytes(data)
        try:
            info = media.probed(path, tmp_path)
        except (MediaUnreadable, MediaRefused, MediaTooLarge, MediaWithoutTracks):
            continue
        assert info.tracks
