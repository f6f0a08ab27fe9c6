"""Laser 1 workbooks ("System B"): ``test``, ``Trim n`` and ``Lin Error``, without a header row.

One track a file. Where nothing was cut the station still writes ``Lin Error``, as a template whose
voltages are the theory.
"""

from __future__ import annotations

from math import isnan

import numpy as np

from analysis.simulate.cells import BLANK, Book, Cell, Computed, Sheet
from analysis.simulate.design import SUPPLY
from analysis.simulate.dlts import AUTHOR, points_of
from analysis.simulate.factory_time import name_moment, saved_at
from analysis.simulate.formulas import lts_error
from analysis.simulate.lts_setup import model_parameters, trim_parameters
from analysis.simulate.oracle import Values
from analysis.simulate.story import SweepStory, TrackStory, UnitStory

TRACK_NAMES = {"TRK1": "TA", "TRK2": "TB"}
_UNCUT_ENDS = 6  # points at each end the laser leaves alone
_MOST_COLUMNS = 256
_CALCULATION = (
    (1, "Degrees you want between points"),
    (2, "Voltage"),
    (3, "Theoretical angle"),
    (4, "Measured angle"),
    (5, "Number of points "),
    (6, "Even Number of points"),
    (7, "Degrees between points"),
    (8, "Degrees between points using Even Value"),
)
_FROM_THE_ENDS = (
    (2, "Degrees Fom ends"),
    (3, "Angle at theoretical length"),
    (4, "Voltage at this angle for theoretical length"),
    (5, "Voltage at measured length"),
    (6, "Angle at measured length"),
)


def build(story: UnitStory) -> Book:
    """Build the workbook of a run of one track."""
    if len(story.tracks) != 1:
        raise ValueError("Laser 1 writes one workbook per track: use UnitStory.only")
    track = story.tracks[0]
    rng = np.random.default_rng([story.seed, 1])
    sheets = [model_parameters(story), trim_parameters(story)]
    test = _test(story, track)
    final = final_sheet("Lin Error", story, track, track.final, rng) if track.trims else None
    sheets += [final or untouched(story, track), _chart(story), test, _hold(track, rng)]
    sheets.append(Sheet("Sheet1"))
    trim_values: list[Values] = []
    for sweep in track.sweeps[1:]:
        matrix = _trim_voltages(sweep.pass_number, track, rng)
        trim_values.append(_reached(track, rng))
        sheets.append(matrix)
        name = f"Trim {sweep.pass_number}"
        last = sweep is track.final and final is not None
        again = final.copy(name) if last and final is not None else None
        sheets.append(again or final_sheet(name, story, track, sweep, rng))
    sheets += [_voltages(track, trim_values), _errors(track), _trim_data(track, rng)]
    return Book(file_name(story), sheets, saved_at(story.tested_at), AUTHOR)


def file_name(story: UnitStory) -> str:
    """Return the name the station gives, without the extension; the words are the operator's."""
    moment = name_moment(story.tested_at)
    side = TRACK_NAMES[story.tracks[0].name]
    return f"{story.design.model}_{story.serial}_{side}_Test Data_{moment}{story.words}"


def put_block(sheet: Sheet, track: TrackStory, volts: list[float]) -> None:
    """Write columns A to I of every point."""
    start = float(track.position[0])
    for i, volt in enumerate(volts):
        position, theory, upper, lower = points_of(track, i)
        row = i + 1
        error = Computed(volt - theory, lts_error(row))
        limits: list[Cell] = [BLANK if isnan(limit) else limit for limit in (upper, lower)]
        travelled = position - start
        sheet.put_row(
            f"A{row}",
            [volt, float(i), theory, error, position, *limits, 1.0, travelled],
        )


def _test(story: UnitStory, track: TrackStory) -> Sheet:
    sheet = Sheet("test")
    before = track.sweeps[0]
    put_block(sheet, track, before.measured.tolist())
    _put_calculation(sheet, story, track)
    sheet["K1"] = track.travel_measured
    sheet["M1"] = float(len(track.position))
    sheet["M2"] = f"{story.serial}_{TRACK_NAMES[track.name]}"
    sheet["R1"] = before.resistance
    return sheet


def final_sheet(
    name: str,
    story: UnitStory,
    track: TrackStory,
    sweep: SweepStory,
    rng: np.random.Generator,
) -> Sheet:
    """Return ``Lin Error`` or ``Trim n``: a sweep after a cut."""
    sheet = Sheet(name)
    count = len(track.position)
    put_block(sheet, track, sweep.measured.tolist())
    middle = np.round(SUPPLY / 2 + rng.normal(0, 0.005, 1) + rng.normal(0, 2e-5, 2), 6)
    sheet.put_column(f"A{count + 1}", middle.tolist())
    _put_calculation(sheet, story, track)
    sheet["L1"] = story.design.travel
    sheet["M1"] = float(count)
    delta, used = (round(SUPPLY / count * factor, 6) for factor in (1.05, 1.13))
    column: list[Cell] = [sweep.resistance, round(sweep.resistance * 1.004, 6), 0.0]
    column += [delta] * (count - 1) + [0.0] + [used] * count
    sheet.put_column("R1", column)
    correlation = round(float(rng.uniform(-0.9, 0.9)), 6)
    sheet["S1"], sheet["T1"] = correlation, round(correlation**2, 6)
    return sheet


