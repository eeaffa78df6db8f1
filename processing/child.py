"""Listening to a child process: its gate, its output, its progress."""

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Iterator

from processing.sandbox import GO, READY

_POLL_S = 0.1
_KEPT_STDERR = 256 << 10


class Progress:
    """Reads ffmpeg's `-progress` lines: the share done, and whether anything moved at all.

    Whatever moves is reported, with the share known so far: where that can't be told (the sound is
    read once more to measure it, nothing is encoded yet), the step is alive all the same.
    """

    def __init__(self, duration_ms: int | None, report: Callable[[float], None]) -> None:
        self._duration_ms = duration_ms
        self._report = report
        self._share = 0.0
        self._pending = b""
        self._seen: dict[bytes, bytes] = {}

    def feed(self, chunk: bytes) -> bool:
        """Take a piece of output; return whether time, frames or bytes went on."""
        *lines, self._pending = (self._pending + chunk).split(b"\n")
        moved = False
        for line in lines:
            key, _, value = line.partition(b"=")
            if key in (b"out_time_us", b"frame", b"total_size") and self._seen.get(key) != value:
                self._seen[key] = value
                moved = True
                if key == b"out_time_us" and value.isdigit() and self._duration_ms:
                    self._share = min(1.0, int(value) / 1000 / self._duration_ms)
        if moved:
            self._report(self._share)
        return moved


def output_of(process: subprocess.Popen[bytes], said: bytearray) -> Iterator[bytes]:
    """Yield stdout piece by piece, b"" when nothing came for a moment, until the process ends.

    First the gate is opened, as soon as it says that it stands. Stderr goes into `said`, of which
    the end is kept: a hostile file can make ffmpeg talk for ever.
    """
    shut = True
    for chunk in _pieces(process, said):
        if shut and chunk:
            shut = False
            _open_gate(process)
            yield chunk.removeprefix(READY)
        else:
            yield chunk
    while process.poll() is None:
        try:
            process.wait(timeout=_POLL_S)
        except subprocess.TimeoutExpired:
            yield b""


def _pieces(process: subprocess.Popen[bytes], said: bytearray) -> Iterator[bytes]:
    """Yield what comes on stdout, and b"" when nothing did, until both pipes are closed."""
    with selectors.DefaultSelector() as watch:
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                watch.register(pipe, selectors.EVENT_READ)
        while watch.get_map():
            ready = watch.select(timeout=_POLL_S)
            for key, _ in ready:
                chunk = os.read(key.fd, 1 << 18)
                if not chunk:
                    watch.unregister(key.fileobj)
                elif key.fileobj is process.stdout:
                    yield chunk
                else:
                    said += chunk
                    del said[:-_KEPT_STDERR]
            if not ready:
                if process.poll() is not None:
                    _end_what_is_left(process)
                yield b""


def _end_what_is_left(process: subprocess.Popen[bytes]) -> None:
    """End what still holds the pipes of a process that is gone.

    A sandbox whose keeper is killed while it is being set up waits for the keeper's word for ever.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _open_gate(process: subprocess.Popen[bytes]) -> None:
    """Let the program start, unless the walls around it fell meanwhile: then it must not."""
    if process.stdin is None:
        return
    with contextlib.suppress(BrokenPipeError):  # the gate was killed: its end is told below
        if process.poll() is None:
            process.stdin.write(GO)
        process.stdin.close()
