"""The corpus of hostile and odd recordings: the good ones work, the bad ones are refused."""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons import MediaInfo, TrackKind
from lessons.errors import MediaFault
from processing.steps.copy import copy_video
from processing.steps.ladder import make_ladder
from processing.steps.sound import measure_sound
from tests import media

CORPUS = Path(os.environ.get("GUANKE_CORPUS", ""))
REFUSED = {
    "gen_100h_duration": "media-too-large",
    "gen_decode_bomb_8k": "media-too-large",
    "gen_zero": "media-empty",
    "opencast_nostreams": "media-without-tracks",
    "gen_missing_moov": "media-unreadable",
    "gen_mp4_magic_then_garbage": "media-unreadable",
    "gen_random": "media-unreadable",
    "gen_stsz_count_4g": "media-unreadable",
    "gen_truncated_no_moov": "media-unreadable",
}
NAMES = {"MP4", "MP", "MOV", "MKV", "TS", "HLS", "DASH", "XML"}  # the same in every language
REFUSED_KINDS = ("gen_dash.", "gen_ffconcat", "gen_hls", "gen_html", "gen_sdp", "gen_subs")


def _files() -> list[Path]:
    if not CORPUS.name:
        return []
    folders = (CORPUS / "hostile", CORPUS / "video")
    return [path for folder in folders for path in sorted(folder.iterdir()) if path.is_file()]


@pytest.fixture(scope="module", autouse=True)
def canary() -> Iterator[None]:
    """Nobody may call the port that the corpus tries to reach."""
    with socket.create_server(("127.0.0.1", 59999)) as listener:
        yield
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.name, reason="GUANKE_CORPUS is not set")
@pytest.mark.parametrize("path", _files(), ids=lambda path: path.name)
def test_file_of_the_corpus(path: Path, tmp_path: Path) -> None:
    """A good file goes all the way and its renditions decode silently; a bad one has its cause."""
    expected = REFUSED.get(path.stem)
    if path.name.startswith(REFUSED_KINDS):
        expected = "media-refused"
    if expected:
        with pytest.raises(MediaFault) as caught:
            media.probed(path, tmp_path)
        assert caught.value.code == expected
        words = caught.value.message("zh").removeprefix(path.name)
        assert set(re.findall(r"[A-Za-z]{2,}", words)) <= NAMES
    else:
        _goes_all_the_way(path, media.probed(path, tmp_path), tmp_path)


def _goes_all_the_way(path: Path, info: MediaInfo, tmp_path: Path) -> None:
    door = media.door(path.name)
    loudness = None
    if info.audio:
        loudness = measure_sound(path, info, ffmpeg=door, scratch=tmp_path).loudness
    ladder = make_ladder(
        path, info, loudness, heights=(1080, 720, 360), ffmpeg=door, scratch=tmp_path
    )
    made = list(zip(ladder.renditions, ladder.products, strict=True))
    if info.compliant:
        copied = copy_video(path, info, ffmpeg=door, scratch=tmp_path)
        made += zip(copied.renditions, copied.products, strict=True)
    kinds = {rendition.kind for rendition, _ in made}
    assert kinds == {track.kind for track in info.tracks}
    cuts = {tuple(s.duration_us for s in r.segments) for r, _ in made if r.kind is TrackKind.VIDEO}
    assert len(cuts) <= 1
    for rendition, product in made:
        said = door.run([*door.source(product.path), "-f", "null", "-"], scratch=tmp_path)
        assert not [x for x in said.splitlines() if "[error]" in x or "[warning]" in x]
        length = sum(segment.duration_us for segment in rendition.segments) / 1000
        track = info.video if rendition.kind is TrackKind.VIDEO else info.audio
        assert track is not None
        assert length <= info.duration_ms + 100
