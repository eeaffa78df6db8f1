"""A worker process: takes one step after the other from its queues until it is told to stop."""

import logging
import signal
import threading
from collections.abc import Collection

from lessons.outages import Outage
from processing.pipeline import Pipeline
from storage import leases

POLL_S = 0.5
OUTAGE_S = 2.0  # between two questions to a database that is away
log = logging.getLogger(__name__)


def work(pipeline: Pipeline, queues: Collection[str], owner: str) -> None:
    """Run until SIGTERM or SIGINT; the step at hand is finished or handed back within seconds."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _wind_down(told, pipeline))
    while not told.is_set():
        try:
            step = leases.claim(pipeline.database, queues, owner, pipeline.terms)
        except Outage as outage:
            log.warning("%s", outage)
            told.wait(OUTAGE_S)
            continue
        if step is None:
            told.wait(POLL_S)
        else:
            pipeline.execute(step)


def _wind_down(told: threading.Event, pipeline: Pipeline) -> None:
    told.set()
    pipeline.wind_down()
