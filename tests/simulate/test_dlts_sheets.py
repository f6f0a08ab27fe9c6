"""Laser 2: labels, headers and values stand where layouts.md says."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from analysis.simulate.dlts import HEADERS
from analysis.simulate.outcome import Outcome
from analysis.simulate.story import TrackPlan
from tests.simulate.stories import DESIGN, cell, column, opened, story, written

COUNT = DESIGN.points
LAST = COUNT + 1
TWO_PASSES = (TrackPlan(Outcome.AS_MEASURED, passes=2),)


@pytest.fixture(scope="module", params=["xls", "xlsx"])
def sheets(request):
    return opened(written("dlts", tracks=TWO_PASSES, container=request.param).data)


@pytest.fixture(scope="module")
def track():
    return story("dlts", TWO_PASSES).tracks[0]


def test_sheets_stand_in_the_station_s_order(sheets):
    assert list(sheets) == [
        "Model Parameters",
        "Track Parameters",
        "Trim Parameters",
        "Notes",
        "Process",
        "ref",
        "Stats",
        "Report",
        "Report Data",
        "SEC1 TRK1 0",
        "SEC1 TRK1 1 TRM1",
        "SEC1 TRK1 2 TRM1",
    ]


def test_the_name_is_model_serial_and_moment():
    assert written("dlts").name == "9101_12_TEST DATA_3-2-2026_9-15 AM.xls"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_columns_hold_what_their_headers_say(sheets, track, number):
    name = f"SEC1 TRK1 {number}" + (" TRM1" if number else "")
    rows, sweep = sheets[name], track.sweeps[number]
    assert rows[0][3:20] == list(HEADERS)
    assert column(rows, "D", 2, LAST) == sweep.measured.tolist()
    assert column(rows, "E", 2, LAST) == list(range(COUNT))
    assert column(rows, "F", 2, LAST) == track.theory.tolist()
    assert column(rows, "G", 2, LAST) == sweep.error(track.theory).tolist()
    assert column(rows, "H", 2, LAST) == track.position.tolist()
    assert column(rows, "I", 2, LAST) == track.upper.tolist()
    assert column(rows, "J", 2, LAST) == track.lower.tolist()
    assert column(rows, "O", 2, LAST) == (track.position - track.position[0]).tolist()


def test_the_flag_is_the_error_outside_and_not_available_inside(sheets, track):
    rows = sheets["SEC1 TRK1 0"]
    error = track.sweeps[0].error(track.theory)
    for value, flag in zip(error.tolist(), column(rows, "K", 2, LAST), strict=True):
        outside = abs(value) > DESIGN.half_width
        assert flag == value if outside else flag in ("", "#N/A")


def test_trim_columns_start_and_end_with_nan_and_are_empty_before_trimming(sheets):
    for letter in "LMN":
        cut = column(sheets["SEC1 TRK1 1 TRM1"], letter, 2, LAST)
        assert cut[0] == cut[-1] == "NaN"
        assert all(isinstance(value, float) for value in cut[1:-1])
        assert set(column(sheets["SEC1 TRK1 0"], letter, 2, LAST)) == {""}


def test_the_header_block_says_what_the_station_says(sheets, track):
    rows = sheets["SEC1 TRK1 1 TRM1"]
    expected = {
        "B1": "9101",
        "B2": 12,
        "B3": "SEC1",
        "B4": "TRK1",
        "B5": "TRM1",
        "B6": date(2026, 3, 2),
        "B7": 0,
        "B8": 110,
        "B9": track.travel_measured,
        "B10": track.sweeps[1].resistance,
        "B13": 10,
        "B14": COUNT,
        "B19": datetime(1903, 12, 31, 19, 0),
        "B20": datetime(1903, 12, 31, 19, 0),
        "B26": track.travel_measured,
    }
    assert {address: cell(rows, address) for address in expected} == expected
    assert cell(rows, "A14") == "#ofLinPoints"
    assert cell(rows, "A26") == "Calc. Angle"


def test_ref_rises_evenly_whatever_the_theory_and_knows_no_unit(sheets):
    rows = sheets["ref"]
    assert column(rows, "D", 2, LAST) == [10.0 * i / (COUNT - 1) for i in range(COUNT)]
    assert cell(rows, "B2") == ""
    assert cell(rows, "B3") == 1
    assert cell(rows, "B14") == ""


def test_track_parameters_have_a_column_per_track():
    plans = (TrackPlan(Outcome.AS_MEASURED), TrackPlan(Outcome.HARD_FAIL, "TRK2"))
    rows = opened(written("dlts", tracks=plans).data)["Track Parameters"]
    assert rows[0] == ["TRACK PARAMETERS", "SEC1-TRK1", "SEC1-TRK2"]
    assert [row[0] for row in rows[6:9]] == [
        "Length Minimum",
        "Length Theoretical",
        "Length Mamimum",
    ]
    assert [row[2] for row in rows[6:9]] == [109.45, 110, 111.1]


def test_positions_rise_strictly(sheets):
    assert np.all(np.diff(column(sheets["SEC1 TRK1 0"], "H", 2, LAST)) > 0)
