"""Linearity under point-wise limits, with an offset as the allowed correction. Exact.

A graded point is a row with both limits that is not excluded. It passes as measured when
lower <= error <= upper, and after a shift by ``o`` when lower <= error + o <= upper. Linearity is
zero-tolerance: every graded point has to pass, and a graded point without an error value never
does.

Two comparisons, and why they differ:

- As measured the stored float64 values are compared plainly. There is nothing to round, so the
  count is the one anybody gets from the same cells.
- After a correction the numbers compared are results of float subtractions, whose noise is some
  1e-15 V. A point that touches its limit exactly would pass or fail by that noise, and by adding
  a constant to all errors. Limits are inclusive, so they are widened by ``slack`` = 1e-9 of the
  narrowest band that is not zero: a few 1e-11 V, four orders above the noise and four below what
  the stations resolve. As the slack only ever helps, what passes as measured passes corrected.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.numerics.chebyshev import BestMargin, best_margin
from analysis.numerics.columns import (
    FloatArray,
    RowArray,
    all_true,
    all_usable,
    is_usable,
    largest,
    smallest,
)


@dataclass(frozen=True, slots=True)
class Graded:
    """The graded points of a sweep; ``blank`` are those without a usable error.

    ``rows`` and the three arrays belong together, in rising row order.
    """

    rows: RowArray  # 0-based rows of the sweep
    error: FloatArray  # volts
    lower: FloatArray  # volts
    upper: FloatArray  # volts
    blank: tuple[int, ...]  # rows, rising

    @property
    def count(self) -> int:
        """Count the graded points, blank ones included."""
        return len(self.rows) + len(self.blank)


class Window(NamedTuple):
    """All offsets that pass: low <= o <= high. Empty where low > high.

    ``low_row`` is the row whose lower limit asks for at least ``low``, ``high_row`` the one whose
    upper limit allows at most ``high``. In an empty window these two rows exclude each other by
    low - high volts. An end is infinite (and its row ``None``) where no point has that limit.
    """

    low: float  # volts
    high: float  # volts
    low_row: int | None
    high_row: int | None


class FewestFailing(NamedTuple):
    """The offset at which the fewest points fail, and which those are."""

    offset: float  # volts
    low: float  # volts, the interval of offsets that leave the same points failing
    high: float
    failing: RowArray  # indices into the arrays given


class OffsetResult(NamedTuple):
    """Everything that is known about a sweep and its offsets.

    ``window`` is over the graded points that have an error; with blank graded points no offset
    passes although it may not be empty.
    """

    graded: int
    failing_as_measured: tuple[int, ...]  # rows
    failing_corrected: tuple[int, ...]  # rows, at ``offset``
    offset: float | None  # volts
    window: Window | None
    contradiction: float | None  # volts, how far the window is from being open; None when open
    margin: float | None  # s*, see chebyshev.best_margin
    margin_rows: tuple[int, ...]  # rows that touch at s*
    blank: tuple[int, ...] = ()  # graded rows without a usable error

    @property
    def passes_as_measured(self) -> bool:
        """Tell whether every graded point is inside its limits without correction."""
        return self.graded > 0 and not self.failing_as_measured

    @property
    def passes_corrected(self) -> bool:
        """Tell whether some offset brings every graded point inside its limits."""
        return self.graded > 0 and not self.failing_corrected

    @property
    def passing_window(self) -> tuple[float, float] | None:
        """Return the offsets that pass, in volts, ``None`` where there is none."""
        if not self.passes_corrected or self.window is None:
            return None
        return self.window.low, self.window.high

    @property
    def deciding_rows(self) -> tuple[int, ...]:
        """Return the rows that decide: a blank one, else those that set the ends of the window."""
        if self.blank and self.contradiction is None:
            return self.blank[:1]
        if self.window is None:
            return ()
        ends = (self.window.low_row, self.window.high_row)
        return tuple(sorted({row for row in ends if row is not None}))


def grade(
    error: FloatArray, lower: FloatArray, upper: FloatArray, excluded: Collection[int] = ()
) -> Graded:
    """Select the graded points of a sweep.

    Parameters
    ----------
    error, lower, upper : (n,) float64
        Volts, measured rows only; NaN or infinite = blank.
    excluded : collection of int
        0-based rows that are not graded; numbers outside 0..n-1 are ignored.

    Returns
    -------
    Graded
        Rows with both limits finite and not excluded. Those whose error is not a usable number
        (``columns.is_usable``) are in ``blank``.
    """
    if not excluded and all_usable(error) and all_usable(lower) and all_usable(upper):
        return Graded(np.arange(len(error)), error, lower, upper, ())  # as nearly always
    mask = np.isfinite(lower) & np.isfinite(upper)
    if excluded:
        mask[[row for row in excluded if 0 <= row < len(mask)]] = False
    usable = is_usable(error)
    both = mask & usable
    if all_true(both):
        return Graded(np.arange(len(error)), error, lower, upper, ())
    rows = np.flatnonzero(both)
    blank = tuple(np.flatnonzero(mask & ~usable).tolist())
    return Graded(rows, error[rows], lower[rows], upper[rows], blank)


def offset_window(error: FloatArray, lower: FloatArray, upper: FloatArray) -> Window:
    """Return the offsets that pass: [max(lower - error), min(upper - error)].

    Parameters
    ----------
    error : (n,) float64
        Volts, finite.
    lower, upper : (n,) float64
        Volts; NaN = no limit on that side.

    Returns
    -------
    Window
        Ends are infinite where no point has the limit. n = 0 gives (-inf, inf).

    Notes
    -----
    Source: statistics.md C2, closed form, O(n). Plain float arithmetic without slack.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return _window_of(lower - error, upper - error)


