"""Row 15: what a server takes that has nothing to do."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psutil

from bench.inputs import Inputs
from bench.rows import Row

START_BAR_S, CPU_BAR, MEMORY_BAR_MIB = 3.0, 0.01, 250
_IDLE_S, _QUICK_IDLE_S = 60.0, 15.0
HEAVY = ("cv2", "faster_whisper", "ctranslate2", "av", "onnxruntime")


def rows(inputs: Inputs) -> list[Row]:
    """Measure the start (on an empty and on a used folder), the idle family, and the imports."""
    data = inputs.scratch("serve")
    starts = []
    for _ in range(inputs.rounds + 1):  # the first makes the database
        with server(data) as (process, took, _port):
            starts.append(took)
            if len(starts) == inputs.rounds + 1:
                share, memory = _idle(process, _QUICK_IDLE_S if inputs.quick else _IDLE_S)
    again, loaded = median(starts[1:]), _loaded_by_the_api()
    return [
        Row(
            number="15",
            what="start of `guanke serve` until it answers",
            against="–",
            bar=f"≤ {START_BAR_S:g} s",
            measured=f"{again:.2f} s",
            holds=again <= START_BAR_S,
            detail=f"first start, which makes the database: {starts[0]:.2f} s",
        ),
        Row(
            number="15b",
            what="CPU of the idle server, all processes",
            against="one core",
            bar=f"≤ {CPU_BAR:.0%}",
            measured=f"{share:.2%}",
            holds=share <= CPU_BAR,
        ),
        Row(
            number="15c",
            what="memory of the idle server, all processes (proportional share)",
            against="–",
            bar=f"≤ {MEMORY_BAR_MIB} MB",
            measured=f"{memory:.0f} MB",
            holds=memory <= MEMORY_BAR_MIB,
        ),
        Row(
            number="15d",
            what="heavy libraries that the web process loads",
            against="–",
            bar="none",
            measured=", ".join(loaded) or "none",
            holds=not loaded,
        ),
    ]


@contextmanager
def server(data: Path) -> Iterator[tuple[psutil.Process, float, int]]:
    """Run a server on `data`; yield it, the seconds until it answered, and its port."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    command = [sys.executable, "-m", "guanke", "serve", "--port", str(port), "--data", str(data)]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as process:
        try:
            while not _answers(port):
                if process.poll() is not None or time.monotonic() - began > 60:
                    raise TimeoutError(f"the server on port {port} does not answer")
                time.sleep(0.02)
            yield psutil.Process(process.pid), time.monotonic() - began, port
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/health/live")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def _idle(process: psutil.Process, seconds: float) -> tuple[float, float]:
    """Return the share of one core and the MB that a server and its children take at rest."""
    time.sleep(10)  # the workers start behind the API
    family = [process, *process.children(recursive=True)]
    before = sum(sum(p.cpu_times()[:2]) for p in family)
    time.sleep(seconds)
    after = sum(sum(p.cpu_times()[:2]) for p in family)
    memory = sum(p.memory_full_info().pss for p in family) / 1e6
    return (after - before) / seconds, memory


def _loaded_by_the_api() -> list[str]:
    tell = f"import sys, api.app; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", tell], check=True, capture_output=True, text=True)
    return done.stdout.split()
