"""What an error curve is made of, before and after every pass, and what trimming did to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.formats.station_file import Sweep, Track
from analysis.numerics.chebyshev import minimax_line
from analysis.numerics.columns import FloatArray, Points, all_true, is_usable, number, points_of
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


def theory_slope(position: FloatArray, theory: FloatArray) -> float | None:
    """Return the slope of a straight theory, in volts per degree or inch.

    ``None`` for fewer than two points, values that are no numbers, a position that does not move,
    a slope of 0, and a theory that leaves the line through its ends by more than 1e-3 of its
    span: then a shift in volts is no single shift along the travel.
    """
    if len(position) < 2 or not all_true(is_usable(position) & is_usable(theory)):
        return None
    travel, span = float(position[-1] - position[0]), float(theory[-1] - theory[0])
    if travel == 0.0 or span == 0.0:
        return None
    slope = span / travel
    bend = float(np.abs(theory - theory[0] - slope * (position - position[0])).max())
    return number(slope) if bend <= 1e-3 * abs(span) else None


def shift_along_travel(offset: float | None, slope: float | None) -> float | None:
    """Return offset / slope: volts as degrees or inches. -0.022 V on 10 V over 340 is -0.748."""
    return None if offset is None or not slope else number(offset / slope)


def pass_shape(
    sweep: Sweep,
    points: Points,
    method: Method,
    graded: Graded | None = None,
    sigma: SigmaGradient | None = None,
) -> PassShape:
    """Take one sweep apart.

    Parameters
    ----------
    sweep : Sweep
    points : Points
        Its measured rows.
    method : Method
        Numbers of the sigma gradient.
    graded, sigma : optional
        Where they are known already.

    Returns
    -------
    PassShape
        Index, angle and shape are those of the minimax line over the graded points, or over all
        points with a usable error where none is graded. They need a theory at each of them.

    Notes
    -----
    Source: statistics.md C2 (independent linearity); o* and k* minimise max |e + o + k t|.
    """
    found = grade(points.error, points.lower, points.upper) if graded is None else graded
    rows = found.rows if len(found.rows) else np.flatnonzero(is_usable(points.error))
    error, theory = points.error, points.theory
    if len(rows) != len(error):
        error, theory = error[rows], theory[rows]
    line = None
    if len(error) > 1 and all_true(is_usable(theory)):
        line = minimax_line(theory, error)
    rough = sigma or sigma_gradient(points.position, points.error, method.parameters.sigma)
    slope = theory_slope(points.position, points.theory)
    offset = None if line is None else number(line.offset)
    largest, rms = _sizes(points.error)
    return PassShape(
        sweep.pass_number,
        sweep.sheet,
        len(error),
        offset,
        shift_along_travel(offset, slope),
        None if line is None else number(line.rotation),
        None if line is None else number(line.excess),
        rough.value,
        largest,
        rms,
        sweep.is_remeasurement,
    )


def _sizes(error: FloatArray) -> tuple[float | None, float | None]:
    usable = is_usable(error)
    if not all_true(usable):
        error = error[usable]
    if len(error) == 0:
        return None, None
    largest = max(float(error[error.argmax()]), -float(error[error.argmin()]))
    return largest, math.sqrt(float(error @ error) / len(error))


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
    smallest = float(np.abs(two[1:] - two[:-1]).min())
    return bool((np.abs(one - two) <= 0.5 * smallest + 1e-9).all())


def _reduction(before: float | None, after: float | None) -> float | None:
    if before is None or after is None or not before > 0.0:
        return None
    return number((1.0 - after / before) * 100.0)
