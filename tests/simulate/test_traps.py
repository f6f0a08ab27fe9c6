"""Each trap is really in the cells, where the reader of the day must meet it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import olefile
import pytest

from analysis.simulate.outcome import Outcome
from analysis.simulate.trap import Trap, TrapDoesNotFit
from analysis.simulate.traps import traps_of
from tests.simulate.stories import DESIGN, cell, column, opened, story, written

COUNT = DESIGN.points
LAST = COUNT + 1
FIRST, CUT = "SEC1 TRK1 0", "SEC1 TRK1 1 TRM1"


def sheets_with(layout, *traps, **more):
    return opened(written(layout, *traps, **more).data)


def test_every_trap_belongs_to_a_layout():
    assert set(traps_of("dlts")) | set(traps_of("lts")) == set(Trap)


def test_a_trap_of_the_other_laser_is_refused():
    with pytest.raises(TrapDoesNotFit):
        written("lts", Trap.STALE_ROWS)


def test_stale_rows_repeat_the_template_to_the_bit():
    workbook = written("dlts", Trap.STALE_ROWS)
    sheets = opened(workbook.data)
    stale = slice(COUNT + 1, COUNT + 4)
    for name in (FIRST, CUT):
        assert [row[3] for row in sheets[name][stale]] == [row[3] for row in sheets["ref"][stale]]
        assert cell(sheets[name], "B14") == COUNT
    assert [row[11] for row in sheets[CUT][stale]] == ["", "", ""]
    assert all(row[5] > 10 for row in sheets[CUT][stale])
    track = workbook.expectation.tracks[0]
    assert (track.rows, track.points) == (COUNT + 3, COUNT)


def test_stale_rows_may_lack_their_count_in_one_sheet_or_in_all():
    sibling, none = (
        sheets_with("dlts", trap) for trap in (Trap.STALE_ROWS_SIBLING, Trap.STALE_ROWS_UNCOUNTED)
    )
    assert [cell(sibling[name], "B14") for name in (FIRST, CUT)] == [COUNT, ""]
    assert [cell(none[name], "B14") for name in (FIRST, CUT)] == ["", ""]


@pytest.mark.parametrize(
    ("trap", "name"),
    [
        (Trap.TEMPLATE_EXTRA, "SEC1 TRK1 1 TRM2"),
        (Trap.TEMPLATE_INSTEAD, CUT),
        (Trap.TEMPLATE_TRACK, "SEC1 TRK2 0"),
    ],
)
def test_a_template_copy_has_the_voltages_of_ref_and_no_angle(trap, name):
    sheets = sheets_with("dlts", trap)
    assert column(sheets[name], "D", 2, LAST) == column(sheets["ref"], "D", 2, LAST)
    assert [cell(sheets[name], address) for address in ("B9", "B14")] == ["", ""]


def test_parameters_only_means_no_measurement_sheet():
    workbook = written("dlts", Trap.PARAMETERS_ONLY)
    assert not any(name.startswith("SEC") for name in opened(workbook.data))
    assert workbook.expectation.verdict == "NOT_MEASURED"


def test_blank_errors_stand_beside_voltages_and_theory():
    rows = sheets_with("dlts", Trap.BLANK_ERRORS)[CUT]
    for row in (2, LAST):
        assert cell(rows, f"G{row}") == ""
        assert isinstance(cell(rows, f"D{row}"), float)


def test_the_phase_value_is_already_inside_the_errors_of_the_last_sheet():
    sheets = sheets_with("dlts", Trap.PHASE_VALUE)
    rows = sheets[CUT]
    assert cell(sheets[FIRST], "B7") == 0
    assert cell(rows, "B7") == 0.015
    assert cell(rows, "G9") == cell(rows, "D9") - cell(rows, "F9") + 0.015


@pytest.mark.parametrize(("layout", "letter", "first"), [("dlts", "I", 2), ("lts", "F", 1)])
def test_blank_limits_stand_at_both_ends(layout, letter, first):
    name = CUT if layout == "dlts" else "Lin Error"
    limits = column(
        sheets_with(layout, Trap.LIMITS_BLANK_ENDS)[name], letter, first, first + COUNT - 1
    )
    assert limits[:5] == limits[-5:] == [""] * 5
    assert "" not in limits[5:-5]


def test_a_series_of_limits_rises_by_one():
    limits = column(sheets_with("dlts", Trap.LIMITS_SERIES)[CUT], "I", 24, LAST)
    assert limits == [0.03 + i for i in range(len(limits))]


@pytest.mark.parametrize(
    ("trap", "verdict"),
    [
        (Trap.LIMITS_SERIES, "NOT_EVALUABLE"),
        (Trap.LIMITS_HUGE, "NOT_EVALUABLE"),
        (Trap.LIMITS_CROSSED, "NOT_EVALUABLE"),
        (Trap.LIMITS_ALL_BLANK, "NOT_EVALUABLE"),
        (Trap.LIMITS_ZERO_WIDTH, "FAIL"),
        (Trap.LIMITS_DIFFER, "PASS"),
        (Trap.INITIAL_ONLY, "UNTRIMMED"),
    ],
)
@pytest.mark.parametrize("layout", ["dlts", "lts"])
def test_the_expected_verdict_follows_the_trap(layout, trap, verdict):
    assert written(layout, trap).expectation.verdict == verdict


def test_limits_before_trimming_are_not_those_after():
    sheets = sheets_with("dlts", Trap.LIMITS_DIFFER)
    assert (cell(sheets[FIRST], "I9"), cell(sheets[CUT], "I9")) == (0.001, 0.05)
    sheets = sheets_with("lts", Trap.LIMITS_DIFFER)
    assert (cell(sheets["test"], "F9"), cell(sheets["Lin Error"], "F9")) == (0.25, 0.05)


def test_texts_and_dates_stand_where_numbers_belong():
    sheets = sheets_with("dlts", Trap.TEXT_NAN, Trap.TEXT_INFINITE, Trap.DATE_TYPED)
    rows = sheets[CUT]
    assert (cell(rows, "B9"), cell(rows, "B26"), cell(rows, "B11")) == ("NaN", "NaN", "Inf")
    assert isinstance(cell(rows, "B21"), datetime)


def test_an_empty_header_keeps_resistance_and_data():
    rows = sheets_with("dlts", Trap.EMPTY_HEADER)[FIRST]
    assert [cell(rows, f"B{row}") for row in (2, 4, 5, 14, 15, 19)] == [""] * 6
    assert cell(rows, "B3") == 1
    assert isinstance(cell(rows, "B10"), float)


def test_tracks_are_where_they_are_asked_for():
    two = written("dlts", Trap.TWO_TRACKS)
    assert [track.name for track in two.expectation.tracks] == ["TRK1", "TRK2"]
    second = sheets_with("dlts", Trap.TRACK_2_ONLY)
    assert "SEC1 TRK2 1 TRM1" in second
    assert FIRST not in second
    assert "_TB_" in written("lts", Trap.TRACK_B).name


def test_editing_later_shows_in_the_saved_time_and_in_the_last_sheet():
    workbook = written("dlts", Trap.EDITED_LATER)
    with olefile.OleFileIO(BytesIO(workbook.data)) as container:
        saved = container.get_metadata().last_saved_time.replace(tzinfo=UTC)
    assert saved > datetime(2026, 6, 1, tzinfo=UTC)
    sheets = opened(workbook.data)
    assert (cell(sheets[FIRST], "B2"), cell(sheets[CUT], "B2")) == (12, 7777)


@pytest.mark.parametrize(("trap", "points"), [(Trap.SHORT_RUN, 7), (Trap.LONG_RUN, 719)])
@pytest.mark.parametrize("layout", ["dlts", "lts"])
def test_runs_can_be_short_or_long(layout, trap, points):
    assert written(layout, trap).expectation.tracks[0].points == points


def test_a_lone_voltage_stands_below_the_block_and_is_counted():
    rows = sheets_with("dlts", Trap.LONE_VOLTAGE)[CUT]
    assert cell(rows, "B14") == COUNT + 1
    assert [cell(rows, f"{letter}{LAST + 1}") for letter in "DH"] == [4.99871, ""]


def test_an_isolated_row_stands_far_below():
    rows = sheets_with("dlts", Trap.ISOLATED_ROW)[CUT]
    assert cell(rows, f"H{LAST + 1}") == ""
    assert len(rows) == LAST + 63
    assert all(rows[-1][index] != "" for index in range(3, 10))


def test_the_second_pass_may_use_another_parameter_set():
    sheets = sheets_with("dlts", Trap.SECOND_PARAMETER_SET)
    assert "SEC1 TRK1 2 TRM2" in sheets
    assert cell(sheets["SEC1 TRK1 2 TRM2"], "B5") == "TRM2"


def test_labels_vary_as_they_do_at_the_station():
    rows = sheets_with("dlts", Trap.UPPER_CASE_LABELS, Trap.OTHER_ANGLE_LABEL, Trap.EXTRA_LABELS)[
        CUT
    ]
    assert (cell(rows, "A1"), cell(rows, "A2"), cell(rows, "A9")) == (
        "MODEL# ",
        "SHOP# ",
        "calc length",
    )
    assert cell(rows, "A34") == "meas end V"


def test_names_and_cells_can_disagree():
    assert cell(sheets_with("dlts", Trap.MODEL_WITH_BLANK)["Model Parameters"], "B1") == "9101 "
    assert cell(sheets_with("dlts", Trap.OTHER_MODEL)[FIRST], "B1") == "9999"
    assert written("dlts", Trap.EMPTY_SERIAL).name.startswith("9101__TEST DATA")
    assert written("dlts", Trap.NAME_WITHOUT_DATE).name == "9101_Shop12_initial lin.xls"
    padded = written("dlts", Trap.PADDED_SERIAL)
    assert padded.name.startswith("9101_01_TEST")
    assert cell(opened(padded.data)[CUT], "B2") == 1
    session = sheets_with("dlts", Trap.SESSION_DAY_BEFORE)
    assert cell(session[CUT], "B6") == date(2026, 3, 1)


def test_the_report_may_be_about_another_product():
    report = sheets_with("dlts", Trap.FOREIGN_REPORT)["Report"]
    assert (cell(report, "B6"), cell(report, "D23")) == ("MODEL: 9999", "LINEARITY: FAILED")


def test_a_blank_template_has_errors_of_minus_theory():
    final = sheets_with("lts", Trap.BLANK_TEMPLATE)["Lin Error"]
    assert set(column(final, "A", 1, COUNT)) == {""}
    assert column(final, "D", 2, 9) == [-value for value in column(final, "C", 2, 9)]


def test_the_error_column_of_test_can_be_all_zero_with_blank_ends():
    errors = column(sheets_with("lts", Trap.ZERO_ERRORS)["test"], "D", 1, COUNT)
    assert errors[:6] == errors[-6:] == [""] * 6
    assert set(errors[6:-6]) == {0}


def test_a_remeasured_lin_error_differs_in_every_row_and_errors_is_one_column_wider():
    sheets = sheets_with("lts", Trap.REMEASURED)
    final, last = (column(sheets[name], "A", 1, COUNT) for name in ("Lin Error", "Trim 1"))
    assert all(one != other for one, other in zip(final, last, strict=True))
    assert len(sheets["ERRORS"][0]) == 3


def test_grids_of_test_and_lin_error_can_differ():
    sheets = sheets_with("lts", Trap.GRID_MISMATCH)
    rows = [len([r for r in sheets[name] if r[4] != ""]) for name in ("test", "Lin Error")]
    assert rows == [COUNT // 2 + 1, COUNT]
    assert max(abs(row[3]) for row in sheets["test"] if row[3] != "") > 4


def test_the_angle_cell_of_laser_1_can_hold_anything():
    values = {
        trap: cell(sheets_with("lts", trap)["test"], "K1")
        for trap in (Trap.LIMIT_AS_ANGLE, Trap.FOREIGN_ANGLE, Trap.NO_ANGLE)
    }
    assert values == {Trap.LIMIT_AS_ANGLE: -0.05, Trap.FOREIGN_ANGLE: 0.609, Trap.NO_ANGLE: ""}


def test_other_columns_of_laser_1_vary():
    band = sheets_with("lts", Trap.BAND_COLUMNS)["Lin Error"]
    assert cell(band, "J1") == cell(band, "C1") + cell(band, "F1")
    running = sheets_with("lts", Trap.RUNNING_MULTIPLIER)["Lin Error"]
    assert column(running, "H", 1, 3) == [1, 2, 3]
    assert cell(sheets_with("lts", Trap.TEXT_RESISTANCE)["Lin Error"], "R1") == "NaN"
    assert cell(sheets_with("lts", Trap.NO_TRAVEL_COLUMN)["Lin Error"], "I9") == ""
    assert list(sheets_with("lts", Trap.UNNAMED_SHEETS))[-3:] == ["Sheet1", "Sheet2", "Sheet3"]


def test_words_of_the_operator_end_the_name():
    assert written("lts", Trap.SCRAP_NAME).name.endswith("AMScrap_Cut in wiper path.xls")
    assert written("lts", Trap.RESISTANCE_TRIMMED).name.endswith("AM_ResTrimmed Correct.xls")


def test_cached_values_of_a_chart_are_no_cells():
    with_charts = written("dlts", Trap.EMBEDDED_CHARTS)
    without = written("dlts")
    assert len(with_charts.data) > len(without.data) + 10_000
    assert opened(with_charts.data) == opened(without.data)


def test_old_workbooks_do_not_number_the_last_pass():
    sheets = sheets_with("dlts", Trap.UNNUMBERED_SHEET)
    assert [name for name in sheets if name.startswith("SEC")] == [FIRST, "SEC1 TRK1 TRM"]


def test_a_pass_that_is_missing_cannot_be_replaced_by_a_template():
    with pytest.raises(TrapDoesNotFit):
        written("dlts", Trap.TEMPLATE_INSTEAD, tracks=Outcome.UNTRIMMED)
    with pytest.raises(TrapDoesNotFit):
        written("dlts", Trap.TRACK_2_ONLY, Trap.TWO_TRACKS)
    assert len(story("dlts").tracks) == 1
