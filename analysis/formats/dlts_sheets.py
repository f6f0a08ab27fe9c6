"""The measurement sheets of Laser 2 and 3: names, blocks, and the template behind them."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from analysis.formats.blocks import Block, BlockLayout, read_block
from analysis.formats.cells import Rows, at, number, numbers
from analysis.formats.detect import DLTS_SHEET
from analysis.formats.workbook import Workbook

BLOCK = BlockLayout(
    position=7, measured=3, theory=5, error=6, upper=8, lower=9, first_row=2, station=10
)

VALUES = 1  # the column of the header cells, B
POINTS_ROW = 14

_HEADER_ROWS = 26


class SheetName(NamedTuple):
    """A measurement sheet, ordered as measured: by pass, then by parameter set."""

    pass_number: int
    parameter_set: int
    sheet: str


class Measured(NamedTuple):
    """One measurement sheet and how much of it the station wrote."""

    name: SheetName
    header: Rows  # the top of the sheet; A and B hold labels and values
    block: Block
    declared: int | None  # B14, None where it is empty or no count


def sheets_by_track(workbook: Workbook) -> dict[tuple[int, int], list[SheetName]]:
    """Group the measurement sheets by section and track, each group in the order of measurement.

    Old workbooks end a track with ``SEC1 TRK1 TRM``, without numbers: the last pass.
    """
    groups: dict[tuple[int, int], list[tuple[int | None, int, str]]] = defaultdict(list)
    for sheet in workbook.sheet_names:
        found = DLTS_SHEET.fullmatch(sheet.strip())
        if not found or not (found["pass"] or found["trim"]):
            continue
        section, track, pass_text, set_text = found.group("section", "track", "pass", "set")
        number = int(pass_text) if pass_text else None
        groups[int(section), int(track)].append((number, int(set_text or 0), sheet))
    ordered = {}
    for key in sorted(groups):
        last = max((n for n, _, _ in groups[key] if n is not None), default=0)
        names = [
            SheetName(max(last, 1) if n is None else n, parameter_set or (n is None) * 999, sheet)
            for n, parameter_set, sheet in groups[key]
        ]
        ordered[key] = sorted(names)
    return ordered


def open_sheet(workbook: Workbook, name: SheetName) -> Measured:
    """Read the block of a measurement sheet and the number of points in its header."""
    rows = workbook.take(name.sheet)
    declared = number(at(rows, POINTS_ROW, VALUES))
    count = int(declared) if declared >= 1 and declared == int(declared) else None
    return Measured(name, rows[:_HEADER_ROWS], read_block(rows, name.sheet, BLOCK), count)


class Template:
    """The sheet ``ref``: what every measurement sheet looks like before it is measured."""

    def __init__(self, workbook: Workbook) -> None:
        self._voltages: list[float] = []
        sheet = workbook.called("ref")
        if sheet:
            rows = workbook.take(sheet)
            width = len(rows[0]) if rows else 0
            if width > BLOCK.measured:
                self._voltages = numbers([row[BLOCK.measured] for row in rows[1:]])

    def trailing_copies(self, block: Block) -> int:
        """Count the rows at the end of a block whose voltage is bit-identical to the template."""
        voltages = block.measured.values
        index = len(voltages)
        if index > len(self._voltages):
            return 0
        while index and voltages[index - 1] == self._voltages[index - 1]:
            index -= 1
        return len(voltages) - index
