"""Kills real processes at random while recordings run, then counts what was lost.

    python -m bench.kill_storm --recordings 10 --kills 60 --seed 1

Workers, ffmpeg, the API and the supervisor itself are killed with SIGKILL at moments drawn from the
seed. Afterwards everything is left to finish and the books are compared: recordings lost, clips
doubled, steps stuck, objects without a row, bytes that are not what their name says. Leases are
shortened to five seconds, and the limit of crashes is lifted: here the killer is outside.
SIGKILL is not a power cut: what the disk does with unsynced pages is not tried here.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from guanke.house import House, open_house
from guanke.lock import FolderLock
from guanke.settings import Settings
from ingest.admit import admit_file
from lessons import Clip, ClipState, Recording, RecordingState, StepState, new_id
from lessons.errors import NotReady, restored
from processing.cutting import ask_for_cut
from processing.ffmpeg import find_tools
from storage import clips, janitor, recordings, steps
from storage.migrate import migrate

LEASE_S = 5.0
PAUSE_S = 0.5  # between two kills, on average
FIND_S = 10.0  # how long a victim is looked for: ffmpeg comes and goes
SAMPLE = Path(__file__).parents[1] / "samples" / "lesson_zh_water.mp4"
CLIP = (500, 2_700)  # milliseconds of each recording that are cut out


@dataclass(kw_only=True)
class Outcome:
    """What the storm left behind. Everything but the first three has to be nothing."""

    seed: int
    kills: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    lost: int = 0
    failed: int = 0
    stuck: int = 0
    duplicate_clips: int = 0
    clips_missing: int = 0
    orphans: int = 0
    missing: int = 0
    damaged: int = 0
    left_in_scratch: int = 0
    processes_left: int = 0
    reasons: list[str] = field(default_factory=list)  # of what failed

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled, stuck or left over."""
        harm = asdict(self)
        return not any(v for k, v in harm.items() if k not in ("seed", "kills", "seconds"))


