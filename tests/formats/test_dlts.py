"""The traps of Laser 2 workbooks, each in the smallest workbook that has it."""

from __future__ import annotations

from math import isnan

import pytest

from analysis.formats.station_file import (
    Layout,
    PointFlag,
    Station,
    TrackState,
    UnreadableWorkbook,
)
from tests.formats import books
from tests.formats.conftest import Reader, codes

BEFORE, AFTER = "SEC1 TRK1 0", "SEC1 TRK1 1 TRM1"


@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
def test_a_plain_workbook_is_read_in_both_containers(read_dlts: Reader, suffix: str) -> None:
    file = read_dlts(books.dlts(), books.DLTS_NAME.replace(".xls", suffix))
    assert (file.layout, file.station) == (Layout.DLTS, Station.LASER_2)
    assert (file.model.value, file.model.sheet, file.model.cell) == (
        "9001-1",
        "Model Parameters",
        "B1",
    )
    assert file.serial.value == "7"
    assert file.position_unit == "deg"
    (track,) = file.tracks
    assert (track.name, track.state, track.trims, track.judged) == (
        "TRK1",
        TrackState.TRIMMED,
        1,
        1,
    )
    sweep = track.judged_sweep
    assert sweep is not None
    assert (sweep.sheet, sweep.pass_number, sweep.first_row) == (AFTER, 1, 2)
    assert sweep.points_measured == sweep.rows == books.POINTS
    assert list(sweep.measured.values) == books.measured(0.004)
    assert list(sweep.theory.values) == pytest.approx(books.theory(), rel=1e-15)
    assert sweep.error.cell(2) == "G2"
    assert set(sweep.flags) == {0}
    assert (track.resistance_before.value, track.resistance_after.value) == (4800.0, 5000.0)
    assert (track.travel.value, track.travel.cell) == (19.05, "B9")
    assert track.parameters["Length Minimum"].cell == "B2"
    assert track.parameters["TRM1: Laser Speed High"].value == 0.6
    assert not codes(file)


def test_rows_behind_the_number_of_points_are_not_measured(read_dlts: Reader) -> None:
    sheets = books.dlts()
    stale = books.cell(sheets["ref"], "D20"), books.cell(sheets["ref"], "D21")
    for sheet in (BEFORE, AFTER):
        books.put(sheets[sheet], "B14", 18)
        books.put(sheets[sheet], "D20", stale[0])
        books.put(sheets[sheet], "D21", stale[1])
    file = read_dlts(sheets)
    sweep = file.tracks[0].judged_sweep
    assert sweep is not None
    assert (sweep.points_measured, sweep.rows) == (18, 20)
    assert list(sweep.flags) == [0] * 18 + [PointFlag.NOT_MEASURED] * 2
    (finding,) = sweep.findings
    assert (finding.code, finding.cell) == ("stale-rows", "D20")
    assert "Rows 20 to 21" in finding.sentence


def test_rows_behind_the_number_that_are_no_template_are_cut_and_reported(
    read_dlts: Reader,
) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "B14", 15)
    file = read_dlts(sheets)
    sweep = file.tracks[0].judged_sweep
    assert sweep is not None
    assert sweep.points_measured == 15
    assert {"stale-rows", "rows-after-count"} <= codes(file)


def test_an_empty_number_of_points_comes_from_the_sibling_sheet(read_dlts: Reader) -> None:
    sheets = books.dlts()
    for address in ("B2", "B4", "B14"):
        books.put(sheets[BEFORE], address, None)
    books.put(sheets[AFTER], "B14", 17)
    file = read_dlts(sheets)
    assert [sweep.points_measured for sweep in file.tracks[0].sweeps] == [17, 17]
    assert "header-missing" in codes(file)


def test_without_any_number_the_template_shows_what_was_measured(read_dlts: Reader) -> None:
    sheets = books.dlts()
    for sheet in (BEFORE, AFTER):
        books.put(sheets[sheet], "B14", None)
        books.put(sheets[sheet], "D21", books.cell(sheets["ref"], "D21"))
    file = read_dlts(sheets)
    assert [sweep.points_measured for sweep in file.tracks[0].sweeps] == [19, 19]


def test_a_workbook_without_ref_counts_every_row(read_dlts: Reader) -> None:
    sheets = books.dlts()
    del sheets["ref"]
    for sheet in (BEFORE, AFTER):
        books.put(sheets[sheet], "B14", None)
    sweep = read_dlts(sheets).tracks[0].judged_sweep
    assert sweep is not None
    assert sweep.points_measured == 20


def test_a_copy_of_the_template_is_never_judged(read_dlts: Reader) -> None:
    sheets = books.dlts()
    sheets[AFTER] = sheets["ref"]
    file = read_dlts(sheets)
    (track,) = file.tracks
    assert (track.state, track.judged, track.trims) == (TrackState.UNTRIMMED, 0, 0)
    assert track.sweeps[1].is_template
    assert track.sweeps[1].points_measured == 0
    assert set(track.sweeps[1].flags) == {PointFlag.NOT_MEASURED}
    assert track.resistance_after.value is None
    assert "template" in track.reason
    assert "template-sheet" in codes(file)


