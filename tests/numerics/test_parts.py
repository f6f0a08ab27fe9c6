"""Definitions of linearity, decomposition, certificate, desktop profiles."""

from __future__ import annotations

import json
import math
from array import array
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from analysis.formats.station_file import PointFlag, Reading, TrackState
from analysis.numerics.decomposition import shift_along_travel, theory_slope
from analysis.numerics.desktop import v2_threshold
from analysis.numerics.evaluate import evaluate_file, evaluate_track
from analysis.numerics.kinds import (
    independent_with_ends,
    linearity_errors,
    terminal_based,
    zero_based,
)
from analysis.numerics.method import DESKTOP_2, DESKTOP_5, LASERTRIM_1
from analysis.numerics.specification import LinearityKind, Specification, ToleranceKind
from analysis.numerics.verdict import Verdict
from tests.numerics.builders import a_file, a_sweep, a_track
from tests.numerics.oracles import FOUR_E, FOUR_X, SLOPE_E

pytestmark = pytest.mark.filterwarnings("error")
NO = math.nan
SMOOTH = [0.002 * math.sin(index / 9) for index in range(60)]


def test_oracle_2_four_definitions_on_one_curve() -> None:
    got = linearity_errors(FOUR_X, FOUR_E)
    assert got is not None
    assert got.absolute == pytest.approx(0.35)
    assert got.independent == pytest.approx(0.20)
    assert got.zero_based == pytest.approx(0.35)
    assert got.terminal_based == pytest.approx(0.31)
    measured = zero_based(FOUR_X, FOUR_E, start=0.20)
    assert measured is not None
    assert measured.excess == pytest.approx(0.2590909, abs=5e-8)
    assert 1 - measured.rotation / 100 == pytest.approx(0.9963636, abs=5e-8)
    ends = independent_with_ends(FOUR_X, FOUR_E, ((0.0, 0.1), (-0.1, 0.1)), (0.0, 1.0))
    assert ends is not None
    assert ends.excess == pytest.approx(0.3045455, abs=5e-8)
    assert -ends.offset / 100 == pytest.approx(0.001)
    assert 1 - ends.rotation / 100 == pytest.approx(0.9981818, abs=5e-8)


def test_end_restrictions_that_leave_no_line_have_no_answer() -> None:
    assert independent_with_ends(FOUR_X, FOUR_E, ((0.0, 0.1), (1.0, 0.9)), (0.0, 1.0)) is None


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(-64, 64), st.integers(-64, 64)), min_size=2, max_size=30))
def test_definitions_keep_their_order(points: list[tuple[int, int]]) -> None:
    points.sort()
    t, e = (np.array(values, dtype=float) / 64 for values in zip(*points, strict=True))
    got = linearity_errors(t, e)
    assert got is not None
    tiny = 1e-11
    assert got.independent <= got.zero_based + tiny
    assert got.independent <= got.absolute + tiny
    if len(set(t)) == len(t):
        assert got.independent <= got.terminal_based + tiny
        assert got.terminal_based <= 2 * got.independent + tiny
    if t[0] < t[-1]:
        slope, level = np.polyfit(t, e, 1)
        assert got.independent <= np.abs(e - level - slope * t).max() + tiny


def test_definitions_of_nothing_are_none() -> None:
    assert linearity_errors(np.array([]), np.array([])) is None
    assert linearity_errors(np.array([0.0, NO]), np.array([0.0, 1.0])) is None
    assert terminal_based(np.array([1.0, 1.0]), np.array([0.0, 0.0])) == 0.0


def test_a_shift_in_volts_is_a_shift_along_the_travel() -> None:
    assert shift_along_travel(-0.022, 10 / 340) == pytest.approx(-0.748)
    assert shift_along_travel(None, 1.0) is None
    assert shift_along_travel(0.1, None) is None
    x = np.arange(11.0)
    assert theory_slope(x, 2.0 * x) == 2.0
    assert theory_slope(x, x * x) is None
    for place, theory in ((x[:1], x[:1]), (x, x * 0), (x * 0, x), (x, x * NO)):
        assert theory_slope(place, theory) is None


