"""`guanke worker`: takes steps from queues until it is told to stop.

With a broker it runs a pool for each queue, on any machine that reaches the database and the store.
The supervisor of a data folder starts it too, as one process that asks the table itself.
"""

import argparse
import logging
import os
from collections.abc import Mapping

from guanke.children import PARENT_OPTION, lease_owner
from guanke.console import EXIT_DONE, Terminal
from guanke.house import open_house, pipeline
from guanke.pools import Pools
from guanke.settings import read_settings
from lessons.errors import BadSetting
from processing.plan import Queue
from processing.worker import work


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--queues", required=True, metavar="io,transcode,asr,clip")
    parser.add_argument("--concurrency", default="1", metavar="N | io=N,asr=N")
    parser.add_argument(PARENT_OPTION, type=int, help=argparse.SUPPRESS)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Work until told to stop.

    Raises:
        BadSetting: no broker is named, or the queues or their places make no sense.
    """
    house = open_house(read_settings(data=options.data))
    queues = options.queues.split(",")
    if options.parent:
        work(pipeline(house), queues, lease_owner(house.settings.folder, os.getpid()))
        return EXIT_DONE
    if house.settings.broker is None:
        raise BadSetting(name="GUANKE_BROKER", detail="broker-missing")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    pools = Pools(house, places(queues, options.concurrency))
    pools.stop_on_signals()
    terminal.note("处理进程已启动，按 Ctrl-C 停止。", "Workers are up; Ctrl-C stops them.")
    pools.run()
    terminal.note("已停止。", "Stopped.")
    return EXIT_DONE


def places(queues: list[str], concurrency: str) -> Mapping[str, int]:
    """Return how many steps of each queue are done at a time.

    Raises:
        BadSetting: a queue is not known, or a number is none.
    """
    unknown = next((q for q in queues if q not in set(Queue)), None)
    if unknown is not None:
        raise BadSetting(name="--queues", detail="value", value=unknown)
    given = dict.fromkeys(queues, "1")
    for part in concurrency.split(","):
        queue, named, number = part.rpartition("=")
        given |= {queue: number} if named else dict.fromkeys(queues, number)
    wrong = next((f"{q}={n}" for q, n in given.items() if not n.isdecimal() or not int(n)), None)
    if wrong is not None or set(given) != set(queues):
        raise BadSetting(name="--concurrency", detail="places", value=wrong or concurrency)
    return {queue: int(number) for queue, number in given.items()}
