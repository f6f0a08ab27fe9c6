"""What a layout's reader hands back, before model, serial and time are settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from analysis.formats.cells import Rows, letter, number, text
from analysis.formats.station_file import Finding, Layout, Reading, Track, UnreadableWorkbook

MAX_PARAMETER_ROWS = 200
NOTHING = Reading(None)


@dataclass(frozen=True, slots=True)
class Contents:
    """The measurement of a workbook and every cell that says whose it is."""

    layout: Layout
    position_unit: str
    tracks: tuple[Track, ...] = ()
    reason: str = ""
    models: tuple[Reading, ...] = ()  # best first
    serials: tuple[Reading, ...] = ()
    date: datetime | None = None  # the date cell of the judged sheet
    date_cell: Reading = NOTHING
    parameters: dict[str, Reading] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


NO_MEASUREMENT = (
    "The workbook holds parameter sheets only: the run was stopped before anything was measured."
)


def no_rows(sheet: str) -> UnreadableWorkbook:
    """Word the refusal of a workbook whose measurement sheets are all empty."""
    return UnreadableWorkbook(
        "no-rows",
        f"Sheet “{sheet}” and its kin hold no row with a position, so there is nothing to read. "
        "Export the measurement again at the station.",
        sheet=sheet,
    )


def labelled_values(
    rows: Rows, sheet: str, *, label: int, value: int, first: int = 1, prefix: str = ""
) -> dict[str, Reading]:
    """Read a block of labels and values; blank values are left out, a repeated label gets its cell.

    ``label`` and ``value`` are zero-based columns, ``first`` is an Excel row number.
    """
    found: dict[str, Reading] = {}
    column = letter(value)
    wide = max(label, value)
    for row, cells in enumerate(rows[first - 1 : MAX_PARAMETER_ROWS], first):
        if len(cells) <= wide:
            break  # rows of a sheet are equally long
        content = cells[value]
        if content == "":
            continue
        if type(content) is float or type(content) is int:
            kept: float | str = number(content)
            if kept != kept:
                continue
        else:
            kept = text(content)
        name = text(cells[label])
        if kept == "" or not name:
            continue
        cell = f"{column}{row}"
        key = prefix + name
        found[key if key not in found else f"{key} ({cell})"] = Reading(kept, sheet, cell)
    return found


def unit_of(kind: str, sheet: str, cell: str) -> tuple[str, tuple[Finding, ...]]:
    """Return the position unit for "Rotary" or "Linear"; anything else is taken as degrees."""
    word = kind.lower()
    if word.startswith("linear"):
        return "in", ()
    if word.startswith("rotary"):
        return "deg", ()
    return "deg", (
        Finding(
            "unit-unknown",
            f"Cell {cell} of “{sheet}” says neither Rotary nor Linear; positions are taken as "
            "degrees.",
            sheet,
            cell,
        ),
    )