def test_a_curve_is_taken_apart_before_and_after_every_pass() -> None:
    theory = [10.0 * index / 59 for index in range(60)]
    before = [0.05 + 0.01 * t + 0.03 * math.sin(i) for i, t in enumerate(theory)]
    track = a_track(
        a_sweep(before, number=0, sheet="SEC1 TRK1 0"),
        a_sweep([0.5 * value for value in before], number=1),
        a_sweep(SMOOTH, number=2, sheet="SEC1 TRK1 2 TRM1"),
    )
    got = evaluate_track(track)
    first, middle, last = got.shapes
    assert [shape.pass_number for shape in got.shapes] == [0, 1, 2]
    assert first.index_error == pytest.approx(-0.05, abs=0.003)
    assert first.angle_error == pytest.approx(-0.01, abs=0.001)
    assert first.shape_error == pytest.approx(0.03, abs=0.001)
    assert middle.shape_error == pytest.approx(0.5 * (first.shape_error or 0))
    assert last.roughness == got.sigma_gradient
    assert last.largest_error == got.largest_error
    assert first.index_error_travel == pytest.approx((first.index_error or 0) * 59 / 10)
    effect = got.trim_effect
    assert effect is not None and effect.passes_used == 2
    rms = [math.sqrt(sum(e * e for e in errors) / 60) for errors in (before, SMOOTH)]
    assert effect.rms_improvement_percent == pytest.approx(100 * (1 - rms[1] / rms[0]))
    assert effect.met_before_trimming is False


def test_an_element_that_met_the_limits_before_trimming_is_recognised() -> None:
    track = a_track(a_sweep([e + 0.1 for e in SMOOTH], number=0), a_sweep(SMOOTH))
    effect = evaluate_track(track).trim_effect
    assert effect is not None and effect.met_before_trimming is True


def test_other_grids_are_not_compared() -> None:
    other = a_sweep(SMOOTH[:30], number=0)
    effect = evaluate_track(a_track(other, a_sweep(SMOOTH))).trim_effect
    assert effect is not None
    assert effect.rms_improvement_percent is None
    assert "other positions" in effect.reason
    alone = evaluate_track(a_track(a_sweep(SMOOTH))).trim_effect
    assert alone is not None and "no sweep before" in alone.reason
    flat = a_sweep([0.0] * 60, number=0)
    zero = evaluate_track(a_track(flat, a_sweep(SMOOTH))).trim_effect
    assert zero is not None and zero.rms_improvement_percent is None


def test_a_missing_theory_leaves_the_shape_open() -> None:
    got = evaluate_track(a_track(a_sweep(SMOOTH, theory=[NO] * 60)))
    assert got.verdict is Verdict.PASS
    assert got.shapes[0].shape_error is None and got.shapes[0].angle_error is None


STEEP = [value / 10 for value in SLOPE_E]  # over a theory of 0 ... 10 V


def specified(**fields: Any) -> Specification:
    return Specification(
        angle=340.0,
        tolerance_kind=ToleranceKind.SYMMETRIC,
        tolerance=4.0,
        revision="B",
        sigma_threshold=1.0,
        **fields,
    )


def test_a_rotation_inside_the_angle_tolerance_makes_a_track_pass() -> None:
    track = a_track(a_sweep(STEEP, half_width=0.004))
    plain = evaluate_track(track)
    assert plain.verdict is Verdict.FAIL
    assert plain.rotation == 0.0
    assert plain.certificate is not None
    assert plain.certificate.rule == "offset"
    assert plain.certificate.beyond_rotation is not None
    assert len(plain.certificate.points) == 2
    got = evaluate_track(track, LASERTRIM_1, specified(kind=LinearityKind.TERMINAL_BASED))
    assert got.verdict is Verdict.PASS
    assert got.specification == "B" and got.linearity_kind == "terminal-based"
    assert got.linearity_error is not None and got.linearity_error > 0
    certificate = got.certificate
    assert certificate is not None and certificate.rule == "offset and rotation"
    assert len(certificate.points) == 3
    sides = [point.side for point in certificate.points]
    assert sides in (["upper", "lower", "upper"], ["lower", "upper", "lower"])
    assert got.rotation is not None and got.rotation < 0
    assert certificate.angle_change == pytest.approx(
        340 / (1 - (certificate.smallest_rotation or 0)) - 340
    )
    assert "a rotation of -0.00" in got.reason and "(angle -" in got.reason
    assert got.largest_error_corrected is not None and got.largest_error_corrected <= 0.004


