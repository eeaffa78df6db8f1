"""`guanke process`: admits recordings and sees each to its end."""

import argparse
import json
from pathlib import Path, PurePath

from guanke.admission import admit_lesson, make_ready
from guanke.console import EXIT_DONE, Terminal, exit_code
from guanke.following import follow
from guanke.house import House, knowledge, open_house
from guanke.progress import Bars
from guanke.report import refusal, report
from guanke.settings import read_settings
from guanke.summary import summary
from ingest.names import shown_name
from lessons import Recording, RecordingState
from lessons.errors import GuankeError
from lessons.records import LessonFacts


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("files", nargs="+", metavar="FILE")
    for name in ("title", "teacher", "subject", "grade"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--language", choices=["auto", "zh", "en"], default="auto")
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Admit every file, follow all of them to the end; the worst outcome is the exit code.

    A full disk ends the waiting: what was done is kept, and goes on when there is room.
    """
    settings = read_settings(data=options.data)
    house = open_house(settings)
    make_ready(house)
    worst, admitted = EXIT_DONE, list[Recording]()
    for name in options.files:
        try:
            admitted.append(_admit(house, Path(name), options))
        except GuankeError as error:
            worst = max(worst, exit_code(error))
            terminal.error(error)
            if options.json:
                _print_json(refusal(shown_name(name), error), terminal)
    with Bars(terminal.err, terminal.language) as bars:
        finished = follow(house, admitted, bars)
    known = knowledge(settings)
    for recording in finished:
        found = report(house.database, recording.id)
        if recording.state is not RecordingState.READY:
            worst = max(worst, terminal.explain(found["errors"]))
        if options.json:
            _print_json(found, terminal)
        elif recording.state is RecordingState.READY:
            tables = summary(found, terminal.language, known.phases, known.competencies)
            terminal.show(tables)
    return worst


def _admit(house: House, path: Path, options: argparse.Namespace) -> Recording:
    facts = LessonFacts(
        title=options.title or PurePath(shown_name(path.name)).stem,
        teacher=options.teacher,
        subject=options.subject,
        grade=options.grade,
    )
    language = None if options.language == "auto" else options.language
    return admit_lesson(house, path, facts, language=language)


def _print_json(found: object, terminal: Terminal) -> None:
    terminal.out.out(json.dumps(found, ensure_ascii=False))
