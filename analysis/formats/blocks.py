"""Turn the data block of a measurement sheet into a Sweep.

Both laser layouts hold the same six columns in other places; what differs (where the block
starts, which rows were measured, what is a template) is decided by their readers.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import dist, isfinite
from operator import sub
from typing import NamedTuple, TypeGuard

from analysis.formats.cells import Cell, Rows, is_missing_word, letter, number, numbers
from analysis.formats.station_file import Column, Finding, PointFlag, Reading, Sweep

TOLERANCE = 1e-6
"""Volts by which an error cell may differ from measured - theory + phase value."""

_COLUMNS = ("position", "measured", "theory", "error", "upper", "lower")
_ONLY_FLOATS, _ONLY_TEXT = {float}, {str}


class BlockLayout(NamedTuple):
    """Where the six columns stand (zero-based) and the Excel row of the first point."""

    position: int
    measured: int
    theory: int
    error: int
    upper: int
    lower: int
    first_row: int
    station: int | None = None  # the station's pass/fail column, where the layout has one

    def indexes(self) -> tuple[int, ...]:
        """Return the columns in the order used throughout this module."""
        return (self.position, self.measured, self.theory, self.error, self.upper, self.lower)


class Block(NamedTuple):
    """The six columns of a sheet as far as its positions reach without a gap."""

    sheet: str
    layout: BlockLayout
    position: Column
    measured: Column
    theory: Column
    error: Column
    upper: Column
    lower: Column
    station_outside: bytes  # STATION_OUTSIDE or 0 per row
    findings: tuple[Finding, ...]
    voltages_below: int  # measured values below the block: the centre tap, never data

    @property
    def rows(self) -> int:
        """Count the rows of the block."""
        return len(self.position.values)


def read_block(rows: Rows, sheet: str, layout: BlockLayout) -> Block:
    """Read the columns of a sheet down to the first row without a position."""
    indexes = layout.indexes()
    body = rows[layout.first_row - 1 :]
    if body and len(body[0]) <= max(indexes):
        blanks: list[Cell] = [""] * (max(indexes) + 1 - len(body[0]))
        body = [[*row, *blanks] for row in body]
    height = _numbers_from_top([row[layout.position] for row in body])
    below = body[height:]
    del body[height:]
    findings: list[Finding] = []
    columns: list[Column] = []
    for name, index in zip(_COLUMNS, indexes, strict=True):
        values, odd = _values([row[index] for row in body])
        columns.append(Column(values, letter(index)))
        if odd is not None:
            findings.append(_odd_text(name, sheet, f"{letter(index)}{layout.first_row + odd}"))
    if below:
        positions = [row[layout.position] for row in below]
        findings.extend(_stray_rows(positions, sheet, layout, height))
    loose = sum(isfinite(number(row[layout.measured])) for row in below[:4])
    position, measured, theory, error, upper, lower = columns
    return Block(
        sheet,
        layout,
        position,
        measured,
        theory,
        error,
        upper,
        lower,
        _station_marks(body, layout.station),
        tuple(findings),
        loose,
    )


def _station_marks(body: Rows, index: int | None) -> bytes:
    """Mark the rows in whose pass/fail cell stands a number: the station calls them outside.

    Inside, the cell is #N/A, which arrives as a blank; so does a cell without the formula.
    """
    if index is None or not body or len(body[0]) <= index:
        return bytes(len(body))
    cells = [row[index] for row in body]
    if set(map(type, cells)) == _ONLY_TEXT:
        return bytes(len(cells))  # blanks: every row inside, as often
    outside = PointFlag.STATION_OUTSIDE.value
    return bytes([outside if isinstance(cell, float | int) else 0 for cell in cells])


def same_cells(one: Block, other: Block) -> bool:
    """Tell whether two sheets hold the same measurement, bit by bit."""
    return all(
        getattr(one, name).values.tobytes() == getattr(other, name).values.tobytes()
        for name in _COLUMNS
    )


def same_values(one: Sequence[float], other: Sequence[float]) -> bool:
    """Compare two columns bit by bit, so that NaN equals NaN."""
    return array("d", one).tobytes() == array("d", other).tobytes()


def make_sweep(
    block: Block,
    *,
    pass_number: int,
    measured_rows: int,
    phase: Reading,
    resistance: Reading,
    is_template: bool = False,
    is_remeasurement: bool = False,
    findings: Sequence[Finding] = (),
) -> Sweep:
    """Build the sweep of a block of which the first ``measured_rows`` rows were measured."""
    flags = array("B", block.station_outside[:measured_rows])
    flags.extend(bytes([PointFlag.NOT_MEASURED]) * (block.rows - measured_rows))
    notes = [*block.findings, *findings]
    offset = phase.value if isinstance(phase.value, float) else 0.0
    if offset:
        notes.append(
            Finding(
                "phase-value",
                f"The station shifted the error column of “{block.sheet}” by its phase value "
                f"{offset:g} V. The shift is already inside the errors and is not added again.",
                phase.sheet,
                phase.cell,
            )
        )
    error = _settle_errors(block, measured_rows, offset, flags, notes)
    return Sweep(
        pass_number=pass_number,
        sheet=block.sheet,
        first_row=block.layout.first_row,
        points_measured=measured_rows,
        position=block.position,
        measured=block.measured,
        theory=block.theory,
        error=error,
        upper=block.upper,
        lower=block.lower,
        flags=flags,
        phase=phase,
        resistance=resistance,
        is_template=is_template,
        is_remeasurement=is_remeasurement,
        findings=tuple(notes),
    )


def _numbers_from_top(cells: Sequence[Cell]) -> int:
    """Count the numeric cells before the first gap."""
    if _are_finite_floats(cells):
        return len(cells)
    for index, cell in enumerate(cells):
        if cell == "" or not isfinite(number(cell)):
            return index
    return len(cells)


def _values(cells: Sequence[Cell]) -> tuple[array[float], int | None]:
    """Return a column as float64 and the index of the first text that is no "missing" word."""
    if _are_finite_floats(cells):
        return array("d", cells), None
    values = array("d", numbers(cells))
    for index, cell in enumerate(cells):
        if isinstance(cell, str | bool) and cell != "" and not is_missing_word(cell):
            return values, index
    return values, None


def _are_finite_floats(cells: Sequence[Cell]) -> TypeGuard[Sequence[float]]:
    """Tell in two passes of C speed that a column needs no second look, as nearly all do."""
    return set(map(type, cells)) <= _ONLY_FLOATS and isfinite(sum(cells))  # type: ignore[arg-type]


def _settle_errors(
    block: Block, count: int, offset: float, flags: array[int], notes: list[Finding]
) -> Column:
    """Keep the station's error cells, compute the unusable ones, check the rest.

    Unusable is a blank cell, and a whole column of zeros while the voltages differ from theory.
    """
    error = block.error
    if not count:
        return error
    measured, theory = block.measured.values[:count], block.theory.values[:count]
    found = error.values[:count]
    expected = list(map(sub, measured, theory))
    if offset:
        expected = [value + offset for value in expected]
    if dist(found, expected) <= TOLERANCE:
        return error  # no cell is blank and none is off, as nearly always
    usable = any(value == value and value != 0.0 for value in found)
    if not usable and any(abs(value) > TOLERANCE for value in expected):
        blank = list(range(count))
    else:
        blank = [i for i, value in enumerate(found) if value != value]
        if any(abs(a - b) > TOLERANCE for a, b in zip(found, expected, strict=True)):
            notes.append(_disagreement(block, found, expected))
    computed = [i for i in blank if expected[i] == expected[i]]
    if not computed:
        return error
    values = array("d", error.values)
    for index in blank:
        values[index] = expected[index]
    for index in computed:
        flags[index] |= PointFlag.ERROR_COMPUTED
    notes.append(_computed(block, len(computed), count, computed[0]))
    return Column(values, "" if len(computed) == block.rows else error.letter)


def _disagreement(block: Block, found: Sequence[float], expected: Sequence[float]) -> Finding:
    rows = [
        i for i, (a, b) in enumerate(zip(found, expected, strict=True)) if abs(a - b) > TOLERANCE
    ]
    first = rows[0]
    cell = block.error.cell(block.layout.first_row + first)
    return Finding(
        "error-disagrees",
        f"In {_points(len(rows))} of “{block.sheet}” the error cell is not measured minus theory; "
        f"first in {cell}: {found[first]:.6g} V against {expected[first]:.6g} V. "
        "The station's error cells are used.",
        block.sheet,
        cell,
    )


def _computed(block: Block, computed: int, count: int, first: int) -> Finding:
    cell = f"{block.error.letter}{block.layout.first_row + first}"
    what = (
        "The error column is empty or zero although the voltages differ from theory"
        if computed == count
        else f"The error cell of {_points(computed)} is blank"
    )
    return Finding(
        "errors-computed",
        f"{what} in “{block.sheet}”; measured minus theory is used there.",
        block.sheet,
        cell,
    )


def _stray_rows(
    below: Sequence[Cell], sheet: str, layout: BlockLayout, height: int
) -> list[Finding]:
    """Report rows with a position that stand apart below the block; they are no data."""
    for index, cell in enumerate(below):
        if cell != "" and isfinite(number(cell)):
            address = f"{letter(layout.position)}{layout.first_row + height + index}"
            return [
                Finding(
                    "rows-after-gap",
                    f"Sheet “{sheet}” has a row with a position below a gap ({address}). It does "
                    "not belong to the measurement and is left out.",
                    sheet,
                    address,
                )
            ]
    return []


def _odd_text(column: str, sheet: str, cell: str) -> Finding:
    return Finding(
        "text-for-number",
        f"The {column} column of “{sheet}” holds a text where a number belongs, first in {cell}. "
        "A text that spells a number is read as that number, any other as missing.",
        sheet,
        cell,
    )


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{count:,} points"
