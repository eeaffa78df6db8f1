"""Tables as XLSX files. openpyxl is loaded when somebody asks for one, and not before."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from starlette.responses import Response

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | date | datetime | None
LONGEST_TITLE = 31  # of a sheet, as Excel has it
NARROWEST, WIDEST = 8, 60


def workbook(
    title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], notes: Sequence[str] = ()
) -> bytes:
    """Return a workbook of one sheet: a head that stays, the rows, and notes below.

    A share between 0 and 1 is shown in per cent. Text is never taken for a formula, whatever it
    begins with.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title[:LONGEST_TITLE]
    lines: list[Sequence[Cell]] = [
        head,
        *rows,
        *([] if not notes else [()]),
        *((n,) for n in notes),
    ]
    widths = [NARROWEST] * len(head)
    for number, line in enumerate(lines, start=1):
        for place, value in enumerate(line, start=1):
            cell = sheet.cell(row=number, column=place)
            _fill(cell, value)
            if len(line) == len(head):
                widths[place - 1] = max(widths[place - 1], _width(value))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = min(width + 2, WIDEST)
    sheet.freeze_panes = "A2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def download(content: bytes, name: str) -> Response:
    """Return a workbook as a file to keep; `name` is plain ASCII, without its ending."""
    headers = {"content-disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


def _fill(cell, value: Cell) -> None:  # type: ignore[no-untyped-def]  # openpyxl's own cell
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)  # Excel knows no zones
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, float):
        cell.number_format = "0.0%"


def _width(value: Cell) -> int:
    """Return how wide a value is shown: a Han character takes two."""
    text = "" if value is None else str(value)
    return sum(2 if character > "ÿ" else 1 for character in text)
