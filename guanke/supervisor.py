"""Embedded mode: keeps the workers (and the API) of one data folder alive, and tidies after them.

The supervisor does no work of its own, so that nothing in a recording can kill it. It holds the
folder's lock; whoever holds it may free the leases of the dead at once.
"""

import logging
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial

from guanke.backups import is_due, last_backup
from guanke.children import Child, lease_owner, owners
from guanke.console import EXIT_DONE, EXIT_ENVIRONMENT
from guanke.house import House
from guanke.lock import FolderLock
from ingest.uploads import collect
from lessons.errors import DiskFull, EnvironmentFault
from lessons.outages import Outage
from processing.ending import count_death
from storage import janitor, leases, steps, uploads
from storage.migrate import migrate

log = logging.getLogger("guanke.supervisor")

ROUND_S = 0.2
WATCH_S = 5.0
TIDY_S = 600.0
PATIENCE_S = 25.0


class Supervisor:
    """Children of one data folder."""

    def __init__(self, house: House, *, serve: bool) -> None:
        self.house = house
        self.full: DiskFull | Outage | None = None  # there was no room even to write down a death
        self._told = threading.Event()
        environment = house.settings.environment()
        crews = [["worker", "--queues", ",".join(crew)] for crew in house.settings.crews]
        if house.settings.broker:
            crews = [["dispatch"]]  # the workers are wherever `guanke worker` runs
        commands = [*([["api"]] if serve else []), *crews]
        sign = partial(lease_owner, house.settings.folder)
        self._children = [Child(c, environment, sign) for c in commands]
        by_clock = serve and house.settings.backup_to is not None
        self._backup = Child(["backup"], environment, sign) if by_clock else None

    @contextmanager
    def at_work(self) -> Iterator["Supervisor"]:
        """Hold the lock, bring the house in order and run the children for the block.

        Raises:
            DataFolderInUse: somebody else supervises this folder.
            DatabaseTooNew: a newer program wrote it.
        """
        with FolderLock(self.house.settings.folder):
            migrate(self.house.database)
            self._take_over()
            try:
                for child in self._children:
                    child.start()
                yield self
            finally:
                self._stop_children()

    def run(self, over: Callable[[], bool] = lambda: False) -> None:
        """Watch over the children until told to stop, or until `over` says so."""
        watched = tidied = time.monotonic()
        while not over() and not self._told.wait(ROUND_S):
            self._look_after_children()
            now = time.monotonic()
            try:
                if now - watched > WATCH_S:
                    watched = now
                    self._end_hung_children()
                    self._back_up_when_due()
                if now - tidied > TIDY_S:
                    tidied = now
                    self.tidy()
            except Outage as outage:  # the workers wait for it too
                log.warning("%s", outage)

    def stop(self) -> None:
        """Let `run` return."""
        self._told.set()

    def stop_on_signals(self) -> None:
        """Let Ctrl-C and SIGTERM end `run`."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stop())

    def tidy(self) -> None:
        """Clear the scratch of dead attempts, abandoned copies and unnamed objects."""
        keep_s = self.house.settings.keep_orphans_s
        with self.house.database.read() as connection:
            at_work = {f"{step}-{attempt}" for step, attempt in steps.running(connection)}
        for folder in self.house.scratch.iterdir():
            if folder.name not in at_work:
                shutil.rmtree(folder, ignore_errors=True)
        for upload in self.house.uploads.glob("*.bin"):
            if time.time() - upload.stat().st_mtime >= keep_s:
                upload.unlink(missing_ok=True)
        collect(database=self.house.database, folder=self.house.uploads)
        janitor.clear_orphans(self.house.database, self.house.store, older_than_s=keep_s)

    def _take_over(self) -> None:
        """Free what the last supervisor's children held; try again what the environment broke."""
        with self.house.database.write() as connection:
            ours = owners(self.house.settings.folder)
            leases.release_all(connection, ours)
            uploads.release_all(connection, ours)
            steps.revive(connection, [e.code for e in EnvironmentFault.kinds()])
        self.tidy()

    def _look_after_children(self) -> None:
        for child in self._children:
            if child.process is None:
                child.start()
                continue
            status = child.died()
            if status is None:
                continue
            log.warning("child %s ended with status %s", child.arguments, status)
            try:
                self._release(child, crashed=status not in (EXIT_DONE, EXIT_ENVIRONMENT))
            except (DiskFull, Outage) as error:
                self.full = error
                continue  # its claim cannot be freed yet: look again in the next round
            self.full = None
            child.process = None

    def _release(self, child: Child, *, crashed: bool) -> None:
        terms = self.house.settings.terms
        with self.house.database.write() as connection:
            count_death(connection, child.owner, terms, crashed=crashed)
            uploads.release_all(connection, child.owner)

    def _end_hung_children(self) -> None:
        """A child that lets its lease run out while it lives is hung: end it; it starts again."""
        with self.house.database.read() as connection:
            hung = [c for c in self._children if leases.overdue(connection, c.owner, 2_000)]
        for child in hung:
            log.warning("child %s is hung", child.arguments)
            child.kill()

    def _back_up_when_due(self) -> None:
        child, settings = self._backup, self.house.settings
        if child is None or (child.process and child.died() is None):
            return
        child.process = None
        if is_due(last_backup(settings.folder), settings.backup_at, datetime.now(UTC)):
            child.start()

    def _stop_children(self) -> None:
        living = [*self._children, *([self._backup] if self._backup else [])]
        ending = [threading.Thread(target=c.stop, args=(PATIENCE_S,)) for c in living]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join()
        for child in self._children:
            if child.process:
                with suppress(Outage):  # then its lease runs out by itself
                    self._release(child, crashed=False)
