"""The command as people use it: real processes, real steps, a short recording with speech."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from guanke.house import open_house
from guanke.settings import Settings
from storage import recordings, steps
from tests.media import door
from tests.media import run as make

SAMPLE = Path(__file__).parents[2] / "samples" / "lesson_zh_water.mp4"


def guanke(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "guanke", *arguments, "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=240,
        env=os.environ | {"GUANKE_LADDER": "[180]", "LANG": "zh_CN.UTF-8"} | environment,
    )


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds of the sample lesson: somebody speaks, a slide is shown."""
    folder = tmp_path_factory.mktemp("talk")
    make(
        folder,
        [
            *door().source(SAMPLE, "-ss", "2", "-t", "8"),
            *("-vf", "scale=320:180"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-c:a", "aac", "talk.mp4"),
        ],
    )
    return folder / "talk.mp4"


@pytest.fixture(scope="module")
def processed(talk: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A data folder in which the talk is ready, and what the command printed of it."""
    data = tmp_path_factory.mktemp("processed") / "data"
    done = guanke(data, "process", str(talk), "--title", "声音", "--language", "zh", "--json")
    assert done.returncode == 0, done.stderr
    return data, json.loads(done.stdout)


def test_a_recording_comes_out_whole(processed: tuple[Path, Any]) -> None:
    """One object on stdout with everything that was found."""
    _, found = processed
    assert found["recording"]["state"] == "ready"
    assert abs(found["recording"]["duration_ms"] - 8000) <= 80
    assert (found["recording"]["width"], found["recording"]["height"]) == (320, 180)
    assert found["recording"]["has_audio"]
    assert found["recording"]["has_video"]
    assert {r["source"] for r in found["renditions"]} <= {"copied", "encoded"}
    assert found["transcript"]["language"] == "zh"
    said = found["transcript"]["utterances"]
    assert said
    assert all(0 <= u["start_ms"] < u["end_ms"] <= 8100 for u in said)
    assert all(u["words"] for u in said)
    assert found["segments"][0]["start_ms"] == 0
    assert found["segments"][-1]["end_ms"] == found["recording"]["duration_ms"]
    assert set(found["timings_s"]) >= {"probe", "sound", "copy", "ladder", "transcribe", "segment"}


def test_processing_it_again_does_nothing_twice(processed: tuple[Path, Any], talk: Path) -> None:
    """The same bytes are ready at once, whatever they are called."""
    data, found = processed
    again = guanke(data, "process", str(talk), "--json")
    assert json.loads(again.stdout) == found
    house = open_house(Settings(data=data))
    with house.database.read() as connection:
        (only,) = recordings.page(connection)
        assert {s.attempt for s in steps.of_recording(connection, only.id)} == {1}


def test_a_clip_is_cut_with_its_subtitles_and_manifest(
    processed: tuple[Path, Any], tmp_path: Path
) -> None:
    """By the beginning of the recording's digest, with times as people write them."""
    data, found = processed
    out = tmp_path / "片段.mp4"
    digest = found["recording"]["sha256"][:12]
    cut = guanke(
        data,
        *("clip", digest, "--from", "00:00:01.200", "--to", "5", "--competency", "A6"),
        *("--out", str(out)),
    )
    assert cut.returncode == 0, cut.stderr
    manifest = json.loads(out.with_suffix(".json").read_text())
    assert manifest["source_sha256"] == found["recording"]["sha256"]
    assert out.stat().st_size > 10_000
    assert out.with_suffix(".srt").exists()


def test_what_cannot_be_cut_is_refused(processed: tuple[Path, Any]) -> None:
    """An unknown competency, a stretch that is none, a recording that is not there: usage, 2."""
    data, found = processed
    name = found["recording"]["id"]
    for wrong in (
        ["clip", name, "--from", "0", "--to", "5", "--competency", "Z9"],
        ["clip", name, "--from", "5", "--to", "1"],
        ["clip", name, "--from", "0", "--to", "9:00"],
        ["clip", name, "--from", "soon", "--to", "9"],
        ["clip", "nobody-knows", "--from", "0", "--to", "5"],
        ["clip", name],
        ["fly"],
    ):
        refused = guanke(data, *wrong)
        assert refused.returncode == 2, (wrong, refused.stderr)
        assert "Traceback" not in refused.stderr
        assert refused.stderr.strip()


def test_the_worst_outcome_of_several_files_is_told(tmp_path: Path) -> None:
    """A missing file and a web page: 3, each named with its cause, in the user's language."""
    page = tmp_path / "网页.mp4"
    page.write_text("<!DOCTYPE html><html><body>课</body></html>")
    zh = guanke(tmp_path / "data", "process", str(page), str(tmp_path / "没有.mp4"))
    assert zh.returncode == 3
    assert "网页.mp4：不接受这种文件" in zh.stderr
    assert "没有.mp4：文件不存在" in zh.stderr
    en = guanke(tmp_path / "data", "process", str(page), LANG="en_US.UTF-8", LC_ALL="en_US.UTF-8")
    assert en.returncode == 3
    assert "is not accepted" in en.stderr
    assert "Traceback" not in zh.stderr + en.stderr


def test_what_the_machine_lacks_is_named_and_mended_by_itself(talk: Path, tmp_path: Path) -> None:
    """No ffmpeg, then no model: 4; when both are there the same recording becomes ready."""
    data = tmp_path / "data"
    nowhere = str(tmp_path / "nowhere")
    for setting, word in (("GUANKE_FFMPEG", "ffmpeg"), ("GUANKE_MODEL", "模型")):
        broken = guanke(data, "process", str(talk), "--language", "zh", **{setting: nowhere})
        assert broken.returncode == 4, broken.stderr
        assert word in broken.stderr
        assert "Traceback" not in broken.stderr
        assert guanke(data, "doctor", **{setting: nowhere}).returncode == 4
    mended = guanke(data, "process", str(talk), "--language", "zh")
    assert mended.returncode == 0, mended.stderr
    assert guanke(data, "fsck", "--deep").returncode == 0


def test_words_alone_are_understood(tmp_path: Path) -> None:
    """From a file, and from the standard input; nonsense is refused with its cause."""
    words = {
        "language": "zh",
        "utterances": [
            {"start_ms": 0, "end_ms": 3000, "text": "同学们好，请看大屏幕上的这段动画。"},
            {"start_ms": 3500, "end_ms": 7000, "text": "谁来说说你发现了什么？"},
        ],
    }
    path = tmp_path / "words.json"
    path.write_text(json.dumps(words), encoding="utf-8")
    told = guanke(tmp_path / "data", "understand", str(path), "--json")
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["segments"][-1]["end_ms"] == 7000
    assert isinstance(found["suggestions"], list)
    path.write_text('{"language": "zh", "utterances": [{"start_ms": 5}]}', encoding="utf-8")
    refused = guanke(tmp_path / "data", "understand", str(path))
    assert refused.returncode == 3
    assert "utterances.0" in refused.stderr


# --- the server --------------------------------------------------------------------------------


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A server on a fresh folder, answering."""
    command = [sys.executable, "-m", "guanke", "serve", "--port", str(free_port())]
    with subprocess.Popen(
        [*command, "--data", str(tmp_path / "data")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"GUANKE_LADDER": "[180]", "LANG": "zh_CN.UTF-8"},
    ) as process:
        assert process.stdout
        assert "http://127.0.0.1" in process.stdout.readline()
        yield process
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_a_second_server_on_the_folder_is_refused(
    server: subprocess.Popen[str], tmp_path: Path
) -> None:
    """With the number of the process that has it; the command still gets its work done."""
    second = guanke(tmp_path / "data", "serve", "--port", str(free_port()))
    assert second.returncode == 4
    assert str(server.pid) in second.stderr


def test_a_stranger_may_not_be_served(tmp_path: Path) -> None:
    """On the network only by a name that the administrator gave."""
    refused = guanke(tmp_path / "data", "serve", "--host", "0.0.0.0")
    assert refused.returncode == 4
    assert "GUANKE_HOSTS" in refused.stderr


def test_dead_children_come_back_and_the_last_signal_leaves_nobody(
    server: subprocess.Popen[str], talk: Path, tmp_path: Path
) -> None:
    """kill -9 of each child; the work is done all the same; afterwards no process is left."""
    family = psutil.Process(server.pid).children()
    assert len(family) == 4
    for child in family:
        child.kill()
    done = guanke(tmp_path / "data", "process", str(talk), "--language", "zh")
    assert done.returncode == 0, done.stderr
    now = psutil.Process(server.pid).children(recursive=True)
    assert not {c.pid for c in family} & {c.pid for c in now}
    server.send_signal(signal.SIGINT)
    assert server.wait(60) == 0
    time.sleep(0.2)
    assert not [c for c in now if c.is_running() and c.status() != psutil.STATUS_ZOMBIE]


def test_a_killed_supervisor_takes_its_children_along(
    server: subprocess.Popen[str], tmp_path: Path
) -> None:
    """And the next one starts on the same folder at once."""
    family = psutil.Process(server.pid).children(recursive=True)
    server.kill()
    server.wait()
    gone, alive = psutil.wait_procs(family, timeout=10)
    assert gone
    assert not alive
    assert guanke(tmp_path / "data", "fsck").returncode == 0
