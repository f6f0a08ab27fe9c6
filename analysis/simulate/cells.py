"""Neutral cells, sheets and books: what a workbook holds, before any container.

A cell is a number, a text, or one of the small types below. ``Book`` is what the layouts build,
what traps change and what the writers of ``.xls`` and ``.xlsx`` turn into bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, IntEnum

_EPOCH = datetime(1899, 12, 30)


class ErrorCode(IntEnum):
    """Error values by the code BIFF gives them."""

    DIVISION = 0x07
    REFERENCE = 0x17
    NOT_AVAILABLE = 0x2A

    @property
    def text(self) -> str:
        """Spell the error the way a workbook shows it."""
        return {0x07: "#DIV/0!", 0x17: "#REF!", 0x2A: "#N/A"}[int(self)]


class NumberFormat(Enum):
    """Number formats the stations use: (format id, format string or None for a built-in)."""

    GENERAL = (0, None)
    TEXT = (49, None)
    SHORT_DATE = (14, None)
    MINUTES = (47, None)  # mm:ss.0, on the calibration dates
    LONG_DATE = (166, "[$-409]mmmm\\ d\\,\\ yyyy;@")
    SIX_DIGITS = (167, "0.000000")


class Blank:
    """A cell that exists, is formatted and holds nothing."""

    __slots__ = ()


BLANK = Blank()


@dataclass(frozen=True, slots=True)
class Formatted:
    """A number shown through a number format, for instance a date."""

    value: float
    format: NumberFormat


@dataclass(frozen=True, slots=True)
class Computed:
    """A formula with the value it had when the file was saved."""

    result: float | ErrorCode
    formula: Formula


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula twice: as text for OOXML and as BIFF8 tokens."""

    text: str
    tokens: bytes


Cell = float | int | str | Blank | ErrorCode | Formatted | Computed


def excel_serial(moment: date | datetime) -> float:
    """Return the 1900 date system's number of a date or a moment."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    delta = moment - _EPOCH
    return delta.days + delta.seconds / 86400.0


def dated(
    moment: date | datetime, number_format: NumberFormat = NumberFormat.LONG_DATE
) -> Formatted:
    """Return a date cell."""
    return Formatted(excel_serial(moment), number_format)


def column_index(letters: str) -> int:
    """Return the 0-based index of a column name."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letters(index: int) -> str:
    """Return the column name of a 0-based index."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _split(address: str) -> tuple[int, int]:
    letters = address.rstrip("0123456789")
    return int(address[len(letters) :]), column_index(letters)


@dataclass(slots=True)
class Sheet:
    """Cells by Excel row number and 0-based column; an absent cell is simply not there."""

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    has_chart: bool = False  # .xls only: an embedded chart, whose cached values look like cells

    def __setitem__(self, address: str, cell: Cell | None) -> None:
        row, column = _split(address)
        self.put(row, column, cell)

    def __getitem__(self, address: str) -> Cell | None:
        row, column = _split(address)
        return self.rows.get(row, {}).get(column)

    def put(self, row: int, column: int, cell: Cell | None) -> None:
        """Set one cell, or remove it with ``None``."""
        if cell is None:
            self.rows.get(row, {}).pop(column, None)
        else:
            self.rows.setdefault(row, {})[column] = cell

    def put_column(self, first: str, cells: Iterable[Cell | None]) -> None:
        """Write cells downwards from an address."""
        row, column = _split(first)
        rows = self.rows
        for at, cell in enumerate(cells, row):
            if cell is not None:
                rows.setdefault(at, {})[column] = cell

    def put_row(self, first: str, cells: Iterable[Cell | None]) -> None:
        """Write cells to the right from an address."""
        row, column = _split(first)
        for at, cell in enumerate(cells, column):
            self.put(row, at, cell)

    def clear_rows(self, first: int, last: int, columns: Iterable[str]) -> None:
        """Remove the cells of some columns over a range of rows."""
        indexes = [column_index(name) for name in columns]
        for row in range(first, last + 1):
            for index in indexes:
                self.rows.get(row, {}).pop(index, None)

    def copy(self, name: str) -> Sheet:
        """Return an independent copy under another name."""
        return Sheet(name, {row: dict(cells) for row, cells in self.rows.items()})

    def ordered(self) -> Iterator[tuple[int, list[tuple[int, Cell]]]]:
        """Yield (row number, [(column, cell), ...]) in reading order."""
        for row in sorted(self.rows):
            cells = sorted(self.rows[row].items(), key=lambda item: item[0])
            if cells:
                yield row, cells

    @property
    def last_row(self) -> int:
        """Return the last Excel row that holds a cell, 0 for an empty sheet."""
        return max((row for row, cells in self.rows.items() if cells), default=0)


@dataclass(slots=True)
class Book:
    """A workbook before it is written: its sheets in order and what the container says of it."""

    name: str  # without the extension
    sheets: list[Sheet]
    last_saved: datetime  # UTC
    author: str

    def __getitem__(self, name: str) -> Sheet:
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(sheet.name == name for sheet in self.sheets)

    def insert_before(self, name: str, sheet: Sheet) -> None:
        """Place a sheet in front of the one named."""
        at = next(i for i, present in enumerate(self.sheets) if present.name == name)
        self.sheets.insert(at, sheet)

    def insert_after(self, name: str, sheet: Sheet) -> None:
        """Place a sheet behind the one named."""
        at = next(i for i, present in enumerate(self.sheets) if present.name == name)
        self.sheets.insert(at + 1, sheet)

    def remove(self, name: str) -> None:
        """Take a sheet out."""
        self.sheets.remove(self[name])
