"""What an error curve is made of, before and after every pass, and what trimming did to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.formats.station_file import Sweep, Track
from analysis.numerics.chebyshev import minimax_line
from analysis.numerics.columns import (
    FloatArray,
    Points,
    all_usable,
    is_usable,
    largest,
    number,
    points_of,
    smallest,
)
from analysis.numerics.linearity import Graded, grade, some_offset_passes
from analysis.numerics.method import Method
from analysis.numerics.sigma import SigmaGradient, sigma_gradient


@dataclass(frozen=True, slots=True)
class PassShape:
    """One sweep, taken apart. Volts unless said otherwise; ``None`` where it cannot be computed.

    The curve is error = index part + angle part + shape; ``index_error`` and ``angle_error`` are
    the correction o* and k* that take the first two away, so they carry its sign.
    """

    pass_number: int
    sheet: str
    points: int
    index_error: float | None  # o*
    index_error_travel: float | None  # the same as a shift along the travel, degrees or inches
    angle_error: float | None  # k*, volts per volt of theory
    shape_error: float | None  # E, independent linearity
    roughness: float | None  # sigma gradient, volts per degree or inch
    largest_error: float | None  # max |error|
    rms_error: float | None
    is_remeasurement: bool = False


@dataclass(frozen=True, slots=True)
class TrimEffect:
    """The judged sweep against the one before trimming, or why they cannot be compared."""

    passes_used: int
    rms_improvement_percent: float | None = None  # (1 - after / before) 100
    largest_reduction_percent: float | None = None
    shape_reduction_percent: float | None = None
    met_before_trimming: bool | None = None  # inside the judged sheet's limits after a shift
    reason: str = ""


class ErrorSizes(NamedTuple):
    """How large an error curve is, in volts, over all its usable values."""

    high: float
    low: float
    rms: float

    @property
    def largest(self) -> float:
        """Return max |error|."""
        return max(self.high, -self.low)


def theory_slope(position: FloatArray, theory: FloatArray) -> float | None:
    """Return the slope of a straight theory, in volts per degree or inch.

    ``None`` for fewer than two points, values that are no numbers, a position that does not move,
    a slope of 0, and a theory that leaves the line through its ends by more than 1e-3 of its
    span: then a shift in volts is no single shift along the travel.
    """
    if len(position) < 2 or not (all_usable(position) and all_usable(theory)):
        return None
    start, place = theory.item(0), position.item(0)
    travel, span = position.item(-1) - place, theory.item(-1) - start
    if travel == 0.0 or span == 0.0:
        return None
    slope = span / travel
    bend = theory - start
    bend -= slope * (position - place)
    return number(slope) if largest(np.abs(bend)) <= 1e-3 * abs(span) else None


def shift_along_travel(offset: float | None, slope: float | None) -> float | None:
    """Return offset / slope: volts as degrees or inches. -0.022 V on 10 V over 340 is -0.748."""
    return None if offset is None or not slope else number(offset / slope)


def pass_shape(sweep: Sweep, points: Points, method: Method) -> PassShape:
    """Take one sweep apart of which nothing is known yet; see ``shape_of``."""
    return shape_of(
        sweep,
        points,
        grade(points.error, points.lower, points.upper),
        sigma_gradient(points.position, points.error, method.parameters.sigma),
        theory_slope(points.position, points.theory),
        error_sizes(points.error),
    )


def shape_of(
    sweep: Sweep,
    points: Points,
    graded: Graded,
    sigma: SigmaGradient,
    slope: float | None,
    sizes: ErrorSizes | None,
) -> PassShape:
    """Take one sweep apart.

    Parameters
    ----------
    sweep : Sweep
    points : Points
        Its measured rows.
    graded : Graded
    sigma : SigmaGradient
    slope : float or None
        Of theory, see ``theory_slope``.
    sizes : ErrorSizes or None
        See ``error_sizes``.

    Returns
    -------
    PassShape
        Index, angle and shape are those of the minimax line over the graded points, or over all
        points with a usable error where none is graded. They need a theory at each of them.

    Notes
    -----
    Source: statistics.md C2 (independent linearity); o* and k* minimise max |e + o + k t|.
    """
    rows = graded.rows if len(graded.rows) else np.flatnonzero(is_usable(points.error))
    error, theory = points.error, points.theory
    if len(rows) != len(error):
        error, theory = error[rows], theory[rows]
    line = None
    if len(error) > 1 and all_usable(theory):
        line = minimax_line(theory, error)
    offset = None if line is None else number(line.offset)
    return PassShape(
        sweep.pass_number,
        sweep.sheet,
        len(error),
        offset,
        shift_along_travel(offset, slope),
        None if line is None else number(line.rotation),
        None if line is None else number(line.excess),
        sigma.value,
        None if sizes is None else sizes.largest,
        None if sizes is None else sizes.rms,
        sweep.is_remeasurement,
    )


def error_sizes(error: FloatArray) -> ErrorSizes | None:
    """Return how large a curve is, over all points with a usable error, graded or not.

    ``None`` where there is none, never 0. Both desktop versions do so (formulas.md 3.3).
    """
    if not all_usable(error):
        error = error[is_usable(error)]
    if len(error) == 0:
        return None
    rms = math.sqrt(float(error.dot(error)) / len(error))
    return ErrorSizes(largest(error), smallest(error), rms)


def track_shapes(track: Track, method: Method, judged: PassShape | None) -> tuple[PassShape, ...]:
    """Take every measured sweep of a track apart; ``judged`` is put in where it is known."""
    shapes = []
    for index, sweep in enumerate(track.sweeps):
        if index == track.judged and judged is not None:
            shapes.append(judged)
        elif not sweep.is_template and sweep.points_measured > 0:
            shapes.append(pass_shape(sweep, points_of(sweep), method))
    return tuple(shapes)


def trim_effect(
    track: Track, judged: Points, shapes: tuple[PassShape, ...], after: PassShape
) -> TrimEffect:
    """Compare the sweep before trimming with the judged one.

    Only where both were measured at the same points: the same number of them, no position off by
    more than half the smallest step (some files hold two different grids, layouts.md 5, 18).
    """
    first = next((s for s in track.sweeps if s.pass_number == 0 and not s.is_template), None)
    before = next((shape for shape in shapes if shape.pass_number == 0), None)
    if first is None or before is None or before is after:
        return TrimEffect(track.trims, reason="There is no sweep before trimming to compare with.")
    points = points_of(first)
    if not _same_grid(points.position, judged.position):
        return TrimEffect(track.trims, reason="The sweep before trimming has other positions.")
    return TrimEffect(
        track.trims,
        _reduction(before.rms_error, after.rms_error),
        _reduction(before.largest_error, after.largest_error),
        _reduction(before.shape_error, after.shape_error),
        some_offset_passes(grade(points.error, judged.lower, judged.upper)),
    )


def _same_grid(one: FloatArray, two: FloatArray) -> bool:
    if len(one) != len(two) or len(one) < 2:
        return False
    step = smallest(np.abs(two[1:] - two[:-1]))
    return largest(np.abs(one - two)) <= 0.5 * step + 1e-9


def _reduction(before: float | None, after: float | None) -> float | None:
    if before is None or after is None or not before > 0.0:
        return None
    return number((1.0 - after / before) * 100.0)
