"""Offset only: oracles of statistics.md C3 and brute force."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis.numerics.chebyshev import best_margin
from analysis.numerics.linearity import (
    OffsetResult,
    fewest_failing,
    grade,
    judge_offset,
    minimax_offset,
    offset_window,
    slack_of,
)
from tests.numerics.oracles import BOW_E, BOW_U, TRACK_E, TRACK_U

pytestmark = pytest.mark.filterwarnings("error")
NO = math.nan


def judge(error: Any, lower: Any, upper: Any, excluded: Collection[int] = ()) -> OffsetResult:
    e, low, up = (np.asarray(values, dtype=float) for values in (error, lower, upper))
    return judge_offset(grade(e, low, up, excluded))


def test_oracle_3_offset_window() -> None:
    error = np.array([0.10, 0.30, -0.10, 0.05, 0.20])
    got = judge(error, [-0.25] * 5, [0.25] * 5)
    assert got.passing_window == pytest.approx((-0.15, -0.05), abs=1e-15)
    assert minimax_offset(error) == pytest.approx((-0.10, 0.20))
    assert got.offset == pytest.approx(-0.10)
    assert got.margin == pytest.approx(0.20)
    assert got.failing_as_measured == (1,)
    assert got.passes_corrected and not got.passes_as_measured


def test_oracle_4_bow_tie_needs_the_margin_and_not_the_smallest_error() -> None:
    got = judge(BOW_E, -BOW_U, BOW_U)
    assert got.failing_as_measured == (4, 5)
    assert got.passing_window == pytest.approx((-0.036, -0.018), abs=1e-15)
    assert got.offset == pytest.approx(-0.022)
    assert got.margin == pytest.approx(0.20)
    offset, largest = minimax_offset(BOW_E) or (NO, NO)
    assert (offset, largest) == pytest.approx((-0.002, 0.036))
    assert np.count_nonzero(np.abs(BOW_E + offset) > BOW_U) == 2


def test_oracle_5_no_offset_passes() -> None:
    error = np.array([-80, -66, -45, -20, 0, 12, 30, 36, 52, 66, 70]) / 1000
    got = judge(error, [-0.05] * 11, [0.05] * 11)
    assert len(got.failing_as_measured) == 5
    assert got.window is not None
    assert (got.window.low, got.window.high) == pytest.approx((0.030, -0.020))
    assert got.deciding_rows == (0, 10)
    assert got.contradiction == pytest.approx(0.05)
    assert minimax_offset(error) == pytest.approx((0.005, 0.075))


def test_oracle_7_missing_limits_and_equality() -> None:
    error = np.array([0.01, 0.03, 0.02, -0.01])
    window = offset_window(
        error, np.array([-0.02, NO, -0.02, -0.02]), np.array([0.02, 0.02, NO, 0.02])
    )
    assert (window.low, window.high) == pytest.approx((-0.01, -0.01))
    assert window.low <= window.high + 1e-12
    assert (window.low_row, window.high_row) == (3, 1)


def test_oracle_8_track_of_21_points() -> None:
    assert minimax_offset(TRACK_E) == pytest.approx((-0.0169345, 0.0160655))
    got = judge(TRACK_E, -TRACK_U, TRACK_U)
    assert len(got.failing_as_measured) == 7
    assert got.passing_window == pytest.approx((-0.015869, -0.010291), abs=1e-12)
    assert got.offset == pytest.approx(-0.01308, abs=5e-6)
    assert got.margin == pytest.approx(0.185933, abs=5e-7)


def test_as_measured_is_the_plain_comparison_and_limits_are_inclusive() -> None:
    tiny = np.nextafter(0.02, 1.0)
    got = judge([0.02, tiny, -0.02, -tiny], [-0.02] * 4, [0.02] * 4)
    assert got.failing_as_measured == (1, 3)


def test_a_touch_that_only_float_noise_breaks_still_passes_corrected() -> None:
    error = np.array([0.1, 0.3]) + 0.7  # a band of exactly 0.2 that rounding makes too narrow
    got = judge(error, [-0.1, -0.1], [0.1, 0.1])
    assert got.passes_corrected
    assert got.passing_window is not None
    assert got.passing_window[0] <= got.passing_window[1]


def test_a_point_without_limits_is_not_graded() -> None:
    got = judge([9.0, 0.0, 9.0, 9.0], [NO, -1, -1, NO], [1, 1, NO, NO])
    assert got.graded == 1
    assert got.passes_as_measured


@pytest.mark.parametrize("bad", [NO, math.inf, -math.inf, 1e308, -1e12])
def test_a_graded_point_without_an_error_never_passes(bad: float) -> None:
    got = judge([0.0, bad, 0.001], [-0.02] * 3, [0.02] * 3)
    assert got.graded == 3
    assert got.failing_as_measured == got.failing_corrected == (1,)
    assert not got.passes_as_measured and not got.passes_corrected
    assert got.passing_window is None
    assert got.deciding_rows == (1,)
    assert got.offset is not None and math.isfinite(got.offset)


def test_excluded_points_are_not_graded_and_unknown_rows_are_ignored() -> None:
    got = judge([9.0, 0.0, 9.0], [-1] * 3, [1] * 3, excluded=(0, 2, 7, -1))
    assert got.graded == 1
    assert got.passes_as_measured


def test_nothing_graded_is_no_pass() -> None:
    for count in (0, 3):
        got = judge([0.0] * count, [NO] * count, [NO] * count)
        assert got.graded == 0
        assert not got.passes_as_measured and not got.passes_corrected
        assert got.offset is None and got.window is None and got.margin is None


def test_a_point_of_zero_width_fixes_the_offset_exactly() -> None:
    got = judge([0.003, 0.010, -0.004], [0.0, -0.02, -0.02], [0.0, 0.02, 0.02])
    assert got.passing_window == (-0.003, -0.003)
    assert got.offset == -0.003
    assert got.margin == pytest.approx(1 - 0.007 / 0.02)


def test_two_points_of_zero_width_that_disagree_have_no_margin() -> None:
    got = judge([0.003, 0.004], [0.0, 0.0], [0.0, 0.0])
    assert got.margin is None
    assert not got.passes_corrected
    assert len(got.failing_corrected) == 1
    assert judge([0.003, 0.003], [0.0, 0.0], [0.0, 0.0]).margin == 1.0


def test_a_crossed_band_always_fails_and_takes_the_margin_away() -> None:
    got = judge([0.0, 0.0], [0.02, -0.02], [-0.02, 0.02])
    assert got.margin is None
    assert got.failing_corrected == (0,)
    alone = judge([0.0], [0.02], [-0.02])
    assert alone.offset is None
    assert alone.failing_corrected == (0,)


def test_ties_of_the_fewest_failing_take_the_stretch_nearest_to_zero() -> None:
    got = fewest_failing(np.array([-0.5, 0.1, 0.9]), np.array([-0.4, 0.2, 1.0]))
    assert got is not None
    assert got.offset == pytest.approx(0.15)
    assert (got.low, got.high) == (0.1, 0.2)
    assert got.failing.tolist() == [0, 2]
    tie = fewest_failing(np.array([-0.2, 0.1]), np.array([-0.1, 0.2]))
    assert tie is not None and tie.offset == pytest.approx(-0.15)


def test_huge_limits_and_errors_give_no_number_that_looks_real() -> None:
    got = judge([1e8, -1e8, 0.0], [-1e308] * 3, [1e308] * 3)
    assert got.passes_as_measured
    for value in (got.offset, got.margin):
        assert value is None or math.isfinite(value)


def curves(draw: Any, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    part = st.lists(st.integers(-50, 50), min_size=count, max_size=count)
    width = st.lists(st.integers(0, 40), min_size=count, max_size=count)
    error, centre, half = draw(part), draw(part), draw(width)
    e, c, w = (np.array(values, dtype=float) / 64 for values in (error, centre, half))
    return e, c / 8 - w, c / 8 + w


@st.composite
def bands(draw: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return curves(draw, draw(st.integers(1, 14)))


@settings(max_examples=300, deadline=None)
@given(bands())
def test_the_window_is_open_exactly_when_nothing_fails_and_brute_force_never_wins(
    curve: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    error, lower, upper = curve
    got = judge(error, lower, upper)
    assert got.passes_corrected == (got.contradiction is None)
    ends = np.concatenate((lower - error, upper - error))
    grid = np.concatenate((ends, np.linspace(ends.min() - 0.1, ends.max() + 0.1, 500)))
    moved = error + grid[:, None]
    brute = ((moved < lower) | (moved > upper)).sum(axis=1).min()
    assert len(got.failing_corrected) == brute
    assert got.offset is not None
    assert len(got.failing_corrected) <= len(got.failing_as_measured)


@settings(max_examples=300, deadline=None)
@given(bands())
def test_the_margin_is_that_of_a_linear_programme(
    curve: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    error, lower, upper = curve
    half = (upper - lower) / 2
    ones = np.ones_like(error)
    rows = np.concatenate((np.column_stack((-ones, half)), np.column_stack((ones, half))))
    bound = np.concatenate((error - lower, upper - error))
    answer = linprog([0, -1], A_ub=rows, b_ub=bound, bounds=[(None, None), (None, 1.0)])
    got = best_margin(error, lower, upper)
    if answer.status == 2:
        assert got is None
        return
    assert got is not None
    assert got.margin == pytest.approx(answer.x[1], abs=1e-9)
    inside = np.minimum(error + got.offset - lower, upper - error - got.offset)
    assert (inside >= got.margin * half - 1e-12).all()


@settings(max_examples=200, deadline=None)
@given(bands(), st.integers(-64, 64), st.sampled_from([0.25, 2.0, 8.0]))
def test_metamorphic_rules_of_the_offset(
    curve: tuple[np.ndarray, np.ndarray, np.ndarray], step: int, scale: float
) -> None:
    error, lower, upper = curve
    got = judge(error, lower, upper)
    moved = judge(error + step / 64, lower, upper)
    assert moved.margin == pytest.approx(got.margin, abs=1e-12)
    assert len(moved.failing_corrected) == len(got.failing_corrected)
    scaled = judge(error * scale, lower * scale, upper * scale)
    assert scaled.margin == pytest.approx(got.margin, abs=1e-12)
    assert scaled.offset == pytest.approx((got.offset or 0.0) * scale, abs=1e-12)
    twice = judge(np.repeat(error, 2), np.repeat(lower, 2), np.repeat(upper, 2))
    assert twice.margin == pytest.approx(got.margin, abs=1e-12)
    assert len(twice.failing_corrected) == 2 * len(got.failing_corrected)
    mirrored = judge(error[::-1], lower[::-1], upper[::-1])
    assert mirrored.margin == pytest.approx(got.margin, abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(bands(), st.data())
def test_tighter_limits_never_raise_the_margin_and_fewer_points_never_lower_it(
    curve: tuple[np.ndarray, np.ndarray, np.ndarray], data: Any
) -> None:
    error, lower, upper = curve
    assume(len(error) > 1)
    got = judge(error, lower, upper)
    half = (upper - lower) / 4
    tight = judge(error, lower + half, upper - half)
    if tight.margin is not None and got.margin is not None:
        assert tight.margin <= got.margin + 1e-12
    gone = data.draw(st.integers(0, len(error) - 1))
    rest = judge(*(np.delete(values, gone) for values in (error, lower, upper)), excluded=())
    if got.margin is not None:
        assert rest.margin is not None and rest.margin >= got.margin - 1e-12
    assert len(rest.failing_corrected) <= len(got.failing_corrected)


def test_random_long_tracks_agree_with_the_count_at_their_offset() -> None:
    generator = np.random.default_rng(11)
    for count in (350, 5000):
        error = generator.normal(size=count) * 0.02
        half = generator.uniform(0.001, 0.03, count)
        got = judge(error, -half, half)
        assert got.offset is not None
        at = error + got.offset
        slack = slack_of(-half, half)
        assert len(got.failing_corrected) == np.count_nonzero(np.abs(at) > half + slack)


def test_a_million_points_are_judged() -> None:
    error = np.random.default_rng(1).normal(size=1_000_000) * 0.01
    half = np.full(1_000_000, 0.02)
    got = judge(error, -half, half)
    assert got.graded == 1_000_000
    assert got.contradiction is not None and got.contradiction > 0
