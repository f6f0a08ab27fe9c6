"""What contradicts what in the values of a specification; the database holds the same rules."""

from __future__ import annotations

from math import isfinite

from analysis.models import Specification
from analysis.models.specifications import CONTENT, SpecificationValues
from analysis.models.words import AngleTolerance, AngleUnit, Linearity
from analysis.numerics.columns import LARGEST_VALUE
from analysis.numerics.specification_text import NotUnderstood, points_text, read_points

MOST_OHMS = 1e12


def specification_problems(values: SpecificationValues) -> dict[str, str]:
    """Return what is wrong with values, by field."""
    problems = _number_problems(values)
    problems |= _angle_problems(values)
    if values.effective_from is None:
        problems["effective_from"] = "Say from which day it holds."
    if values.linearity_kind and values.linearity_kind not in Linearity.values:
        problems["linearity_kind"] = "This is no known kind of linearity."
    try:
        if points_text(read_points(values.excluded_points)) and not values.excluded_reason.strip():
            problems["excluded_reason"] = "Say why these points are excluded."
    except NotUnderstood as wrong:
        problems["excluded_points"] = str(wrong)
    for name in CONTENT:
        length = Specification._meta.get_field(name).max_length  # type: ignore[union-attr]
        value = getattr(values, name)
        if length and isinstance(value, str) and len(value) > length:
            problems.setdefault(name, f"At most {length} characters fit here.")
    return problems


def _number_problems(values: SpecificationValues) -> dict[str, str]:
    problems = {}
    ends = {
        "resistance_minimum": MOST_OHMS,
        "resistance_maximum": MOST_OHMS,
        "sigma_threshold": LARGEST_VALUE,
        "angle": LARGEST_VALUE,
        "angle_bound": LARGEST_VALUE,
    }
    for name, end in ends.items():
        value = getattr(values, name)
        if value is not None and not (isfinite(value) and 0.0 < value < end):
            problems[name] = "This has to be larger than 0."
    percent = values.linearity_percent
    if percent is not None and not 0.0 < percent <= 100.0:
        problems["linearity_percent"] = "A percentage lies above 0 and is at most 100."
    low, high = values.resistance_minimum, values.resistance_maximum
    if low is not None and high is not None and low > high:
        problems["resistance_maximum"] = "The largest resistance lies below the smallest."
    return problems


def _angle_problems(values: SpecificationValues) -> dict[str, str]:
    kind, angle, tolerance = values.tolerance_kind, values.angle, values.tolerance
    if kind not in AngleTolerance.values:
        return {"tolerance_kind": "This is no known kind of tolerance."}
    if angle is None:
        given = kind != AngleTolerance.NONE or tolerance is not None
        if given or values.angle_bound is not None:
            return {"angle": "A tolerance needs its angle."}
        return {"angle_unit": "A unit needs its angle."} if values.angle_unit else {}
    if values.angle_unit not in AngleUnit.values:
        return {"angle_unit": "Say whether these are degrees or inches."}
    one_sided = kind in (AngleTolerance.MINIMUM, AngleTolerance.MAXIMUM)
    if kind in (AngleTolerance.SYMMETRIC, AngleTolerance.RANGE) and tolerance is None:
        return {"tolerance": "This kind of tolerance needs a number."}
    if tolerance is not None:
        if one_sided or kind == AngleTolerance.NONE:
            return {"tolerance": "This kind of tolerance has no number."}
        if not 0.0 <= tolerance < angle:
            return {"tolerance": "The tolerance has to be 0 or more and below the angle."}
    return _bound_problems(values, angle)


def _bound_problems(values: SpecificationValues, angle: float) -> dict[str, str]:
    bound = values.angle_bound
    if bound is None:
        return {}
    if values.tolerance_kind == AngleTolerance.MINIMUM:
        wrong = bound < angle
        return {"angle_bound": "The largest angle lies below the smallest."} if wrong else {}
    if values.tolerance_kind == AngleTolerance.MAXIMUM:
        wrong = bound > angle
        return {"angle_bound": "The smallest angle lies above the largest."} if wrong else {}
    return {"angle_bound": "Another end belongs only to a minimum or a maximum."}
