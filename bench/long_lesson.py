"""Sends a long lesson through `guanke process --json` beside a server, and measures what it takes.

    python -m bench.long_lesson --minutes 40 --folder build/long

The lesson is the sample's sound, over and over, with a moving test picture in front of its slides:
1920×1080, 25 frames a second, a keyframe every 50 frames. It is made once and kept in the folder.
Meanwhile the API is asked as an open page asks it. Every half second the resident memory of each
process is looked at; a worker counts with and without the ffmpeg it has started.
"""

import argparse
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import select

from api.policy import PLAIN_COOKIE
from guanke.house import open_house
from guanke.settings import Settings
from lessons import StepState
from lessons.people import FIRST_SCHOOL_GROUP
from processing.ffmpeg import find_tools
from storage import people, sessions, tables
from storage.database import Database
from storage.sessions import SessionTerms

SAMPLE = Path(__file__).parents[1] / "samples" / "lesson_zh_water.mp4"
ROUND_S = 236  # of the sample, which is two seconds longer
LOOK_S = 0.5
WORKER_LIMIT_MIB, API_LIMIT_MIB = 1536, 250
ASKED = ("/health/ready", "/api/v1/recordings", "/api/v1/lessons", "/api/v1/home")


@dataclass
class Usage:
    """The most memory each kind of process held, in MiB; seconds of processor each step took."""

    database: Database
    mib: dict[str, int] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)  # a figure that other work can't disturb
    _seen: dict[int, float] = field(default_factory=dict)

    def look(self, server: psutil.Process) -> None:
        """Look at every child of the server once."""
        with self.database.read() as connection:
            wanted = select(tables.step.c.lease_owner, tables.step.c.kind)
            rows = connection.execute(wanted.where(tables.step.c.state == StepState.RUNNING)).all()
        at_work = {int(str(owner).split(":")[-2]): str(kind) for owner, kind in rows}
        for child in server.children():
            try:
                command, alone = child.cmdline(), child.memory_info().rss
                family = child.children(recursive=True)
                below = sum(p.memory_info().rss for p in family)
                spent = sum(sum(p.cpu_times()[:4]) for p in (child, *family))
            except psutil.Error:
                continue
            if "api" in command:
                self._note("api", alone)
            elif "worker" in command:
                name = "worker " + command[command.index("--queues") + 1]
                self._note(name, alone)
                self._note(f"{name} with its ffmpeg", alone + below)
                step = at_work.get(child.pid, "between")
                more = max(0.0, spent - self._seen.get(child.pid, 0.0))
                self.cpu_s[step] = round(self.cpu_s.get(step, 0.0) + more, 1)
                self._seen[child.pid] = max(spent, self._seen.get(child.pid, 0.0))

    def _note(self, name: str, size: int) -> None:
        self.mib[name] = max(self.mib.get(name, 0), size >> 20)

    @property
    def within(self) -> bool:
        """Whether every process kept to its limit."""
        workers = [m for n, m in self.mib.items() if n.startswith("worker")]
        return max(workers) <= WORKER_LIMIT_MIB and self.mib["api"] <= API_LIMIT_MIB


def make_lesson(path: Path, minutes: float) -> None:
    """Make the lesson, unless it is there: one round is encoded, then looped as it is."""
    if path.exists():
        return
    one_round, unfinished = path.with_name("round.mp4"), path.with_suffix(".part.mp4")
    graph = (
        "[0:v]scale=1920:1080,fps=25[slides];"
        "[slides][1:v]overlay=x=1400:y=720:shortest=0,format=yuv420p[picture]"
    )
    ffmpeg = [str(find_tools().ffmpeg), "-nostdin", "-v", "error", "-y"]
    make_round = [
        *(*ffmpeg, "-i", str(SAMPLE), "-f", "lavfi", "-i", "testsrc2=s=480x320:r=25"),
        *("-filter_complex", graph, "-map", "[picture]", "-frames:v", str(ROUND_S * 25)),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-bf", "0"),
        *("-g", "50", "-keyint_min", "50", "-sc_threshold", "0", str(one_round)),
    ]
    loop = [
        *(*ffmpeg, "-stream_loop", "-1", "-i", str(one_round)),
        *("-stream_loop", "-1", "-i", str(SAMPLE), "-map", "0:v", "-map", "1:a"),
        *("-c:v", "copy", "-c:a", "aac", "-b:a", "128k", "-t", str(minutes * 60), str(unfinished)),
    ]
    for command in (make_round, loop):
        subprocess.run(command, check=True)
    unfinished.rename(path)


@contextmanager
def server(data: Path) -> Iterator[tuple[psutil.Process, int]]:
    """Run a server over `data`; yield it and its port."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    command = [sys.executable, "-m", "guanke", "serve", "--port", str(port), "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        assert process.stdout
        process.stdout.readline()
        yield psutil.Process(process.pid), port
        process.terminate()


def measure(lesson: Path, data: Path) -> tuple[dict[str, Any], Usage, float]:
    """Process `lesson`; return what the command printed, what it used and the seconds."""
    usage = Usage(open_house(Settings(data=data)).database)
    begun = time.monotonic()
    with server(data) as (process, port):
        signed_in = _sign_in(usage.database)
        command = [sys.executable, "-m", "guanke", "process", str(lesson), "--json"]
        with (
            tempfile.TemporaryFile() as told,
            subprocess.Popen(
                [*command, "--data", str(data), "--language", "zh"], stdout=told
            ) as asked,
        ):
            while asked.poll() is None:
                usage.look(process)
                _ask(port, signed_in)
                time.sleep(LOOK_S)
            told.seek(0)
            found: dict[str, Any] = json.load(told)
        took = time.monotonic() - begun
    return found, usage, took


def _sign_in(database: Database) -> dict[str, str]:
    """Return the headers of somebody who looks at the pages."""
    with database.write() as connection:
        person = people.page(connection, FIRST_SCHOOL_GROUP)[0]
        terms = SessionTerms()
        secret = sessions.begin(connection, person.id, terms, address="::1", agent="bench")
    return {"cookie": f"{PLAIN_COOKIE}={secret}"}


def _ask(port: int, signed_in: dict[str, str]) -> None:
    """Ask what an open page asks again and again."""
    for path in ASKED:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        line.request("GET", path, headers=signed_in)
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)
        line.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when the lesson did not become ready, or a limit was passed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--folder", type=Path, default=Path("build/long"))
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    lesson = options.folder / f"lesson_{options.minutes:g}min.mp4"
    make_lesson(lesson, options.minutes)
    data = options.folder / f"data-{int(time.time())}"
    found, usage, took = measure(lesson, data)
    state = found["recording"]["state"]
    figures = {
        "state": state,
        "duration_s": found["recording"]["duration_ms"] / 1000,
        "took_s": round(took, 1),
        "of_real_time": round(took * 1000 / found["recording"]["duration_ms"], 3),
        "timings_s": found["timings_s"],
        "peak_mib": usage.mib,
        "cpu_s": usage.cpu_s,
        "renditions": [[r["name"], r["source"], r["bytes"]] for r in found["renditions"]],
        "utterances": len((found["transcript"] or {}).get("utterances", [])),
        "scene_changes": len(found["scene_changes_ms"]),
        "errors": found["errors"],
    }
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
    return 0 if state == "ready" and usage.within else 1


if __name__ == "__main__":
    sys.exit(main())
