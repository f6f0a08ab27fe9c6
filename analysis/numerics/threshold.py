"""The threshold of the sigma gradient, and where it comes from."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from analysis.numerics.columns import FloatArray, all_usable, is_usable
from analysis.numerics.method import ThresholdParameters


class ThresholdSource(StrEnum):
    """Who set the threshold."""

    FORMULA = "formula"
    FALLBACK = "fallback"  # limits or travel are missing
    SPECIFICATION = "specification"


class SigmaThreshold(NamedTuple):
    """The largest sigma gradient that passes, inclusive."""

    value: float  # volts per unit of travel
    source: ThresholdSource


def mean_half_width(lower: FloatArray, upper: FloatArray) -> float | None:
    """Return the mean of (upper - lower) / 2 over the rows that have both limits, in volts.

    ``None`` where no row has both. Limits of ``LARGEST_VALUE`` and more count as no limit.
    """
    if not (all_usable(lower) and all_usable(upper)):
        both = is_usable(lower) & is_usable(upper)
        lower, upper = lower[both], upper[both]
    count = len(lower)
    if count == 0:
        return None
    return float(np.add.reduce(upper - lower)) / (2.0 * count)


def travel_of(position: FloatArray) -> float | None:
    """Return the distance between first and last measured position, in units of travel.

    ``None`` for fewer than two points, for ends that are not numbers, and where it is 0.
    """
    if len(position) < 2:
        return None
    first, last = float(position[0]), float(position[-1])
    travel = abs(last - first)
    return travel if 0.0 < travel < np.inf else None


def sigma_threshold(
    half_width: float | None, travel: float | None, parameters: ThresholdParameters | None = None
) -> SigmaThreshold:
    """Return the threshold of the sigma gradient by formula.

    Parameters
    ----------
    half_width : float or None
        Volts, see ``mean_half_width``.
    travel : float or None
        Degrees or inches, see ``travel_of``.
    parameters : ThresholdParameters, optional
        Default: those of ``lasertrim-1``.

    Returns
    -------
    SigmaThreshold
        half_width / (24 max(1, travel / 100)), at least 1e-4; 1e-3 from the source ``FALLBACK``
        where half width or travel is missing.

    Notes
    -----
    Source: formulas.md 3.2, layouts.md 7.
    """
    rules = parameters or ThresholdParameters()
    if half_width is None or travel is None:
        return SigmaThreshold(rules.fallback, ThresholdSource.FALLBACK)
    value = half_width / (rules.divisor * max(1.0, travel / rules.travel_unit))
    return SigmaThreshold(max(rules.floor, value), ThresholdSource.FORMULA)
