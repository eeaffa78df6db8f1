"""The door to ffmpeg: it lets nothing out, nothing else in, and leaves nothing behind."""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

import psutil
import pytest

from lessons.errors import Cancelled, MediaUnreadable, StepStuck, ToolCrashed
from processing import sandbox
from processing.ffmpeg import Ffmpeg, find_tools
from tests import media

ENDLESS = ("-re", "-f", "lavfi", "-i", "testsrc2=s=64x64", "-f", "null", "-")
needs_bubblewrap = pytest.mark.skipif(
    not sandbox.describe().sandboxed, reason="bubblewrap does not work on this machine"
)


def _running(mark: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if mark in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return [process for process in found if process.pid != os.getpid()]


def _soon_none(mark: str) -> bool:
    end = time.monotonic() + 20
    while _running(mark) and time.monotonic() < end:
        time.sleep(0.1)
    return not _running(mark)


def test_progress_is_a_rising_share(tmp_path: Path) -> None:
    """Progress comes as shares that rise to one."""
    shares: list[float] = []
    door = Ffmpeg(find_tools(), on_progress=shares.append)
    arguments = ["-f", "lavfi", "-i", media.moving(4), "-c:v", "libx264", str(tmp_path / "a.mp4")]
    door.run(arguments, scratch=tmp_path, duration_ms=4000)
    assert shares
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0, abs=0.05)


def test_a_program_that_is_killed_is_not_missing(tmp_path: Path) -> None:
    """Killed while it is asked for its version: that passes, and the step is tried again."""
    dying = tmp_path / "ffmpeg"
    dying.write_text("#!/bin/sh\nkill -9 $$\n")
    dying.chmod(0o755)
    with pytest.raises(ToolCrashed, match="SIGKILL"):
        find_tools(ffmpeg=str(dying))


def test_a_run_of_unknown_length_shows_that_it_lives(tmp_path: Path) -> None:
    """Sound that is only measured, packets that are listed: no share, but signs of life."""
    signs: list[float] = []
    door = Ffmpeg(find_tools(), on_progress=signs.append)
    door.run(["-f", "lavfi", "-i", media.tone(60), "-f", "null", "-"], scratch=tmp_path)
    assert signs
    signs.clear()
    listed = ["-f", "lavfi", "-i", media.moving(4), "-f", "framecrc", "pipe:1"]
    assert list(door.lines(listed, scratch=tmp_path))
    assert signs


def test_stop_ends_ffmpeg_at_once(tmp_path: Path) -> None:
    """The wish to stop kills the process group although ffmpeg would run for ever."""
    stop = threading.Event()
    mark = f"comment={tmp_path.name}"
    threading.Timer(0.5, stop.set).start()
    with pytest.raises(Cancelled):
        Ffmpeg(find_tools(), stop=stop).run(
            [*ENDLESS[:-3], "-metadata", mark, *ENDLESS[-3:]], scratch=tmp_path
        )
    assert _soon_none(mark)


def test_standstill_is_noticed(tmp_path: Path) -> None:
    """A run that gets nowhere is stopped and may be tried again."""
    os.mkfifo(tmp_path / "never.mp4")
    door = Ffmpeg(find_tools(), stuck_s=1)
    with pytest.raises(StepStuck):
        door.run([*door.source(tmp_path / "never.mp4"), "-f", "null", "-"], scratch=tmp_path)


def test_abandoned_frames_leave_no_process(tmp_path: Path) -> None:
    """Who stops reading frames half-way leaves no ffmpeg behind."""
    mark = f"comment={tmp_path.name}"
    arguments = [*ENDLESS[:-3], "-metadata", mark, "-c:v", "rawvideo", "-pix_fmt", "gray"]
    frames = Ffmpeg(find_tools()).frames(arguments, scratch=tmp_path, frame_bytes=64 * 64)
    assert len(next(iter(frames))) == 64 * 64
    frames.close()  # type: ignore[attr-defined]  # an Iterator to callers, a generator in truth
    assert _soon_none(mark)


