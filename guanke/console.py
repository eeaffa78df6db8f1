"""Speaks with the person at the terminal: in their language, results on stdout, all else beside."""

import os
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console, RenderableType

from lessons.errors import EnvironmentFault, GuankeError, MediaFault

EXIT_DONE = 0
EXIT_USAGE = 2
EXIT_MEDIA = 3
EXIT_ENVIRONMENT = 4


def language_of(setting: str | None) -> str:
    """Return zh or en: as set, else as LANG says, else Chinese."""
    named = setting or os.environ.get("LC_ALL") or os.environ.get("LANG") or "zh"
    return "en" if named.lower().startswith("en") else "zh"


class Terminal:
    """Where the command prints."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.out = Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self.err = Console(file=sys.stderr, highlight=False)

    def text(self, zh: str, en: str) -> str:
        """Return the sentence in the person's language."""
        return zh if self.language == "zh" else en

    def say(self, zh: str, en: str) -> None:
        """Print a line of result."""
        self.out.print(self.text(zh, en), markup=False)

    def note(self, zh: str, en: str) -> None:
        """Print a line that is no result."""
        self.err.print(self.text(zh, en), markup=False)

    def show(self, picture: RenderableType) -> None:
        """Print tables, wrapped to the terminal's width."""
        self.out.print(picture, soft_wrap=False)

    def error(self, error: GuankeError) -> None:
        """Print what went wrong, without a traceback."""
        self.err.print(error.message(self.language), style="bold red", markup=False)

    def explain(self, errors: Sequence[Mapping[str, object]]) -> int:
        """Print why a recording failed or waits; return the exit code that fits."""
        environment = {kind.code for kind in EnvironmentFault.kinds()}
        for error in errors:
            self.note(str(error["message_zh"]), str(error["message_en"]))
        broken = any(error["code"] in environment for error in errors)
        return EXIT_ENVIRONMENT if broken else EXIT_MEDIA


def exit_code(error: GuankeError) -> int:
    """Return the command's exit code for an error."""
    if isinstance(error, MediaFault):
        return EXIT_MEDIA
    return EXIT_ENVIRONMENT if isinstance(error, EnvironmentFault) else EXIT_USAGE