def test_a_track_of_template_copies_was_not_measured(read_dlts: Reader) -> None:
    sheets = books.dlts()
    sheets["SEC1 TRK2 0"] = sheets["ref"]
    track = read_dlts(sheets).tracks[1]
    assert (track.name, track.state, track.judged) == ("TRK2", TrackState.NOT_MEASURED, None)
    assert track.judged_sweep is None
    assert track.reason


def test_a_template_copy_behind_a_measured_pass_leaves_that_pass_judged(read_dlts: Reader) -> None:
    sheets = books.dlts()
    sheets["SEC1 TRK1 1 TRM2"] = sheets["ref"]
    file = read_dlts(sheets)
    (track,) = file.tracks
    assert track.judged_sweep is not None
    assert (track.judged_sweep.sheet, track.trims) == (AFTER, 1)
    assert {"same-pass-number", "template-sheet"} <= codes(file)


def test_three_counted_points_on_the_template_are_reported(read_dlts: Reader) -> None:
    sheets = books.dlts()
    for row in (19, 20, 21):
        books.put(sheets[AFTER], f"D{row}", books.cell(sheets["ref"], f"D{row}"))
    file = read_dlts(sheets)
    sweep = file.tracks[0].judged_sweep
    assert sweep is not None
    assert sweep.points_measured == 20
    assert "template-rows-counted" in codes(file)


def test_only_the_sweep_before_trimming_is_untrimmed(read_dlts: Reader) -> None:
    sheets = books.dlts()
    del sheets[AFTER]
    (track,) = read_dlts(sheets).tracks
    assert (track.state, track.judged, track.trims) == (TrackState.UNTRIMMED, 0, 0)
    assert track.reason


def test_a_workbook_of_parameters_is_no_error(read_dlts: Reader) -> None:
    sheets = books.dlts()
    del sheets[BEFORE], sheets[AFTER]
    file = read_dlts(sheets, "9001-1__TEST DATA_3-4-2024_2-05 PM.xls")
    assert file.tracks == ()
    assert "parameter sheets only" in file.reason
    assert (file.model.value, file.serial.value) == ("9001-1", None)
    assert file.tested_at is not None


def test_tracks_and_passes_come_in_their_order_whatever_the_order_of_sheets(
    read_dlts: Reader,
) -> None:
    sheets = books.dlts()
    for name in ("SEC1 TRK1 10 TRM1", "SEC1 TRK1 2 TRM2", "SEC2 TRK1 0", "SEC1 TRK2 0"):
        sheets[name] = books.dlts_sheet(books.measured(0.01))
    file = read_dlts(dict(reversed(sheets.items())))
    assert [track.name for track in file.tracks] == ["TRK1", "TRK2", "SEC2 TRK1"]
    assert [sweep.pass_number for sweep in file.tracks[0].sweeps] == [0, 1, 2, 10]
    assert file.tracks[0].trims == 3


def test_an_unnumbered_trim_sheet_is_the_last_pass(read_dlts: Reader) -> None:
    sheets = books.dlts()
    del sheets[AFTER]
    sheets["SEC1 TRK1 TRM"] = books.dlts_sheet(books.measured(0.004))
    (track,) = read_dlts(sheets).tracks
    assert track.judged_sweep is not None
    assert (track.judged_sweep.sheet, track.judged_sweep.pass_number) == ("SEC1 TRK1 TRM", 1)


def test_a_lone_voltage_below_the_block_is_no_data(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "D22", 5.001)
    books.put(sheets[AFTER], "B14", 21)
    file = read_dlts(sheets)
    sweep = file.tracks[0].judged_sweep
    assert sweep is not None
    assert (sweep.rows, sweep.points_measured) == (20, 20)
    assert "points-missing" not in codes(file)


def test_more_points_counted_than_rows_are_reported(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "B14", 25)
    file = read_dlts(sheets)
    assert file.tracks[0].sweeps[1].points_measured == 20
    assert "points-missing" in codes(file)


@pytest.mark.parametrize("count", [0, -3, 17.5, "NaN", "many"])
def test_an_impossible_number_of_points_is_no_number(read_dlts: Reader, count: object) -> None:
    sheets = books.dlts()
    for sheet in (BEFORE, AFTER):
        books.put(sheets[sheet], "B14", count)
    assert read_dlts(sheets).tracks[0].sweeps[1].points_measured == 20


def test_an_isolated_row_below_a_gap_is_no_data(read_dlts: Reader) -> None:
    sheets = books.dlts()
    for column in "DEFGHIJ":
        books.put(sheets[AFTER], f"{column}30", 1.0)
    file = read_dlts(sheets)
    assert file.tracks[0].sweeps[1].rows == 20
    assert "rows-after-gap" in codes(file)