class Storm:
    """One server, some recordings, and a killer with a seed."""

    def __init__(
        self, folder: Path, *, seed: int, recordings_wanted: int, seconds: int = 9
    ) -> None:
        self._rng = random.Random(seed)  # nosec B311  # a storm can be repeated by its seed
        self._folder = folder
        self._seconds = seconds  # that each recording lasts
        self._environment = os.environ | {
            "GUANKE_DATA": str(folder / "data"),
            "GUANKE_LEASE_S": str(LEASE_S),
            "GUANKE_MAX_CRASHES": "100000",
            "GUANKE_LADDER": "[360, 180]",
            "GUANKE_PORT": "0",
        }
        self.house: House = open_house(Settings(data=folder / "data", ladder=(360, 180)))
        migrate(self.house.database)
        self.outcome = Outcome(seed=seed)
        self._server: subprocess.Popen[bytes] | None = None
        self._recordings = [self._admit(n) for n in range(recordings_wanted)]
        self._clips: dict[str, str] = {}

    def _admit(self, number: int) -> Recording:
        """Make a short recording out of the sample lesson, a different one for each number."""
        path = self._folder / f"课{number}.mp4"
        subprocess.run(
            [
                *(str(find_tools().ffmpeg), "-nostdin", "-v", "error", "-y"),
                *("-ss", str(5 + 9 * number), "-t", str(self._seconds), "-i", str(SAMPLE)),
                *("-vf", "scale=640:360", "-c:v", "libx264", "-preset", "ultrafast"),
                *("-g", "50", "-c:a", "aac", str(path)),
            ],
            check=True,
        )
        recording, fresh = admit_file(
            path,
            database=self.house.database,
            store=self.house.store,
            uploads=self.house.uploads,
            file_name=path.name,
            language="zh",
            actor="storm",
        )
        assert fresh
        return recording

    def rage(self, kills: int, patience_s: float) -> Outcome:
        """Kill `kills` times, then wait for the end and count."""
        begun = time.monotonic()
        done: Counter[str] = Counter()
        while done.total() < kills:
            self._keep_server()
            time.sleep(self._rng.expovariate(1 / PAUSE_S))
            self._ask_for_clips()
            victim = self._victim()
            if victim:
                kind, process = victim
                process.kill()
                done[kind] += 1
        self.outcome.kills = dict(done)
        while not self._over() and time.monotonic() - begun < patience_s:
            self._keep_server()
            self._ask_for_clips()
            time.sleep(0.5)
        self.outcome.seconds = round(time.monotonic() - begun, 1)
        self._stop_server()
        self._count()
        return self.outcome

    def _keep_server(self) -> None:
        if self._server is None or self._server.poll() is not None:
            with (self._folder / "server.log").open("ab") as log:
                self._server = subprocess.Popen(
                    [sys.executable, "-m", "guanke", "serve"],
                    env=self._environment,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,
                )

    def _victim(self) -> tuple[str, psutil.Process] | None:
        """Choose whom to kill; ffmpeg is short-lived, so it is waited for."""
        assert self._server is not None
        kind = self._rng.choice(("ffmpeg", "ffmpeg", "worker", "api", "supervisor"))
        until = time.monotonic() + FIND_S
        while time.monotonic() < until:
            try:
                server = psutil.Process(self._server.pid)
                family = server.children(recursive=True)
            except psutil.NoSuchProcess:
                return None
            found = [p for p in family if _kind(p) == kind]
            if kind == "supervisor" and family:
                return kind, server
            if found:
                return kind, self._rng.choice(found)
            time.sleep(0.005)
        return None

    def _ask_for_clips(self) -> None:
        for recording in self._recordings:
            if recording.id in self._clips:
                continue
            clip = Clip(
                id=new_id(),
                recording_id=recording.id,
                start_ms=CLIP[0],
                end_ms=CLIP[1],
                title="storm",
                created_at=datetime.now(UTC),
            )
            try:
                with self.house.database.write() as connection:
                    clips.add(connection, clip, actor="storm")
                    ask_for_cut(connection, clip, actor="storm")
            except NotReady:
                continue
            self._clips[recording.id] = clip.id

    def _over(self) -> bool:
        with self.house.database.read() as connection:
            states = [recordings.get(connection, r.id).state for r in self._recordings]
            cut = [clips.get(connection, c).state for c in self._clips.values()]
        ready = all(s in (RecordingState.READY, RecordingState.FAILED) for s in states)
        every = len(cut) == len(self._recordings)
        return ready and every and all(c is not ClipState.CUTTING for c in cut)

    def _stop_server(self) -> None:
        if self._server and self._server.poll() is None:
            self._server.send_signal(signal.SIGTERM)
            self._server.wait(60)
        time.sleep(3.0)  # a child whose parent died while it started ends by itself
        mine = str(self._folder)
        for process in psutil.process_iter(["cmdline", "environ"]):
            command = " ".join(process.info["cmdline"] or [])
            environment = process.info["environ"] or {}
            if process.pid != os.getpid() and (
                mine in command or environment.get("GUANKE_DATA", "").startswith(mine)
            ):
                self.outcome.processes_left += 1
                self.outcome.reasons.append(f"left: {process.status()} {command[:300]}")

    def _count(self) -> None:
        house, outcome = self.house, self.outcome
        with house.database.read() as connection:
            kept = {r.id: r.state for r in recordings.page(connection, limit=10_000)}
            for step in (s for r in kept for s in steps.of_recording(connection, r)):
                if step.error_code and step.state is not StepState.DONE:
                    reason = restored(step.error_code, step.error_facts or {})
                    outcome.reasons.append(f"{step.kind}: {reason.message('en')}")
            made = {r.id: clips.of_recording(connection, r.id) for r in self._recordings}
        outcome.lost = sum(r.id not in kept for r in self._recordings)
        outcome.failed = sum(s is RecordingState.FAILED for s in kept.values())
        outcome.stuck = sum(s is not RecordingState.READY for s in kept.values()) - outcome.failed
        outcome.duplicate_clips = sum(max(0, len(c) - 1) for c in made.values())
        whole = [c for cs in made.values() for c in cs if c.state is ClipState.MATERIALISED]
        outcome.clips_missing = len(self._recordings) - len(whole)
        with FolderLock(house.settings.folder):
            from guanke.supervisor import Supervisor

            settings = house.settings.model_copy(update={"keep_orphans_s": 0.0})
            tidy = House(settings=settings, database=house.database, store=house.store)
            Supervisor(tidy, serve=False).tidy()
        found = janitor.fsck(house.database, house.store, deep=True)
        outcome.orphans, outcome.missing = len(found.orphans), len(found.missing)
        outcome.damaged = len(found.damaged) + len(found.broken_audit_lines)
        outcome.left_in_scratch = len(list(house.scratch.iterdir()))
        outcome.left_in_scratch += len(list(house.uploads.iterdir()))


def _kind(process: psutil.Process) -> str:
    try:
        command = process.cmdline()
    except psutil.Error:
        return "other"
    if any(Path(c).name.startswith("ff") for c in command[:1]) or "ffmpeg" in " ".join(command):
        return "ffmpeg"
    if "worker" in command:
        return "worker"
    return "api" if "api" in command else "other"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one storm and print what it left; 1 when anything was."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--recordings", type=int, default=10)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=900.0, help="seconds to the end")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="guanke-storm-") as folder:
        storm = Storm(Path(folder), seed=options.seed, recordings_wanted=options.recordings)
        outcome = storm.rage(options.kills, options.patience)
        if not outcome.clean:
            sys.stderr.write((Path(folder) / "server.log").read_text(errors="replace")[-4000:])
    sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
    return 0 if outcome.clean else 1


if __name__ == "__main__":
    sys.exit(main())
