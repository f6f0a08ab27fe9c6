"""Laser 2 workbooks ("System A"): a measurement sheet per sweep, started as a copy of ``ref``."""

from __future__ import annotations

from datetime import date, datetime
from math import isnan

import numpy as np

from analysis.simulate.cells import (
    BLANK,
    Blank,
    Book,
    Cell,
    Computed,
    ErrorCode,
    Formatted,
    NumberFormat,
    Sheet,
    dated,
    excel_serial,
)
from analysis.simulate.design import SUPPLY
from analysis.simulate.dlts_setup import TEMPLATE_DAY, report_sheets, setup_sheets
from analysis.simulate.factory_time import name_moment, saved_at
from analysis.simulate.formulas import dlts_error, dlts_flag
from analysis.simulate.oracle import Values
from analysis.simulate.story import SweepStory, TrackStory, UnitStory

AUTHOR = "LOGIN-NAME-OF-NOBODY"
"""Invented; goes where Excel writes login names, so that tests can prove nobody reads it."""

FIRST_ROW = 2
HEADERS = (
    "Meas Volts",
    "Index",
    "Theory Volts",
    "Lin Error",
    "Position",
    "Upper Lin Lim",
    "Lower Lin Lim",
    "pass/fail?",
    "trim target",
    "initial trim value",
    "final trim value",
    "Zero-Start",
    "Pred. Deltas",
    "Used Deltas",
    "mod theory",
    "Cut Lengths",
    "Trim Currents",
)
LABELS = (
    "model#",
    "shop#",
    "sectionID",
    "trackID",
    "trimID",
    "date",
    "phase value",
    "length value",
    "meas value",
    "resistance",
    "predicted r",
    "used r",
    "test volts",
    "#ofLinPoints",
    "DMM ID",
    "DMM S/N",
    "Volt Scale",
    "Res Scale",
    "Last Cal.",
    "Next Cal.",
    "Center Tap",
    "Laser Start pos.",
    "Current Used",
    "Current Pred.",
    "Current Init.",
)
_NEVER_SET = Formatted(excel_serial(datetime(1903, 12, 31, 19, 0)), NumberFormat.MINUTES)
_EDGE = 31.25  # millimetres: where the laser starts
_CALCULATED_ANGLE_SINCE = date(2018, 6, 20)


def build(story: UnitStory) -> Book:
    """Build the workbook of a run."""
    first = story.tracks[0]
    sheets = [*setup_sheets(story), template(story, first), *report_sheets(story)]
    for number, track in enumerate(story.tracks):
        for sweep in track.sweeps:
            rng = np.random.default_rng([story.seed, number, sweep.pass_number])
            sheets.append(measurement(story, track, sweep, rng))
    return Book(file_name(story), sheets, saved_at(story.tested_at), AUTHOR)


def file_name(story: UnitStory) -> str:
    """Return the name the station gives, without the extension."""
    moment = name_moment(story.tested_at)
    return f"{story.design.model}_{story.serial}_TEST DATA_{moment}"


def sheet_name(track: TrackStory, pass_number: int, parameter_set: int = 1) -> str:
    """Return the name of a measurement sheet."""
    trim = f" TRM{parameter_set}" if pass_number else ""
    return f"SEC1 {track.name} {pass_number}{trim}"


def template_voltages(rows: int) -> list[float]:
    """Return column D of ``ref``: an even rise over all rows, whatever the theory."""
    return [SUPPLY * i / (rows - 1) for i in range(rows)]


def template(story: UnitStory, track: TrackStory) -> Sheet:
    """Return the sheet ``ref``, which every measurement sheet starts as a copy of."""
    sheet = _headed("ref", story, track)
    sheet["B3"] = 1.0
    sheet["B6"] = dated(TEMPLATE_DAY)
    rows = len(track.position)
    for i, volts in enumerate(template_voltages(rows)):
        put_row(sheet, i, volts, *points_of(track, i), phase=0.0, first=track.position[0])
    return sheet


def measurement(
    story: UnitStory, track: TrackStory, sweep: SweepStory, rng: np.random.Generator
) -> Sheet:
    """Return the sheet of one sweep."""
    sheet = _headed(sheet_name(track, sweep.pass_number), story, track)
    _put_header(sheet, story, track, sweep)
    volts = sweep.measured.tolist()
    for i, volt in enumerate(volts):
        put_row(
            sheet,
            i,
            volt,
            *points_of(track, i),
            phase=sweep.phase,
            first=track.position[0],
        )
    if sweep.pass_number:
        _put_cuts(sheet, track, sweep, rng)
    return sheet


def points_of(track: TrackStory, index: int) -> tuple[float, float, float, float]:
    """Return position, theory, upper and lower limit of a point as plain numbers."""
    columns = (track.position, track.theory, track.upper, track.lower)
    position, theory, upper, lower = (float(column[index]) for column in columns)
    return position, theory, upper, lower


