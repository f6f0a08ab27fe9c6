"""Specifications as an .xlsx workbook: rows out, rows in. What rows mean is in the columns."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from analysis.formats import opc
from analysis.formats.station_file import UnreadableWorkbook
from analysis.services.specification_columns import TAKEN, TOLD, Cell

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 80
SHEET = "Specifications"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAX_INFLATED = 24 * 1024 * 1024
_HEADER_ROWS = 10
_WIDTHS = {"model": 16, "aliases": 20, "notes": 40, "exclude_reason": 32}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SYNONYMS = {"model_number": "model", "exclude_points_reason": "exclude_reason"}


class UnreadableTable(Exception):
    """A workbook that is no table of specifications, with a sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sheet."""

    number: int  # as the spreadsheet counts
    cells: Mapping[str, Cell]  # by column name
    formulas: tuple[str, ...] = ()  # columns whose cell is a formula


@dataclass(frozen=True, slots=True)
class Table:
    """What was found in a workbook."""

    sheet: str
    letters: Mapping[str, str]  # column name -> sheet column
    unread: tuple[str, ...]  # headings that mean nothing here
    rows: tuple[Row, ...]

    def cell(self, column: str, row: int) -> str:
        """Name a cell as the spreadsheet does."""
        return f"{self.letters.get(column, 'A')}{row}"


def write_table(rows: Iterable[Mapping[str, Cell]]) -> bytes:
    """Return a workbook with one row per mapping."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "B2"
    columns = (*TAKEN, *TOLD)
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column, 14)
    sheet.append([_heading(sheet, column) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, row.get(column)) for column in columns])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}1"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def read_table(data: bytes) -> Table:
    """Return the rows of the first sheet that has a "model" column. Raises UnreadableTable."""
    _refuse_hostile(data)
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        for sheet in book.worksheets:
            rows = list(islice(_rows(sheet), MAX_ROWS + _HEADER_ROWS + 1))
            table = _table(sheet.title, rows)
            if table is not None:
                return table
    except UnreadableTable:
        raise
    except Exception as failure:  # openpyxl raises whatever its parts raise
        raise UnreadableTable(
            "The workbook cannot be read. Open it in the spreadsheet program, save it again as "
            ".xlsx and hand it over once more."
        ) from failure
    raise UnreadableTable(
        "No sheet has a heading “model” in its first rows. Export the table from here to see the "
        "columns."
    )


def _refuse_hostile(data: bytes) -> None:
    """Look at the package before openpyxl does: it would inflate whatever it is given."""
    if len(data) > MAX_BYTES:
        raise UnreadableTable(f"A table of specifications has at most {MAX_BYTES >> 20} MB.")
    if not data.startswith(opc.MAGIC):
        raise UnreadableTable(
            "This is no .xlsx workbook. Save the table as .xlsx in the spreadsheet program."
        )
    try:
        opc.preflight(BytesIO(data))
        with zipfile.ZipFile(BytesIO(data)) as package:
            inflated = sum(entry.file_size for entry in package.infolist())
    except UnreadableWorkbook as refused:
        raise UnreadableTable(refused.sentence) from None
    except zipfile.BadZipFile:
        raise UnreadableTable("The workbook is damaged; copy it again.") from None
    if inflated > _MAX_INFLATED:
        raise UnreadableTable(
            f"The workbook unpacks to more than {_MAX_INFLATED >> 20} MB; a table of "
            "specifications never does."
        )


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    sheet.reset_dimensions()  # what a file says of its size is not believed
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
        yield number, list(row)


def _table(title: str, rows: list[tuple[int, list[Any]]]) -> Table | None:
    tops = [[_name(cell.value) for cell in cells] for _, cells in rows[:_HEADER_ROWS]]
    place = next((place for place, names in enumerate(tops) if "model" in names), None)
    if place is None:
        return None
    headings, body = tops[place], rows[place + 1 :]
    if len(body) > MAX_ROWS:
        raise UnreadableTable(f"The sheet “{title}” has more than {MAX_ROWS:,} rows.")
    letters: dict[str, str] = {}
    for index, name in enumerate(headings):
        if name in TAKEN:
            if name in letters:
                raise UnreadableTable(f"The heading “{name}” stands in two columns.")
            letters[name] = get_column_letter(index + 1)
    unread = tuple(n for n in dict.fromkeys(headings) if n and n not in (*TAKEN, *TOLD))
    found = (_row(number, cells, headings) for number, cells in body)
    return Table(title, letters, unread, tuple(row for row in found if row is not None))


def _row(number: int, cells: list[Any], headings: list[str]) -> Row | None:
    values: dict[str, Cell] = dict.fromkeys((name for name in headings if name in TAKEN), None)
    formulas = []
    for name, cell in zip(headings, cells, strict=False):
        if name not in TAKEN or cell.value is None:
            continue
        if cell.data_type in ("f", "e"):
            formulas.append(name)
        else:
            values[name] = cell.value
    if not formulas and all(_is_blank(value) for value in values.values()):
        return None
    return Row(number, values, tuple(formulas))


def _is_blank(value: Cell) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _name(heading: Any) -> str:
    if not isinstance(heading, str):
        return ""
    name = re.sub(r"[\s\-]+", "_", heading.strip().lower())[:60]
    return _SYNONYMS.get(name, name)


def _heading(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Cell) -> WriteOnlyCell | None:
    """Return a cell; text stays text whatever it begins with, so it never becomes a formula."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value=value)
    clean = _NOT_IN_XML.sub("", value)[:32_000]
    cell = WriteOnlyCell(sheet, value=clean)
    cell.data_type = "s"
    if clean.startswith(_STARTS_FORMULA):
        cell.quotePrefix = True
    return cell
