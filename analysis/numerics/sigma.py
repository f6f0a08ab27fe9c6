"""Sigma gradient: the roughness of an error curve, and nothing else.

The error curve is smoothed with a zero-phase low-pass, its ends are cut, and the sample standard
deviation of the gradients between neighbours is taken. Volts per degree or per inch: values of
parts in different units of travel cannot be compared.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from analysis.numerics.columns import FloatArray, all_true, all_usable, smallest
from analysis.numerics.method import SigmaParameters, SmoothingFilter


def _impulse_response(b: tuple[float, ...], a: tuple[float, ...], taps: int) -> FloatArray:
    """Return the first values of the impulse response of b/a (a[0] = 1)."""
    response: list[float] = []
    for index in range(taps):
        value = b[index] if index < len(b) else 0.0
        for lag in range(1, min(index, len(a) - 1) + 1):
            value -= a[lag] * response[index - lag]
        response.append(value)
    return np.array(response)


# scipy.signal.butter(2, 0.1) and butter(5, 0.8), scipy 1.17.1, to the last bit: b, a, and taps. The
# largest pole radii are 0.8008 and 0.8322: what is left of the responses after 192 and 256 taps is
# below 1e-18, far under one ulp, so a convolution with them is the recursive filter at double
# precision.
_FILTERS: Final = {
    SmoothingFilter.BUTTERWORTH_2: (
        (0.020083365564211232, 0.040166731128422464, 0.020083365564211232),
        (1.0, -1.5610180758007182, 0.6413515380575631),
        192,
    ),
    SmoothingFilter.BUTTERWORTH_5: (
        (
            0.3541641810934298,
            1.7708209054671489,
            3.5416418109342978,
            3.5416418109342978,
            1.7708209054671489,
            0.3541641810934298,
        ),
        (
            1.0,
            2.9754221097456828,
            3.80601811932041,
            2.5452528683304654,
            0.8811300754378361,
            0.12543062215535555,
        ),
        256,
    ),
}
_PADDING: Final = 9  # 3 * max(len(a), len(b)), the default of scipy.signal.filtfilt


class SigmaGradient(NamedTuple):
    """The sigma gradient, or the reason why there is none."""

    value: float | None  # volts per unit of travel
    reason: str  # a sentence where value is None, else ""


@cache
def _response_of(smoothing: SmoothingFilter) -> FloatArray:
    return _impulse_response(*_FILTERS[smoothing])


def _settled(values: FloatArray, response: FloatArray) -> FloatArray:
    """Filter a series whose filter has settled at its first value.

    ``lfilter(b, a, x, zi=lfilter_zi(b, a) * x[0])`` of scipy: the settled start is the response
    to a constant x[0], so only x - x[0] has to go through a filter at rest.
    """
    start = values.item(0)
    filtered: FloatArray = np.convolve(values - start, response)[: len(values)]
    filtered += start
    return filtered


def zero_phase(
    values: FloatArray,
    smoothing: SmoothingFilter = SmoothingFilter.BUTTERWORTH_2,
    padding: int = _PADDING,
) -> FloatArray:
    """Filter forward and backward, the ends continued by point reflection.

    Parameters
    ----------
    values : (n,) float64
        Finite, n > padding.
    smoothing : SmoothingFilter
    padding : int
        Points added at each end as 2 x[0] - x[k] (odd extension).

    Returns
    -------
    (n,) float64
        Equal to ``scipy.signal.filtfilt(b, a, values)`` to 1e-12 of the largest value.

    Notes
    -----
    Linear in n. Source: ``scipy.signal.filtfilt`` with ``method="pad"``, ``padtype="odd"``.
    """
    response = _response_of(smoothing)
    if padding > 0:
        head = 2.0 * values.item(0) - values[padding:0:-1]
        tail = 2.0 * values.item(-1) - values[-2 : -padding - 2 : -1]
        values = np.concatenate((head, values, tail))
    forward = _settled(values, response)
    both = _settled(forward[::-1], response)[::-1]
    return both[padding : len(both) - padding]


def _smoothed(error: FloatArray, smoothing: SmoothingFilter) -> FloatArray:
    if smoothing is SmoothingFilter.BUTTERWORTH_2:
        return zero_phase(error, smoothing)
    if len(error) < 15:  # desktop version 2 leaves the shortest series alone
        return error
    if len(error) < 50:  # and filters short ones one way, from rest
        return np.convolve(error, _response_of(smoothing))[: len(error)]
    return zero_phase(error, smoothing, padding=min(len(error) // 4, 50))


def sigma_gradient(
    position: FloatArray, error: FloatArray, parameters: SigmaParameters | None = None
) -> SigmaGradient:
    """Return the sample standard deviation of the gradients of the smoothed error.

    Parameters
    ----------
    position : (n,) float64
        Degrees or inches, in the order of measurement; uneven steps are allowed, every gradient
        is taken with its own step.
    error : (n,) float64
        Volts.
    parameters : SigmaParameters, optional
        Default: those of ``lasertrim-1``.

    Returns
    -------
    SigmaGradient
        Volts per degree or inch.

    Notes
    -----
    1. Fewer than 10 points: none.
    2. Any position or error that is not a usable number: none. Nothing is filled or bridged.
    3. Butterworth of order 2 at 0.1 of Nyquist, zero phase, odd padding of 9 points.
    4. From 13 points on 5 points are dropped at each end; from 10 to 12 nothing is cut. Edge
       transients survive the cut: a ramp from -0.1 to 0.1 V over 101 points gives 1.8e-5, not 0.
    5. g_i = (y_{i+1} - y_i) / (x_{i+1} - x_i) where |x_{i+1} - x_i| > 1e-6; a pair that is
       closer, as with repeated positions, has no gradient.
    6. sigma = sqrt(sum (g_i - mean g)^2 / (m - 1)), two-pass; fewer than 2 gradients: none.

    Sources: formulas.md 3.1, statistics.md B18. Linear in n.
    """
    rules = parameters or SigmaParameters()
    count = len(error)
    if count < rules.minimum_points:
        return SigmaGradient(
            None, f"{count} points are too few, {rules.minimum_points} are needed."
        )
    if not all_usable(error):
        return SigmaGradient(None, "An error value is missing or not a number.")
    if not all_usable(position):
        return SigmaGradient(None, "A position is missing or not a number.")
    smooth = _smoothed(error, rules.smoothing)
    if count >= rules.cut_from:
        inner = slice(rules.cut_points, count - rules.cut_points)
        smooth, position = smooth[inner], position[inner]
    step = rules.gradient_step
    dx = position[step:] - position[:-step]
    dy = smooth[step:] - smooth[:-step]
    if len(dx) and not smallest(dx) > rules.minimum_step:  # not rising all the way
        accepted = np.abs(dx) > rules.minimum_step
        if not all_true(accepted):
            dx, dy = dx[accepted], dy[accepted]
    if len(dx) < 2:
        return SigmaGradient(None, "The position does not change, so there is no gradient.")
    gradient = dy / dx
    gradient -= np.add.reduce(gradient) / len(gradient)
    return SigmaGradient(math.sqrt(float(gradient.dot(gradient)) / (len(gradient) - 1)), "")
