"""The traps of Laser 1 workbooks, each in the smallest workbook that has it."""

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


@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
def test_a_plain_workbook_is_read_in_both_containers(read_lts: Reader, suffix: str) -> None:
    file = read_lts(books.lts(), books.LTS_NAME.replace(".xls", suffix))
    assert (file.layout, file.station) == (Layout.LTS, Station.LASER_1)
    assert (file.model.value, file.model.cell) == ("9002-1", "A1")
    assert file.serial.value == "7"
    assert file.position_unit == "in"
    assert file.operator_words == "Trimmed Correct"
    (track,) = file.tracks
    assert (track.name, track.state, track.trims) == ("TA", TrackState.TRIMMED, 1)
    sweep = track.judged_sweep
    assert sweep is not None
    assert (sweep.sheet, sweep.pass_number, sweep.first_row) == ("Lin Error", 1, 1)
    assert sweep.points_measured == sweep.rows == books.POINTS
    assert list(sweep.measured.values) == books.measured(0.004)
    assert sweep.upper.cell(1) == "F1"
    assert (track.resistance_before.value, track.resistance_after.value) == (4800.0, 5000.0)
    assert (track.travel.value, track.travel.sheet, track.travel.cell) == (19.1, "test", "K1")
    assert track.parameters["Pass 1: Laser Cut Length"].value == 3000.0
    assert not codes(file)


def test_lin_error_that_repeats_the_last_pass_is_one_sweep(read_lts: Reader) -> None:
    (track,) = read_lts(books.lts()).tracks
    assert [sweep.sheet for sweep in track.sweeps] == ["test", "Lin Error"]
    assert [sweep.pass_number for sweep in track.sweeps] == [0, 1]
    assert not track.sweeps[1].is_remeasurement


def test_lin_error_that_differs_from_the_last_pass_is_a_remeasurement(read_lts: Reader) -> None:
    sheets = books.lts()
    sheets["Trim 2"] = books.lts_sheet(books.measured(0.006))
    file = read_lts(sheets)
    (track,) = file.tracks
    assert [sweep.sheet for sweep in track.sweeps] == ["test", "Trim 1", "Trim 2", "Lin Error"]
    assert [sweep.pass_number for sweep in track.sweeps] == [0, 1, 2, 2]
    assert track.trims == 2
    assert track.judged_sweep is not None
    assert track.judged_sweep.is_remeasurement
    assert "remeasured" in codes(file)


def test_passes_are_ordered_by_number(read_lts: Reader) -> None:
    sheets = books.lts()
    for number in (10, 2):
        sheets[f"Trim {number}"] = books.lts_sheet(books.measured(number / 1000))
    (track,) = read_lts(sheets).tracks
    assert [sweep.pass_number for sweep in track.sweeps] == [0, 1, 2, 10, 10]


def test_the_perfect_template_of_an_untouched_part_is_never_judged(read_lts: Reader) -> None:
    file = read_lts(books.lts_untouched())
    (track,) = file.tracks
    assert (track.state, track.trims) == (TrackState.UNTRIMMED, 0)
    assert track.judged_sweep is not None
    assert track.judged_sweep.sheet == "test"
    assert track.sweeps[1].is_template
    assert track.sweeps[1].points_measured == 0
    assert set(track.sweeps[1].flags) == {PointFlag.NOT_MEASURED}
    assert track.resistance_after.value is None
    assert "template-sheet" in codes(file)


def test_a_template_without_voltages_is_never_judged(read_lts: Reader) -> None:
    sheets = books.lts_untouched()
    sheets["Lin Error"] = books.lts_sheet([None] * books.POINTS, resistance=0.0)
    (track,) = read_lts(sheets).tracks
    assert track.judged_sweep is not None
    assert (track.state, track.judged_sweep.sheet) == (TrackState.UNTRIMMED, "test")


def test_without_a_pass_a_measured_lin_error_is_not_judged(read_lts: Reader) -> None:
    sheets = books.lts_untouched()
    sheets["Lin Error"] = books.lts_sheet(books.measured(0.004))
    file = read_lts(sheets)
    (track,) = file.tracks
    assert track.judged_sweep is not None
    assert (track.state, track.judged_sweep.sheet) == (TrackState.UNTRIMMED, "test")
    assert "final-sweep-without-trim" in codes(file)


def test_after_a_cut_the_last_pass_is_judged_where_lin_error_is_a_template(
    read_lts: Reader,
) -> None:
    sheets = books.lts()
    sheets["Lin Error"] = books.lts_sheet(books.theory())
    file = read_lts(sheets)
    (track,) = file.tracks
    assert track.judged_sweep is not None
    assert (track.state, track.judged_sweep.sheet) == (TrackState.TRIMMED, "Trim 1")
    assert "final-sweep-missing" in codes(file)


