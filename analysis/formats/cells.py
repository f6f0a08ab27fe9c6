"""What a cell can mean: a number, a text, a date.

The one place that knows how a spreadsheet blurs types: a voltage formatted as a date, the texts
``NaN`` and ``Inf`` in a numeric slot, a serial number stored as 12.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from math import inf, isfinite, nan

from analysis.formats.station_file import Reading

Cell = int | float | str | bool | time | date | datetime | timedelta
Rows = list[list[Cell]]

TEXT_LIMIT = 200
"""Longest text kept of a cell: longer ones are no model, serial or set-up value."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTERS: list[str] = [*_ALPHABET, *(first + second for first in _ALPHABET for second in _ALPHABET)]
_EPOCH = datetime(1899, 12, 30)
_FIRST_TRUE_DAY = datetime(1900, 3, 1)
_DAY = timedelta(days=1)
_YEARS = range(1990, 2101)
_MISSING_WORDS = frozenset({"", "nan", "inf", "-inf", "+inf", "infinity", "#n/a", "n/a"})


def number(cell: Cell) -> float:
    """Return the number in a numeric slot, NaN where there is none.

    A date or time is a number somebody formatted as a date (the centre tap in 52 of 822 files):
    its serial number comes back. A boolean is no measurement.
    """
    kind = type(cell)
    if kind is float:
        return cell if isfinite(cell) else nan  # type: ignore[arg-type, return-value]
    if kind is int:
        return _finite(cell)  # type: ignore[arg-type]
    if kind is str:
        return _number_in_text(cell)  # type: ignore[arg-type]
    if isinstance(cell, datetime | date | time | timedelta):
        return _serial_number(cell)
    return nan


def numbers(cells: Sequence[Cell]) -> list[float]:
    """Return ``number`` of every cell; blanks and floats, nearly all there are, cost no call."""
    found = [cell if type(cell) is float else nan if cell == "" else number(cell) for cell in cells]
    if inf in found or -inf in found:
        return [value if isfinite(value) else nan for value in found]
    return found


def is_missing_word(cell: Cell) -> bool:
    """Tell a text that says "no value" from a text that should not stand in a numeric slot."""
    return isinstance(cell, str) and cell.strip().lower() in _MISSING_WORDS


def text(cell: Cell) -> str:
    """Return a cell as the text a person sees: trimmed, whole numbers without ``.0``."""
    if isinstance(cell, str):
        return cell.strip()[:TEXT_LIMIT]
    if isinstance(cell, bool):
        return ""
    if isinstance(cell, float):
        if not isfinite(cell):
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return str(cell)[:TEXT_LIMIT]


def moment(cell: Cell) -> datetime | None:
    """Return a date cell, ``None`` outside 1990 to 2100: an epoch default is no date."""
    try:
        if isinstance(cell, datetime):
            found = cell
        elif isinstance(cell, date):
            found = datetime(cell.year, cell.month, cell.day)
        elif isinstance(cell, float | int) and not isinstance(cell, bool):
            found = _EPOCH + timedelta(days=float(cell))
        else:
            return None
    except (OverflowError, ValueError):
        return None
    return found.replace(tzinfo=None) if found.year in _YEARS else None


def at(rows: Rows, row: int, column: int) -> Cell:
    """Return the cell in an Excel row and a zero-based column, blank outside the sheet."""
    if row > len(rows):
        return ""
    cells = rows[row - 1]
    return cells[column] if column < len(cells) else ""


def letter(column: int) -> str:
    """Name a zero-based column as the spreadsheet does."""
    return _LETTERS[column]


def number_reading(rows: Rows, sheet: str, row: int, column: int) -> Reading:
    """Read a numeric cell together with its address."""
    value = number(at(rows, row, column))
    return Reading(value if value == value else None, sheet, f"{letter(column)}{row}")


def resistance_reading(rows: Rows, sheet: str, row: int, column: int) -> Reading:
    """Read a resistance; zero or less means that the cell was never written."""
    found = number_reading(rows, sheet, row, column)
    if isinstance(found.value, float) and found.value > 0:
        return found
    return Reading(None, sheet, found.cell)


def text_reading(rows: Rows, sheet: str, row: int, column: int) -> Reading:
    """Read a text cell together with its address."""
    return Reading(text(at(rows, row, column)) or None, sheet, f"{letter(column)}{row}")


def _finite(value: float) -> float:
    try:
        as_float = float(value)
    except OverflowError:
        return nan
    return as_float if isfinite(as_float) else nan


def _number_in_text(cell: str) -> float:
    word = cell.strip()
    if not word or len(word) > 32 or word.lower() in _MISSING_WORDS or "_" in word:
        return nan
    try:
        return _finite(float(word))
    except ValueError:
        return nan


def _serial_number(cell: date | time | timedelta) -> float:
    if isinstance(cell, timedelta):
        return cell / _DAY
    if isinstance(cell, time):
        return (
            timedelta(
                hours=cell.hour,
                minutes=cell.minute,
                seconds=cell.second,
                microseconds=cell.microsecond,
            )
            / _DAY
        )
    stamp = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
    days = (stamp.replace(tzinfo=None) - _EPOCH) / _DAY
    # The 1900 system counts a 29 February 1900 that never was.
    return days if stamp.replace(tzinfo=None) >= _FIRST_TRUE_DAY else days - 1
