"""The four definitions of linearity: how far a curve is from the line each of them draws.

All work on the error against theory, so they serve conformity (theory that is no straight line)
as well: the reference is theory, shifted by o and rotated by k theory.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.numerics.chebyshev import BestLine, Hard, chebyshev_line, minimax_line
from analysis.numerics.columns import FloatArray, all_usable


class LinearityErrors(NamedTuple):
    """Largest deviation under each definition, in the unit of the errors."""

    absolute: float
    independent: float
    zero_based: float
    terminal_based: float


def linearity_errors(along: FloatArray, error: FloatArray) -> LinearityErrors | None:
    """Return the linearity error under all four definitions.

    Parameters
    ----------
    along : (n,) float64
        What a rotation multiplies: theory (volts), travel, or theoretical output ratio.
    error : (n,) float64
        Measured minus theory, in the order of travel.

    Returns
    -------
    LinearityErrors or None
        ``None`` for no points or any value that is not a usable number. Zero travel is the first
        point; zero-based passes through theory there, terminal-based through both measured ends.

    Notes
    -----
    E_ind <= E_zero, E_ind <= E_term <= 2 E_ind, E_ind <= E_abs. Source: statistics.md C1.
    """
    if len(error) == 0 or not (all_usable(along) and all_usable(error)):
        return None
    line, based = minimax_line(along, error), zero_based(along, error)
    if line is None or based is None:
        return None
    return LinearityErrors(
        float(np.abs(error).max()), line.excess, based.excess, terminal_based(along, error)
    )


def zero_based(along: FloatArray, error: FloatArray, start: float = 0.0) -> BestLine | None:
    """Return the line through the stated output at zero travel with the smallest deviation.

    ``start`` is the error of the stated output at the first point, 0 where theory is stated. One
    parameter, the slope; ``excess`` is the linearity error.
    """
    pinned = np.array([-start])
    hard = Hard(along[:1], pinned, pinned, np.array([-1]))
    return chebyshev_line(-error, np.ones(len(error)), along, hard=hard)


def independent_with_ends(
    along: FloatArray,
    error: FloatArray,
    ends: tuple[tuple[float, float], tuple[float, float]],
    places: tuple[float, float],
) -> BestLine | None:
    """Return the independent line whose end outputs are restricted.

    ``ends`` holds, for the first and the last of ``places``, the smallest and largest error of the
    reference line against theory. ``None`` where the restrictions leave no line.
    """
    (first_low, first_high), (last_low, last_high) = ends
    low, high = np.array([-first_high, -last_high]), np.array([-first_low, -last_low])
    hard = Hard(np.array(places), low, high, np.array([-1, -1]))
    return chebyshev_line(-error, np.ones(len(error)), along, hard=hard)


def terminal_based(along: FloatArray, error: FloatArray) -> float:
    """Return the largest deviation from the line through the measured ends. n >= 1."""
    span = float(along[-1] - along[0])
    slope = float(error[-1] - error[0]) / span if span != 0.0 else 0.0
    return float(np.abs(error - error[0] - slope * (along - along[0])).max())
