"""The columns of a sweep as numpy arrays, without copying.

Here and nowhere else ``array('d')`` becomes ``numpy``. The arrays are views of the record, and
nothing in this package writes into an array it was given.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.formats.station_file import Sweep

FloatArray = npt.NDArray[np.float64]
RowArray = npt.NDArray[np.intp]
MaskArray = npt.NDArray[np.bool_]

LARGEST_VALUE = 1e9
"""A magnitude from here on counts as no value: no volt meter and no travel reaches it, and below
it no sum, product or square in this package can overflow."""

_EMPTY: FloatArray = np.empty(0)


@dataclass(frozen=True, slots=True)
class Points:
    """Rows of one sweep, in the order of the sheet; every array has the same length."""

    position: FloatArray  # degrees or inches
    measured: FloatArray  # volts
    theory: FloatArray  # volts
    error: FloatArray  # volts
    lower: FloatArray  # volts, NaN = no limit
    upper: FloatArray  # volts, NaN = no limit

    def __len__(self) -> int:
        return len(self.error)


def _view(values: array[float], rows: int) -> FloatArray:
    """Return the first ``rows`` >= 1 values as a float64 view, without copying."""
    return np.frombuffer(values, np.float64, rows)


def all_true(mask: MaskArray) -> bool:
    """Tell whether a whole mask is set; several times faster than ``ndarray.all``."""
    return bool(np.count_nonzero(mask) == len(mask))


def points_of(sweep: Sweep, rows: int | None = None) -> Points:
    """Return the measured rows of a sweep (or its first ``rows``).

    A record whose columns differ in length is cut to the shortest: a row without all of its cells
    is not a point.
    """
    wanted = sweep.points_measured if rows is None else rows
    columns = (
        sweep.position.values,
        sweep.measured.values,
        sweep.theory.values,
        sweep.error.values,
        sweep.lower.values,
        sweep.upper.values,
    )
    shortest = min(wanted, *map(len, columns))
    if shortest <= 0:
        return Points(_EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY)
    return Points(*[_view(column, shortest) for column in columns])


def is_usable(values: FloatArray) -> MaskArray:
    """Mark the values that are numbers a station can have measured.

    Parameters
    ----------
    values : (n,) float64

    Returns
    -------
    (n,) bool
        False for NaN, infinities and magnitudes of ``LARGEST_VALUE`` and more.
    """
    return np.abs(values) < LARGEST_VALUE


def all_usable(values: FloatArray) -> bool:
    """Tell whether every value is usable (``is_usable``), several times faster than a mask."""
    if len(values) == 0:
        return True
    low, high = values.item(values.argmin()), values.item(values.argmax())  # NaN if there is one
    return bool(low > -LARGEST_VALUE and high < LARGEST_VALUE)


def largest(values: FloatArray) -> float:
    """Return the largest of n >= 1 values, NaN if there is one; faster than ``ndarray.max``."""
    return float(values.item(values.argmax()))


def smallest(values: FloatArray) -> float:
    """Return the smallest of n >= 1 values, NaN if there is one; faster than ``ndarray.min``."""
    return float(values.item(values.argmin()))


def number(value: float | None) -> float | None:
    """Return a plain float, or ``None`` for what JSON and people cannot use (NaN, infinity)."""
    return None if value is None or value - value != 0.0 else float(value)
