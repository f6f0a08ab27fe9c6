"""The sentences of an evaluation, for a process engineer.

Points are numbered as in the sheet's index column: the first is 0.
"""

from __future__ import annotations

from analysis.numerics.linearity import OffsetResult
from analysis.numerics.rotation import RotationResult
from analysis.numerics.specification import angle_for_rotation


def volts(value: float) -> str:
    """Write volts without a sign, with digits enough for the size."""
    size = abs(value)
    if size != 0.0 and size < 5e-8:
        return f"{value:.1e} V"
    return f"{value:.4f} V" if size >= 1e-3 or size == 0.0 else f"{value:.7f} V"


def shift(value: float) -> str:
    """Write a shift with its sign: ``+0.0031 V``."""
    return ("+" if value >= 0.0 else "") + volts(value)


def points(count: int) -> str:
    """Write a number of points."""
    return "1 point" if count == 1 else f"{count} points"


def linearity_sentence(result: OffsetResult) -> str:
    """Say how linearity was decided, offset only."""
    graded, raw = result.graded, len(result.failing_as_measured)
    if graded == 0:
        return "No point is graded."
    if result.passes_as_measured:
        return f"All {graded} graded points are inside the limits as measured."
    if result.passes_corrected and result.offset is not None:
        return (
            f"All {graded} graded points are inside the limits after a shift of "
            f"{shift(result.offset)}; as measured {points(raw)} {_verb(raw)} outside."
        )
    return f"{_obstacle(result)}; at best {_stay(len(result.failing_corrected), graded)}."


def rotation_sentence(offset: OffsetResult, result: RotationResult, angle: float | None) -> str:
    """Say how linearity was decided where a rotation is allowed."""
    correction, graded = result.correction, offset.graded
    if correction is None or (offset.passes_corrected and not result.failing):
        return linearity_sentence(offset)
    turned = f"a rotation of {correction.rotation:+.3g}"
    actual = None if angle is None else angle_for_rotation(angle, correction.rotation)
    if angle is not None and actual is not None:
        turned += f" (angle {actual - angle:+.3g})"
    if not result.failing:
        left = len(offset.failing_corrected)
        return (
            f"All {graded} graded points are inside the limits after a shift of "
            f"{shift(correction.offset)} and {turned}; a shift alone leaves {left} outside."
        )
    failing = len(result.failing)
    stay = _stay(failing, graded)
    best = f"at best {stay}" if result.is_exact else f"a search left that {stay}"
    return f"{_rotation_obstacle(offset, result)}; {best}."


def _rotation_obstacle(offset: OffsetResult, result: RotationResult) -> str:
    if offset.blank:
        return f"No correction can pass: point {offset.blank[0]} is graded but has no error value"
    rows = [str(touch.index) for touch in result.touching if touch.index >= 0]
    if len(rows) < 2:
        return "No shift and allowed rotation can pass"
    named = ", ".join(rows[:-1]) + " and " + rows[-1]
    limit = " within the allowed rotation" if result.bound else ""
    return f"No shift and rotation can pass: points {named} exclude each other{limit}"


def index_sentence(smallest: float | None, travel: float | None, unit: str) -> str:
    """Say how small a passing shift can be, along the travel; "" where nothing has to move."""
    if not smallest or travel is None or not unit:
        return ""
    return (
        f" The smallest passing shift is {shift(smallest)}, an index shift of {travel:+.3g} {unit}."
    )


def _obstacle(result: OffsetResult) -> str:
    window = result.window
    if result.contradiction is None or window is None:
        blank = result.blank
        if not blank:
            return "No shift can pass"
        return f"No shift can pass: point {blank[0]} is graded but has no error value"
    if window.low_row == window.high_row:
        return f"No shift can pass: the limits of point {window.low_row} exclude each other"
    return (
        f"No shift can pass: points {window.low_row} and {window.high_row} exclude each other by "
        f"{volts(result.contradiction)}"
    )


def _stay(failing: int, graded: int) -> str:
    if failing == graded:
        return "all " + points(graded).replace("point", "graded point") + " stay outside"
    return f"{failing} of {graded} graded points {'stays' if failing == 1 else 'stay'} outside"


def _verb(count: int) -> str:
    return "is" if count == 1 else "are"


def sigma_sentence(
    sigma: float, threshold: float, offset: OffsetResult, moved: float | None
) -> str:
    """Say that the sigma gradient makes the warning, and what linearity needed to pass.

    ``moved`` is the shift that decides, in volts.
    """
    passes = "Linearity passes"
    if not offset.passes_as_measured and moved is not None:
        raw = len(offset.failing_as_measured)
        passes += (
            f" after a shift of {shift(moved)} (as measured {points(raw)} {_verb(raw)} outside)"
        )
    return f"{passes}, sigma gradient {sigma:.3g} is above its threshold {threshold:.3g}."
