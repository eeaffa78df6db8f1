"""Rubrics as a table that people fill in (XLSX): written out, read back, its errors row by row.

One row is one statement: competency, evidence item, level, what it takes. All rows of one
competency together are its new rubric.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lessons import Competency, Criterion, Framework, Level
from lessons.review_errors import RubricUnreadable
from lessons.rubrics import Aggregation, RubricFacts

MAX_ROWS = 20_000
MAX_UNPACKED = 60 << 20  # bytes: a table of words is small, whatever its zip says
HEADERS = {
    "competency": ("能力点", "competency"),
    "requirement": ("测评证据", "evidence item"),
    "level": ("等级", "level"),
    "zh": ("标准", "statement"),
    "en": ("标准（英文）", "statement (english)"),
    "status": ("状态", "status"),
}
NEEDED = ("competency", "requirement", "level", "zh")
STATUS = {"已核实": "source", "source": "source", "confirmed": "source", "": "source"}


@dataclass(frozen=True, kw_only=True)
class RowFault:
    """What is wrong in one row of a table, as people count rows."""

    row: int
    column: str
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class RubricSheet:
    """What a table says: the rubrics it makes, and what is wrong with it."""

    rubrics: tuple[RubricFacts, ...]
    faults: tuple[RowFault, ...]


@dataclass
class _Draft:
    """The statements of one competency as they are gathered."""

    first_row: int
    said: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)


def write_sheet(rubrics: Iterable[RubricFacts]) -> bytes:
    """Return rubrics as a table that `read_sheet` reads back: the template to fill in."""
    import openpyxl  # loads much; the web process does so only when it is asked for a table
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "评价标准"
    sheet.append([zh for zh, _ in HEADERS.values()])
    for rubric in rubrics:
        for row in _rows(rubric):
            sheet.append([_inert(cell) for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEF", (10, 24, 10, 60, 60, 10), strict=True):
        sheet.column_dimensions[letter].width = width
    for row_cells in sheet.iter_rows(min_row=2):
        for cell in row_cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_sheet(
    content: bytes, *, file_name: str, framework: Framework, known: Mapping[str, RubricFacts]
) -> RubricSheet:
    """Return the rubrics of a table for competencies of `framework`.

    Args:
        known: the rubric now in use for each competency: its names of evidence items and levels.

    Raises:
        RubricUnreadable: this is no table, is too large, or lacks a column.
    """
    rows = _table(content, file_name)
    columns = _columns(rows, file_name)
    competencies = {one.code: one for one in framework.competencies}
    drafts: dict[str, _Draft] = {}
    faults: list[RowFault] = []
    for number, cells in enumerate(rows, 2):
        row = {name: _text(cells, at) for name, at in columns.items()}
        if any(row.values()):
            faults += _take(row, number, competencies, known, drafts)
    rubrics = []
    for code, draft in drafts.items():
        made, missing = _made(competencies[code], draft, known[code])
        faults += missing
        facts = RubricFacts(
            framework_id=framework.id,
            framework_version=framework.version,
            competency=code,
            criteria=made,
            aggregation=known[code].aggregation if code in known else Aggregation(),
            origin=file_name,
        )
        rubrics.append(facts)
    if not drafts and not faults:
        raise RubricUnreadable(file=file_name, detail="no-rows")
    return RubricSheet(
        rubrics=tuple(rubrics), faults=tuple(sorted(faults, key=lambda fault: fault.row))
    )


def _rows(rubric: RubricFacts) -> Iterator[tuple[str, ...]]:
    for criterion in rubric.criteria:
        status = "已核实" if criterion.status == "source" else "待核实"
        for level in criterion.levels:
            english = (*level.statements_en, *("",) * len(level.statements_zh))
            for zh, en in zip(level.statements_zh, english, strict=False):
                yield rubric.competency, criterion.zh, level.zh, zh, en, status


def _inert(text: str) -> str:
    """A cell that begins like a formula would be one in the reader's program."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _table(content: bytes, file_name: str) -> Iterator[tuple[object, ...]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise RubricUnreadable(file=file_name, detail="table-too-large")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.active
        if sheet is None:
            raise RubricUnreadable(file=file_name, detail="no-sheet")
        rows = [tuple(row) for row in sheet.iter_rows(values_only=True, max_row=MAX_ROWS + 1)]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError) as fault:
        raise RubricUnreadable(file=file_name, detail="not-xlsx") from fault
    if len(rows) > MAX_ROWS:
        raise RubricUnreadable(file=file_name, detail="too-many-rows", most=MAX_ROWS)
    return iter(rows)


