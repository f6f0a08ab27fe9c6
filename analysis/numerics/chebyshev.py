"""The correction of the largest margin: linear programmes in one and two variables, solved exactly.

Every problem here is: choose a line o + k t so that the largest of |c_i - o - k t_i| / w_i is as
small as possible. c_i is the shift that would put point i into the middle of its band, w_i its
half width; with c_i = -error_i and w_i = 1 it is the plain minimax line. No search over a grid and
no optimiser: pairs of points are exchanged until no other point can object.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from analysis.numerics.columns import FloatArray, RowArray, smallest

_ROUNDING = 4e-16  # relative; a rise below it is float noise
_MOST_HARD = 1000  # points of zero width that are looked at pair by pair


class BestMargin(NamedTuple):
    """The largest margin s* and the offset that reaches it."""

    offset: float  # volts
    margin: float  # 1 = every point in the middle of its band, 0 = touching, negative = outside
    touching: tuple[int, ...]  # indices of the points that hold s* down, one or two


@dataclass(frozen=True, slots=True)
class Touch:
    """A point that holds the optimum: the correction there is as large (+) or small (-) as it may.

    With ``side`` +1 the corrected error leans towards its upper limit, with -1 towards the lower.
    """

    index: int
    side: int


class BestLine(NamedTuple):
    """The line with the smallest excess r = max |c - o - k t| / w.

    ``touching`` proves it: three points whose sides alternate along t, or two where a bound on k
    is active (``bound`` -1 or +1) or where the two share one t.
    """

    offset: float
    rotation: float
    excess: float  # 1 - s* for bands, E for the minimax line
    touching: tuple[Touch, ...]
    bound: int  # -1 or +1 where the lower or upper bound of the rotation is active, else 0


class Hard(NamedTuple):
    """Lines must pass between low_i and high_i at t_i whatever the excess."""

    along: FloatArray
    low: FloatArray
    high: FloatArray
    owner: RowArray  # the points they belong to, -1 for none


class _Cut(NamedTuple):
    """A supporting line of the excess as a function of the rotation."""

    rotation: float
    excess: float
    slope: float
    offset: float
    touching: tuple[tuple[int, int], ...]  # index and side of a ``Touch``

    def at(self, rotation: float) -> float:
        return self.excess + self.slope * (rotation - self.rotation)


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
    centre, half = _centred(error, lower, upper)
    narrowest = smallest(half)
    if narrowest < 0.0:
        return None
    if narrowest == 0.0:
        return _forced(centre, half)
    start = (int((centre + half).argmin()), int((centre - half).argmax()))
    offset, excess, pair = _exchange(centre, half, 1.0 / half, start)
    if not -np.inf < excess < np.inf:
        return None
    return BestMargin(offset, 1.0 - excess, tuple(sorted(set(pair))))


def _centred(
    error: FloatArray, lower: FloatArray, upper: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return, per point, the shift that puts it into the middle of its band, and the half width."""
    half_upper, half_lower = 0.5 * upper, 0.5 * lower
    centre = half_upper + half_lower
    centre -= error
    return centre, half_upper - half_lower


def _exchange(
    centre: FloatArray, half: FloatArray, inverse: FloatArray, pair: tuple[int, int]
) -> tuple[float, float, tuple[int, int]]:
    """Return offset, excess and the pair (rising, falling) of the one-variable problem."""
    rising, falling = pair
    excess, best = -np.inf, 0.0
    while True:
        w_rising, w_falling = half.item(rising), half.item(falling)
        both = w_rising + w_falling
        c_rising, c_falling = centre.item(rising), centre.item(falling)
        offset = c_rising * (w_falling / both) + c_falling * (w_rising / both)
        reached = (c_falling - c_rising) / both
        if not reached > excess:
            return best, excess, pair
        excess, best, pair = reached, offset, (rising, falling)
        distance = offset - centre
        distance *= inverse
        rising, falling = int(distance.argmax()), int(distance.argmin())
        if (rising, falling) == pair:
            return best, excess, pair


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
    distance = np.abs(offset - centre[free]) / half[free]
    worst = int(distance.argmax())
    if not distance[worst] < np.inf:
        return None
    return BestMargin(offset, 1.0 - float(distance[worst]), (int(fixed[0]), int(free[worst])))


