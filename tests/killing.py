"""A real server as a process of its own, that a test may kill at any moment and start again."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
from sqlalchemy import func, select

from storage.database import Database
from storage.upload_table import upload as table

PATIENCE_S = 120.0


class Server:
    """`guanke serve` on a data folder, at an address that stays the same."""

    def __init__(self, folder: Path, *, log: Path | None = None, **settings: str) -> None:
        self.folder = folder
        self.log = log  # where its stderr goes; None: to ours
        folder.mkdir(exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self.database = Database.at(folder)
        self._environment = os.environ | {
            "GUANKE_DATA": str(folder),
            "GUANKE_PORT": str(self.port),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)
        self.database.close()

    def start(self) -> None:
        """Start it and wait until it answers."""
        with ExitStack() as opened:
            log = opened.enter_context(self.log.open("ab")) if self.log else None
            self._process = subprocess.Popen(
                [sys.executable, "-m", "guanke", "serve"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                httpx.get(f"{self.address}/api/v1/health", timeout=5)
            except httpx.TransportError:
                assert self._process.poll() is None, "the server ended by itself"
                assert time.monotonic() < until
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """Kill it with SIGKILL; what it started dies with it."""
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        while self._listens():
            time.sleep(0.01)

    def processes(self, command: str) -> list[int]:
        """Return the processes that run this command of `guanke`."""
        assert self._process
        children = psutil.Process(self._process.pid).children()
        return [child.pid for child in children if command in child.cmdline()]

    def acknowledged(self) -> int:
        """Return how many bytes of uploads are promised to be safe."""
        with self.database.read() as connection:
            safe = select(func.coalesce(func.sum(table.c.offset), 0))
            return int(connection.execute(safe).scalar_one())

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True