def _columns(rows: Iterator[tuple[object, ...]], file_name: str) -> dict[str, int]:
    """Return where each column stands, from the first row."""
    titles = [str(cell or "").strip().lower() for cell in next(rows, ())]
    found = {
        name: titles.index(title)
        for name, spellings in HEADERS.items()
        for title in spellings
        if title in titles
    }
    missing = [HEADERS[name][0] for name in NEEDED if name not in found]
    if missing:
        raise RubricUnreadable(file=file_name, detail="column-missing", column=missing[0])
    return found


def _take(
    row: Mapping[str, str],
    number: int,
    competencies: Mapping[str, Competency],
    known: Mapping[str, RubricFacts],
    drafts: dict[str, _Draft],
) -> list[RowFault]:
    """Add a row to the draft of its competency; return what is wrong with it."""
    code = row["competency"].upper()
    if code not in competencies or code not in known:
        return [_fault(number, "competency", row, "没有这个能力点", "there is no such competency")]
    criterion = _named(known[code].criteria, row["requirement"])
    if criterion is None:
        names = "、".join(one.zh for one in known[code].criteria)
        said = (f"{code} 只要求：{names}", f"{code} asks for other items")
        return [_fault(number, "requirement", row, *said)]
    level = _level(criterion, row["level"])
    if level is None:
        names = "、".join(one.zh for one in criterion.levels)
        return [_fault(number, "level", row, f"等级应为：{names}", "there is no such level")]
    if not row["zh"]:
        return [_fault(number, "zh", row, "标准不能为空", "the statement is empty")]
    draft = drafts.setdefault(code, _Draft(first_row=number))
    said_here = draft.said.setdefault((criterion.requirement, level.code), [])
    if row["zh"] in (zh for zh, _ in said_here):
        return [_fault(number, "zh", row, "与前面的行重复", "the same as a row above")]
    said_here.append((row["zh"], row.get("en", "")))
    status = STATUS.get(row.get("status", "").lower(), "inferred")
    if draft.status.get(criterion.requirement) != "inferred":
        draft.status[criterion.requirement] = status
    return []


def _made(
    competency: Competency, draft: _Draft, known: RubricFacts
) -> tuple[tuple[Criterion, ...], list[RowFault]]:
    """Return the criteria of a competency, and what the table lacks for them."""
    criteria, faults = [], []
    for old in known.criteria:
        levels = []
        for place, level in enumerate(old.levels):
            said = draft.said.get((old.requirement, level.code), [])
            lowest = place == len(old.levels) - 1
            if not said and not lowest:
                what = {"requirement": old.zh}
                zh = f"{competency.code}“{old.zh}”缺少“{level.zh}”的标准"
                en = f"{competency.code} “{old.en}” has no statement for “{level.en}”"
                faults.append(_fault(draft.first_row, "level", what, zh, en))
            levels.append(_worded(level, said) if said else level)
        status = draft.status.get(old.requirement, "inferred")
        criteria.append(replace(old, levels=tuple(levels), status=status))
    return tuple(criteria), faults


def _worded(level: Level, said: Sequence[tuple[str, str]]) -> Level:
    english = tuple(en for _, en in said)
    return replace(
        level,
        statements_zh=tuple(zh for zh, _ in said),
        statements_en=english if all(english) else (),
    )


def _named(criteria: Sequence[Criterion], name: str) -> Criterion | None:
    wanted = name.strip().lower()
    for one in criteria:
        if wanted in (one.requirement.lower(), one.zh, one.en.lower()):
            return one
    return None


def _level(criterion: Criterion, name: str) -> Level | None:
    wanted = name.strip().lower()
    for one in criterion.levels:
        if wanted in (one.code, one.zh, one.en.lower()):
            return one
    return None


def _fault(number: int, column: str, row: Mapping[str, str], zh: str, en: str) -> RowFault:
    given = row.get(column, "")
    told = f"“{given}”：" if given else ""
    return RowFault(
        row=number, column=HEADERS[column][0], zh=told + zh, en=f"{given}: {en}" if given else en
    )


def _text(cells: tuple[object, ...], at: int) -> str:
    value = cells[at] if at < len(cells) else None
    text = "" if value is None else str(value).strip()
    return text[1:] if text[:2] in ("'=", "'+", "'-", "'@") else text
