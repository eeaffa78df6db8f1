"""The figures for Prometheus. Most are queries: many processes share one database, which knows."""

import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from sqlalchemy import Connection

from api.exposition import Family, Sample
from api.services import Services
from processing.plan import Queue
from storage import artifacts, figures, occurrences, operations
from storage.figures import AtWork
from storage.occurrences import STEP_TIMES_S, Counted, Occurrence
from storage.operations import QueueHealth


def gathered(services: Services) -> list[Family]:
    """Return every figure as it is now."""
    with services.database.read() as connection:
        newest = artifacts.newest_digest(connection)
        work = figures.at_work(connection, stuck_ms=services.stuck_ms)
        families = [
            *_queues(operations.queues(connection)),
            *_at_work(work),
            _steps(connection),
            *_occurrences(occurrences.every(connection)),
            *_coming_in(connection, services),
            *_kept(connection),
        ]
    families += _latencies(services, newest)
    disk = shutil.disk_usage(services.uploads.parent)
    free = "Room left on the disk of the data folder."
    families.append(_gauge("disk_free_bytes", free, disk.free))
    families.append(_gauge("disk_bytes", "Size of the disk of the data folder.", disk.total))
    return families


def _gauge(name: str, meaning: str, value: float) -> Family:
    return _gauges(name, meaning, [Sample(value=value)])


def _gauges(name: str, meaning: str, samples: Iterable[Sample]) -> Family:
    return Family(name=f"guanke_{name}", kind="gauge", help=meaning, samples=tuple(samples))


def _queues(known: Sequence[QueueHealth]) -> Iterator[Family]:
    """Every queue has its figures, also while it is empty: else an alarm could not tell."""
    found = {health.queue: health for health in known}
    named = sorted({queue.value for queue in Queue} | found.keys())
    for name, meaning in (
        ("waiting", "Steps that wait, also those that pause after a passing fault."),
        ("running", "Steps that somebody works on."),
    ):
        values = [(q, getattr(found[q], name) if q in found else 0) for q in named]
        samples = [Sample(value=value, labels={"queue": q}) for q, value in values]
        yield _gauges(f"queue_{name}_steps", meaning, samples)
    ages = [((found[q].oldest_waiting_ms or 0) if q in found else 0) / 1000 for q in named]
    samples = [Sample(value=age, labels={"queue": q}) for q, age in zip(named, ages, strict=True)]
    yield _gauges("queue_oldest_seconds", "For how long the oldest waiting step waits.", samples)


def _at_work(work: Sequence[AtWork]) -> Iterator[Family]:
    quiet = max((step.quiet_ms for step in work), default=0) / 1000
    lost = "Running steps whose worker has not been heard of within its lease."
    hung = "Running steps without progress for longer than GUANKE_STUCK_S."
    yield _gauge("steps_lost", lost, sum(step.lost for step in work))
    yield _gauge("steps_hung", hung, sum(step.hung for step in work))
    yield _gauge("step_longest_quiet_seconds", "The longest that one shows no progress.", quiet)


def _steps(connection: Connection) -> Family:
    samples = [
        Sample(value=n.count, labels={"kind": n.kind, "state": n.state.value})
        for n in figures.step_counts(connection)
    ]
    return _gauges("steps", "Steps there are, by kind and state.", samples)


def _occurrences(known: Sequence[Occurrence]) -> Iterator[Family]:
    for counted, name, meaning in (
        (Counted.FAILURE, "step_failures_total", "Steps that ended without success, by cause."),
        (Counted.RETRY, "step_retries_total", "Attempts given back to be tried again, by cause."),
        (Counted.LEASE_LOST, "lease_losses_total", "Leases that ended before their step did."),
    ):
        samples = [
            Sample(value=t.count, labels={"kind": t.kind, "cause": t.cause})
            for t in known
            if t.name is counted
        ]
        yield Family(name=f"guanke_{name}", kind="counter", help=meaning, samples=tuple(samples))
    times = [t for t in known if t.name is Counted.STEP_TIME]
    yield Family(
        name="guanke_step_seconds",
        kind="histogram",
        help="How long the last attempt of each step took that was done.",
        samples=tuple(
            sample
            for kind, of_kind in groupby(times, key=lambda t: t.kind)
            for sample in _histogram(kind, {t.cause: t for t in of_kind})
        ),
    )


def _histogram(kind: str, by_end: dict[str, Occurrence]) -> Iterator[Sample]:
    so_far = 0
    for end in (*(f"{s:g}" for s in STEP_TIMES_S), "+Inf"):
        so_far += by_end[end].count if end in by_end else 0
        yield Sample(suffix="_bucket", value=so_far, labels={"kind": kind, "le": end})
    took = sum(t.ms for t in by_end.values()) / 1000
    yield Sample(suffix="_sum", value=took, labels={"kind": kind})
    yield Sample(suffix="_count", value=so_far, labels={"kind": kind})


def _coming_in(connection: Connection, services: Services) -> Iterator[Family]:
    uploads = figures.uploads_under_way(connection)
    yield _gauge("uploads_live", "Uploads that have not become recordings yet.", uploads.live)
    announced = "What live uploads will come to."
    yield _gauge("uploads_announced_bytes", announced, uploads.announced_bytes)
    received = "What has arrived of live uploads."
    yield _gauge("uploads_received_bytes", received, uploads.received_bytes)
    living = figures.live_sessions(connection, services.sessions)
    yield _gauge("sessions_live", "Sessions that are neither idle for too long nor over.", living)


def _kept(connection: Connection) -> Iterator[Family]:
    states = figures.recordings_by_state(connection).items()
    samples = [Sample(value=count, labels={"state": state}) for state, count in states]
    yield _gauges("recordings", "Recordings there are, by state.", samples)
    stored = "What the objects come to that some row names."
    yield _gauge("stored_bytes", stored, figures.stored_bytes(connection))
    yield _gauge("database_bytes", "Size of the database.", figures.database_bytes(connection))


def _latencies(services: Services, digest: str | None) -> Iterator[Family]:
    """One question to each, asked now: it tells what a request meets at this moment."""
    began = time.perf_counter()
    services.database.now()
    read = time.perf_counter() - began
    yield _gauge("database_latency_seconds", "How long one read of the database took now.", read)
    if digest is not None:
        began = time.perf_counter()
        services.store.has(digest)
        look = time.perf_counter() - began
        yield _gauge("store_latency_seconds", "How long a look into the store took now.", look)
