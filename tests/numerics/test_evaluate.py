"""Tracks and files: verdicts, reasons, bad input."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.formats.station_file import TrackState
from analysis.numerics.evaluate import TrackEvaluation, evaluate_file, evaluate_track
from analysis.numerics.method import LASERTRIM_1, METHODS, Method, Parameters, method_named
from analysis.numerics.plausibility import FindingCode
from analysis.numerics.resistance import resistance_change
from analysis.numerics.verdict import Verdict, run_verdict
from tests.numerics.builders import a_file, a_sweep, a_track, column, ohms

pytestmark = pytest.mark.filterwarnings("error")
NO = math.nan
SMOOTH = [0.002 * math.sin(index / 9) for index in range(60)]


def codes(evaluation: TrackEvaluation) -> set[str]:
    return {finding.code for finding in evaluation.findings}


def test_a_good_track_passes_as_measured() -> None:
    got = evaluate_track(a_track(a_sweep(SMOOTH)))
    assert got.verdict is Verdict.PASS
    assert got.reason == "All 60 graded points are inside the limits as measured."
    assert (got.passes_as_measured, got.passes_corrected) == (True, True)
    assert (got.points_rows, got.points_measured, got.points_graded) == (60, 60, 60)
    assert got.method == "lasertrim-1"
    assert got.findings == ()


def test_a_shifted_track_passes_only_with_a_shift_and_says_so() -> None:
    got = evaluate_track(a_track(a_sweep([value - 0.0205 for value in SMOOTH])))
    assert got.verdict is Verdict.PASS
    assert got.passes_as_measured is False
    assert got.failing_as_measured == len(got.failing_points_as_measured) > 0
    assert got.reason == (
        "All 60 graded points are inside the limits after a shift of +0.0205 V; "
        f"as measured {got.failing_as_measured} points are outside."
    )
    assert got.largest_error_corrected == pytest.approx(0.002, abs=1e-5)


def test_a_failing_track_names_the_points_that_exclude_each_other() -> None:
    error = list(SMOOTH)
    error[12], error[40] = 0.030, -0.014
    got = evaluate_track(a_track(a_sweep(error)))
    assert got.verdict is Verdict.FAIL
    assert got.deciding_points == (12, 40)
    assert got.contradiction == pytest.approx(0.004)
    assert got.reason == (
        "No shift can pass: points 40 and 12 exclude each other by 0.0040 V; "
        "at best 1 of 60 graded points stays outside."
    )
    assert got.offset_window is None and got.margin is not None and got.margin < 0


def test_a_rough_track_is_a_warning() -> None:
    error = [0.015 * math.sin(index / 3) for index in range(60)]
    got = evaluate_track(a_track(a_sweep(error)))
    assert got.verdict is Verdict.WARNING
    assert got.sigma_gradient is not None and got.sigma_threshold is not None
    assert got.sigma_gradient > got.sigma_threshold
    assert got.reason.startswith("Linearity passes, sigma gradient 0.00")
    moved = evaluate_track(a_track(a_sweep([value + 0.01 for value in error])))
    assert moved.verdict is Verdict.WARNING
    assert moved.reason.startswith("Linearity passes after a shift of -0.01")
    assert "points are outside), sigma gradient" in moved.reason


def test_a_track_of_seven_points_is_judged_by_linearity_alone() -> None:
    got = evaluate_track(a_track(a_sweep([0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.0])))
    assert got.verdict is Verdict.PASS
    assert got.sigma_gradient is None
    assert "7 points are too few" in got.sigma_reason


def test_an_untrimmed_track_keeps_its_state_and_shows_the_numbers() -> None:
    track = a_track(a_sweep(SMOOTH, number=0), state=TrackState.UNTRIMMED, reason="No trim sheet.")
    got = evaluate_track(track)
    assert got.verdict is Verdict.UNTRIMMED
    assert got.reason.startswith("No trim sheet. Before trimming: All 60 graded points")
    assert got.failing_as_measured == 0


def test_a_template_is_not_measured() -> None:
    for track in (
        a_track(state=TrackState.NOT_MEASURED, reason="Every sheet is a copy of the template."),
        a_track(a_sweep(SMOOTH, is_template=True)),
        a_track(),
    ):
        got = evaluate_track(track)
        assert got.verdict is Verdict.NOT_MEASURED
        assert got.reason
        assert got.failing_as_measured is None and got.offset is None


def test_rows_never_measured_are_cut_before_anything_is_computed() -> None:
    got = evaluate_track(a_track(a_sweep([*SMOOTH, -9.0, -9.0], measured_rows=60)))
    assert got.verdict is Verdict.PASS
    assert (got.points_rows, got.points_measured) == (62, 60)
    assert got.largest_error is not None and got.largest_error < 0.003


def test_a_blank_error_at_a_graded_point_cannot_pass() -> None:
    got = evaluate_track(a_track(a_sweep([*SMOOTH[:30], NO, *SMOOTH[31:]])))
    assert got.verdict is Verdict.FAIL
    assert got.failing_points_corrected == (30,)
    assert "point 30 is graded but has no error value" in got.reason
    assert got.sigma_gradient is None and got.sigma_reason
    assert FindingCode.ERROR_MISSING in codes(got)


def test_all_blank_limits_are_not_evaluable() -> None:
    got = evaluate_track(a_track(a_sweep(SMOOTH, upper=[NO] * 60, lower=[NO] * 60)))
    assert got.verdict is Verdict.NOT_EVALUABLE
    assert got.passes_as_measured is None and got.passes_corrected is None
    assert got.failing_as_measured is None
    assert got.points_graded == 0
    assert got.sigma_threshold_source == "fallback"
    (finding,) = got.findings
    assert (finding.code, finding.sheet, finding.cell) == ("limits-blank", "SEC1 TRK1 1 TRM1", "I2")


def test_an_auto_filled_series_is_not_evaluable_but_is_counted() -> None:
    upper = [0.03] * 23 + [0.03 + index for index in range(37)]
    got = evaluate_track(a_track(a_sweep(SMOOTH, upper=upper)))
    assert got.verdict is Verdict.NOT_EVALUABLE
    assert got.failing_as_measured == 0
    assert {FindingCode.LIMITS_SERIES, FindingCode.LIMITS_ABSURD} <= codes(got)
    series = next(f for f in got.findings if f.code == FindingCode.LIMITS_SERIES)
    assert series.cell == "I25"
    assert "auto-filled" in got.reason


def test_a_flat_limit_of_one_volt_is_absurd_and_less_is_not() -> None:
    got = evaluate_track(a_track(a_sweep(SMOOTH, half_width=1.0)))
    assert got.verdict is Verdict.NOT_EVALUABLE
    assert codes(got) == {FindingCode.LIMITS_ABSURD}
    wide = [0.2, *[0.05] * 58, 0.2]
    assert evaluate_track(a_track(a_sweep(SMOOTH, upper=wide))).verdict is Verdict.PASS
    assert evaluate_track(a_track(a_sweep(SMOOTH, half_width=0.999))).verdict is Verdict.PASS


def test_a_one_sided_absurd_limit_names_its_own_column() -> None:
    low = [-0.02] * 59 + [-5.0]
    got = evaluate_track(a_track(a_sweep(SMOOTH, lower=low, upper=[0.02] * 60)))
    assert got.findings[0].cell == "J61"


def test_crossed_limits_are_not_evaluable_and_zero_width_is_graded() -> None:
    got = evaluate_track(a_track(a_sweep(SMOOTH, lower=[0.02] * 60, upper=[-0.02] * 60)))
    assert got.verdict is Verdict.NOT_EVALUABLE
    assert FindingCode.LIMITS_CROSSED in codes(got)
    zero = [0.02] * 60
    zero[5] = 0.0
    got = evaluate_track(a_track(a_sweep(SMOOTH, upper=zero)))
    assert got.verdict is Verdict.PASS
    assert got.offset == -SMOOTH[5]
    assert codes(got) == {FindingCode.LIMITS_ZERO_WIDTH}


def test_one_sided_limits_are_told_and_not_graded() -> None:
    low = [-0.02] * 60
    low[3] = NO
    got = evaluate_track(a_track(a_sweep(SMOOTH, lower=low, upper=[0.02] * 60)))
    assert got.points_graded == 59
    assert [f.cell for f in got.findings] == ["J5"]


def test_an_error_column_of_zeros_is_never_a_pass() -> None:
    got = evaluate_track(a_track(a_sweep([0.0] * 10)))
    assert got.verdict is Verdict.NOT_EVALUABLE
    assert codes(got) == {FindingCode.ERROR_ALL_ZERO}
    assert evaluate_track(a_track(a_sweep([0.0] * 9))).verdict is Verdict.PASS


def test_a_bare_slope_is_told() -> None:
    got = evaluate_track(a_track(a_sweep([0.001 * index - 0.03 for index in range(60)])))
    assert FindingCode.BARE_SLOPE in codes(got)
    assert FindingCode.BARE_SLOPE not in codes(evaluate_track(a_track(a_sweep(SMOOTH))))


def test_positions_that_repeat_or_fall_are_told_and_linearity_still_decides() -> None:
    place = [float(index) for index in range(60)]
    place[10], place[20] = place[9], 3.0
    got = evaluate_track(a_track(a_sweep(SMOOTH, position=place)))
    assert {FindingCode.POSITION_REPEATED, FindingCode.POSITION_NOT_RISING} <= codes(got)
    assert got.passes_corrected is True
    place[30] = NO
    got = evaluate_track(a_track(a_sweep(SMOOTH, position=place)))
    assert FindingCode.POSITION_NOT_A_NUMBER in codes(got)
    assert got.sigma_gradient is None


def test_limits_that_differ_between_sheets_are_told_and_the_judged_ones_used() -> None:
    before = a_sweep(SMOOTH, half_width=0.001, number=0, sheet="SEC1 TRK1 0")
    got = evaluate_track(a_track(before, a_sweep(SMOOTH)))
    assert got.verdict is Verdict.PASS
    (finding,) = got.findings
    assert (finding.code, finding.sheet, finding.cell) == ("limits-differ", "SEC1 TRK1 0", "I2")
    same = a_sweep(SMOOTH, number=0, sheet="SEC1 TRK1 0")
    assert evaluate_track(a_track(same, a_sweep(SMOOTH))).findings == ()


def test_resistance_is_compared() -> None:
    track = a_track(a_sweep(SMOOTH), resistance_before=ohms(4486.0), resistance_after=ohms(5256.0))
    got = evaluate_track(track)
    assert got.resistance_change == 770.0
    assert got.resistance_change_percent == pytest.approx(17.16, abs=0.005)
    fell = evaluate_track(
        a_track(a_sweep(SMOOTH), resistance_before=ohms(5000.0), resistance_after=ohms(4960.0))
    )
    assert codes(fell) == {FindingCode.RESISTANCE_FELL}
    assert resistance_change(5000.0, 4976.0).consistent is True
    for value in (None, "NaN", 0.0, -3.0, NO, math.inf):
        assert resistance_change(value, 5000.0).change is None


@pytest.mark.parametrize(
    ("tracks", "expected"),
    [
        ("", "NOT_MEASURED"),
        ("NOT_MEASURED NOT_MEASURED", "NOT_MEASURED"),
        ("UNTRIMMED UNTRIMMED", "UNTRIMMED"),
        ("UNTRIMMED NOT_MEASURED", "UNTRIMMED"),
        ("UNTRIMMED PASS", "PASS"),
        ("PASS NOT_MEASURED", "PASS"),
        ("PASS NOT_EVALUABLE", "NOT_EVALUABLE"),
        ("FAIL NOT_EVALUABLE", "NOT_EVALUABLE"),
        ("FAIL WARNING", "FAIL"),
        ("PASS WARNING", "WARNING"),
        ("PASS PASS", "PASS"),
        ("WARNING WARNING", "WARNING"),
    ],
)
def test_tracks_roll_up_to_a_run(tracks: str, expected: str) -> None:
    assert run_verdict([Verdict[name] for name in tracks.split()]) is Verdict[expected]


def test_only_three_verdicts_enter_a_yield_and_a_warning_is_accepted() -> None:
    assert {v for v in Verdict if v.counts_in_yield} == {
        Verdict.PASS,
        Verdict.WARNING,
        Verdict.FAIL,
    }
    assert {v for v in Verdict if v.is_accepted} == {Verdict.PASS, Verdict.WARNING}


def test_a_file_says_which_track_decides() -> None:
    good, bad = a_sweep(SMOOTH), a_sweep([0.1 * (-1) ** i for i in range(60)])
    got = evaluate_file(a_file(a_track(good), a_track(bad, name="TRK2")))
    assert got.verdict is Verdict.FAIL
    assert got.reason.startswith("TRK2: No shift can pass")
    assert got.method_digest == LASERTRIM_1.digest
    both = evaluate_file(a_file(a_track(good), a_track(good, name="TRK2")))
    assert both.reason.count("TRK") == 2
    assert evaluate_file(a_file(a_track(good))).reason.startswith("All 60")
    empty = evaluate_file(a_file(reason="No measurement sheets."))
    assert (empty.verdict, empty.reason) == (Verdict.NOT_MEASURED, "No measurement sheets.")


def test_methods_are_named_and_their_digest_follows_every_number() -> None:
    assert method_named("lasertrim-1") is LASERTRIM_1
    assert method_named("nothing") is None
    assert all(name == method.name for name, method in METHODS.items())
    assert len(LASERTRIM_1.digest) == 64
    assert Method("lasertrim-1", 1).digest == LASERTRIM_1.digest
    assert Method("lasertrim-1", 2).digest != LASERTRIM_1.digest
    other = Parameters(sigma=type(LASERTRIM_1.parameters.sigma)(minimum_points=11))
    assert Method("lasertrim-1", 1, other).digest != LASERTRIM_1.digest


def test_an_evaluation_is_the_same_bit_for_bit_when_repeated() -> None:
    error = list(np.random.default_rng(1).normal(size=350) * 0.01)
    one = evaluate_file(a_file(a_track(a_sweep(error))))
    two = evaluate_file(a_file(a_track(a_sweep(error))))
    assert one == two


def test_columns_of_different_length_are_cut_to_the_shortest() -> None:
    sweep = a_sweep(SMOOTH)
    object.__setattr__(sweep, "upper", column([0.02] * 20, "I"))
    assert evaluate_track(a_track(sweep)).points_measured == 20


@pytest.mark.parametrize("count", [0, 1, 2, 3, 9])
def test_short_tracks_get_a_typed_answer(count: int) -> None:
    got = evaluate_track(a_track(a_sweep(SMOOTH[:count])))
    json.dumps(asdict(got), allow_nan=False)
    assert got.verdict is (Verdict.PASS if count else Verdict.NOT_EVALUABLE)
    assert got.sigma_gradient is None


ANY = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([NO, 0.0, 0.02, -0.02, 1e308, -1e308, 5e-324]),
    st.floats(-0.05, 0.05),
)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 25).flatmap(lambda n: st.tuples(*[st.lists(ANY, min_size=n, max_size=n)] * 5))
)
def test_no_data_whatever_raises_warns_or_leaks_a_number_that_is_none(
    columns: tuple[list[Any], ...],
) -> None:
    error, lower, upper, position, theory = columns
    sweep = a_sweep(error, lower=lower, upper=upper, position=position, theory=theory)
    got = evaluate_file(a_file(a_track(sweep, sweep)))
    json.dumps(asdict(got), allow_nan=False)
    (track,) = got.tracks
    if track.passes_as_measured:
        assert track.passes_corrected
        assert track.verdict in (Verdict.PASS, Verdict.WARNING)
    if track.verdict is Verdict.PASS:
        assert track.points_graded > 0 and not track.failing_corrected
