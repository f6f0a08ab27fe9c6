"""Why a linearity verdict is what it is, so that anyone can check it by hand."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.numerics.chebyshev import best_line
from analysis.numerics.columns import FloatArray, all_usable, number
from analysis.numerics.decomposition import shift_along_travel
from analysis.numerics.linearity import Graded, OffsetResult, slack_of
from analysis.numerics.rotation import Correction, RotationResult, smallest_rotation
from analysis.numerics.sentences import index_sentence
from analysis.numerics.specification import RotationBounds, angle_for_rotation


@dataclass(frozen=True, slots=True)
class CertificatePoint:
    """A point that decides, and the limit it decides with."""

    row: int  # 0-based row of the judged sweep
    side: str  # "upper" or "lower"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The proof of a linearity verdict.

    ``points`` hold the largest margin down where the track passes, and contradict each other
    where it fails: no correction inside the bounds can satisfy their limits together. With an
    offset alone they are two, with a rotation three whose sides alternate along theory, or two
    and an active bound.
    """

    rule: str  # "offset" or "offset and rotation"
    rule_source: str  # what allows or forbids the rotation
    sentence: str
    points: tuple[CertificatePoint, ...]
    rotation_low: float = 0.0  # allowed, volts per volt of theory
    rotation_high: float = 0.0
    active_bound: str = ""  # "rotation low" or "rotation high"
    smallest_shift: float | None = None  # volts; the passing shift nearest to 0, no rotation
    smallest_shift_travel: float | None = None  # the same in degrees or inches
    smallest_rotation: float | None = None  # the passing rotation nearest to 0
    angle_change: float | None = None  # the same in degrees or inches, with a nominal angle
    beyond_offset: float | None = None  # nearest passing correction outside the allowed rotation
    beyond_rotation: float | None = None
    fewest_is_exact: bool = True  # False: the number of failing points is an upper bound


def certify(
    graded: Graded,
    theory: FloatArray,
    offset: OffsetResult,
    rotation: RotationResult | None,
    bounds: RotationBounds,
    *,
    said: str,
    slope: float | None = None,
    angle: float | None = None,
    unit: str = "",
) -> Certificate:
    """Put the proof together.

    Parameters
    ----------
    graded : Graded
    theory : (n,) float64
        Volts, one per row of the sweep.
    offset : OffsetResult
    rotation : RotationResult or None
        Where a rotation is allowed and theory is there.
    bounds : RotationBounds
    said : str
        How linearity was decided, in words.
    slope : float, optional
        Of theory, volts per degree or inch; without it a shift has no value along the travel.
    angle : float, optional
        Nominal angle of the specification.
    unit : str
        Of the travel, for the sentence: "deg" or "in".
    """
    window = offset.passing_window
    smallest_shift = None if window is None else min(max(0.0, window[0]), window[1])
    travel = shift_along_travel(smallest_shift, slope)
    sentence = said + index_sentence(smallest_shift, travel, unit)
    if rotation is None or rotation.correction is None:
        beyond = None if window is not None else _beyond(graded, theory)
        source = bounds.reason if rotation is None else rotation.reason
        return Certificate(
            "offset",
            source,
            sentence,
            _window_points(offset),
            smallest_shift=smallest_shift,
            smallest_shift_travel=travel,
            beyond_offset=None if beyond is None else number(beyond.offset),
            beyond_rotation=None if beyond is None else number(beyond.rotation),
        )
    smallest, beyond = rotation.smallest, rotation.beyond
    turn = None if smallest is None else smallest.rotation
    return Certificate(
        "offset and rotation",
        bounds.reason,
        sentence,
        tuple(
            CertificatePoint(touch.index, "upper" if touch.side > 0 else "lower")
            for touch in rotation.touching
            if touch.index >= 0
        ),
        bounds.low,
        bounds.high,
        ("", "rotation high", "rotation low")[rotation.bound],
        smallest_shift,
        travel,
        turn,
        _angle_change(angle, turn),
        None if beyond is None else number(beyond.offset),
        None if beyond is None else number(beyond.rotation),
        rotation.is_exact,
    )


def _window_points(offset: OffsetResult) -> tuple[CertificatePoint, ...]:
    if offset.blank and offset.contradiction is None:
        return (CertificatePoint(offset.blank[0], ""),)
    window = offset.window
    if window is None or window.low_row is None or window.high_row is None:
        return ()
    return CertificatePoint(window.low_row, "lower"), CertificatePoint(window.high_row, "upper")


def _beyond(graded: Graded, theory: FloatArray) -> Correction | None:
    """Return the passing correction of the smallest rotation, whatever is allowed."""
    along = theory[graded.rows]
    if graded.blank or len(along) == 0 or not all_usable(along):
        return None
    free = best_line(graded.error, graded.lower, graded.upper, along)
    if free is None or free.excess > 1.0:
        return None
    slack = slack_of(graded.lower, graded.upper)
    low, high = graded.lower - graded.error - slack, graded.upper - graded.error + slack
    return smallest_rotation(low, high, along, Correction(free.offset, free.rotation))


def _angle_change(angle: float | None, rotation: float | None) -> float | None:
    if angle is None or rotation is None:
        return None
    actual = angle_for_rotation(angle, rotation)
    return None if actual is None else number(actual - angle)
