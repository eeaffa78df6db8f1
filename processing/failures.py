"""What a program's end means: whose fault it was, as an error that a person understands."""

import re
import signal
from pathlib import Path

from lessons.errors import (
    DiskFull,
    GuankeError,
    MediaTooLarge,
    MediaUnreadable,
    StepTimedOut,
    ToolCrashed,
)

TOO_MANY_PIXELS = b"exceeds specified max pixel count"
_FULL = (b"No space left on device", b"Disk quota exceeded")
_DEADLY = (
    *(signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE),
    *(signal.SIGILL, signal.SIGSYS, signal.SIGXCPU, signal.SIGXFSZ),
)
# What ffmpeg says, the most telling first, and the cause it stands for (`lessons/wording.py`).
_COMPLAINTS = (
    ("moov atom not found", "index-missing"),
    ("error reading header", "header-broken"),
    ("decoder not found", "decoder-missing"),
    ("Decoder not found", "decoder-missing"),
    ("End of file", "ends-early"),
    ("Invalid data found", "data-invalid"),
)


def failure(
    code: int, said: bytes, *, file_name: str, room: Path | None, wall_s: float
) -> GuankeError:
    """Return the error for a program that ended with `code`.

    Args:
        code: its exit code as `Popen` or a shell reports it.
        said: the end of what it wrote to stderr.
        file_name: what the user calls the upload.
        room: where it wrote.
        wall_s: how long it was allowed to take.
    """
    text = said.decode(errors="replace")
    if any(full in said for full in _FULL):
        return DiskFull(path=room)
    if TOO_MANY_PIXELS in said:
        size = re.search(r"size (\d+)x(\d+)", text)
        if not size:
            return MediaTooLarge(file=file_name, detail="too-many-pixels")
        return MediaTooLarge(file=file_name, detail="pixels", width=size[1], height=size[2])
    died_of = signal_of(code)
    if died_of == signal.SIGXCPU:
        return StepTimedOut(file=file_name, seconds=int(wall_s))
    if died_of == signal.SIGXFSZ:
        return MediaTooLarge(file=file_name, detail="output-endless")
    if died_of:
        return ToolCrashed(tool="ffmpeg", detail="killed", signal=died_of.name)
    if b"received signal" in said[-2000:]:
        return ToolCrashed(tool="ffmpeg", detail="told-to-end")
    return unreadable(text, file_name)


def unreadable(text: str, file_name: str) -> MediaUnreadable:
    """Return the error for a file that ffmpeg complains of; `said` keeps its own words."""
    said = in_short(text)
    cause = next((cause for words, cause in _COMPLAINTS if words in said), "tool-says")
    return MediaUnreadable(file=file_name, detail=cause, said=said)


def in_short(said: str) -> str:
    """Return the first error in ffmpeg's words, without addresses and without any path."""
    lines = [line for line in said.splitlines() if "[error]" in line or "[fatal]" in line]
    lines = lines or said.strip().splitlines()[-1:] or ["no reason given"]
    text = re.sub(r"\[[^\]]*(?: @ 0x[0-9a-f]+|error|fatal)\]\s*", "", lines[0])
    text = re.sub(r"(?:file:)?(?:/[^\s/:'\"]+)+/?", "…", text)
    return text.strip(" :.")[:160] or "no reason given"


def signal_of(code: int) -> signal.Signals | None:
    """Return the signal behind an exit code, if it is one that ends programs.

    Bubblewrap reports a signal as 128 + n. ffmpeg's own codes lie there too (256 less the errno),
    but those few values mean errors of the network, which it has not got.
    """
    number = -code if code < 0 else code - 128
    return next((known for known in _DEADLY if known == number), None)
