"""What is true of a curve, computed the plain way.

The simulator promises outcomes and checks them here before it writes a file, so this module shares
no code with the numeric core: tests compare the two.
"""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

_POINTS_FOR_SIGMA = 10
_POINTS_FOR_CUT = 13
_CUT = 5
_PADDING = 9
_CUTOFF = 0.1  # of the Nyquist frequency
_THRESHOLD_DIVISOR = 24.0
_THRESHOLD_TRAVEL = 100.0
_SMALLEST_THRESHOLD = 1e-4
_SAME_PLACE = 1e-6


def graded(upper: Values, lower: Values) -> npt.NDArray[np.bool_]:
    """Mark the points that have both limits."""
    return np.isfinite(upper) & np.isfinite(lower)


def points_outside(error: Values, upper: Values, lower: Values) -> int:
    """Count graded points outside their limits as measured."""
    mask = graded(upper, lower)
    return int(np.sum((error[mask] > upper[mask]) | (error[mask] < lower[mask])))


def offset_window(error: Values, upper: Values, lower: Values) -> tuple[float, float]:
    """Return the offsets [max(L - e), min(U - e)] that bring every graded point inside.

    No offset does where the first is larger than the second.
    """
    mask = graded(upper, lower)
    return float(np.max((lower - error)[mask])), float(np.min((upper - error)[mask]))


def fewest_outside(error: Values, upper: Values, lower: Values) -> int:
    """Count the graded points the best offset leaves outside."""
    mask = graded(upper, lower)
    starts = [(value, -1) for value in (lower - error)[mask].tolist()]
    ends = [(value, 1) for value in (upper - error)[mask].tolist()]
    events = sorted(starts + ends)  # a start sorts before an end at the same offset
    inside = max(accumulate(-step for _, step in events), default=0)
    return int(mask.sum()) - max(inside, 0)


def sigma_gradient(position: Values, error: Values) -> float | None:
    """Return the sample deviation of the gradients of the smoothed error, volts per unit."""
    count = len(error)
    if count < _POINTS_FOR_SIGMA:
        return None
    smooth = _smoothed(error)
    cut = _CUT if count >= _POINTS_FOR_CUT else 0
    smooth, position = smooth[cut : count - cut], position[cut : count - cut]
    step = np.diff(position)
    usable = np.abs(step) > _SAME_PLACE
    gradients = np.diff(smooth)[usable] / step[usable]
    return float(np.std(gradients, ddof=1)) if len(gradients) > 1 else None


def sigma_threshold(position: Values, upper: Values, lower: Values) -> float:
    """Return mean half width / (24 * max(1, travel / 100)), at least 0.0001."""
    mask = graded(upper, lower)
    half = float(np.mean((upper - lower)[mask])) / 2
    travel = abs(float(position[-1] - position[0]))
    scale = max(1.0, travel / _THRESHOLD_TRAVEL)
    return max(half / (_THRESHOLD_DIVISOR * scale), _SMALLEST_THRESHOLD)


def _smoothed(error: Values) -> Values:
    """Run the 2nd-order Butterworth low-pass forward and backward over the oddly padded series."""
    head = 2 * error[0] - error[_PADDING:0:-1]
    tail = 2 * error[-1] - error[-2 : -_PADDING - 2 : -1]
    forward = _filtered(np.concatenate([head, error, tail]).tolist())
    backward = _filtered(forward[::-1])[::-1]
    return np.array(backward[_PADDING : _PADDING + len(error)])


def _coefficients() -> tuple[float, float, float]:
    warped = math.tan(math.pi * _CUTOFF / 2)
    norm = 1 / (1 + math.sqrt(2) * warped + warped**2)
    a1 = 2 * (warped**2 - 1) * norm
    a2 = (1 - math.sqrt(2) * warped + warped**2) * norm
    return warped**2 * norm, a1, a2


_B0, _A1, _A2 = _coefficients()


def _filtered(series: list[float]) -> list[float]:
    first = series[0]
    state1, state2 = (
        (1 - _B0) * first,
        (_B0 - _A2) * first,
    )  # at rest on the first value
    result = []
    for value in series:
        smooth = _B0 * value + state1
        state1 = 2 * _B0 * value - _A1 * smooth + state2
        state2 = _B0 * value - _A2 * smooth
        result.append(smooth)
    return result
