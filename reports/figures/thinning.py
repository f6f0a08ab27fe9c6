"""Fewer points for the same picture: what is dropped cannot be seen, extremes always stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
RowArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]


def kept_rows(columns: Sequence[FloatArray], buckets: int) -> RowArray:
    """Choose the rows that draw the same lines.

    Parameters
    ----------
    columns : sequence of (n,) float64
        Curves over the same rows, in the order of measurement; NaN = a gap.
    buckets : int
        Runs of neighbouring rows to make, about one per pixel of width.

    Returns
    -------
    (m,) intp
        Rising rows: of each bucket and column the first and the last row, those of the smallest
        and of the largest value, and one of a gap. All rows where that would not make them fewer.

    Notes
    -----
    Linear in n; m <= 5 * buckets * len(columns).
    """
    rows = len(columns[0])
    if rows <= 5 * buckets * len(columns):
        return np.arange(rows)
    width = -(-rows // buckets)
    starts = np.arange(0, rows, width)
    chosen = [starts, np.append(starts[1:] - 1, rows - 1)]
    missing = len(starts) * width - rows
    for column in columns:
        # the tail repeats the last value, so that it adds no extreme and no gap
        padded = np.concatenate((column, np.full(missing, column[-1]))).reshape(-1, width)
        gaps = np.isnan(padded)
        chosen.append(starts + np.where(gaps, np.inf, padded).argmin(axis=1))
        chosen.append(starts + np.where(gaps, -np.inf, padded).argmax(axis=1))
        chosen.append(starts + gaps.argmax(axis=1))
    return np.unique(np.minimum(np.concatenate(chosen), rows - 1))


def alone(values: FloatArray) -> BoolArray:
    """Mark the values with a gap (or the end) on both sides: a line does not show them."""
    present = np.concatenate(([False], ~np.isnan(values), [False]))
    return present[1:-1] & ~present[:-2] & ~present[2:]


def column_bars(
    x: FloatArray, y: FloatArray, left: float, right: float, columns: int
) -> tuple[FloatArray, FloatArray]:
    """Cover many points by one vertical bar per pixel column.

    Parameters
    ----------
    x, y : (n,) float64
        Finite.
    left, right : float
        Ends of the frame.
    columns : int
        Pixel columns of the frame.

    Returns
    -------
    x, y : (3 m,) float64
        From the lowest to the highest point of each column that has one, NaN behind each bar:
        every point lies on a bar, within half a column.
    """
    scale = columns / (right - left) if right > left else 0.0
    column = np.clip(((x - left) * scale).astype(np.intp), 0, columns - 1)
    low, high = np.full(columns, np.inf), np.full(columns, -np.inf)
    np.minimum.at(low, column, y)
    np.maximum.at(high, column, y)
    used = np.flatnonzero(low <= high)
    at = left + (used + 0.5) * (right - left) / columns
    bars_y = np.stack((low[used], high[used], np.full(len(used), np.nan)), axis=1)
    return np.repeat(at, 3), bars_y.ravel()