def put_row(
    sheet: Sheet,
    index: int,
    volts: float,
    position: float,
    theory: float,
    upper: float,
    lower: float,
    *,
    phase: float,
    first: float,
) -> None:
    """Write columns D to K and O of one row."""
    row = FIRST_ROW + index
    error = volts - theory + phase
    cells: list[Cell] = [
        volts,
        float(index),
        theory,
        Computed(error, dlts_error(row)),
        position,
    ]
    cells += [limit_cell(upper), limit_cell(lower), flag(row, error, upper, lower)]
    sheet.put_row(f"D{row}", cells)
    sheet[f"O{row}"] = position - float(first)


def limit_cell(limit: float) -> float | Blank:
    """Return the cell of a limit: a formatted blank where there is none."""
    return BLANK if isnan(limit) else limit


def flag(row: int, error: float, upper: float, lower: float) -> Computed:
    """Return the pass/fail? cell; the formula takes a blank limit for 0."""
    high = 0.0 if isnan(upper) else upper
    low = 0.0 if isnan(lower) else lower
    outside = error > high or error < low
    return Computed(error if outside else ErrorCode.NOT_AVAILABLE, dlts_flag(row))


def _headed(name: str, story: UnitStory, track: TrackStory) -> Sheet:
    """Return a sheet with the labels and what ``ref`` already knows."""
    sheet = Sheet(name)
    sheet.put_column("A1", LABELS)
    sheet.put_row("D1", HEADERS)
    sheet["B1"] = story.design.model
    sheet["B7"] = 0.0
    sheet["B8"] = story.design.travel
    sheet["B13"] = SUPPLY
    for row in (25, 34):
        sheet[f"U{row}"] = f"MODEL: {story.design.model}"
    sheet["U26"], sheet["U27"] = "SHOP# ", "RESISTANCE: "
    sheet["U35"] = "  TEST RESULTS DATA FOR MODEL NW-00000  "
    sheet["U36"] = dated(TEMPLATE_DAY)
    return sheet


def _put_header(sheet: Sheet, story: UnitStory, track: TrackStory, sweep: SweepStory) -> None:
    serial = story.serial
    sheet["B2"] = float(serial) if serial.isdigit() else (serial or None)
    sheet["B3"], sheet["B4"] = "SEC1", track.name
    sheet["B6"] = dated(story.tested_at.date())
    sheet["B7"] = sweep.phase
    sheet["B9"] = track.travel_measured
    sheet["B10"] = sweep.resistance
    sheet["B14"] = float(len(track.position))
    sheet["B15"], sheet["B16"] = "NI PXI-4065", "00DEMO0"
    sheet["B17"], sheet["B18"] = "10 VDC", "-1 Ohms"
    sheet["B19"] = sheet["B20"] = _NEVER_SET
    sheet["B21"] = BLANK
    sheet["U26"] = f"SHOP# {serial}"
    sheet["U27"] = f"RESISTANCE: {sweep.resistance:.0f}"
    sheet["U36"] = dated(story.tested_at.date())
    if story.tested_at.date() >= _CALCULATED_ANGLE_SINCE:
        sheet["A26"], sheet["B26"] = "Calc. Angle", track.travel_measured
    if sweep.pass_number:
        predicted, used, *currents = predictions(track, sweep)
        sheet["B5"] = "TRM1"
        sheet["B11"], sheet["B12"], sheet["B22"] = predicted, used, _EDGE
        sheet.put_column("B23", currents)


def predictions(track: TrackStory, sweep: SweepStory) -> tuple[float, float, float, float, float]:
    """Return predicted and used resistance, and current used, predicted and at first."""
    resistance = float(round(sweep.resistance * 1.004))
    current = round(SUPPLY / sweep.resistance, 9)
    before = track.sweeps[sweep.pass_number - 1].resistance
    return resistance, resistance, current, current, round(SUPPLY / before, 9)


def _put_cuts(sheet: Sheet, track: TrackStory, sweep: SweepStory, rng: np.random.Generator) -> None:
    """Write what the laser did: NaN as a text where the ends are not cut."""
    count = len(track.position)
    target, begun, ended = cut_voltages(track, sweep, rng)
    for column, values in (("L", target), ("M", begun), ("N", ended)):
        sheet.put_column(f"{column}2", ["NaN", *values[1:-1].tolist(), "NaN"])
    delta = round(SUPPLY / (count - 1) * 1.1, 6)
    sheet.put_column("P2", [0.0] + [delta] * (count - 1))
    sheet.put_column("Q2", [0.0] + [delta] * (count - 1))
    cuts = _EDGE - np.round(rng.uniform(0, 2.5, count) / 0.0005) * 0.0005
    sheet.put_column("S2", np.round(cuts, 4).tolist())
    current = SUPPLY / sweep.resistance + rng.integers(-3, 4, count) * 1e-9
    sheet.put_column("T2", np.round(current, 9).tolist())


def cut_voltages(
    track: TrackStory, sweep: SweepStory, rng: np.random.Generator
) -> tuple[Values, Values, Values]:
    """Return trim target, initial and final trim value of every point."""
    before = track.sweeps[sweep.pass_number - 1]
    target = np.round(track.theory, 6)
    begun = np.round(target + 0.3 * (before.measured - track.theory), 6)
    ended = np.round(target + rng.uniform(0, 0.001, len(target)), 6)
    return target, begun, ended
