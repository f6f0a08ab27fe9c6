"""Stories and readings the tests of this room share."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from analysis.simulate.design import PartDesign
from analysis.simulate.outcome import Outcome
from analysis.simulate.story import TrackPlan, UnitStory, tell_story
from analysis.simulate.trap import Trap
from analysis.simulate.workbook import Container, Layout, SyntheticWorkbook, write_workbook

MOMENT = datetime(2026, 3, 2, 9, 15)
DESIGN = PartDesign("9101", travel=110.0, points=111, half_width=0.05)
DECIMALS = {"dlts": 5, "lts": 6}

Rows = list[list[Any]]


def story(
    layout: Layout = "dlts",
    tracks: tuple[TrackPlan, ...] | Outcome = Outcome.AS_MEASURED,
    *,
    design: PartDesign = DESIGN,
    seed: int = 3,
) -> UnitStory:
    return tell_story(
        design,
        seed=seed,
        serial="12",
        tested_at=MOMENT,
        tracks=tracks,
        decimals=DECIMALS[layout],
    )


def written(
    layout: Layout,
    *traps: Trap,
    tracks: tuple[TrackPlan, ...] | Outcome = Outcome.AS_MEASURED,
    container: Container = "xls",
    seed: int = 3,
) -> SyntheticWorkbook:
    told = story(layout, tracks, seed=seed)
    return write_workbook(told, layout=layout, container=container, traps=traps)


def opened(data: bytes) -> dict[str, Rows]:
    """Return every sheet as calamine reads it, from A1, by name."""
    workbook = CalamineWorkbook.from_object(BytesIO(data))
    sheets = {}
    for name in workbook.sheet_names:
        sheets[name] = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return sheets


def column(rows: Rows, letter: str, first: int, last: int) -> list[Any]:
    """Return the cells of a column between two Excel rows."""
    index = ord(letter) - 65
    return [rows[row - 1][index] for row in range(first, last + 1)]


def cell(rows: Rows, address: str) -> Any:
    return column(rows, address[0], int(address[1:]), int(address[1:]))[0]
