"""Linearity under point-wise limits with offset and rotation as the allowed correction. Exact.

Corrected error = error + o + k theory. A passing (o, k) exists exactly where the largest margin s*
of ``chebyshev.best_line`` is not negative.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.numerics.chebyshev import BestLine, Touch, best_line
from analysis.numerics.columns import FloatArray, RowArray, all_usable, is_usable
from analysis.numerics.linearity import Graded, fewest_failing, slack_of

LONGEST_EXACT = 800
"""Graded points up to which the fewest failing points with rotation are exact."""

_CELLS = 400_000  # of one block of the enumeration, bounds its memory
_LARGEST_ROTATION = 1e6


class Correction(NamedTuple):
    """A shift and a rotation."""

    offset: float  # volts
    rotation: float  # volts per volt of theory


class RotationResult(NamedTuple):
    """What offset and rotation together can do."""

    correction: Correction | None  # the one of the largest margin, or of the fewest failing
    margin: float | None  # s*
    touching: tuple[Touch, ...]  # rows that prove s*
    bound: int  # -1 or +1 where the lower or upper bound of the rotation is active
    failing: tuple[int, ...]  # rows, at ``correction``
    is_exact: bool  # False where ``failing`` is only an upper bound, see ``LONGEST_EXACT``
    smallest: Correction | None  # passing, with the smallest |rotation|, inside the bounds
    beyond: Correction | None  # the same without bounds, where none inside them passes
    reason: str = ""  # why no rotation was tried


def judge_rotation(
    graded: Graded, theory: FloatArray, bounds: tuple[float, float], tolerance: float = 1e-9
) -> RotationResult:
    """Judge the graded points after the best offset and rotation.

    Parameters
    ----------
    graded : Graded
    theory : (n,) float64
        Volts, one per row of the sweep.
    bounds : (float, float)
        Allowed rotations, low <= 0 <= high.
    tolerance : float
        Float slack as in ``linearity.judge_offset``.

    Returns
    -------
    RotationResult
        A graded point without a usable theory stops the rotation, with a reason: it is never
        taken as 0. Blank graded points fail.
    """
    along = theory[graded.rows]
    if len(graded.rows) == 0:
        return _none("No graded point has an error.")
    if not all_usable(along):
        row = int(graded.rows[np.flatnonzero(~is_usable(along))[0]])
        return _none(f"Point {row} has no theory, so no rotation can be tried.")
    line = best_line(graded.error, graded.lower, graded.upper, along, bounds)
    slack = _slack(graded, tolerance)
    low, high = graded.lower - graded.error - slack, graded.upper - graded.error + slack
    if line is not None and not len(_outside(low, high, along, line.offset, line.rotation)):
        start = Correction(line.offset, line.rotation)
        smallest = smallest_rotation(low, high, along, start)
        return _result(graded, line, start, graded.blank, smallest=smallest)
    return _failing(graded, along, bounds, line, slack)


def _failing(
    graded: Graded,
    along: FloatArray,
    bounds: tuple[float, float],
    line: BestLine | None,
    slack: float,
) -> RotationResult:
    low, high = graded.lower - graded.error, graded.upper - graded.error
    correction, left, is_exact = fewest_failing_lines(low, high, along, bounds, slack)
    passing = np.ones(len(low), dtype=bool)
    passing[left] = False
    centred = best_line(
        graded.error[passing], graded.lower[passing], graded.upper[passing], along[passing], bounds
    )
    if centred is not None:
        outside = _outside(low - slack, high + slack, along, centred.offset, centred.rotation)
        if len(outside) <= len(left):
            correction, left = Correction(centred.offset, centred.rotation), outside
    rows = tuple(sorted([*graded.rows[left].tolist(), *graded.blank]))
    free = best_line(graded.error, graded.lower, graded.upper, along)
    beyond = None
    if free is not None and free.excess <= 1.0:
        start = Correction(free.offset, free.rotation)
        beyond = smallest_rotation(low - slack, high + slack, along, start)
    return _result(graded, line, correction, rows, is_exact=is_exact, beyond=beyond)


def _result(
    graded: Graded,
    line: BestLine | None,
    correction: Correction,
    failing: tuple[int, ...],
    *,
    is_exact: bool = True,
    smallest: Correction | None = None,
    beyond: Correction | None = None,
) -> RotationResult:
    touching = () if line is None else line.touching
    return RotationResult(
        correction,
        None if line is None else 1.0 - line.excess,
        tuple(Touch(int(graded.rows[touch.index]), touch.side) for touch in touching),
        0 if line is None else line.bound,
        failing,
        is_exact,
        smallest,
        beyond,
    )


def _none(reason: str) -> RotationResult:
    return RotationResult(None, None, (), 0, (), True, None, None, reason)


def _slack(graded: Graded, tolerance: float) -> float:
    """Return the slack of ``linearity`` and at least the rounding of o + k theory."""
    columns = (graded.error, graded.lower, graded.upper)
    noise = 8.0 * float(np.spacing(max(float(np.abs(column).max()) for column in columns)))
    return max(slack_of(graded.lower, graded.upper, tolerance), noise)


def _outside(
    low: FloatArray, high: FloatArray, along: FloatArray, offset: float, rotation: float
) -> RowArray:
    line = offset + rotation * along
    return np.flatnonzero((line < low) | (line > high))


def smallest_rotation(
    low: FloatArray, high: FloatArray, along: FloatArray, passing: Correction
) -> Correction:
    """Return the passing correction with the smallest rotation.

    Parameters
    ----------
    low, high : (n,) float64
        Offsets each point passes with at rotation 0, volts.
    along : (n,) float64
        Theory, volts.
    passing : Correction
        One that passes.

    Returns
    -------
    Correction
        Its offset is the middle of the window that is left at that rotation.

    Notes
    -----
    The gap max(low - k t) - min(high - k t) is convex and piecewise linear in k. Newton steps from
    0 run along its pieces towards the passing side, never past the first k where it closes, and
    end there after finitely many.
    """
    rotation = 0.0
    for _ in range(200):
        floors, ceilings = low - rotation * along, high - rotation * along
        lowest, highest = int(floors.argmax()), int(ceilings.argmin())
        gap = float(floors[lowest] - ceilings[highest])
        step = float(along[lowest] - along[highest])
        if gap <= 0.0 or step == 0.0:
            break
        following = rotation + gap / step
        if following == rotation:
            break
        if abs(following) >= abs(passing.rotation) or following * passing.rotation <= 0.0:
            return passing  # rounding carried the last step beyond a correction known to pass
        rotation = following
    return Correction(0.5 * float(floors[lowest] + ceilings[highest]), rotation)


def fewest_failing_lines(
    low: FloatArray,
    high: FloatArray,
    along: FloatArray,
    bounds: tuple[float, float],
    slack: float = 0.0,
) -> tuple[Correction, RowArray, bool]:
    """Return a correction at which the fewest points fail.

    Parameters
    ----------
    low, high, along : (n,) float64
        As in ``smallest_rotation``, not widened.
    bounds : (float, float)
        Allowed rotations; infinite ones are taken as 1e6.
    slack : float
        Volts by which a point may miss its interval.

    Returns
    -------
    correction : Correction
        Of several equally good ones that of the smallest rotation.
    failing : (m,) intp
        Indices.
    is_exact : bool
        False above ``LONGEST_EXACT`` points: then the best of the offset alone, the line of the
        largest margin and the bounds is returned, an upper bound of the fewest.

    Notes
    -----
    The number of points a line passes is constant inside the cells that the 2 n boundaries cut
    out of the (o, k) plane, and best at a vertex of some cell: on a boundary. Along each of them
    every other point passes in one interval of k, and a sweep finds where most of them overlap.
    O(n^2 log n); blocks of boundaries are swept together.
    """
    least, most = max(bounds[0], -_LARGEST_ROTATION), min(bounds[1], _LARGEST_ROTATION)
    candidates = [_offset_alone(low - least * along, high - least * along, least, slack)]
    candidates.append(_offset_alone(low - most * along, high - most * along, most, slack))
    if least <= 0.0 <= most:
        candidates.insert(0, _offset_alone(low, high, 0.0, slack))
    centred = best_line(np.zeros(len(low)), low, high, along, (least, most))
    if centred is not None:
        candidates.append(Correction(centred.offset, centred.rotation))
    is_exact = len(low) <= LONGEST_EXACT
    if is_exact:
        # half of the slack here: the other half absorbs the rounding of o + k t in the recount
        candidates.append(_along_boundaries(low, high, along, (least, most), 0.5 * slack))
    failing = [_outside(low - slack, high + slack, along, c.offset, c.rotation) for c in candidates]
    best = min(
        range(len(candidates)), key=lambda i: (len(failing[i]), abs(candidates[i].rotation), i)
    )
    return candidates[best], failing[best], is_exact


def _offset_alone(low: FloatArray, high: FloatArray, rotation: float, slack: float) -> Correction:
    found = fewest_failing(low - slack, high + slack)
    return Correction(0.0 if found is None else found.offset, rotation)


def _along_boundaries(
    low: FloatArray,
    high: FloatArray,
    along: FloatArray,
    bounds: tuple[float, float],
    slack: float,
) -> Correction:
    values, places = np.concatenate((low, high)), np.concatenate((along, along))
    block = max(1, _CELLS // max(1, len(low)))
    best, chosen = (0, -np.inf), Correction(0.0, 0.0)
    for start in range(0, len(values), block):
        value, place = values[start : start + block], places[start : start + block]
        inside, rotation = _sweep_boundaries(
            value[:, None], place[:, None], (low - slack, high + slack, along), bounds
        )
        rank = np.lexsort((np.abs(rotation), -inside))[0]
        if (int(inside[rank]), -abs(float(rotation[rank]))) > best:
            best = (int(inside[rank]), -abs(float(rotation[rank])))
            turn = float(rotation[rank])
            chosen = Correction(float(value[rank]) - turn * float(place[rank]), turn)
    return chosen


def _sweep_boundaries(
    value: FloatArray,
    place: FloatArray,
    points: tuple[FloatArray, FloatArray, FloatArray],
    bounds: tuple[float, float],
) -> tuple[RowArray, FloatArray]:
    """Return, per boundary line, the most points passed and the smallest such rotation."""
    low, high, along = points
    arm = along - place
    with np.errstate(all="ignore"):
        first, second = (low - value) / arm, (high - value) / arm
    starts, ends = np.minimum(first, second), np.maximum(first, second)
    level = arm == 0.0
    if level.any():
        passes = (low <= value) & (value <= high)
        starts = np.where(level, -np.inf, starts)
        ends = np.where(level, np.where(passes, np.inf, -np.inf), ends)
    starts, ends = np.maximum(starts, bounds[0]), np.minimum(ends, bounds[1])
    counts = ((starts <= ends) & (low <= high)).astype(np.int8)
    events = np.concatenate((starts, ends), axis=1)
    weights = np.concatenate((counts, -counts), axis=1)
    order = events.argsort(axis=1, kind="stable")  # starts before ends where they are equal
    inside = np.take_along_axis(weights, order, axis=1).cumsum(axis=1, dtype=np.int64)
    events = np.take_along_axis(events, order, axis=1)
    most = inside.max(axis=1)
    until = np.concatenate((events[:, 1:], events[:, -1:]), axis=1)
    nearest = np.clip(0.0, events, np.maximum(events, until))
    nearest = np.where(inside == most[:, None], nearest, np.inf)
    chosen = np.abs(nearest).argmin(axis=1)
    return most, nearest[np.arange(len(most)), chosen]
