"""`guanke understand`: phases and suggestions from words alone, for tuning a framework."""

import argparse
import json

from guanke.console import EXIT_DONE, Terminal
from guanke.house import knowledge
from guanke.report import heading_of_words
from guanke.settings import read_settings
from guanke.summary import summary
from guanke.transcript_file import read_transcript
from processing.understanding import understand
from storage.mapping import to_plain


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("transcript", metavar="TRANSCRIPT.json")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--competency", action="append", metavar="CODE")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Read the words, say what they show."""
    transcript = read_transcript(options.transcript)
    known = knowledge(read_settings(data=options.data))
    found = understand(transcript, known.framework, known.phases, options.competency)
    plain = {
        "segments": [to_plain(s) for s in found.segments],
        "suggestions": [to_plain(s) for s in found.suggestions],
        "moves": [to_plain(m) for m in found.moves],
    }
    if options.json:
        terminal.out.out(json.dumps(plain, ensure_ascii=False))
    else:
        words = heading_of_words(options.transcript, transcript)
        shown = summary(plain | words, terminal.language, known.phases, known.competencies)
        terminal.show(shown)
    return EXIT_DONE
