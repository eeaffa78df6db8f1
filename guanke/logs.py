"""How the log looks: lines for people, or one JSON object a line for programs.

What happened is an English sentence without data; the data stand beside it as ids and codes. The
message of an exception may quote what a person wrote (a file's name, a value of a row), so only its
kind and the places in the code are written.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from lessons.errors import GuankeError
from lessons.trace import current


class LogFormat(StrEnum):
    """How a line looks."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """From where on a line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def set_up(form: LogFormat, level: LogLevel | None) -> None:
    """Write the log of this process to stderr.

    Args:
        form: the look of a line.
        level: None: what a program reads has every step of the way, what a person reads has not.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form is LogFormat.JSON else TextLines())
    usual = LogLevel.INFO if form is LogFormat.JSON else LogLevel.WARNING
    logging.basicConfig(level=(level or usual).upper(), handlers=[handler])
    for chatty in ("alembic", "httpx", "urllib3", "faster_whisper"):  # they quote what passes by
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _facts(record: logging.LogRecord) -> Mapping[str, object]:
    return {**current(), **getattr(record, "facts", {})}


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _fault(record: logging.LogRecord) -> Mapping[str, str]:
    """Return the kind of an exception and where it was raised, without its message."""
    if not record.exc_info or record.exc_info[1] is None:
        return {}
    error = record.exc_info[1]
    kind = error.code if isinstance(error, GuankeError) else type(error).__qualname__
    return {"error": kind, "where": "".join(traceback.format_tb(error.__traceback__))}


class JsonLines(logging.Formatter):
    """One object a line: at, level, logger, message, then ids and facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            **_facts(record),
            **_fault(record),
        }
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """A line as people read it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and below it where an exception came from."""
        facts = "".join(f" {name}={value}" for name, value in _facts(record).items())
        fault = _fault(record)
        ending = f" error={fault['error']}\n{fault['where'].rstrip()}" if fault else ""
        return f"{_at(record)} {record.name} {record.getMessage()}{facts}{ending}"
