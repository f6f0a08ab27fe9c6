"""What the desktop application (versions 2 and 5) does differently, for comparison with history.

Only its sigma gradient and threshold are followed. Linearity is never judged its way: its offset
search is not exact (formulas.md 3.3).
"""

from __future__ import annotations

import numpy as np

from analysis.formats.station_file import PointFlag, Sweep
from analysis.numerics.columns import FloatArray, Points, points_of
from analysis.numerics.method import Method, RowScope

_V2_FACTOR = 12.0  # 24 x 0.5
_V2_TINY_FACTOR = 2.4  # 24 x 0.1
_V2_NO_LENGTH = 0.24  # 24 x 0.01


def rows_for_sigma(sweep: Sweep, measured: Points, method: Method) -> Points:
    """Return the rows a method takes its sigma gradient from.

    ``RowScope.ALL`` is the desktop application's: the whole data block, rows the station never
    overwrote included, and an error of 0 where the first cells of the column are blank
    (layouts.md 7, 1 and 5).
    """
    if method.parameters.sigma.rows is RowScope.MEASURED:
        return measured
    whole = points_of(sweep, sweep.rows)
    leading = _leading_blanks(sweep, whole.error)
    if leading == 0:
        return whole
    error = whole.error.copy()
    error[:leading] = 0.0
    return Points(whole.position, whole.measured, whole.theory, error, whole.lower, whole.upper)


def _leading_blanks(sweep: Sweep, error: FloatArray) -> int:
    count = 0
    for flag, value in zip(sweep.flags, error, strict=False):
        if not (flag & PointFlag.ERROR_COMPUTED) and not np.isnan(value):
            break
        count += 1
    return count


def v2_threshold(
    model: str, half_width: float | None, unit_length: float | None, travel: float | None
) -> float:
    """Return the sigma threshold of desktop version 2.

    Parameters
    ----------
    model : str
    half_width : float or None
        Volts; missing or not above 0 counts as 0.01.
    unit_length, travel : float or None
        Degrees or inches; the first that is above 0 is the length.

    Returns
    -------
    float
        Volts per unit of travel: 0.4 for 8340-1, 0.0015 half_width / 0.01 for 8555..., 2.4
        half_width where that is below 0.001 and the length above 1, else 12 half_width / length;
        0.24 without a length. All but the first are clipped to 1e-4 ... 0.05.

    Notes
    -----
    Source: version2.md 3.4, faults included (8340-1A... is clipped from 0.4 to 0.05).
    """
    if model == "8340-1":
        return 0.4
    width = half_width if half_width is not None and half_width > 0.0 else 0.01
    length = next((one for one in (unit_length, travel) if one is not None and one > 0.0), None)
    if model.startswith("8555"):
        value = 0.0015 * width / 0.01
    elif model.startswith("8340-1"):
        value = 0.4
    elif length is None:
        value = _V2_NO_LENGTH
    elif width < 0.001 and length > 1.0:
        value = _V2_TINY_FACTOR * width
    else:
        value = width / length * _V2_FACTOR
    return min(max(value, 1e-4), 0.05)
