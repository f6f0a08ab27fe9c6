"""Offset and rotation: oracles of statistics.md C3, scipy's linear programme, convex hulls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis.numerics.chebyshev import BestLine, best_line, minimax_line
from analysis.numerics.hull import largest_overlap, minimax_by_hull, upper_hull
from tests.numerics.oracles import (
    BOW_E,
    BOW_U,
    BOW_X,
    PROOF_E,
    PROOF_U,
    PROOF_X,
    SLOPE_E,
    TRACK_E,
    TRACK_U,
    TRACK_X,
)

pytestmark = pytest.mark.filterwarnings("error")
FREE = (-np.inf, np.inf)


def line(*arguments: Any) -> BestLine:
    found = best_line(*arguments)
    assert found is not None
    return found


def plain(along: Any, error: Any, bounds: tuple[float, float] = FREE) -> BestLine:
    found = minimax_line(np.asarray(along, dtype=float), np.asarray(error, dtype=float), bounds)
    assert found is not None
    return found


def rows(found: BestLine) -> list[int]:
    return [touch.index for touch in found.touching]


def test_oracle_1_parabola() -> None:
    x = np.array([0, 0.25, 0.5, 0.75, 1])
    got = plain(x, x * x)
    assert (-got.rotation, -got.offset, got.excess) == pytest.approx((1, -0.125, 0.125))
    assert rows(got) == [0, 2, 4]
    assert [touch.side for touch in got.touching] == [1, -1, 1]


def test_oracle_4_bow_tie_with_rotation() -> None:
    got = line(BOW_E, -BOW_U, BOW_U, BOW_X)
    assert got.offset == pytest.approx(-0.029097, abs=5e-7)
    assert got.rotation == pytest.approx(0.006387, abs=5e-7)
    assert 1 - got.excess == pytest.approx(0.554839, abs=5e-7)
    flat = plain(BOW_X, BOW_E)
    assert (flat.offset, flat.rotation, flat.excess) == pytest.approx((-0.018, 0.0064, 0.020))


def test_oracle_5_needs_the_slope() -> None:
    free = plain(BOW_X, SLOPE_E)
    assert free.offset == pytest.approx(-0.0047778, abs=5e-8)
    assert free.rotation == pytest.approx(-0.0151111, abs=5e-8)
    assert free.excess == pytest.approx(0.0103333, abs=5e-8)
    assert plain(BOW_X, SLOPE_E, (-0.005, 0.005)).excess == pytest.approx(0.0505)
    bounded = plain(BOW_X, SLOPE_E, (-0.006, 0.006))
    assert bounded.excess == pytest.approx(0.046)
    assert bounded.bound == -1
    assert len(bounded.touching) == 2


def test_oracle_6_infeasible_with_proof() -> None:
    flat = plain(PROOF_X, PROOF_E)
    assert (flat.offset, flat.rotation, flat.excess) == pytest.approx((0.0275, -0.0025, 0.0475))
    got = line(PROOF_E, -PROOF_U, PROOF_U, PROOF_X)
    assert 1 - got.excess == pytest.approx(-0.1875)
    assert rows(got) == [0, 2, 4]
    keep = [0, 1, 3, 4]
    rest = plain(PROOF_X[keep], PROOF_E[keep])
    assert (rest.offset, rest.rotation, rest.excess) == pytest.approx((-0.00875, -0.0025, 0.01125))


def test_oracle_8_track_of_21_points() -> None:
    flat = plain(TRACK_X, TRACK_E)
    assert flat.offset == pytest.approx(-0.0146381, abs=5e-8)
    assert flat.rotation == pytest.approx(-0.0006116, abs=5e-8)
    assert flat.excess == pytest.approx(0.0122458, abs=5e-8)
    assert [TRACK_X[row] for row in rows(flat)] == [-8, -2, 10]
    assert [touch.side for touch in flat.touching] == [1, -1, 1]
    free = line(TRACK_E, -TRACK_U, TRACK_U, TRACK_X)
    assert free.offset == pytest.approx(-0.01282, abs=5e-6)
    assert free.rotation == pytest.approx(-0.00082, abs=5e-6)
    assert 1 - free.excess == pytest.approx(0.332667, abs=5e-7)
    bounded = line(TRACK_E, -TRACK_U, TRACK_U, TRACK_X, (-0.0005, 0.0005))
    assert bounded.offset == pytest.approx(-0.01298, abs=5e-6)
    assert (bounded.rotation, bounded.bound) == (-0.0005, -1)
    assert 1 - bounded.excess == pytest.approx(0.279267, abs=5e-7)


def test_hull_and_exchange_agree_on_a_thousand_random_curves() -> None:
    generator = np.random.default_rng(20)
    for _ in range(1000):
        count = int(generator.integers(3, 200))
        t = np.sort(generator.uniform(0, 10, count))
        error = generator.normal(size=count).cumsum() * 0.01 + generator.normal() * t
        hull, got = minimax_by_hull(t, error), plain(t, error)
        assert hull is not None
        assert got.excess == pytest.approx(hull.largest, rel=1e-12, abs=1e-15)
        sides = [touch.side for touch in got.touching]
        assert sides in ([1, -1, 1], [-1, 1, -1])
        residual = error[rows(got)] + got.offset + got.rotation * t[rows(got)]
        assert residual == pytest.approx(np.array(sides) * got.excess, rel=1e-9, abs=1e-13)
        hulled = error + hull.offset + hull.rotation * t
        assert np.abs(hulled).max() == pytest.approx(hull.largest, rel=1e-9, abs=1e-13)


def by_scipy(
    error: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    t: np.ndarray,
    bounds: tuple[float, float],
) -> float | None:
    """Return s* by HiGHS, ``None`` where there is none."""
    half, one = (upper - lower) / 2, np.ones(len(t))
    matrix = np.concatenate((np.column_stack((-one, -t, half)), np.column_stack((one, t, half))))
    limits = np.concatenate((error - lower, upper - error))
    box = [None if np.isinf(value) else value for value in bounds]
    answer = linprog(
        [0, 0, -1], A_ub=matrix, b_ub=limits, bounds=[(None, None), tuple(box), (None, 1)]
    )
    return float(answer.x[2]) if answer.status == 0 else None


def test_the_line_of_the_largest_margin_is_that_of_a_linear_programme() -> None:
    generator = np.random.default_rng(21)
    for turn in range(200):
        count = int(generator.integers(2, 60))
        t = generator.uniform(0, 10, count)
        error = generator.normal(size=count) * 0.02
        half = generator.uniform(0.001, 0.05, count)
        if turn % 4 == 0:
            half[0] = 0.0
        if turn % 8 == 0:
            half[-1] = 0.0
        centre = generator.normal(size=count) * 0.01
        bounds = (FREE, (-0.001, 0.0005), (0.0, 0.0), (-0.01, 0.0))[turn % 3]
        expected = by_scipy(error, centre - half, centre + half, t, bounds)
        got = best_line(error, centre - half, centre + half, t, bounds)
        if expected is None:
            assert got is None
            continue
        assert got is not None
        assert 1 - got.excess == pytest.approx(expected, rel=1e-7, abs=1e-8)
        inside = np.minimum(
            error + got.offset + got.rotation * t - centre + half,
            centre + half - error - got.offset - got.rotation * t,
        )
        assert (inside >= (1 - got.excess) * half - 1e-12).all()
        assert bounds[0] <= got.rotation <= bounds[1]


def test_separation_of_hulls_tells_what_the_margin_tells() -> None:
    generator = np.random.default_rng(22)
    seen = set()
    for _ in range(300):
        count = int(generator.integers(1, 30))
        t = generator.uniform(0, 10, count)
        error = generator.normal(size=count) * 0.01
        half = generator.uniform(0.005, 0.03, count)
        passes = line(error, -half, half, t).excess <= 1
        assert (largest_overlap(t, -half - error, half - error) <= 0) == passes
        seen.add(passes)
    assert seen == {True, False}


def test_equal_positions_and_two_points_are_no_trouble() -> None:
    got = plain([3.0, 3.0, 3.0], [0.1, 0.3, -0.1])
    assert (got.offset, got.rotation, got.excess) == pytest.approx((-0.1, 0.0, 0.2))
    two = plain([0.0, 1.0], [0.1, 0.3])
    assert two.excess == pytest.approx(0.0, abs=1e-15)
    pair = plain([0.0, 0.0, 1.0], [0.0, 0.4, 0.1])
    assert pair.excess == pytest.approx(0.2)
    assert plain([1.0], [0.7]).excess == 0.0
    assert minimax_line(np.array([]), np.array([])) is None
    assert best_line(*[np.array([])] * 4) is None
    assert minimax_by_hull(np.array([]), np.array([])) is None
    hull = minimax_by_hull(np.array([3.0, 3.0, 3.0]), np.array([0.1, 0.3, -0.1]))
    assert hull is not None and hull.largest == pytest.approx(0.2)


def test_bands_no_line_can_meet_have_no_margin() -> None:
    t, zero = np.array([0.0, 1.0, 2.0]), np.zeros(3)
    assert best_line(zero, zero + 1, zero - 1, t) is None
    assert best_line(zero, zero, zero, t, (1.0, -1.0)) is None
    bent = np.array([0.0, 1.0, 0.0])
    assert best_line(bent, zero, zero, t) is None
    straight = line(np.array([0.0, 1.0, 2.0]), zero, zero, t)
    assert (straight.offset, straight.rotation) == pytest.approx((0.0, -1.0))
    assert best_line(np.array([0.0, 1.0]), zero[:2], zero[:2], zero[:2]) is None
    many = np.zeros(1001)
    assert best_line(many, many, many, np.arange(1001.0)) is None


def test_a_hull_that_thins_slowly_is_finished_by_a_chain() -> None:
    x = np.arange(400.0)
    y = np.where(x % 2 == 0, x * x, x * x - 1e-3)  # convex: only the ends are on the upper hull
    assert upper_hull(x, y).tolist() == [0, 399]
    slow = np.concatenate((-((x - 500) ** 2), [10.0]))
    places = np.concatenate((x, [400.0]))
    hull = upper_hull(places, slow)
    cross = np.diff(slow[hull]) / np.diff(places[hull])
    assert (np.diff(cross) < 0).all()


@st.composite
def curves(draw: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count = draw(st.integers(3, 15))
    part = st.lists(st.integers(-64, 64), min_size=count, max_size=count)
    half = st.lists(st.integers(1, 32), min_size=count, max_size=count)
    t, e, w = (np.array(draw(values), dtype=float) / 64 for values in (part, part, half))
    return t, e, w


@settings(max_examples=300, deadline=None)
@given(curves(), st.integers(-8, 8), st.integers(-8, 8), st.sampled_from([0.5, 4.0]), st.data())
def test_metamorphic_rules_of_the_line(
    curve: tuple[np.ndarray, np.ndarray, np.ndarray],
    alpha: int,
    beta: int,
    scale: float,
    data: Any,
) -> None:
    t, error, half = curve
    got, flat = line(error, -half, half, t), plain(t, error)
    near = {"abs": 1e-11, "rel": 1e-9}
    moved = line(error + alpha / 8 + beta / 8 * t, -half, half, t)
    assert moved.excess == pytest.approx(got.excess, **near)
    unique = plain(t, error + alpha / 8 + beta / 8 * t)
    assert unique.excess == pytest.approx(flat.excess, **near)
    if len(flat.touching) == 3 and len(unique.touching) == 3:
        assert unique.offset == pytest.approx(flat.offset - alpha / 8, **near)
        assert unique.rotation == pytest.approx(flat.rotation - beta / 8, **near)
    assert plain(t, error * scale).excess == pytest.approx(flat.excess * scale, **near)
    scaled = line(error * scale, -half * scale, half * scale, t)
    assert scaled.excess == pytest.approx(got.excess, **near)
    mirrored = plain(-t, error)
    assert mirrored.excess == pytest.approx(flat.excess, **near)
    if len(flat.touching) == 3 and len(mirrored.touching) == 3:
        assert mirrored.rotation == pytest.approx(-flat.rotation, **near)
    twice = line(np.repeat(error, 2), np.repeat(-half, 2), np.repeat(half, 2), np.repeat(t, 2))
    assert twice.excess == pytest.approx(got.excess, **near)
    assert line(error, -half / 2, half / 2, t).excess >= got.excess - 1e-11
    gone = data.draw(st.integers(0, len(t) - 1))
    fewer = plain(np.delete(t, gone), np.delete(error, gone))
    assert fewer.excess <= flat.excess + 1e-11
    bounded = plain(t, error, (-0.25, 0.5))
    assert bounded.excess >= flat.excess - 1e-11


def test_a_million_points_have_their_line() -> None:
    generator = np.random.default_rng(23)
    t = np.linspace(0, 10, 1_000_000)
    error = generator.normal(size=1_000_000).cumsum() * 1e-4
    hull = minimax_by_hull(t, error)
    assert hull is not None
    assert plain(t, error).excess == pytest.approx(hull.largest, rel=1e-12)
