"""Executes a step: fetch its inputs, run it, keep what it gave. The launchers only call `execute`.

Effects are kept in one transaction, and only while the step is still ours; what was put into the
store before that is content-addressed, so that doing it twice is doing it once.
"""

import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from lessons import Recording, Step, StepState
from lessons.errors import (
    Cancelled,
    DiskFull,
    GuankeError,
    LeaseLost,
    StepStuck,
    ToolCrashed,
    TransientFault,
)
from lessons.outages import Outage
from lessons.trace import bound, facts
from processing.context import Outcome, StepContext, StepSettings
from processing.cutting import keep_up
from processing.ending import count_death, tell_failure
from processing.handlers import HANDLERS
from processing.plan import ON_REQUEST, StepKind, due, wanted
from processing.pulse import Pulse
from storage import artifacts, leases, recordings, steps
from storage.database import Database
from storage.durable import full_disk, make_folder
from storage.leases import LeaseTerms
from storage.objects import ObjectStore

log = logging.getLogger("guanke.steps")

SYSTEM = "guanke"  # who asks for what nobody asked for by name
EXIT_HOPELESS = 70  # a step that was told to stop did not: the process ends itself


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What every step needs: the record, the store, a place to work, and the settings."""

    database: Database
    store: ObjectStore
    scratch: Path
    settings: StepSettings
    terms: LeaseTerms
    beat_s: float = 10.0
    _at_work: set[Pulse] = field(default_factory=set)

    def wind_down(self) -> None:
        """Hand the step at work back, so that somebody else may take it at once."""
        for pulse in tuple(self._at_work):
            pulse.stop.set()

    def execute(self, step: Step) -> None:
        """Run a claimed step to its end, whatever that is.

        An error that nobody foresaw is not caught: the process dies, its supervisor counts the
        death, and after `max_crashes` the step is put aside with its reason.
        """
        scratch = self.scratch / f"{step.id}-{step.attempt}"
        ids = {"trace": step.recording_id, "step": step.id, "kind": step.kind}
        with bound(**ids, attempt=step.attempt):
            log.info("step begun")
            make_folder(scratch)
            try:
                self._run(step, scratch)
                log.info("step done")
            except LeaseLost:
                log.warning("lease lost")  # whoever took the step over does the rest
            except GuankeError as error:
                self._settle_or_leave(step, error)
                log.warning("step not done", extra=facts(cause=error.code))
            finally:
                shutil.rmtree(scratch, ignore_errors=True)

    def _run(self, step: Step, scratch: Path) -> None:
        pulse = Pulse(
            step,
            self._renew,
            beat_s=self.beat_s,
            stuck_s=self.settings.stuck_s,
            on_hopeless=lambda: os._exit(EXIT_HOPELESS),
        )
        with pulse, self._noting(pulse):
            context = self._context(step, scratch, pulse)
            try:
                with full_disk(scratch):
                    outcome = HANDLERS[StepKind(step.kind)](context)
            except Cancelled as error:
                if pulse.lost:
                    raise LeaseLost from error
                if pulse.stuck:
                    seconds = round(self.settings.stuck_s)
                    raise StepStuck(kind=step.kind, seconds=seconds) from error
                raise
            for product in outcome.products.values():
                pulse.progress(0.99)
                pulse.outlast(partial(self.store.put, product.path, product.digest))
            version = context.ffmpeg.tools.version
            pulse.outlast(partial(self._commit, step, outcome, version))

    @contextmanager
    def _noting(self, pulse: Pulse) -> Iterator[None]:
        self._at_work.add(pulse)
        try:
            yield
        finally:
            self._at_work.discard(pulse)

    def _renew(self, step: Step, progress: float, quiet_ms: int) -> bool:
        """Prolong the lease; a database that does not answer for a moment is not a lost lease."""
        try:
            return leases.renew(self.database, step, progress, self.terms, quiet_ms=quiet_ms)
        except (OperationalError, DiskFull, Outage):
            return True

    def _context(self, step: Step, scratch: Path, pulse: Pulse) -> StepContext:
        with self.database.read() as connection:
            recording = recordings.get(connection, step.recording_id)
            done = outputs(connection, recording.id)
        return StepContext(
            step=step,
            recording=recording,
            outputs=done,
            scratch=scratch,
            pulse=pulse,
            database=self.database,
            store=self.store,
            settings=self.settings,
        )

    def _commit(self, step: Step, outcome: Outcome, ffmpeg_version: str) -> None:
        with self.database.write() as connection:
            tools = {"ffmpeg": ffmpeg_version, **outcome.tools}
            if not leases.finish(connection, step, outcome.output, tools):
                raise LeaseLost
            for role, product in outcome.products.items():
                artifacts.keep(
                    connection,
                    digest=product.digest,
                    size=product.bytes,
                    media_type=product.media_type,
                    role=role,
                    recording_id=step.recording_id,
                    step_id=step.id,
                )
            outcome.save(connection)
            self._go_on(connection, step.recording_id)
            if step.kind not in ON_REQUEST:
                keep_up(connection, step.recording_id, actor=SYSTEM)

    def _go_on(self, connection: Connection, recording_id: str) -> None:
        """Add the steps that may start now and bring the recording's state into line."""
        recording = recordings.get(connection, recording_id)
        add_due(connection, recording, self.settings.parameters(recording))
        recordings.settle_state(connection, recording_id, wanted(recording.info))

    def _settle_or_leave(self, step: Step, error: GuankeError) -> None:
        try:
            self._settle(step, error)
        except Outage as outage:  # its lease runs out by itself, and the step begins again
            log.warning("step left to its lease", extra=facts(cause=outage.code))

    def _settle(self, step: Step, error: GuankeError) -> None:
        """Write down how the step ended: for good, or to be tried again after a pause."""
        with self.database.write() as connection:
            if isinstance(error, ToolCrashed):  # counts like a worker that died on this file
                count_death(connection, step.lease_owner or "", self.terms, crashed=True)
                return
            if isinstance(error, TransientFault) and step.retries < self.terms.max_retries:
                pause_ms = 0 if isinstance(error, Cancelled) else _pause_ms(step.retries)
                counts = not isinstance(error, Cancelled | DiskFull | Outage)
                leases.give_back(connection, step, error, after_ms=pause_ms, counts=counts)
                return
            if leases.fail(connection, step, error):
                tell_failure(connection, step)


def outputs(connection: Connection, recording_id: str) -> dict[StepKind, Mapping[str, object]]:
    """Return what each finished step of a recording gave, the newest of each kind."""
    return {
        StepKind(step.kind): step.output or {}
        for step in steps.of_recording(connection, recording_id)
        if step.state is StepState.DONE and step.kind not in ON_REQUEST
    }


def add_due(
    connection: Connection,
    recording: Recording,
    parameters: Mapping[StepKind, Mapping[str, object]],
) -> None:
    """Add every step of a recording that may start now; what is there already stays."""
    for planned in due(recording, outputs(connection, recording.id), parameters):
        steps.add(
            connection,
            recording.id,
            kind=planned.kind,
            queue=planned.queue,
            input_digest=planned.input_digest,
            params=planned.params,
            length_ms=planned.length_ms,
        )


def _pause_ms(retries: int) -> int:
    """Back off: 2 s, 4 s, … five minutes at most."""
    return int(min(300_000, 2_000 * 2**retries))
