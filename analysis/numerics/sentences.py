"""The sentences of an evaluation, for a process engineer.

Points are numbered as in the sheet's index column: the first is 0.
"""

from __future__ import annotations

from analysis.numerics.linearity import OffsetResult


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


def sigma_sentence(sigma: float, threshold: float) -> str:
    """Say that the sigma gradient is what makes the warning."""
    return f"Linearity passes, sigma gradient {sigma:.3g} is above its threshold {threshold:.3g}."