def _window_of(low: FloatArray, high: FloatArray) -> Window:
    """Intersect intervals; NaN ends are open."""
    low_row, high_row = _row_of_extreme(low, sign=1), _row_of_extreme(high, sign=-1)
    return Window(
        -np.inf if low_row is None else float(low[low_row]),
        np.inf if high_row is None else float(high[high_row]),
        low_row,
        high_row,
    )


def _row_of_extreme(values: FloatArray, *, sign: int) -> int | None:
    """Return the index of the largest (or smallest) value that is not NaN."""
    if len(values) == 0:
        return None
    row = int(values.argmax() if sign > 0 else values.argmin())  # the first NaN if there is one
    if values[row] == values[row]:
        return row
    present = np.flatnonzero(~np.isnan(values))
    if len(present) == 0:
        return None
    among = values[present]
    return int(present[among.argmax() if sign > 0 else among.argmin()])


def slack_of(lower: FloatArray, upper: FloatArray, tolerance: float = 1e-9) -> float:
    """Return the float slack of a corrected comparison, in volts: see the module's words.

    ``tolerance`` times the narrowest band upper - lower that is above zero; 0 where all bands are
    zero or there is none.
    """
    if len(lower) == 0:
        return 0.0
    with np.errstate(over="ignore"):
        width = upper - lower
    narrowest = smallest(width)
    if not narrowest > 0.0:
        positive = width[width > 0.0]
        narrowest = float(positive.min()) if len(positive) else 0.0
    return tolerance * narrowest if narrowest < np.inf else 0.0


def fewest_failing(low: FloatArray, high: FloatArray) -> FewestFailing | None:
    """Return the offset that lies in the most of the intervals [low_i, high_i].

    Parameters
    ----------
    low, high : (n,) float64
        Ends of the offsets each point passes with, finite. An interval with low > high is empty:
        its point always fails.

    Returns
    -------
    FewestFailing or None
        ``None`` where every interval is empty.

    Notes
    -----
    Exact: the number of intervals that hold an offset changes only at interval ends, and the
    largest number is reached at one of the low ends, where it is #(low <= x) - #(high < x). From
    there it is held until the next high end. Several such stretches can tie: the one whose midpoint
    is nearest to 0 is taken, the lower of two equally near ones, and its midpoint is the offset.
    O(n log n) by sorting. Source: formulas.md 3.3 (desktop version 6), proved by the sweep.
    """
    open_rows = low <= high
    everything = all_true(open_rows)
    starts = low.copy() if everything else low[open_rows]
    ends = high.copy() if everything else high[open_rows]
    if len(starts) == 0:
        return None
    starts.sort()
    ends.sort()
    ended = ends.searchsorted(starts)
    # where starts repeat, only the last of them counts all; it is the largest, so no harm done
    inside = np.arange(1, len(starts) + 1) - ended
    best = (inside == inside[inside.argmax()]).nonzero()[0]
    left, right = starts[best], ends[ended[best]]
    middle = 0.5 * left + 0.5 * right
    chosen = int(np.abs(middle).argmin())
    offset = float(middle[chosen])
    failing = ((low > offset) | (high < offset)).nonzero()[0]
    return FewestFailing(offset, float(left[chosen]), float(right[chosen]), failing)