def test_the_absolute_and_zero_based_kinds_are_reported() -> None:
    track = a_track(a_sweep(STEEP, half_width=0.004))
    errors = {
        kind: evaluate_track(track, LASERTRIM_1, Specification(kind=kind)).linearity_error
        for kind in LinearityKind
    }
    assert errors[LinearityKind.ABSOLUTE] == pytest.approx(0.008)
    assert all(value is not None for value in errors.values())
    broken = a_track(a_sweep(STEEP, theory=[NO] * 11))
    kind = Specification(kind=LinearityKind.ABSOLUTE)
    assert evaluate_track(broken, LASERTRIM_1, kind).linearity_error is None


def test_a_fail_under_rotation_names_the_points_and_the_active_bound() -> None:
    error = list(SMOOTH)
    error[10], error[30], error[50] = 0.03, -0.03, 0.03
    got = evaluate_track(a_track(a_sweep(error)), LASERTRIM_1, specified())
    assert got.verdict is Verdict.FAIL
    assert got.deciding_points == (10, 30, 50)
    assert got.reason.startswith(
        "No shift and rotation can pass: points 10, 30 and 50 exclude each other; at best 1 of 60"
    )
    steep = evaluate_track(
        a_track(a_sweep([value * 40 for value in STEEP], half_width=0.05)),
        LASERTRIM_1,
        specified(),
    )
    assert steep.certificate is not None
    assert steep.certificate.active_bound == "rotation low"
    assert "within the allowed rotation" in steep.reason
    assert steep.certificate.beyond_rotation is not None
    blank = evaluate_track(
        a_track(a_sweep([*SMOOTH[:5], NO, *SMOOTH[6:]])), LASERTRIM_1, specified()
    )
    assert blank.verdict is Verdict.FAIL and "point 5 is graded but" in blank.reason


def test_a_rotation_that_is_not_needed_is_not_spoken_of() -> None:
    got = evaluate_track(a_track(a_sweep(SMOOTH)), LASERTRIM_1, specified())
    assert got.reason == "All 60 graded points are inside the limits as measured."


def test_a_rotation_without_theory_is_told_and_the_offset_decides() -> None:
    got = evaluate_track(
        a_track(a_sweep(SMOOTH, theory=[NO, *SMOOTH[1:]])), LASERTRIM_1, specified()
    )
    assert got.verdict is Verdict.PASS
    assert [finding.code for finding in got.findings] == ["theory-missing"]
    assert got.certificate is not None and "no theory" in got.certificate.rule_source


def test_a_certificate_speaks_of_the_index_shift_where_the_unit_is_known() -> None:
    file = a_file(a_track(a_sweep([value - 0.0205 for value in SMOOTH])))
    (track,) = evaluate_file(file).tracks
    assert track.certificate is not None
    assert track.certificate.sentence.endswith(" deg.")
    assert "The smallest passing shift is +0.002" in track.certificate.sentence
    assert track.certificate.smallest_shift == track.offset_window[0]  # type: ignore[index]


def test_a_specification_can_exclude_points_and_set_the_threshold() -> None:
    error = list(SMOOTH)
    error[20] = 0.5
    got = evaluate_track(
        a_track(a_sweep(error)),
        LASERTRIM_1,
        Specification(excluded_points=(20,), sigma_threshold=1.0),
    )
    assert got.verdict is Verdict.PASS
    assert got.points_graded == 59
    assert (got.sigma_threshold, got.sigma_threshold_source) == (1.0, "specification")
    everything = Specification(excluded_points=tuple(range(60)))
    none = evaluate_track(a_track(a_sweep(SMOOTH)), LASERTRIM_1, everything)
    assert none.verdict is Verdict.NOT_EVALUABLE
    assert [finding.code for finding in none.findings] == ["nothing-graded"]
    bad = Specification(sigma_threshold=NO)
    assert evaluate_track(a_track(a_sweep(SMOOTH)), LASERTRIM_1, bad).sigma_threshold_source == (
        "formula"
    )
    partly = a_sweep(SMOOTH, upper=[NO, *[0.02] * 59])
    assert evaluate_track(a_track(partly), LASERTRIM_1, everything).points_graded == 0


def test_a_track_can_have_a_specification_of_its_own() -> None:
    track = a_track(a_sweep(SMOOTH))
    file = a_file(track, replace(track, name="TRK2"))
    got = evaluate_file(
        file, LASERTRIM_1, Specification(revision="A"), {"TRK2": Specification(revision="T")}
    )
    assert [answer.specification for answer in got.tracks] == ["A", "T"]


