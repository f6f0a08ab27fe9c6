"""Laser 1: values and labels stand where layouts.md says, without a header row."""

from __future__ import annotations

import pytest

from analysis.simulate.outcome import Outcome
from analysis.simulate.story import TrackPlan
from analysis.simulate.workbook import write_workbook
from tests.simulate.stories import DESIGN, cell, column, opened, story, written

COUNT = DESIGN.points
TWO_PASSES = (TrackPlan(Outcome.AS_MEASURED, passes=2),)


@pytest.fixture(scope="module", params=["xls", "xlsx"])
def sheets(request):
    return opened(written("lts", tracks=TWO_PASSES, container=request.param).data)


@pytest.fixture(scope="module")
def track():
    return story("lts", TWO_PASSES).tracks[0]


def test_sheets_stand_in_the_station_s_order(sheets):
    assert list(sheets) == [
        "Model Parameters",
        "Trim Parameters",
        "Lin Error",
        "Lin Chart",
        "test",
        "hold",
        "Sheet1",
        "TrimVolts1",
        "Trim 1",
        "TrimVolts2",
        "Trim 2",
        "VOLTAGES",
        "ERRORS",
        "TRIMDATA",
    ]


def test_the_name_ends_with_the_operator_s_words():
    assert written("lts").name == "9101_12_TA_Test Data_3-2-2026_9-15 AMTrimmed Correct.xls"


@pytest.mark.parametrize(
    ("name", "number"), [("test", 0), ("Trim 1", 1), ("Trim 2", 2), ("Lin Error", 2)]
)
def test_columns_hold_a_sweep(sheets, track, name, number):
    rows, measured = sheets[name], track.sweeps[number].measured
    assert column(rows, "A", 1, COUNT) == measured.tolist()
    assert column(rows, "B", 1, COUNT) == list(range(COUNT))
    assert column(rows, "C", 1, COUNT) == track.theory.tolist()
    assert column(rows, "D", 1, COUNT) == (measured - track.theory).tolist()
    assert column(rows, "E", 1, COUNT) == track.position.tolist()
    assert column(rows, "F", 1, COUNT) == track.upper.tolist()
    assert column(rows, "G", 1, COUNT) == track.lower.tolist()
    assert set(column(rows, "H", 1, COUNT)) == {1}
    assert cell(rows, "R1") == track.sweeps[number].resistance


def test_the_last_pass_and_lin_error_are_the_same_cells(sheets):
    assert sheets["Trim 2"] == sheets["Lin Error"]


def test_two_voltages_of_the_middle_stand_below_the_block_after_a_cut(sheets):
    below = column(sheets["Lin Error"], "A", COUNT + 1, COUNT + 2)
    assert all(abs(volts - 5) < 0.1 for volts in below)
    assert cell(sheets["Lin Error"], f"E{COUNT + 1}") == ""


def test_column_r_goes_on_to_twice_the_points_and_three(sheets):
    rows = sheets["Lin Error"]
    assert len(rows) == 2 * COUNT + 3
    assert rows[2][17] == rows[COUNT + 2][17] == 0


def test_angle_serial_and_compensation_have_their_cells(sheets, track):
    assert cell(sheets["test"], "K1") == track.travel_measured
    assert cell(sheets["test"], "M2") == "12_TA"
    assert cell(sheets["Lin Error"], "L1") == 110
    assert cell(sheets["Lin Chart"], "O1") == 0


def test_model_parameters_have_the_value_left_of_the_label(sheets):
    rows = sheets["Model Parameters"]
    assert len(rows) == 62
    assert rows[0][:2] == [9101, "Model number"]
    assert rows[1][:2] == ["Rotary", "Pot Type"]
    assert rows[2][:3] == [-110, "Pot Angle", "Deg"]


def test_the_label_block_has_values_in_n_and_labels_in_o(sheets):
    assert cell(sheets["Lin Error"], "O3") == "Theoretical angle"
    assert cell(sheets["Lin Error"], "N3") == 110


def test_uncut_ends_are_nan_as_a_text(sheets):
    voltages = sheets["VOLTAGES"]
    assert [row[1] for row in voltages[:6]] == ["NaN"] * 6
    assert isinstance(voltages[6][1], float)


def test_without_a_cut_lin_error_is_a_template_on_theory():
    sheets = opened(written("lts", tracks=Outcome.UNTRIMMED).data)
    final = sheets["Lin Error"]
    assert column(final, "A", 1, COUNT) == column(final, "C", 1, COUNT)
    assert set(column(final, "D", 1, COUNT)) == {0}
    assert cell(final, "R1") == 0
    assert not any(name.startswith("Trim ") and name[-1].isdigit() for name in sheets)


def test_two_tracks_need_two_files():
    plans = (TrackPlan(Outcome.AS_MEASURED), TrackPlan(Outcome.HARD_FAIL, "TRK2"))
    told = story("lts", plans)
    with pytest.raises(ValueError, match="one workbook per track"):
        write_workbook(told, layout="lts")
    names = [write_workbook(told.only(name), layout="lts").name for name in ("TRK1", "TRK2")]
    assert [name.split("_")[2] for name in names] == ["TA", "TB"]