def minimax_offset(error: FloatArray) -> tuple[float, float] | None:
    """Return the offset o with the smallest max |error + o|, and that largest error E.

    o = -(max + min) / 2, E = (max - min) / 2, in volts; ``None`` for no points. Limits play no
    part: where they vary, this is the wrong offset to judge with (statistics.md C3.4).
    """
    if len(error) == 0:
        return None
    high, low = largest(error), smallest(error)
    return -0.5 * (high + low), 0.5 * (high - low)


def failing_as_measured(graded: Graded) -> tuple[int, ...]:
    """Return the rows that fail without correction, by plain comparison; blank rows fail."""
    outside = (graded.error < graded.lower) | (graded.error > graded.upper)
    rows = tuple(graded.rows[outside].tolist()) if np.count_nonzero(outside) else ()
    return tuple(sorted(rows + graded.blank)) if graded.blank else rows


def some_offset_passes(graded: Graded, tolerance: float = 1e-9) -> bool | None:
    """Tell what ``judge_offset`` would, and nothing else; ``None`` where nothing is graded."""
    if graded.count == 0:
        return None
    if graded.blank:
        return False
    window = _window_of(graded.lower - graded.error, graded.upper - graded.error)
    return window.low - window.high <= 2.0 * slack_of(graded.lower, graded.upper, tolerance)


def judge_offset(graded: Graded, tolerance: float = 1e-9) -> OffsetResult:
    """Judge the graded points as measured and after the best offset.

    Parameters
    ----------
    graded : Graded
    tolerance : float
        Float slack of the corrected comparison, as a fraction of the narrowest band.

    Returns
    -------
    OffsetResult
        ``offset`` is the one of the largest margin s* where the window is open, otherwise the one
        with the fewest failing points; ``None`` where no graded point has an error, or none can
        be met (all lower > upper).
    """
    raw, blank = failing_as_measured(graded), graded.blank
    if len(graded.rows) == 0:
        return OffsetResult(graded.count, raw, blank, None, None, None, None, (), blank)
    low, high = graded.lower - graded.error, graded.upper - graded.error
    window = _window_of(low, high)
    slack = slack_of(graded.lower, graded.upper, tolerance)
    gap = window.low - window.high
    best = best_margin(graded.error, graded.lower, graded.upper)
    rows, count = graded.rows, graded.count
    named = Window(
        window.low, window.high, _name(rows, window.low_row), _name(rows, window.high_row)
    )
    touching = () if best is None else tuple(rows[list(best.touching)].tolist())
    margin = None if best is None else best.margin
    if gap <= 2.0 * slack:
        named, offset = _open_window(named, best)
        return OffsetResult(count, raw, blank, offset, named, None, margin, touching, blank)
    fewest = fewest_failing(low - slack, high + slack)
    failing = tuple((rows if fewest is None else rows[fewest.failing]).tolist())
    return OffsetResult(
        count,
        raw,
        tuple(sorted(failing + blank)) if blank else failing,
        None if fewest is None else fewest.offset,
        named,
        gap,
        margin,
        touching,
        blank,
    )


def _open_window(window: Window, best: BestMargin | None) -> tuple[Window, float]:
    """Order the ends of a window that float noise turned round, and put the offset inside."""
    low, high = window.low, window.high
    if low > high:
        low = high = 0.5 * (low + high)
    offset = 0.5 * (low + high) if best is None else min(max(best.offset, low), high)
    return Window(low, high, window.low_row, window.high_row), offset


def _name(rows: RowArray, index: int | None) -> int | None:
    return None if index is None else int(rows[index])
