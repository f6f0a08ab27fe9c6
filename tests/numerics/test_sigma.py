"""Sigma gradient against scipy and against the numbers of statistics.md B18."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from analysis.numerics.method import SigmaParameters, SmoothingFilter
from analysis.numerics.sigma import sigma_gradient, zero_phase
from analysis.numerics.threshold import (
    ThresholdSource,
    mean_half_width,
    sigma_threshold,
    travel_of,
)

FILTERS = {
    SmoothingFilter.BUTTERWORTH_2: signal.butter(2, 0.1),
    SmoothingFilter.BUTTERWORTH_5: signal.butter(5, 0.8),
}


def desktop_sigma(x: np.ndarray, error: np.ndarray) -> float:
    """Follow formulas.md 3.1 word by word, with scipy and a loop."""
    b, a = signal.butter(2, 0.1)
    y = signal.filtfilt(b, a, error)
    if len(y) >= 13:
        x, y = x[5:-5], y[5:-5]
    gradients = [
        (y[i + 1] - y[i]) / (x[i + 1] - x[i])
        for i in range(len(x) - 1)
        if abs(x[i + 1] - x[i]) > 1e-6
    ]
    return float(np.std(gradients, ddof=1))


@pytest.mark.parametrize("smoothing", list(SmoothingFilter))
@pytest.mark.parametrize("count", [10, 11, 12, 13, 50, 350, 5000])
def test_the_filter_is_filtfilt_of_scipy(smoothing: SmoothingFilter, count: int) -> None:
    values = np.random.default_rng(count).normal(size=count).cumsum() + 3.0
    b, a = FILTERS[smoothing]
    expected = signal.filtfilt(b, a, values, padlen=9)
    assert np.abs(zero_phase(values, smoothing) - expected).max() <= 1e-12 * np.abs(values).max()


@pytest.mark.parametrize("count", [10, 12, 13, 14, 19, 161, 350, 719, 20_000])
def test_the_sigma_gradient_is_that_of_an_independent_loop_over_scipy(count: int) -> None:
    generator = np.random.default_rng(count)
    x = np.cumsum(generator.uniform(0.2, 3.0, count))
    error = generator.normal(size=count) * 0.01
    got = sigma_gradient(x, error).value
    assert got == pytest.approx(desktop_sigma(x, error), rel=1e-11)


@pytest.mark.parametrize(
    ("period", "expected"), [(10, 2.3356e-4), (20, 1.10616e-3), (40, 1.04582e-3), (100, 4.4353e-4)]
)
def test_a_sine_has_the_sigma_gradient_of_the_closed_form(period: int, expected: float) -> None:
    x = np.arange(20_000.0)
    got = sigma_gradient(x, 0.01 * np.sin(2 * np.pi * x / period)).value
    assert got == pytest.approx(expected, rel=2e-3)  # "long record": the ends still show
    gain = 1 / (1 + (math.tan(math.pi / period) / math.tan(0.05 * math.pi)) ** 4)
    closed = 0.01 * gain * 2 * math.sin(math.pi / period) / math.sqrt(2)
    assert closed == pytest.approx(expected, rel=1e-4)


def test_white_noise_has_the_sigma_gradient_of_the_table() -> None:
    noise = np.random.default_rng(3).normal(size=1_000_000)
    got = sigma_gradient(np.arange(1_000_000.0), noise).value
    assert got == pytest.approx(0.051766, rel=5e-3)


def test_a_ramp_shows_what_the_edges_leave() -> None:
    x = np.arange(101.0)
    assert sigma_gradient(x, 0.002 * x - 0.1).value == pytest.approx(1.8e-5, rel=0.05)


@pytest.mark.parametrize("count", range(10))
def test_below_ten_points_there_is_no_sigma_gradient(count: int) -> None:
    got = sigma_gradient(np.arange(float(count)), np.zeros(count))
    assert got.value is None
    assert f"{count} points are too few" in got.reason


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e308, 1e9])
@pytest.mark.parametrize("row", [0, 7, 29])
@pytest.mark.filterwarnings("error")
def test_a_value_that_is_no_number_gives_no_sigma_gradient(bad: float, row: int) -> None:
    x, error = np.arange(30.0), np.sin(np.arange(30.0))
    spoiled = error.copy()
    spoiled[row] = bad
    assert sigma_gradient(x, spoiled).value is None
    assert "error" in sigma_gradient(x, spoiled).reason
    place = x.copy()
    place[row] = bad
    assert sigma_gradient(place, error).value is None
    assert "position" in sigma_gradient(place, error).reason


def test_a_constant_position_gives_no_sigma_gradient() -> None:
    got = sigma_gradient(np.full(30, 2.0), np.sin(np.arange(30.0)))
    assert got.value is None
    assert "position" in got.reason


def test_repeated_positions_have_no_gradient_and_reversed_ones_the_same() -> None:
    x = np.arange(40.0)
    error = np.random.default_rng(5).normal(size=40)
    repeated = x.copy()
    repeated[20] = repeated[19]
    assert sigma_gradient(repeated, error).value == pytest.approx(
        desktop_sigma(repeated, error), rel=1e-11
    )
    assert sigma_gradient(-x, error).value == pytest.approx(sigma_gradient(x, error).value or 0)


def test_ten_to_twelve_points_are_not_cut_and_thirteen_are() -> None:
    error = np.random.default_rng(6).normal(size=13)
    b, a = FILTERS[SmoothingFilter.BUTTERWORTH_2]
    whole = np.diff(signal.filtfilt(b, a, error[:12])).std(ddof=1)
    assert sigma_gradient(np.arange(12.0), error[:12]).value == pytest.approx(whole, rel=1e-12)
    cut = np.diff(signal.filtfilt(b, a, error)[5:-5]).std(ddof=1)
    assert sigma_gradient(np.arange(13.0), error).value == pytest.approx(cut, rel=1e-12)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=10, max_size=60),
    st.floats(0.1, 10.0),
    st.floats(-5.0, 5.0),
)
def test_sigma_scales_with_the_error_and_ignores_an_offset(
    values: list[float], scale: float, offset: float
) -> None:
    x, error = np.arange(float(len(values))), np.array(values)
    plain = sigma_gradient(x, error).value
    scaled = sigma_gradient(x, scale * error).value
    shifted = sigma_gradient(x, error + offset).value
    wide = sigma_gradient(2.0 * x, error).value
    assert plain is not None
    assert scaled == pytest.approx(scale * plain, rel=1e-9, abs=1e-13)
    assert shifted == pytest.approx(plain, rel=1e-9, abs=1e-13)
    assert wide == pytest.approx(plain / 2, rel=1e-9, abs=1e-13)


def test_the_threshold_follows_the_formula() -> None:
    got = sigma_threshold(0.02, 350.0)
    assert got.value == pytest.approx(0.02 / (24 * 3.5))
    assert got.source is ThresholdSource.FORMULA
    assert sigma_threshold(0.02, 50.0).value == pytest.approx(0.02 / 24)


def test_the_golden_threshold_of_8232_1_is_met() -> None:
    assert sigma_threshold(0.011203703703703707, 1.0).value == 0.0004668209876543211


def test_the_threshold_has_a_floor_and_a_fallback() -> None:
    assert sigma_threshold(0.0001, 350.0).value == 1e-4
    assert sigma_threshold(-0.1, 350.0).value == 1e-4
    for half, travel in ((None, 350.0), (0.02, None), (None, None)):
        got = sigma_threshold(half, travel)
        assert (got.value, got.source) == (1e-3, ThresholdSource.FALLBACK)


@pytest.mark.filterwarnings("error")
def test_half_width_and_travel_count_only_what_is_there() -> None:
    lower, upper = np.array([math.nan, -1.0, -3.0, -9.0]), np.array([5.0, 1.0, 3.0, math.nan])
    assert mean_half_width(lower, upper) == 2.0
    assert mean_half_width(lower[:1], upper[:1]) is None
    assert mean_half_width(np.array([]), np.array([])) is None
    assert mean_half_width(np.array([-1e308]), np.array([1e308])) is None
    assert travel_of(np.array([3.0, 1.0, -2.0])) == 5.0
    for ends in ([1.0], [], [1.0, 1.0], [math.nan, 1.0], [0.0, math.inf]):
        assert travel_of(np.array(ends)) is None


def test_a_million_points_take_linear_time() -> None:
    from time import process_time

    def seconds(count: int) -> float:
        x, error = np.arange(float(count)), np.random.default_rng(1).normal(size=count)
        start = process_time()
        sigma_gradient(x, error)
        return process_time() - start

    seconds(10_000)
    assert seconds(1_000_000) < 40 * max(seconds(100_000), 1e-3)


def test_parameters_of_a_method_are_followed() -> None:
    x, error = np.arange(100.0), np.random.default_rng(9).normal(size=100)
    b, a = FILTERS[SmoothingFilter.BUTTERWORTH_5]
    smooth = signal.filtfilt(b, a, error, padlen=25)[5:-5]
    expected = ((smooth[3:] - smooth[:-3]) / 3.0).std(ddof=1)
    rules = SigmaParameters(smoothing=SmoothingFilter.BUTTERWORTH_5, gradient_step=3)
    assert sigma_gradient(x, error, rules).value == pytest.approx(expected, rel=1e-11)
    short = signal.lfilter(b, a, error[:40])[5:-5]
    expected = ((short[3:] - short[:-3]) / 3.0).std(ddof=1)
    assert sigma_gradient(x[:40], error[:40], rules).value == pytest.approx(expected, rel=1e-11)
