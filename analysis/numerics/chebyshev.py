"""The offset of the largest margin: a linear programme in one variable, solved exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.numerics.columns import FloatArray


@dataclass(frozen=True, slots=True)
class BestMargin:
    """The largest margin s* and the offset that reaches it."""

    offset: float  # volts
    margin: float  # 1 = every point in the middle of its band, 0 = touching, negative = outside
    touching: tuple[int, ...]  # indices of the points that hold s* down, one or two


def best_margin(error: FloatArray, lower: FloatArray, upper: FloatArray) -> BestMargin | None:
    """Return the offset o with the largest s such that every point keeps s half widths.

    Parameters
    ----------
    error, lower, upper : (n,) float64
        Volts, finite.

    Returns
    -------
    BestMargin or None
        ``None`` for no points, for a band with lower > upper, and where points of zero width ask
        for different offsets: then no s exists.

    Notes
    -----
    max s: lower_i + s w_i <= error_i + o <= upper_i - s w_i with w_i = (upper_i - lower_i) / 2
    (statistics.md C2). With c_i = (lower_i + upper_i) / 2 - error_i, the offset that centres
    point i, and r = 1 - s this is min over o of r = max |o - c_i| / w_i: the upper envelope of
    rising and falling lines. Two points i, j alone give r = (c_j - c_i) / (w_i + w_j) at
    o = (c_i w_j + c_j w_i) / (w_i + w_j). Exchange: put o there, take the highest rising and the
    highest falling line at o as the next pair, and stop when none is higher than r. r rises with
    every exchange, so the end is reached, and it is the optimum: the pair proves it.

    A point of zero width has no margin of its own but fixes o = c_i. The others then give
    s = 1 - max |o - c_i| / w_i.
    """
    if len(error) == 0:
        return None
    half = 0.5 * upper - 0.5 * lower
    centre = 0.5 * upper + 0.5 * lower
    centre -= error
    narrowest = half.min()
    if narrowest < 0.0:
        return None
    if narrowest == 0.0:
        return _forced(centre, half)
    with np.errstate(over="ignore", invalid="ignore"):
        return _exchange(centre, half)


def _exchange(centre: FloatArray, half: FloatArray) -> BestMargin | None:
    inverse = 1.0 / half
    # the points that alone ask for the largest and the smallest offset are a good first pair
    rising, falling = int((centre + half).argmin()), int((centre - half).argmax())
    excess = -np.inf
    while True:
        w_rising, w_falling = float(half[rising]), float(half[falling])
        both = w_rising + w_falling
        c_rising, c_falling = float(centre[rising]), float(centre[falling])
        offset = c_rising * (w_falling / both) + c_falling * (w_rising / both)
        reached = (c_falling - c_rising) / both
        if not reached > excess:
            break
        excess, best, pair = reached, offset, (rising, falling)
        distance = offset - centre
        distance *= inverse
        rising, falling = int(distance.argmax()), int(distance.argmin())
        if (rising, falling) == pair:
            break
    if excess == -np.inf or excess == np.inf:
        return None
    return BestMargin(best, 1.0 - excess, tuple(sorted(set(pair))))


def _forced(centre: FloatArray, half: FloatArray) -> BestMargin | None:
    """Points of zero width fix the offset; the others say how good it is."""
    fixed = np.flatnonzero(half == 0.0)
    wanted = centre[fixed]
    offset = 0.5 * float(wanted.max()) + 0.5 * float(wanted.min())
    # equal in exact arithmetic, one rounding apart in float64
    if float(wanted.max()) - float(wanted.min()) > 4.0 * np.spacing(np.abs(wanted).max()):
        return None
    free = np.flatnonzero(half > 0.0)
    if len(free) == 0:
        return BestMargin(offset, 1.0, (int(fixed[0]),))
    with np.errstate(over="ignore"):
        distance = np.abs(offset - centre[free]) / half[free]
    worst = int(distance.argmax())
    if not distance[worst] < np.inf:
        return None
    return BestMargin(offset, 1.0 - float(distance[worst]), (int(fixed[0]), int(free[worst])))
