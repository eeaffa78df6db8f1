"""`guanke demo`: the main job on the sample lesson, then the product."""

import argparse
from importlib.resources import files
from pathlib import Path

from guanke.admission import Details, admit_lesson
from guanke.commands.serve import serve
from guanke.console import EXIT_DONE, EXIT_MEDIA, Terminal
from guanke.following import follow, follow_step
from guanke.house import House, knowledge, open_house
from guanke.progress import Bars
from guanke.report import report
from guanke.settings import read_settings
from guanke.summary import summary
from lessons import RecordingState

SAMPLE = "samples"


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--no-serve", action="store_true")
    parser.add_argument("--port", type=int)
