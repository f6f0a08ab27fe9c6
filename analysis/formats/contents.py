"""What a layout's reader hands back, before model, serial and time are settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from analysis.formats.station_file import Finding, Layout, Reading, Track, UnreadableWorkbook

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
