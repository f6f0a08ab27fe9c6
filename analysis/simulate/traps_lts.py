"""Traps in the cells of a Laser 1 workbook."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from analysis.simulate import lts
from analysis.simulate.cells import BLANK, Cell, Computed, Sheet
from analysis.simulate.formulas import lts_error
from analysis.simulate.story import TrackStory
from analysis.simulate.trap import Mechanism, Scene, Trap, TrapDoesNotFit
from analysis.simulate.traps_story import initial_only

_BLANK_ENDS = 6


def _track(scene: Scene) -> TrackStory:
    return scene.story.tracks[0]


def _sweep_sheets(scene: Scene) -> list[Sheet]:
    names = ["test", "Lin Error", *(f"Trim {n + 1}" for n in range(_track(scene).trims))]
    return [scene.book[name] for name in names]


def _only_where_cut(scene: Scene) -> None:
    if not _track(scene).trims:
        raise TrapDoesNotFit("nothing was cut in this story")


def _limits_differ(scene: Scene) -> None:
    """Write limits five times as wide beside the sweep before trimming."""
    _only_where_cut(scene)
    track = _track(scene)
    for row, upper in enumerate((5 * track.upper).tolist(), 1):
        cells: list[Cell] = [BLANK, BLANK] if np.isnan(upper) else [upper, -upper]
        scene.book["test"].put_row(f"F{row}", cells)


def _blank_template(scene: Scene) -> None:
    """Show an untouched Lin Error whose voltages are blank and whose errors are -theory."""
    final = scene.book["Lin Error"]
    for row, theory in enumerate(_track(scene).theory.tolist(), 1):
        final[f"A{row}"] = None
        final[f"D{row}"] = Computed(0.0 - theory, lts_error(row))


def _zero_errors(scene: Scene) -> None:
    test, count = scene.book["test"], len(_track(scene).position)
    ends = min(_BLANK_ENDS, count // 4)
    for row in range(1, count + 1):
        test[f"D{row}"] = 0.0 if ends < row <= count - ends else None


def _remeasured(scene: Scene) -> None:
    """Make the last pass another measurement than Lin Error, and ERRORS one column wider."""
    _only_where_cut(scene)
    track = _track(scene)
    rng = np.random.default_rng([scene.story.seed, 2])
    noise = np.round(rng.normal(0, 3e-4, len(track.position)), 6)
    noise[noise == 0] = 1e-6
    other = np.round(track.final.measured + noise, 6)
    sheet = scene.book[f"Trim {track.trims}"]
    for row, volts in enumerate(other.tolist(), 1):
        sheet[f"A{row}"] = volts
        sheet[f"D{row}"] = Computed(volts - float(track.theory[row - 1]), lts_error(row))
    column = "ABCDEFGHIJK"[track.trims + 1]
    scene.book["ERRORS"].put_column(f"{column}1", np.round(other - track.theory, 6).tolist())


def _grid_mismatch(scene: Scene) -> None:
    """Keep half the rows of test: a coarse grid beside voltages of the fine one."""
    _only_where_cut(scene)
    test, track = scene.book["test"], _track(scene)
    count = len(track.position)
    kept = count // 2 + 1
    coarse = np.linspace(track.position[0], track.position[-1], kept)
    theory = np.linspace(track.theory[0], track.theory[-1], kept)
    for row in range(1, kept + 1):
        volts = float(track.sweeps[0].measured[row - 1])
        test[f"C{row}"] = float(theory[row - 1])
        test[f"D{row}"] = Computed(volts - float(theory[row - 1]), lts_error(row))
        test[f"E{row}"] = float(coarse[row - 1])
        test[f"I{row}"] = float(coarse[row - 1] - coarse[0])
    test.clear_rows(kept + 1, count, "BCDEFGHI")


def _running_multiplier(scene: Scene) -> None:
    for sheet in _sweep_sheets(scene):
        sheet.put_column("H1", map(float, range(1, len(_track(scene).position) + 1)))


def _text_resistance(scene: Scene) -> None:
    _only_where_cut(scene)
    for sheet in _sweep_sheets(scene)[1:]:
        sheet["R1"] = "NaN"
    scene.expectation = scene.expectation.with_tracks(resistance_after=None)


def _limit_as_angle(scene: Scene) -> None:
    for sheet in _sweep_sheets(scene):
        count = len(_track(scene).position)
        sheet.put_column("J1", [0.05] * count)
        sheet.put_column("K1", [-0.05] * count)
    scene.expectation = scene.expectation.with_tracks(travel=None)


def _foreign_angle(scene: Scene) -> None:
    travel = scene.story.design.travel
    scene.book["test"]["K1"] = 0.609 if travel > 1 else 44.0
    scene.expectation = scene.expectation.with_tracks(travel=None)


def _no_angle(scene: Scene) -> None:
    scene.book["test"]["K1"] = None
    scene.expectation = scene.expectation.with_tracks(travel=None)


def _band_columns(scene: Scene) -> None:
    """Write theory +- limit into J and K; only test keeps the measured angle in K1."""
    track = _track(scene)
    upper, lower = track.theory + track.upper, track.theory + track.lower
    for sheet in _sweep_sheets(scene):
        angle = sheet["K1"]
        for name, band in (("J1", upper), ("K1", lower)):
            sheet.put_column(name, [None if np.isnan(v) else v for v in band.tolist()])
        if sheet.name == "test":
            sheet["K1"] = angle


def _no_travel_column(scene: Scene) -> None:
    for sheet in _sweep_sheets(scene):
        sheet.clear_rows(1, len(_track(scene).position), "I")


def _unnamed_sheets(scene: Scene) -> None:
    scene.book.remove("Sheet1")
    for name, unnamed in (("VOLTAGES", "Sheet1"), ("ERRORS", "Sheet2"), ("TRIMDATA", "Sheet3")):
        scene.book[name].rows.clear()
        scene.book[name].name = unnamed


def _other_track_cell(scene: Scene) -> None:
    written = lts.TRACK_NAMES[_track(scene).name]
    other = "TB" if written == "TA" else "TA"
    scene.book["test"]["M2"] = f"{scene.story.serial}_{other}"


def _edited_later(scene: Scene) -> None:
    scene.book.last_saved += timedelta(days=97, hours=3)


MECHANISMS = {
    Trap.LIMITS_DIFFER: Mechanism(on_book=_limits_differ),
    Trap.EDITED_LATER: Mechanism(on_book=_edited_later),
    Trap.BLANK_TEMPLATE: Mechanism(initial_only, _blank_template),
    Trap.ZERO_ERRORS: Mechanism(on_book=_zero_errors),
    Trap.REMEASURED: Mechanism(on_book=_remeasured),
    Trap.GRID_MISMATCH: Mechanism(on_book=_grid_mismatch),
    Trap.RUNNING_MULTIPLIER: Mechanism(on_book=_running_multiplier),
    Trap.TEXT_RESISTANCE: Mechanism(on_book=_text_resistance),
    Trap.LIMIT_AS_ANGLE: Mechanism(on_book=_limit_as_angle),
    Trap.FOREIGN_ANGLE: Mechanism(on_book=_foreign_angle),
    Trap.NO_ANGLE: Mechanism(on_book=_no_angle),
    Trap.BAND_COLUMNS: Mechanism(on_book=_band_columns),
    Trap.NO_TRAVEL_COLUMN: Mechanism(on_book=_no_travel_column),
    Trap.UNNAMED_SHEETS: Mechanism(on_book=_unnamed_sheets),
    Trap.OTHER_TRACK_CELL: Mechanism(on_book=_other_track_cell),
}
