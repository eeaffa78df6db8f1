"""The broker as the house uses it: it rings, and hands each ring to one worker. It keeps nothing.

A message is the id of a step. Every message may be lost, doubled or late: the table of steps is the
record (ADR 0001), and the dispatcher rings again. So messages are acknowledged before the work
begins, there are no results, no chains and no retries here.
"""

from typing import Any

from celery import Celery

from processing.plan import Queue

TASK = "guanke.step"
LONGEST_S = 12 * 3600  # a backstop: leases and the rule of progress end a step long before
DAY_MS = 24 * 3_600_000


def make_app(url: str) -> Celery:
    """Return the application for a broker at `url` (`redis://`, `rediss://`, `amqp://`)."""
    app = Celery("guanke", broker=url, set_as_current=False)
    app.conf.update(
        task_acks_late=False,  # with late ones a broker's time-out starts a long step twice
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_queues={queue.value: _queue(queue, url) for queue in Queue},
        task_create_missing_queues=False,
        task_time_limit=LONGEST_S,
        task_publish_retry_policy={"max_retries": 2, "interval_max": 1},
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=url.startswith(("redis", "valkey")),  # the only one that can
        worker_max_tasks_per_child=1,  # what a recording does to a process ends with it
        worker_proc_alive_timeout=60.0,  # a busy machine is no dead one
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=_options(url),
    )
    return app


def _queue(queue: Queue, url: str) -> dict[str, Any]:
    """What a broker has to know of a queue.

    RabbitMQ ends a connection that leaves a message unanswered for half an hour, or so it is set
    up; the one that a busy worker has reserved may wait longer.
    """
    known: dict[str, Any] = {"exchange": queue.value, "routing_key": queue.value}
    if url.startswith("amqp"):
        known["queue_arguments"] = {"x-queue-type": "quorum", "x-consumer-timeout": DAY_MS}
    return known


def _options(url: str) -> dict[str, Any]:
    """Give up soon on a broker that does not answer: who publishes has other things to do."""
    if url.startswith("amqp"):
        return {"confirm_publish": True}
    patience = {"socket_timeout": 30, "socket_connect_timeout": 5}
    return {"visibility_timeout": 3600, "unacked_restore_throttle": 1, **patience}