def test_when_every_sheet_is_a_template_nothing_was_measured(read_lts: Reader) -> None:
    sheets = books.lts_untouched()
    sheets["test"] = books.lts_sheet(books.theory())
    (track,) = read_lts(sheets).tracks
    assert (track.state, track.judged) == (TrackState.NOT_MEASURED, None)


def test_loose_voltages_below_the_block_are_no_data(read_lts: Reader) -> None:
    sheets = books.lts()
    books.put(sheets["Lin Error"], "A22", 5.02)
    assert read_lts(sheets).tracks[0].judged_sweep.rows == books.POINTS  # type: ignore[union-attr]


def test_an_error_column_of_zeros_with_blank_ends_is_computed(read_lts: Reader) -> None:
    sheets = books.lts()
    for row in range(1, books.POINTS + 1):
        books.put(sheets["test"], f"D{row}", None if row in (1, books.POINTS) else 0.0)
    sweep = read_lts(sheets).tracks[0].sweeps[0]
    assert set(sweep.flags) == {PointFlag.ERROR_COMPUTED}
    assert sweep.error.values[1] == sweep.measured.values[1] - sweep.theory.values[1]
    assert sweep.error.letter == ""


def test_a_missing_voltage_is_reported_and_stays_a_measured_row(read_lts: Reader) -> None:
    sheets = books.lts()
    for sheet in ("Lin Error", "Trim 1"):
        books.put(sheets[sheet], "A20", None)
    file = read_lts(sheets)
    sweep = file.tracks[0].judged_sweep
    assert sweep is not None
    assert isnan(sweep.measured.values[19])
    assert sweep.points_measured == books.POINTS
    assert "voltage-missing" in codes(file)


def test_another_grid_in_test_is_reported(read_lts: Reader) -> None:
    sheets = books.lts()
    volts = books.measured(0.02, 11)
    test = books.lts_sheet(volts)
    books.put(test, "M2", "7_TA")
    sheets["test"] = test
    file = read_lts(sheets)
    assert file.tracks[0].sweeps[0].rows == 11
    assert "grids-differ" in codes(file)


@pytest.mark.parametrize("angle", [-0.05, 0.609, 44.0])
def test_an_angle_that_cannot_be_the_travel_is_left_out(read_lts: Reader, angle: float) -> None:
    sheets = books.lts()
    books.put(sheets["test"], "K1", angle)
    file = read_lts(sheets)
    assert file.tracks[0].travel.value is None
    assert "travel-cell-unusable" in codes(file)


def test_a_text_resistance_is_taken_from_the_last_pass(read_lts: Reader) -> None:
    sheets = books.lts()
    books.put(sheets["Lin Error"], "R1", "NaN")
    after = read_lts(sheets).tracks[0].resistance_after
    assert (after.value, after.sheet) == (5000.0, "Trim 1")


def test_the_track_in_the_name_wins_over_the_cell(read_lts: Reader) -> None:
    file = read_lts(books.lts(), books.LTS_NAME.replace("_TA_", "_TB_"))
    assert file.tracks[0].name == "TB"
    assert "track-disagrees" in codes(file)


def test_the_track_comes_from_the_cell_where_the_name_is_silent(read_lts: Reader) -> None:
    sheets = books.lts()
    books.put(sheets["test"], "M2", "7_TB")
    file = read_lts(sheets, books.LTS_NAME.replace("_TA_", "_"))
    assert (file.tracks[0].name, file.serial.value) == ("TB", "7")
    assert "serial-disagrees" not in codes(file)


def test_a_track_nobody_names_is_ta_with_a_warning(read_lts: Reader) -> None:
    sheets = books.lts()
    books.put(sheets["test"], "M2", "7")
    file = read_lts(sheets, books.LTS_NAME.replace("_TA_", "_"))
    assert file.tracks[0].name == "TA"
    assert "track-unknown" in codes(file)


def test_a_workbook_of_parameters_is_no_error(read_lts: Reader) -> None:
    sheets = {k: v for k, v in books.lts().items() if k.endswith("Parameters")}
    file = read_lts(sheets)
    assert (file.layout, file.tracks) == (Layout.LTS, ())
    assert file.reason


def test_sheets_without_any_row_are_refused(read_lts: Reader) -> None:
    sheets = books.lts()
    for name in ("test", "Lin Error", "Trim 1"):
        sheets[name] = []
    with pytest.raises(UnreadableWorkbook) as refusal:
        read_lts(sheets)
    assert refusal.value.code == "no-rows"


def test_a_number_as_model_loses_its_decimals(read_lts: Reader) -> None:
    sheets = books.lts()
    sheets["Model Parameters"][0][0] = 9002.0
    assert read_lts(sheets).model.value == "9002"


def test_a_kind_that_is_neither_linear_nor_rotary_is_reported(read_lts: Reader) -> None:
    sheets = books.lts()
    sheets["Model Parameters"][1][0] = "?"
    file = read_lts(sheets)
    assert file.position_unit == "deg"
    assert "unit-unknown" in codes(file)
