"""`guanke dispatch`: tells the broker of steps that wait. Several may run; one is enough."""

import argparse
import logging
import signal
import threading

from guanke.children import PARENT_OPTION
from guanke.console import EXIT_DONE, Terminal
from guanke.house import open_house
from guanke.settings import read_settings
from lessons.errors import BadSetting


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(PARENT_OPTION, type=int, help=argparse.SUPPRESS)


def run(options: argparse.Namespace, terminal: Terminal) -> int:  # noqa: ARG001  # one shape for all
    """Ring until told to stop.

    Raises:
        BadSetting: no broker is named.
    """
    house = open_house(read_settings(data=options.data))
    settings = house.settings
    if settings.broker is None:
        raise BadSetting(name="GUANKE_BROKER", detail="broker-missing")
    from processing.broker import make_app  # a school in one cupboard has no Celery
    from processing.dispatcher import dispatch

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    again_ms = round(settings.ring_again_s * 1000)
    app = make_app(settings.broker)
    dispatch(house.database, app, settings.terms, again_ms=again_ms, told=told)
    return EXIT_DONE
