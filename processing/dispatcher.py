"""Tells a broker of steps that may start: after the commit that made them ready, never during it.

Each round looks at the record. What was committed and not published, published and lost, or taken
by a worker that is gone, is found there by the same question.
"""

import logging
import threading
from collections.abc import Sequence

from celery import Celery
from kombu.exceptions import OperationalError as BrokerUnreachable
from sqlalchemy.exc import OperationalError

from lessons.errors import EnvironmentFault
from processing.broker import TASK
from storage import doorbell
from storage.database import Database
from storage.doorbell import Bell
from storage.leases import LeaseTerms

log = logging.getLogger("guanke.dispatcher")

ROUND_S = 0.25
PAUSE_S = 2.0  # after the broker or the database did not answer


def dispatch(
    database: Database,
    app: Celery,
    terms: LeaseTerms,
    *,
    again_ms: int,
    told: threading.Event,
) -> None:
    """Ring until `told`. Several dispatchers may run; what they say twice does nothing.

    Args:
        database: the record.
        app: the broker's application.
        terms: when a lease counts as lost.
        again_ms: after how long an unanswered ring is repeated.
        told: set when it is to end.
    """
    while not told.wait(ROUND_S):
        try:
            bells = doorbell.due(database, terms, again_ms)
            left = publish(app, bells)
            if left:
                with database.write() as connection:
                    doorbell.silence(connection, left)
                told.wait(PAUSE_S)
        except (OperationalError, EnvironmentFault) as error:
            log.warning("the database does not answer: %s", error)
            told.wait(PAUSE_S)


def publish(app: Celery, bells: Sequence[Bell]) -> Sequence[Bell]:
    """Tell the broker of each step; return those of which it could not be told."""
    for number, bell in enumerate(bells):
        try:
            app.send_task(TASK, args=[bell.step_id], queue=bell.queue, ignore_result=True)
        except (BrokerUnreachable, OSError) as error:
            log.warning("the broker does not answer: %s", error)
            return bells[number:]
    return ()