def best_line(
    error: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    along: FloatArray,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> BestLine | None:
    """Return offset and rotation with the largest s such that every point keeps s half widths.

    Parameters
    ----------
    error, lower, upper, along : (n,) float64
        Volts, finite; ``along`` is what the rotation multiplies, the theory in volts.
    bounds : (float, float)
        Smallest and largest rotation k.

    Returns
    -------
    BestLine or None
        s* = 1 - ``excess``. ``None`` for no points, a band with lower > upper, bounds the wrong
        way round, and where points of zero width cannot be met together.

    Notes
    -----
    max s: lower_i + s w_i <= error_i + o + k t_i <= upper_i - s w_i (statistics.md C2), exact; see
    ``chebyshev_line``.
    """
    if len(error) == 0:
        return None
    centre, half = _centred(error, lower, upper)
    narrowest = smallest(half)
    if narrowest < 0.0:
        return None
    if narrowest > 0.0:
        return chebyshev_line(centre, half, along, bounds)
    zero = np.flatnonzero(half == 0.0)
    free = np.flatnonzero(half > 0.0)
    hard = Hard(along[zero], centre[zero], centre[zero], zero)
    found = chebyshev_line(centre[free], half[free], along[free], bounds, hard)
    if found is None:
        return None
    touching = tuple(Touch(_owner(touch.index, free), touch.side) for touch in found.touching)
    return BestLine(found.offset, found.rotation, found.excess, touching, found.bound)


def _owner(index: int, free: RowArray) -> int:
    """Undo ``_hard_name``."""
    return int(free[index]) if index >= 0 else max(-1, -2 - index)


def minimax_line(
    along: FloatArray, error: FloatArray, bounds: tuple[float, float] = (-np.inf, np.inf)
) -> BestLine | None:
    """Return the o, k with the smallest E = max |error + o + k along|: independent linearity.

    ``excess`` is E in volts; ``None`` for no points. Parameters as in ``best_line``.
    """
    if len(error) == 0:
        return None
    return chebyshev_line(-error, np.ones(len(error)), along, bounds)


def chebyshev_line(
    centre: FloatArray,
    half: FloatArray,
    along: FloatArray,
    bounds: tuple[float, float] = (-np.inf, np.inf),
    hard: Hard | None = None,
) -> BestLine | None:
    """Return the line o + k t with the smallest r = max |centre - o - k t| / half.

    Parameters
    ----------
    centre, half, along : (n,) float64
        Finite, ``half`` above zero.
    bounds : (float, float)
        Bounds of k.
    hard : Hard, optional
        Intervals the line must keep.

    Returns
    -------
    BestLine or None
        ``None`` where the bounds and hard intervals leave no line. Where all t are equal the
        rotation is the allowed one nearest to 0.

    Notes
    -----
    For a fixed k the best o and its excess r(k) come from the one-variable exchange, and the pair
    that decides there gives a line in k that supports r(k), which is convex. Two such cuts of
    opposite slope cross at the next k; the value at the crossing is a lower bound that only
    rises. Where the cut at k is no higher than the crossing the optimum is found and the points
    of the two cuts prove it. Every step is O(n); real curves need 4 to 8.
    """
    low, high = bounds if hard is None else _within(bounds, hard)
    if not low <= high:
        return None
    first, last = _extremes(along)
    if first is None or last is None:
        flat = min(max(0.0, low), high)
        return _at_fixed(centre, half, along, flat, hard)
    span = along.item(last) - along.item(first)
    chord = (centre.item(last) - centre.item(first)) / span
    steep = span / (half.item(first) + half.item(last))
    left = _Cut(chord, 0.0, -steep, 0.0, ())
    right = _Cut(chord, 0.0, steep, 0.0, ())
    problem = (centre, half, 1.0 / half, along)
    rotation, pair = min(max(chord, low), high), (first, last)
    for _ in range(200):
        cut, pair = _cut_at(rotation, problem, pair, hard)
        floor = max(left.at(rotation), right.at(rotation))
        at_bound = _stopping_bound(cut, low, high)
        if at_bound or cut.slope == 0.0:
            return BestLine(cut.offset, rotation, cut.excess, _touches(cut.touching), at_bound)
        if not cut.excess - floor > _ROUNDING * abs(cut.excess):
            break
        if cut.slope < 0.0:
            left = cut
        else:
            right = cut
        crossing = _crossing(left, right)
        if crossing == rotation:
            break
        rotation = min(max(crossing, low), high)
    touching = _alternating((*left.touching, *right.touching, *cut.touching), along, hard)
    return BestLine(cut.offset, rotation, cut.excess, touching, 0)


def _touches(touching: tuple[tuple[int, int], ...]) -> tuple[Touch, ...]:
    return tuple(Touch(index, side) for index, side in touching)


def _extremes(along: FloatArray) -> tuple[int | None, int | None]:
    if len(along) == 0:
        return None, None
    first, last = int(along.argmin()), int(along.argmax())
    return (first, last) if along[last] > along[first] else (None, None)


def _stopping_bound(cut: _Cut, low: float, high: float) -> int:
    if cut.rotation >= high and cut.slope < 0.0:
        return 1
    return -1 if cut.rotation <= low and cut.slope > 0.0 else 0


def _crossing(left: _Cut, right: _Cut) -> float:
    gap = right.at(left.rotation) - left.excess
    return left.rotation + gap / (left.slope - right.slope)


def _at_fixed(
    centre: FloatArray, half: FloatArray, along: FloatArray, rotation: float, hard: Hard | None
) -> BestLine | None:
    """Solve for the offset alone, the rotation being given."""
    if len(centre) == 0:
        if hard is None:
            return None
        low = float((hard.low - rotation * hard.along).max())
        high = float((hard.high - rotation * hard.along).min())
        return BestLine(0.5 * (low + high), rotation, 0.0, (), 0)
    cut, _ = _cut_at(rotation, (centre, half, 1.0 / half, along), (0, 0), hard)
    return BestLine(cut.offset, rotation, cut.excess, _touches(cut.touching), 0)


def _cut_at(
    rotation: float,
    problem: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    pair: tuple[int, int],
    hard: Hard | None,
) -> tuple[_Cut, tuple[int, int]]:
    """Return the supporting line of the excess at one rotation."""
    centre, half, inverse, along = problem
    shifted = centre - rotation * along
    offset, excess, (rising, falling) = _exchange(shifted, half, inverse, pair)
    arm = along.item(rising) - along.item(falling)
    slope = arm / (half.item(rising) + half.item(falling))
    touching = ((rising, 1), (falling, -1))
    if hard is None:
        return _Cut(rotation, excess, slope, offset, touching), (rising, falling)
    floors, ceilings = hard.low - rotation * hard.along, hard.high - rotation * hard.along
    lowest, highest = int(floors.argmax()), int(ceilings.argmin())
    if offset < floors[lowest]:
        offset = float(floors[lowest])
        rising = int(((offset - shifted) * inverse).argmax())
        slope = float((along[rising] - hard.along[lowest]) / half[rising])
        excess = float((offset - shifted[rising]) * inverse[rising])
        touching = ((rising, 1), (_hard_name(hard, lowest), -1))
    elif offset > ceilings[highest]:
        offset = float(ceilings[highest])
        falling = int(((offset - shifted) * inverse).argmin())
        slope = float((hard.along[highest] - along[falling]) / half[falling])
        excess = float((shifted[falling] - offset) * inverse[falling])
        touching = ((_hard_name(hard, highest), 1), (falling, -1))
    return _Cut(rotation, excess, slope, offset, touching), (rising, falling)


def _hard_name(hard: Hard, index: int) -> int:
    """Encode a hard interval: -1 for one that is no point, -2 - i for point i."""
    owner = int(hard.owner[index])
    return -1 if owner < 0 else -2 - owner


def _within(bounds: tuple[float, float], hard: Hard) -> tuple[float, float]:
    """Narrow the bounds of k to what every pair of hard intervals allows."""
    low, high = bounds
    if len(hard.along) > _MOST_HARD or np.count_nonzero(hard.low > hard.high):
        return np.inf, -np.inf
    for i, j in combinations(range(len(hard.along)), 2):
        first, last = (i, j) if hard.along[i] <= hard.along[j] else (j, i)
        step = float(hard.along[last] - hard.along[first])
        least = float(hard.low[last] - hard.high[first])
        most = float(hard.high[last] - hard.low[first])
        noise = 1e-15 * (abs(float(hard.low[last])) + abs(float(hard.high[first])))
        if step == 0.0:
            if least > noise or most < -noise:
                return np.inf, -np.inf
            continue
        low, high = max(low, least / step), min(high, most / step)
        if low > high and low - high <= 4.0 * noise / step:
            low = high = 0.5 * (low + high)
    return low, high


def _alternating(
    touching: tuple[tuple[int, int], ...], along: FloatArray, hard: Hard | None
) -> tuple[Touch, ...]:
    """Choose three of the touching points whose sides alternate along t, else return them all."""
    distinct = _touches(tuple(dict.fromkeys(touching)))
    if hard is not None:
        return distinct
    ordered = sorted(distinct, key=lambda touch: (along.item(touch.index), touch.index))
    for first, middle, last in combinations(ordered, 3):
        if first.side == last.side == -middle.side:
            t, u, v = (along.item(touch.index) for touch in (first, middle, last))
            if t < u < v:
                return first, middle, last
    return tuple(ordered)
