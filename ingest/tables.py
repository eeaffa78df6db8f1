"""Reads tables that people keep: XLSX, and CSV in the encodings of Chinese offices."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lessons.refusals import TableUnreadable

MOST_ROWS = 10_000
MOST_UNPACKED = 100 << 20  # of an XLSX: a small archive may hold a large sheet
ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a table: the cells of the columns that are known."""

    number: int  # as the table counts: the heading is 1
    cells: Mapping[str, str]


def read_rows(
    file_name: str,
    data: bytes,
    columns: Mapping[str, Sequence[str]],
    *,
    needed: Sequence[str],
    most: int,
) -> Sequence[Row]:
    """Return the rows below the heading, without empty ones.

    Args:
        columns: what the heading of each column may be called.
        needed: the columns that have to be there.
        most: bytes of the file.

    Raises:
        TableUnreadable: it is no table, or too large, or lacks a column.
    """
    if len(data) > most:
        raise TableUnreadable(file=file_name, detail="table-too-heavy", most=most >> 20)
    xlsx = data.startswith(b"PK")
    lines = list(_sheet(file_name, data) if xlsx else _csv(file_name, data))
    if not lines:
        raise TableUnreadable(file=file_name, detail="no-rows")
    headings = [_heading(cell, columns) for cell in lines[0]]
    for column in needed:
        if column not in headings:
            raise TableUnreadable(
                file=file_name, detail="column-missing", column=columns[column][0]
            )
    rows = []
    for number, line in enumerate(lines[1:], 2):
        cells = {name: cell for name, cell in zip(headings, line, strict=False) if name}
        if any(cell.strip() for cell in line):
            rows.append(Row(number=number, cells=cells))
    return rows


def _heading(cell: str, columns: Mapping[str, Sequence[str]]) -> str | None:
    said = cell.strip().strip("*＊").lower()
    return next((name for name, words in columns.items() if said in words), None)


def _csv(file_name: str, data: bytes) -> Iterable[list[str]]:
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        first = text.partition("\n")[0]
        separator = max(",;\t", key=first.count)
        try:
            lines = list(csv.reader(io.StringIO(text), delimiter=separator))
        except csv.Error as error:
            raise TableUnreadable(file=file_name, detail=str(error)) from error
        if len(lines) > MOST_ROWS:
            raise TableUnreadable(file=file_name, detail="too-many-rows", most=MOST_ROWS)
        return lines
    raise TableUnreadable(file=file_name, detail="other-encoding")


def _sheet(file_name: str, data: bytes) -> Iterable[list[str]]:
    """Return the first sheet of a workbook as text; numbers as people see them: 1001."""
    from openpyxl import load_workbook  # slow to load, and rarely needed
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise TableUnreadable(
                    file=file_name, detail="table-too-heavy", most=MOST_UNPACKED >> 20
                )
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines = [
            [_text(cell) for cell in line]
            for line in sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1, max_col=50)
        ]
    except (
        *(zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError),
        *(OSError, SyntaxError),  # its XML is none
    ) as error:
        raise TableUnreadable(file=file_name, detail=type(error).__name__) from error
    if len(lines) > MOST_ROWS:
        raise TableUnreadable(file=file_name, detail="too-many-rows", most=MOST_ROWS)
    return lines


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
