"""Keeps the pools of one `guanke worker` alive, and tidies after them."""

import logging
import shutil
import signal
import socket
import threading
import time
from collections.abc import Mapping
from importlib.metadata import version

from sqlalchemy.exc import DBAPIError

from guanke.children import Child
from guanke.house import House
from lessons.errors import EnvironmentFault
from storage import leases, steps, workers
from storage.workers import BEAT_S, Worker

log = logging.getLogger("guanke.pools")

HOST = socket.gethostname()[:40]
ROUND_S = 0.2
TIDY_S = 600.0
PATIENCE_S = 20.0  # a step is handed back within seconds; what hangs is ended


def pool_id(process: int) -> str:
    """Return how a pool of this machine is called, and its leases are signed."""
    return f"{HOST}:{process}"


class Pools:
    """The pools of one command: for each queue a Celery worker that dies with us."""

    def __init__(self, house: House, places: Mapping[str, int]) -> None:
        self._house = house
        self._told = threading.Event()
        environment = house.settings.environment()
        self._places = places
        self._children = {
            queue: Child(["pool", "--queue", queue, "--places", str(n)], environment, sign=pool_id)
            for queue, n in places.items()
        }

    def stop_on_signals(self) -> None:
        """Let Ctrl-C and SIGTERM end `run`."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._told.set())

    def run(self) -> None:
        """Watch over the pools until told to stop; steps at work are handed back."""
        tidied = beaten = 0.0
        try:
            while not self._told.wait(ROUND_S):
                self._look_after_pools()
                if not beaten or time.monotonic() - beaten > BEAT_S:
                    beaten = time.monotonic()
                    self._beat()
                if not tidied or time.monotonic() - tidied > TIDY_S:
                    tidied = time.monotonic()
                    self._tidy()
        finally:
            self._stop_pools()

    def _beat(self) -> None:
        """Say of each pool that it is alive."""
        try:
            with self._house.database.write() as connection:
                for queue, child in self._children.items():
                    if child.process and child.process.poll() is None:
                        workers.beat(connection, self._worker(queue, child.owner))
        except (DBAPIError, EnvironmentFault) as error:
            log.warning("no sign of life could be given: %s", error)

    def _worker(self, queue: str, name: str) -> Worker:
        places = {queue: self._places[queue]}
        return Worker(id=name, host=HOST, queues=places, version=version("guanke"))

    def _look_after_pools(self) -> None:
        for child in self._children.values():
            if child.process is None:
                child.start()
                continue
            status = child.died()
            if status is None:
                continue
            log.warning("pool %s ended with status %s", child.arguments, status)
            self._release(child.owner)
            child.process = None

    def _release(self, pool: str) -> None:
        """Free at once what a dead pool held: its death is no fault of its steps."""
        try:
            with self._house.database.write() as connection:
                leases.release_all(connection, f"{pool}:")
                workers.leave(connection, pool)
        except (DBAPIError, EnvironmentFault) as error:
            log.warning("leases of %s will run out by themselves: %s", pool, error)

    def _tidy(self) -> None:
        """Clear the scratch of dead attempts."""
        try:
            with self._house.database.read() as connection:
                at_work = {f"{step}-{attempt}" for step, attempt in steps.running(connection)}
        except (DBAPIError, EnvironmentFault):
            return
        for folder in self._house.scratch.iterdir():
            if folder.name not in at_work:
                shutil.rmtree(folder, ignore_errors=True)

    def _stop_pools(self) -> None:
        children = self._children.values()
        ending = [threading.Thread(target=c.stop, args=(PATIENCE_S,)) for c in children]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join()
        for child in children:
            if child.process:
                self._release(child.owner)
