"""`guanke understand`: phases and suggestions from words alone, for tuning a framework."""

import argparse
import json
import sys
from pathlib import Path

from pydantic import ValidationError

from guanke.console import EXIT_DONE, Terminal
from guanke.house import knowledge
from guanke.report import heading_of_words
from guanke.settings import read_settings
from guanke.summary import summary
from lessons import Transcript
from lessons.errors import MediaMissing, TranscriptUnreadable
from processing.understanding import understand
from storage.mapping import adapter, to_plain


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("transcript", metavar="TRANSCRIPT.json")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--competency", action="append", metavar="CODE")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Read the words, say what they show."""
    transcript = _read(options.transcript)
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


def _read(name: str) -> Transcript:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise MediaMissing(file=name) from error
    except (UnicodeDecodeError, IsADirectoryError, PermissionError) as error:
        cause = "not-text" if isinstance(error, UnicodeDecodeError) else "not-permitted"
        raise TranscriptUnreadable(file=name, detail=cause) from error
    try:
        read: Transcript = adapter(Transcript).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise TranscriptUnreadable(
            file=name, detail="field", where=where or "JSON", said=first["msg"]
        ) from error
    return read