def untouched(story: UnitStory, track: TrackStory) -> Sheet:
    """Return the ``Lin Error`` the station writes where nothing was cut."""
    sheet = Sheet("Lin Error")
    put_block(sheet, track, track.theory.tolist())
    _put_calculation(sheet, story, track)
    sheet["M1"] = float(len(track.position))
    sheet["R1"] = 0.0
    return sheet


def _put_calculation(sheet: Sheet, story: UnitStory, track: TrackStory) -> None:
    """Write the label block: values in N and S, labels in O and T."""
    travel, count = story.design.travel, float(len(track.position))
    step = travel / (count - 1)
    values = (step, SUPPLY, travel, track.travel_measured, count, count, step, step)
    for (row, label), value in zip(_CALCULATION, values, strict=True):
        sheet.put_row(f"N{row}", [value, label])
    end = step - travel / 2
    low = SUPPLY * step / travel
    for (row, label), value in zip(_FROM_THE_ENDS, (step, end, low, low, end), strict=True):
        sheet.put_row(f"S{row}", [value, label])


def _chart(story: UnitStory) -> Sheet:
    sheet = Sheet("Lin Chart")
    side = TRACK_NAMES[story.tracks[0].name]
    texts = [
        f"MODEL: {story.design.model}",
        f"SHOP: {story.serial}_{side}",
        "RESISTANCE: 0",
    ]
    sheet.put_column("O1", [0.0, *texts])
    return sheet


def _hold(track: TrackStory, rng: np.random.Generator) -> Sheet:
    sheet = Sheet("hold")
    if track.trims:
        sheet.put_column("A1", rng.integers(0, 5, 70).astype(float).tolist())
    return sheet


def _cut_points(track: TrackStory) -> slice:
    count = len(track.position)
    ends = min(_UNCUT_ENDS, (count - 1) // 3)
    return slice(ends, count - ends)


def _trim_voltages(number: int, track: TrackStory, rng: np.random.Generator) -> Sheet:
    """Return the voltages seen while cutting: a column a point, rising, then zeros."""
    sheet = Sheet(f"TrimVolts{number}")
    targets = track.theory[_cut_points(track)][:_MOST_COLUMNS]
    lengths = rng.integers(8, 24, len(targets))
    rows = int(lengths.max()) + 1
    steps = np.arange(rows)[:, None]
    rising = targets - 0.02 * np.exp(-steps / 5.0) + rng.normal(0, 1e-4, (rows, len(targets)))
    matrix = np.where(steps < lengths, np.round(rising, 6), 0.0)
    for row, values in enumerate(matrix.tolist(), 1):
        sheet.put_row(f"A{row}", values)
    return sheet


def _reached(track: TrackStory, rng: np.random.Generator) -> Values:
    return np.round(track.theory + rng.uniform(0, 0.001, len(track.theory)), 6)


def _uncut_as_text(track: TrackStory, values: Values) -> list[Cell]:
    cells: list[Cell] = ["NaN"] * len(values)
    inner = _cut_points(track)
    cells[inner] = values[inner].tolist()
    return cells


def _voltages(track: TrackStory, reached: list[Values]) -> Sheet:
    sheet = Sheet("VOLTAGES")
    sheet.put_column("A1", track.sweeps[0].measured.tolist())
    for column, values in zip("BCDEFGHIJ", reached, strict=False):
        sheet.put_column(f"{column}1", _uncut_as_text(track, values))
    return sheet


def _errors(track: TrackStory) -> Sheet:
    sheet = Sheet("ERRORS")
    for column, sweep in zip("ABCDEFGHIJ", track.sweeps, strict=False):
        error = np.round(sweep.measured - track.theory, 6)
        sheet.put_column(f"{column}1", error.tolist())
    return sheet


def _trim_data(track: TrackStory, rng: np.random.Generator) -> Sheet:
    sheet = Sheet("TRIMDATA")
    if track.trims:
        for number, column in enumerate("ABCDEFGHIJ"[: track.trims + 1]):
            size = 0.02 * 0.1**number
            missed = np.round(rng.normal(0, size, len(track.position)), 6)
            sheet.put_column(f"{column}1", _uncut_as_text(track, missed))
    return sheet
