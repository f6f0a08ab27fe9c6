"""Linearity by convex hulls: a second, independent way to what ``chebyshev`` computes.

Slower for the same answer, and geometric instead of algebraic, so tests compare the two.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.numerics.columns import FloatArray, RowArray

_PASSES = 64


class HullFit(NamedTuple):
    """The minimax line error + o + k t of a curve."""

    offset: float
    rotation: float
    largest: float  # E, half of the largest vertical gap between the two hulls
    points: tuple[int, ...]  # the edge's two ends and the vertex opposite, in the order of t


def upper_hull(along: FloatArray, values: FloatArray) -> RowArray:
    """Return the indices of the upper convex hull, from left to right.

    Parameters
    ----------
    along, values : (n,) float64
        Finite; ``along`` in any order, repeats allowed.

    Returns
    -------
    (m,) intp
        Strictly rising in ``along``. Points on an edge are left out.

    Notes
    -----
    A point on or below the chord of its present neighbours is on no hull, and the neighbours are
    points of the curve, so all such points go at once; repeated until nothing goes. What is left
    after 64 passes goes through a monotone chain. O(n log n).
    """
    order = np.lexsort((-values, along))
    first = np.ones(len(order), dtype=bool)
    first[1:] = along[order][1:] > along[order][:-1]
    kept = order[first]  # of equal positions the highest
    for _ in range(_PASSES):
        convex = _is_above_chord(along[kept], values[kept])
        if np.count_nonzero(convex) == len(kept):
            return kept
        kept = kept[convex]
    return _chain(along, values, kept)


def _is_above_chord(t: FloatArray, y: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    above = np.ones(len(t), dtype=bool)
    if len(t) > 2:
        left, right = t[1:-1] - t[:-2], t[2:] - t[1:-1]
        above[1:-1] = (y[1:-1] - y[:-2]) * right > (y[2:] - y[1:-1]) * left
    return above


def _chain(along: FloatArray, values: FloatArray, kept: RowArray) -> RowArray:
    t, y = along[kept].tolist(), values[kept].tolist()
    stack: list[int] = []
    for i in range(len(t)):
        while len(stack) > 1:
            a, b = stack[-2], stack[-1]
            if (y[b] - y[a]) * (t[i] - t[b]) > (y[i] - y[b]) * (t[b] - t[a]):
                break
            stack.pop()
        stack.append(i)
    return kept[stack]


def minimax_by_hull(along: FloatArray, error: FloatArray) -> HullFit | None:
    """Return the line with the smallest E = max |error + o + k along|.

    Parameters
    ----------
    along, error : (n,) float64
        Finite.

    Returns
    -------
    HullFit or None
        ``None`` for no points.

    Notes
    -----
    Source: statistics.md C2. The largest vertical gap between the upper and the lower hull lies at
    a vertex of one of them, over an edge of the other; the line runs parallel to that edge, half
    the gap away.
    """
    if len(error) == 0:
        return None
    top, bottom = upper_hull(along, error), upper_hull(along, -error)
    gap_above = np.interp(along[bottom], along[top], error[top]) - error[bottom]
    gap_below = error[top] - np.interp(along[top], along[bottom], error[bottom])
    over, under = int(gap_above.argmax()), int(gap_below.argmax())
    if gap_above[over] >= gap_below[under]:
        edge, vertex, gap = top, int(bottom[over]), float(gap_above[over])
    else:
        edge, vertex, gap = bottom, int(top[under]), float(gap_below[under])
    right = int(np.searchsorted(along[edge], along[vertex], side="left"))
    right = min(max(right, 1), len(edge) - 1)
    if len(edge) == 1:
        middle = 0.5 * (float(error[edge[0]]) + float(error[vertex]))
        return HullFit(-middle, 0.0, 0.5 * gap, tuple(sorted({int(edge[0]), vertex})))
    a, b = int(edge[right - 1]), int(edge[right])
    slope = float((error[b] - error[a]) / (along[b] - along[a]))
    level = float(error[a]) - slope * float(along[a])  # of the edge
    opposite = float(error[vertex]) - slope * float(along[vertex])
    return HullFit(-0.5 * (level + opposite), -slope, 0.5 * gap, (a, vertex, b))


def largest_overlap(along: FloatArray, low: FloatArray, high: FloatArray) -> float:
    """Return by how much no line can keep low_i <= line(t_i) <= high_i, negative where one can.

    A line above all ``low`` and below all ``high`` exists exactly where the upper hull of the lows
    is nowhere above the lower hull of the highs (separation of convex sets); the result is the
    largest difference of the two over the t they share, in the unit of the values. n >= 1.
    """
    top, bottom = upper_hull(along, low), upper_hull(along, -high)
    places = np.concatenate((along[top], along[bottom]))
    under = np.interp(places, along[top], low[top])
    over = np.interp(places, along[bottom], high[bottom])
    return float((under - over).max())
