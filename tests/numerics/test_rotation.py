"""Rotation as the allowed correction: bounds, smallest passing correction, fewest failing."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.numerics import rotation as rotation_module
from analysis.numerics.linearity import grade
from analysis.numerics.rotation import (
    RotationResult,
    fewest_failing_lines,
    judge_rotation,
)
from analysis.numerics.specification import (
    Specification,
    ToleranceKind,
    angle_for_rotation,
    rotation_bounds,
    rotation_for_angle,
)
from tests.numerics.oracles import BOW_X, PROOF_E, PROOF_U, PROOF_X, SLOPE_E, SLOPE_U

pytestmark = pytest.mark.filterwarnings("error")
WIDE = (-1.0, 1.0)


def judge(error: Any, half: Any, along: Any, bounds: tuple[float, float] = WIDE) -> RotationResult:
    e, w, t = (np.asarray(values, dtype=float) for values in (error, half, along))
    return judge_rotation(grade(e, -w, w), t, bounds)


def test_oracle_5_the_smallest_passing_rotation() -> None:
    assert judge(SLOPE_E, SLOPE_U, BOW_X, (-0.006, 0.006)).failing == ()
    got = judge(SLOPE_E, SLOPE_U, BOW_X)
    assert got.failing == ()
    assert got.smallest is not None
    assert got.smallest.rotation == pytest.approx(-0.0051111, abs=5e-8)
    assert got.smallest.offset == pytest.approx(0.0044444, abs=5e-8)


def test_oracle_5_too_narrow_bounds_fail_and_say_what_would_do() -> None:
    got = judge(SLOPE_E, SLOPE_U, BOW_X, (-0.005, 0.005))
    assert len(got.failing) == 1
    assert got.bound == -1
    assert got.smallest is None
    assert got.beyond is not None
    assert got.beyond.rotation == pytest.approx(-0.0051111, abs=5e-8)


def test_oracle_6_three_points_contradict_each_other() -> None:
    got = judge(PROOF_E, PROOF_U, PROOF_X)
    assert [touch.index for touch in got.touching] == [0, 2, 4]
    assert got.margin == pytest.approx(-0.1875)
    assert len(got.failing) == 1
    assert got.beyond is None and got.is_exact


def test_where_the_offset_does_it_the_smallest_rotation_is_none() -> None:
    got = judge([0.03, 0.03, 0.031], [0.01] * 3, [0.0, 1.0, 2.0])
    assert got.smallest is not None and got.smallest.rotation == 0.0


def test_a_missing_theory_stops_the_rotation_and_is_never_taken_as_zero() -> None:
    got = judge([0.0, 0.1], [0.05, 0.05], [0.0, math.nan])
    assert got.correction is None
    assert got.reason == "Point 1 has no theory, so no rotation can be tried."
    assert judge([math.nan], [0.05], [0.0]).correction is None


def test_a_blank_graded_point_fails_under_any_rotation() -> None:
    got = judge([0.0, math.nan, 0.1], [0.05] * 3, [0.0, 1.0, 2.0])
    assert got.failing == (1,)


def brute(low: np.ndarray, high: np.ndarray, t: np.ndarray, bounds: tuple[float, float]) -> int:
    """Count the fewest failing points over every line through two boundaries."""
    ends = [(t[i], value) for i in range(len(t)) for value in (low[i], high[i])]
    lines = [(0.5 * (a[1] + b[1]) - k * a[0], k) for a, b in combinations(ends, 2) for k in bounds]
    lines += [(a[1] - k * a[0], k) for a in ends for k in (*bounds, 0.0)]
    for a, b in combinations(ends, 2):
        if a[0] != b[0]:
            k = (a[1] - b[1]) / (a[0] - b[0])
            if bounds[0] <= k <= bounds[1]:
                lines.append((a[1] - k * a[0], k))
    o, k = np.array(lines).T
    at = o[:, None] + k[:, None] * t
    return int(((at < low - 1e-9) | (at > high + 1e-9)).sum(axis=1).min())


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 9), st.integers(0, 10_000), st.sampled_from([(-0.3, 0.2), (0.0, 0.4), WIDE]))
def test_the_fewest_failing_points_are_those_of_brute_force(
    count: int, seed: int, bounds: tuple[float, float]
) -> None:
    generator = np.random.default_rng(seed)
    t = generator.integers(0, 6, count) / 2
    error = generator.integers(-20, 20, count) / 16
    half = generator.integers(0, 12, count) / 16
    low, high = -half - error, half - error
    correction, failing, is_exact = fewest_failing_lines(low, high, t, bounds, 1e-9)
    assert is_exact
    assert len(failing) == brute(low, high, t, bounds)
    assert bounds[0] <= correction.rotation <= bounds[1]
    got = judge_rotation(grade(error, -half, half), t, bounds)
    assert got.correction is not None
    assert len(got.failing) <= len(failing)
    assert bounds[0] <= got.correction.rotation <= bounds[1]


def test_long_tracks_state_that_the_number_is_an_upper_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generator = np.random.default_rng(4)
    error, t = generator.normal(size=60) * 0.03, np.linspace(0, 10, 60)
    exact = judge(error, [0.02] * 60, t)
    monkeypatch.setattr(rotation_module, "LONGEST_EXACT", 50)
    bounded = judge(error, [0.02] * 60, t)
    assert exact.is_exact and not bounded.is_exact
    assert len(exact.failing) <= len(bounded.failing)


def test_a_track_of_719_points_is_enumerated_in_blocks() -> None:
    generator = np.random.default_rng(5)
    error, t = generator.normal(size=719) * 0.02, np.linspace(0, 10, 719)
    got = judge(error, [0.02] * 719, t, (-0.001, 0.001))
    assert got.is_exact
    assert got.correction is not None
    at = error + got.correction.offset + got.correction.rotation * t
    assert np.count_nonzero(np.abs(at) > 0.02 + 1e-10) == len(got.failing)


def test_bounds_follow_from_the_stated_angle() -> None:
    for kind in (ToleranceKind.SYMMETRIC, ToleranceKind.RANGE, ToleranceKind.BILATERAL):
        got = rotation_bounds(Specification(angle=340.0, tolerance_kind=kind, tolerance=4.0))
        assert (got.low, got.high) == pytest.approx((-0.0119048, 0.0116279), abs=5e-8)
        assert got.allow_rotation
    least = rotation_bounds(
        Specification(angle=350.0, tolerance_kind=ToleranceKind.MINIMUM, angle_bound=360.0)
    )
    assert (least.low, least.high) == pytest.approx((0.0, 1 - 350 / 360))
    most = rotation_bounds(
        Specification(angle=350.0, tolerance_kind=ToleranceKind.MAXIMUM, angle_bound=340.0)
    )
    assert (most.low, most.high) == pytest.approx((1 - 350 / 340, 0.0))
    assert angle_for_rotation(340.0, rotation_for_angle(340.0, 344.0)) == pytest.approx(344.0)
    assert angle_for_rotation(340.0, 1.0) is None


@pytest.mark.parametrize(
    "specification",
    [
        None,
        Specification(),
        Specification(angle=340.0),
        Specification(tolerance_kind=ToleranceKind.SYMMETRIC, tolerance=1.0),
        Specification(angle=math.nan, tolerance_kind=ToleranceKind.SYMMETRIC, tolerance=1.0),
        Specification(angle=340.0, tolerance_kind=ToleranceKind.SYMMETRIC),
        Specification(angle=3.0, tolerance_kind=ToleranceKind.SYMMETRIC, tolerance=3.0),
        Specification(angle=3.0, tolerance_kind=ToleranceKind.SYMMETRIC, tolerance=math.nan),
        Specification(angle=350.0, tolerance_kind=ToleranceKind.MINIMUM),
        Specification(angle=350.0, tolerance_kind=ToleranceKind.MAXIMUM),
        Specification(angle=350.0, tolerance_kind=ToleranceKind.MINIMUM, angle_bound=340.0),
        Specification(angle=350.0, tolerance_kind=ToleranceKind.MAXIMUM, angle_bound=360.0),
    ],
)
def test_without_a_stated_field_no_rotation_is_allowed_and_the_reason_is_given(
    specification: Specification | None,
) -> None:
    got = rotation_bounds(specification)
    assert (got.low, got.high) == (0.0, 0.0)
    assert got.reason and not got.allow_rotation
