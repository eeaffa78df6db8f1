"""The thin shell around a step in a Celery worker: take it by its id, run it, be gone.

A worker is a parent and one child for each step at a time. The parent frees what a child held that
died; children are new for every step and die with their parent. When the
worker is told to stop, a byte that both share says so, and a child hands its step back: Celery
itself would wait for the step to end, or kill it.
"""

import logging
import mmap
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from celery import Celery, signals
from sqlalchemy.exc import DBAPIError

from lessons.errors import EnvironmentFault
from processing.broker import TASK
from processing.ending import count_death
from processing.pipeline import Pipeline
from storage import doorbell, leases
from storage.database import Database
from storage.doorbell import Bell
from storage.leases import LeaseTerms

log = logging.getLogger("guanke.tasks")

LOOK_S = 0.2


@dataclass(kw_only=True)
class Crew:
    """One worker of one queue, parent and children; `run` returns when it was told to stop."""

    app: Celery
    name: str  # begins the names on its leases
    queue: str
    places: int  # steps at a time
    database: Database  # the parent's own
    terms: LeaseTerms
    make_pipeline: Callable[[], Pipeline]  # called in each child, after the fork
    on_child: Callable[[], None]  # first thing in each child: tie its life to its parent's
    _told: mmap.mmap = field(default_factory=lambda: mmap.mmap(-1, 1))
    _pipeline: Pipeline | None = None

    def run(self) -> None:
        """Take steps until SIGTERM."""

        def step(task: Any, step_id: str) -> None:
            self._step(task.request.id, step_id)

        self.app.task(step, name=TASK, bind=True)
        signals.worker_ready.connect(_renew_children_soon, weak=False)
        signals.worker_process_init.connect(self._in_child, weak=False)
        signals.worker_shutting_down.connect(self._stop, weak=False)
        signals.task_failure.connect(self._died, weak=False)
        self.app.Worker(
            hostname=f"{self.queue}@{self.name}",
            pool="prefork",
            concurrency=self.places,
            queues=[self.queue],
            loglevel="WARNING",
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            optimization="fair",  # a child that is busy gets no second message
        ).start()

    def _step(self, task_id: str, step_id: str) -> None:
        """Do the step, unless somebody else has it or it is over: a ring twice, or a late one."""
        assert self._pipeline is not None
        if self._told[0]:
            with self._pipeline.database.write() as connection:
                doorbell.silence(connection, [Bell(step_id=step_id, queue="")])
            return
        owner = self._owner(task_id)
        step = leases.claim_one(self._pipeline.database, step_id, owner, self.terms)
        if step is not None:
            self._pipeline.execute(step)

    def _owner(self, task_id: str) -> str:
        return f"{self.name}:{task_id}"

    def _in_child(self, **_: object) -> None:
        self.on_child()
        self._pipeline = self.make_pipeline()
        threading.Thread(target=self._watch, name="told", daemon=True).start()

    def _watch(self) -> None:
        """Hand the step back once the worker is told to stop, also one that begins just then."""
        while True:
            time.sleep(LOOK_S)
            if self._told[0] and self._pipeline is not None:
                self._pipeline.wind_down()

    def _stop(self, **_: object) -> None:
        self._told[0] = 1

    def _died(self, task_id: str, exception: BaseException, **_: object) -> None:
        """Free what a step held whose process died, or which met an error that nobody foresaw.

        Called in the parent for a death, in the child for an error. It counts as a crash, unless it
        is the database that was not there.

        The parent has no connection open when it forks: SQLite's locks are the process's own, and a
        child would wait for ever for one that only its parent can give back.
        """
        crashed = not isinstance(exception, DBAPIError | EnvironmentFault)
        log.warning("a step ended by %r", exception)
        try:
            with self.database.write() as connection:
                count_death(connection, self._owner(task_id), self.terms, crashed=crashed)
        finally:
            self.database.close()


def _renew_children_soon(sender: Any, **_: object) -> None:
    """Look for children that are over several times a second; Celery does every five seconds."""
    sender.hub.call_repeatedly(LOOK_S, sender.pool.maintain_pool)