def _worker(folder: Path, walls: str) -> subprocess.Popen[str]:
    """Start a worker that runs ffmpeg without end; it writes a line when it is about to."""
    environment = dict(os.environ)
    if walls == "no bubblewrap":
        programs = folder / "bin"
        programs.mkdir(exist_ok=True)
        for name in ("prlimit", "setpriv", "nice"):
            if not (programs / name).exists():
                (programs / name).symlink_to(f"/usr/bin/{name}")
        environment["PATH"] = str(programs)
    command = [*ENDLESS[:-3], "-metadata", f"comment={folder.name}", *ENDLESS[-3:]]
    code = (
        "from pathlib import Path; from processing import sandbox; from processing.ffmpeg import *;"
        "tools = find_tools(); sandbox.describe(); print('now', flush=True);"
        f"Ffmpeg(tools).run({command!r}, scratch=Path({str(folder)!r}))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("walls", ["all", "no bubblewrap"])
def test_ffmpeg_dies_with_its_worker(tmp_path: Path, walls: str) -> None:
    """A worker killed with SIGKILL takes its ffmpeg along, with a sandbox and without."""
    mark = f"comment={tmp_path.name}"
    with _worker(tmp_path, walls) as worker:
        end = time.monotonic() + 20
        while len(_running(mark)) < 2 and time.monotonic() < end:
            time.sleep(0.1)
        assert len(_running(mark)) >= 2
        worker.kill()
    assert _soon_none(mark)


@pytest.mark.parametrize("walls", ["all", "no bubblewrap"])
def test_a_worker_killed_while_ffmpeg_starts_leaves_nobody(tmp_path: Path, walls: str) -> None:
    """Whatever stands of the walls at that moment falls: none starts ffmpeg for a dead worker."""
    random = Random(7)
    for _ in range(8):
        with _worker(tmp_path, walls) as worker:
            assert worker.stdout
            worker.stdout.readline()
            time.sleep(random.uniform(0, 0.1))
            worker.kill()
    assert _soon_none(f"comment={tmp_path.name}")


@needs_bubblewrap
def test_ffmpeg_does_not_start_once_its_walls_fell(tmp_path: Path) -> None:
    """A sandbox whose keeper is killed before the gate opens runs nothing: that is a crash."""
    mark = f"comment={tmp_path.name}"

    def kill() -> None:
        end = time.monotonic() + 20
        while not _running(mark) and time.monotonic() < end:
            time.sleep(0.001)
        for process in _running(mark)[:1]:
            process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(ToolCrashed):
        Ffmpeg(find_tools()).run(
            [*ENDLESS[:-3], "-metadata", mark, *ENDLESS[-3:]], scratch=tmp_path
        )
    killer.join()
    assert _soon_none(mark)


def test_a_killed_ffmpeg_is_not_the_medias_fault(tmp_path: Path) -> None:
    """Somebody else's SIGKILL is told apart from a damaged file: the step may be tried again."""
    mark = f"comment={tmp_path.name}"

    def kill() -> None:
        end = time.monotonic() + 20
        while not _running(mark) and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(0.3)
        for process in _running(mark):
            if "ffmpeg" in process.name():
                process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(ToolCrashed):
        Ffmpeg(find_tools()).run(
            [*ENDLESS[:-3], "-metadata", mark, *ENDLESS[-3:]], scratch=tmp_path
        )
    killer.join()


def test_errors_name_no_path(tmp_path: Path) -> None:
    """What a user reads about a broken file is ffmpeg's reason without a folder of ours."""
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0\0\0\x18ftypisom" + bytes(5000))
    door = media.door("课堂.mp4")
    with pytest.raises(MediaUnreadable) as failure:
        door.run([*door.source(broken), "-f", "null", "-"], scratch=tmp_path)
    assert str(tmp_path) not in failure.value.message("zh")
    assert "/" not in str(failure.value.facts["detail"])
    assert failure.value.facts["file"] == "课堂.mp4"


@needs_bubblewrap
def test_other_files_do_not_exist_inside(tmp_path: Path) -> None:
    """Only the input and scratch are there: a concat list can't reach the file next to them."""
    secret = media.make_lesson(tmp_path, "secret.mp4")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "list.txt").write_text(f"ffconcat version 1.0\nfile '{secret}'\n")
    arguments = ["-f", "concat", "-safe", "0", "-i", "list.txt", "-c", "copy", "out.mp4"]
    with pytest.raises(MediaUnreadable):
        media.door().run(arguments, scratch=scratch)
    media.door().run(arguments, scratch=scratch, reads=[secret])


@needs_bubblewrap
def test_no_connection_leaves_the_room(tmp_path: Path) -> None:
    """Even asked outright, ffmpeg reaches no port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.5)
        port = canary.getsockname()[1]
        with pytest.raises(MediaUnreadable):
            media.door().run(
                ["-i", f"http://127.0.0.1:{port}/a.mp4", "-f", "null", "-"], scratch=tmp_path
            )
        with pytest.raises(TimeoutError):
            canary.accept()
