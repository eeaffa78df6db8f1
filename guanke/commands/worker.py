"""`guanke worker`: one process that takes steps from its queues. The supervisor starts it."""

import argparse
import os

from guanke.children import PARENT_OPTION, lease_owner
from guanke.console import EXIT_DONE, Terminal
from guanke.house import open_house, pipeline
from guanke.settings import read_settings
from processing.worker import work


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--queues", required=True)
    parser.add_argument(PARENT_OPTION, type=int)


def run(options: argparse.Namespace, terminal: Terminal) -> int:  # noqa: ARG001  # one shape for all
    """Work until told to stop."""
    house = open_house(read_settings(data=options.data))
    owner = lease_owner(house.settings.folder, os.getpid())
    work(pipeline(house), options.queues.split(","), owner)
    return EXIT_DONE
