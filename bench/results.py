"""The table of rows in `RESULTS.md`: a line each, replaced when it is measured again."""

import re
import time
from pathlib import Path

from bench.rows import Row
from processing.ffmpeg import find_tools

PLACE = Path(__file__).with_name("RESULTS.md")
BEGIN, END = "<!-- rows: written by `make bench` -->", "<!-- end of rows -->"
_HEAD = (
    "| row | what | against | must be | was | | measured |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


def line(row: Row, measured: str = "") -> str:
    """Return the row as a line of the table."""
    verdict = {True: "holds", False: "**missed**", None: ""}[row.holds]
    cells = (row.number, row.what, row.against, row.bar, row.measured, verdict)
    detail = "; ".join(part for part in (row.detail, measured) if part)
    return "| " + " | ".join((*cells, detail)) + " |"


def keep(row: Row, versions: str) -> None:
    """Put `row` in its place in the table, instead of what was measured before."""
    text = PLACE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    table, after = rest.split(END)
    kept = {found[1]: found[0] for found in re.finditer(r"^\| (\d+\w?) \|.*$", table, re.M)}
    when = f"{time.strftime('%Y-%m-%d')}, ffmpeg {find_tools().version}, {versions}"
    kept[row.number] = line(row, when)
    lines = [kept[number] for number in sorted(kept, key=_order)]
    middle = "\n".join(("", *_HEAD, *lines, ""))
    PLACE.write_text(f"{before}{BEGIN}\n{middle}\n{END}{after}", encoding="utf-8")


def _order(number: str) -> tuple[int, str]:
    digits = re.match(r"\d+", number)
    return (int(digits[0]) if digits else 0, number)