def test_desktop_5_counts_rows_never_measured_and_blanks_at_the_start() -> None:
    noise = (np.random.default_rng(8).normal(size=60) * 0.005).tolist()
    sweep = a_sweep([0.7, *noise, 0.4, 0.4], measured_rows=61)
    sweep.flags[0] = PointFlag.ERROR_COMPUTED
    got = evaluate_track(a_track(sweep), DESKTOP_5)
    b, a = signal.butter(2, 0.1)
    smooth = signal.filtfilt(b, a, np.array([0.0, *noise, 0.4, 0.4]))[5:-5]
    assert got.sigma_gradient == pytest.approx(np.diff(smooth).std(ddof=1), rel=1e-12)
    assert got.method == "desktop-v5"
    ours = evaluate_track(a_track(sweep))
    assert ours.sigma_gradient != got.sigma_gradient


@pytest.mark.parametrize("count", [11, 14, 15, 49, 50, 350])
def test_desktop_2_follows_its_own_filter_and_step(count: int) -> None:
    error = np.random.default_rng(count).normal(size=count) * 0.01
    b, a = signal.butter(5, 0.8)
    if count >= 50:
        smooth = signal.filtfilt(b, a, error, padlen=min(count // 4, 50))
    else:
        smooth = signal.lfilter(b, a, error) if count >= 15 else error
    smooth = smooth[5:-5]
    got = evaluate_track(a_track(a_sweep(error.tolist())), DESKTOP_2)
    if len(smooth) < 5:
        assert got.sigma_gradient is None
        return
    expected = ((smooth[3:] - smooth[:-3]) / 3.0).std(ddof=1)
    assert got.sigma_gradient == pytest.approx(expected, rel=1e-11)


def test_desktop_2_knows_model_numbers() -> None:
    assert v2_threshold("8340-1", 0.02, 0.6, None) == 0.4
    assert v2_threshold("8340-1A", 0.02, 0.6, None) == 0.05
    assert v2_threshold("8555", 0.01, 300.0, None) == 0.0015
    assert v2_threshold("7000", 0.01, 300.0, None) == pytest.approx(0.0004)
    assert v2_threshold("7000", 0.01, None, 300.0) == pytest.approx(0.0004)
    assert v2_threshold("7000", None, None, None) == 0.05
    assert v2_threshold("7000", 0.0005, 300.0, None) == pytest.approx(0.0012)
    assert v2_threshold("7000", 0.01, 1e6, None) == 1e-4
    track = a_track(a_sweep(SMOOTH), travel=Reading(300.0))
    (got,) = evaluate_file(a_file(track), DESKTOP_2).tracks
    assert got.sigma_threshold == 0.4
    other = evaluate_track(track, DESKTOP_2, model="7000")
    assert other.sigma_threshold == pytest.approx(12 * 0.02 / 300)


ANY = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([NO, 0.0, 0.02, -0.02, 1e308, -1e308, 5e-324]),
    st.floats(-0.05, 0.05),
)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 25).flatmap(lambda n: st.tuples(*[st.lists(ANY, min_size=n, max_size=n)] * 5)),
    st.sampled_from(list(LinearityKind)),
    st.sampled_from([LASERTRIM_1, DESKTOP_5, DESKTOP_2]),
    st.sampled_from(list(TrackState)),
)
def test_no_data_raises_under_any_method_and_specification(
    columns: tuple[list[Any], ...], kind: LinearityKind, method: Any, state: TrackState
) -> None:
    error, lower, upper, position, theory = columns
    sweep = a_sweep(error, lower=lower, upper=upper, position=position, theory=theory)
    first = replace(sweep, pass_number=0, flags=array("B", [2] * len(error)))
    track = a_track(first, sweep, state=state, travel=Reading("NaN"))
    got = evaluate_file(a_file(track), method, specified(kind=kind, excluded_points=(1, 99)))
    json.dumps(asdict(got), allow_nan=False)
    (answer,) = got.tracks
    if answer.passes_as_measured:
        assert answer.passes_corrected
    offset_only = evaluate_track(track, method, Specification(excluded_points=(1, 99)))
    if offset_only.failing_corrected is not None and answer.failing_corrected is not None:
        assert answer.failing_corrected <= offset_only.failing_corrected