def test_blank_error_cells_are_computed_with_the_phase_value(read_dlts: Reader) -> None:
    sheets = books.dlts()
    sheet = sheets[AFTER]
    books.put(sheet, "B7", 0.015)
    for row in range(2, 22):
        books.put(sheet, f"G{row}", books.cell(sheet, f"G{row}") + 0.015)
    books.put(sheet, "G2", None)
    books.put(sheet, "G21", "NaN")
    file = read_dlts(sheets)
    sweep = file.tracks[0].judged_sweep
    assert sweep is not None
    assert sweep.error.values[0] == pytest.approx(0.004 + 0.015)
    assert [i for i, f in enumerate(sweep.flags) if f & PointFlag.ERROR_COMPUTED] == [0, 19]
    assert (sweep.phase.value, sweep.phase.cell) == (0.015, "B7")
    assert {"phase-value", "errors-computed"} <= codes(file)


def test_an_error_column_of_zeros_is_computed(read_dlts: Reader) -> None:
    sheets = books.dlts()
    for row in range(2, 22):
        books.put(sheets[AFTER], f"G{row}", 0.0)
    sweep = read_dlts(sheets).tracks[0].judged_sweep
    assert sweep is not None
    assert sweep.error.letter == ""
    assert sweep.error.cell(2) == ""
    assert sweep.error.values[1] == sweep.measured.values[1] - sweep.theory.values[1]


def test_an_error_that_is_not_measured_minus_theory_is_reported_and_kept(
    read_dlts: Reader,
) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "G7", 0.3)
    file = read_dlts(sheets)
    sweep = file.tracks[0].judged_sweep
    assert sweep is not None
    assert sweep.error.values[5] == 0.3
    (finding,) = sweep.findings
    assert (finding.code, finding.cell) == ("error-disagrees", "G7")


def test_blank_limits_stay_missing(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "I2", None)
    books.put(sheets[AFTER], "J2", "")
    sweep = read_dlts(sheets).tracks[0].judged_sweep
    assert sweep is not None
    assert isnan(sweep.upper.values[0])
    assert isnan(sweep.lower.values[0])


def test_other_limits_before_trimming_are_reported(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[BEFORE], "I5", 0.001)
    assert "limits-differ" in codes(read_dlts(sheets))


def test_another_grid_before_trimming_is_reported(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[BEFORE], "H2", -9.75)
    assert "grids-differ" in codes(read_dlts(sheets))


def test_a_falling_resistance_is_reported(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "B10", 4700.0)
    assert "resistance-falls" in codes(read_dlts(sheets))


@pytest.mark.parametrize("value", [None, 0.0, "NaN", "Inf", -5.0])
def test_a_resistance_that_cannot_be_is_missing(read_dlts: Reader, value: object) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "B10", value)
    reading = read_dlts(sheets).tracks[0].sweeps[1].resistance
    assert (reading.value, reading.cell) == (None, "B10")


def test_a_text_angle_is_missing_and_the_repeated_one_used(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "B9", "NaN")
    travel = read_dlts(sheets).tracks[0].travel
    assert (travel.value, travel.cell) == (19.05, "B26")
    books.put(sheets[AFTER], "B26", "NaN")
    travel = read_dlts(sheets).tracks[0].travel
    assert (travel.value, travel.cell) == (None, "B9")


def test_text_in_a_column_of_numbers_is_reported(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "I4", " 0.05 ")
    books.put(sheets[AFTER], "J6", "see note")
    file = read_dlts(sheets)
    sweep = file.tracks[0].judged_sweep
    assert sweep is not None
    assert sweep.upper.values[2] == 0.05
    assert isnan(sweep.lower.values[4])
    assert [finding.cell for finding in sweep.findings] == ["I4", "J6"]


def test_a_boolean_is_no_measurement(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "D4", True)
    sweep = read_dlts(sheets).tracks[0].judged_sweep
    assert sweep is not None
    assert isnan(sweep.measured.values[2])


def test_sheets_without_any_row_are_refused(read_dlts: Reader) -> None:
    sheets = books.dlts()
    for name in (BEFORE, AFTER):
        sheets[name] = sheets[name][:1]
    with pytest.raises(UnreadableWorkbook) as refusal:
        read_dlts(sheets)
    assert (refusal.value.code, refusal.value.sheet) == ("no-rows", BEFORE)


def test_one_sheet_without_rows_is_reported(read_dlts: Reader) -> None:
    sheets = books.dlts()
    sheets[AFTER] = []
    file = read_dlts(sheets)
    assert file.tracks[0].state is TrackState.UNTRIMMED
    assert "sheet-without-rows" in codes(file)


def test_a_falling_crooked_theory_is_kept_as_read(read_dlts: Reader) -> None:
    sheets = books.dlts()
    line = [10 - t**2 / 10 for t in books.theory()]
    for row, value in enumerate(line, 2):
        books.put(sheets[AFTER], f"F{row}", value)
        books.put(sheets[AFTER], f"G{row}", books.cell(sheets[AFTER], f"D{row}") - value)
    sweep = read_dlts(sheets).tracks[0].judged_sweep
    assert sweep is not None
    assert list(sweep.theory.values) == line


def test_the_report_is_never_read(read_dlts: Reader) -> None:
    assert "must never be read" not in repr(read_dlts(books.dlts()))


def test_laser_3_is_known_by_its_folder_only(read_dlts: Reader) -> None:
    assert read_dlts(books.dlts(), folder=r"S:\stations\lts3 data\2026").station is Station.LASER_3
