"""What a product's specification allows, and the rotation bounds that follow from its angle."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analysis.numerics.columns import LARGEST_VALUE


class LinearityKind(StrEnum):
    """The four definitions of VRCI-P-100A and IEC 60393 (see ``kinds``)."""

    INDEPENDENT = "independent"
    ABSOLUTE = "absolute"
    ZERO_BASED = "zero-based"
    TERMINAL_BASED = "terminal-based"


class ToleranceKind(StrEnum):
    """How the tolerance of the electrical angle (or length) is written."""

    NONE = "none"
    SYMMETRIC = "symmetric"  # 351 +- 1
    RANGE = "range"  # 89 - 91, as nominal 90 with tolerance 1
    BILATERAL = "bilateral"  # both sides given, the same
    MINIMUM = "minimum"  # 350 min
    MAXIMUM = "maximum"  # 350 max


@dataclass(frozen=True, slots=True)
class Specification:
    """The part of a product's specification a verdict depends on.

    Without one the file's own limits are judged with offset only, which is what the default
    values say.
    """

    kind: LinearityKind | None = None
    angle: float | None = None  # nominal, degrees or inches
    tolerance_kind: ToleranceKind = ToleranceKind.NONE
    tolerance: float | None = None  # degrees or inches, for symmetric, range, bilateral
    angle_bound: float | None = None  # the other end of a minimum or maximum, as stated
    excluded_points: tuple[int, ...] = ()  # 0-based rows
    sigma_threshold: float | None = None  # volts per degree or inch, instead of the formula
    revision: str = ""  # named in results


@dataclass(frozen=True, slots=True)
class RotationBounds:
    """The rotations k a specification allows; (0, 0) is none."""

    low: float = 0.0
    high: float = 0.0
    reason: str = ""  # why no rotation is allowed, or which field it follows from

    @property
    def allow_rotation(self) -> bool:
        """Tell whether any rotation but 0 is allowed."""
        return self.low < 0.0 or self.high > 0.0


def rotation_for_angle(nominal: float, actual: float) -> float:
    """Return k = 1 - nominal / actual, the rotation that turns one electrical angle into another.

    Both in the same unit, above zero. Source: statistics.md C2; 340 to 344 gives 0.0116279.
    """
    return 1.0 - nominal / actual


def angle_for_rotation(nominal: float, rotation: float) -> float | None:
    """Return nominal / (1 - k), the inverse of ``rotation_for_angle``; ``None`` from k = 1 on."""
    return nominal / (1.0 - rotation) if rotation < 1.0 else None


def rotation_bounds(specification: Specification | None) -> RotationBounds:
    """Return the rotations that the angle tolerance allows.

    Parameters
    ----------
    specification : Specification or None

    Returns
    -------
    RotationBounds
        Symmetric, range, bilateral, A +- T: [-T / (A - T), T / (A + T)]. Minimum A with the stated
        largest angle M: [0, 1 - A / M]. Maximum A with the stated smallest angle m:
        [1 - A / m, 0]. (0, 0) with a reason where there is no tolerance, where a named field is
        missing or unusable, and where T >= A.

    Notes
    -----
    Source: statistics.md C2, formulas.md 3.3. Every bound comes from a stated field: a one-sided
    tolerance without its other end gets no invented headroom (statistics.md F4), and T >= A no
    invented +-0.5.
    """
    if specification is None or specification.tolerance_kind is ToleranceKind.NONE:
        return RotationBounds(reason="No angle tolerance is specified.")
    angle = specification.angle
    if angle is None or not 0.0 < angle < LARGEST_VALUE:
        return RotationBounds(reason="The specification has a tolerance but no nominal angle.")
    if specification.tolerance_kind in (ToleranceKind.MINIMUM, ToleranceKind.MAXIMUM):
        return _one_sided(specification, angle)
    tolerance = specification.tolerance
    if tolerance is None or not 0.0 <= tolerance < angle:
        return RotationBounds(reason="The angle tolerance is missing or not below the angle.")
    return RotationBounds(
        rotation_for_angle(angle, angle - tolerance),
        rotation_for_angle(angle, angle + tolerance),
        f"angle {angle:g} +- {tolerance:g}",
    )


def _one_sided(specification: Specification, angle: float) -> RotationBounds:
    is_minimum = specification.tolerance_kind is ToleranceKind.MINIMUM
    other, word = specification.angle_bound, "largest" if is_minimum else "smallest"
    if other is None or not 0.0 < other < LARGEST_VALUE:
        return RotationBounds(reason=f"The specification states no {word} angle.")
    if (other < angle) if is_minimum else (other > angle):
        return RotationBounds(reason=f"The stated {word} angle is on the wrong side.")
    rotation = rotation_for_angle(angle, other)
    said = f"angle {angle:g} {specification.tolerance_kind.value}, {word} {other:g}"
    return RotationBounds(min(0.0, rotation), max(0.0, rotation), said)
