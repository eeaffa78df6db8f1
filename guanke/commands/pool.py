"""`guanke pool`: the Celery worker of one queue. `guanke worker` starts one for each."""

import argparse
import logging
import os
from functools import partial

from guanke.children import PARENT_OPTION, die_with_parent
from guanke.console import EXIT_DONE, Terminal
from guanke.house import open_house, pipeline
from guanke.pools import pool_id
from guanke.settings import read_settings
from lessons.errors import BadSetting
from processing.broker import make_app
from processing.tasks import Crew


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--queue", required=True)
    parser.add_argument("--places", required=True, type=int)
    parser.add_argument(PARENT_OPTION, type=int)


def run(options: argparse.Namespace, terminal: Terminal) -> int:  # noqa: ARG001  # one shape for all
    """Take steps until SIGTERM.

    Raises:
        BadSetting: no broker is named.
    """
    settings = read_settings(data=options.data)
    if settings.broker is None:
        raise BadSetting(name="GUANKE_BROKER", detail="broker-missing")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    Crew(
        app=make_app(settings.broker),
        name=pool_id(os.getpid()),
        queue=options.queue,
        places=options.places,
        database=open_house(settings).database,
        terms=settings.terms,
        make_pipeline=lambda: pipeline(open_house(settings)),
        on_child=partial(die_with_parent, os.getpid()),
    ).run()
    return EXIT_DONE
