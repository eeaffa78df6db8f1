"""Writes the table of routes into docs/api.md, so that the page says what the program does.

    python -m make.api_page [--check]

With --check nothing is written: the exit code is 1 when the page is not what the program says.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.app import create_app
from api.policy import declared
from guanke.commands.api import services
from guanke.house import open_house
from guanke.settings import read_settings

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
BEGIN, END = "<!-- routes: made by make/api_page.py -->", "<!-- end of routes -->"


def _routes(container: Any) -> Iterator[APIRoute]:
    for route in container.routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _routes(included)
        elif isinstance(route, APIRoute):
            yield route


def table(app: FastAPI) -> str:
    """Return the routes of `app` as Markdown: a table for each noun."""
    paths = app.openapi()["paths"]
    rights = {route.name: declared(route)[0] for route in _routes(app)}
    nouns: dict[str, list[str]] = {}
    for path, operations in paths.items():
        for method, operation in operations.items():
            right = rights[operation["operationId"]]
            sentence = (
                operation["description"].split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
            )
            row = f"| `{method.upper()}` | `{path}` | {right} | {sentence} |"
            nouns.setdefault(operation["tags"][0], []).append(row)
    head = "| | address | right | |\n| --- | --- | --- | --- |\n"
    return "\n".join(
        f"### {noun}\n\n{head}" + "\n".join(rows) + "\n" for noun, rows in sorted(nouns.items())
    )


def written(page: str, routes: str) -> str:
    """Return `page` with `routes` between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{routes}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        routes = table(create_app(services(open_house(read_settings(data=Path(folder))))))
    page = PAGE.read_text(encoding="utf-8")
    if "--check" in arguments:
        if written(page, routes) == page:
            return 0
        print("docs/api.md is not what the API says: run make api-types", file=sys.stderr)
        return 1
    PAGE.write_text(written(page, routes), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
