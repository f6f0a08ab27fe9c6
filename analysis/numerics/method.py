"""Named, versioned profiles: which algorithm judged, with which numbers.

A result without a method does not exist. A changed algorithm or number is a new version, never a
changed profile: stored evaluations name the digest they were made with and can be recomputed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from types import MappingProxyType


class SmoothingFilter(StrEnum):
    """The low-pass in front of the sigma gradient (see ``sigma``)."""

    BUTTERWORTH_2 = "butterworth-2-at-0.1"  # zero phase, odd padding of 9 points
    BUTTERWORTH_5 = "butterworth-5-at-0.8"  # desktop version 2


class RowScope(StrEnum):
    """Which rows of the data block count."""

    MEASURED = "measured"
    ALL = "all"  # the desktop application: rows the station never overwrote included


class ThresholdRule(StrEnum):
    """How the sigma threshold follows from the limits (see ``threshold``)."""

    TRAVEL = "half-width-over-travel"
    UNIT_LENGTH = "half-width-over-unit-length"  # desktop version 2


@dataclass(frozen=True, slots=True)
class SigmaParameters:
    """Numbers of the sigma gradient."""

    smoothing: SmoothingFilter = SmoothingFilter.BUTTERWORTH_2
    rows: RowScope = RowScope.MEASURED
    minimum_points: int = 10  # below: no sigma gradient
    cut_points: int = 5  # dropped at each end of the filtered series
    cut_from: int = 13  # points; shorter series are not cut
    gradient_step: int = 1  # rows between the two points of a gradient
    minimum_step: float = 1e-6  # travel units; pairs closer than this have no gradient


@dataclass(frozen=True, slots=True)
class ThresholdParameters:
    """Numbers of the sigma threshold."""

    rule: ThresholdRule = ThresholdRule.TRAVEL
    divisor: float = 24.0
    travel_unit: float = 100.0  # travel units
    floor: float = 1e-4  # volts per travel unit
    ceiling: float | None = None
    fallback: float = 1e-3  # volts per travel unit, where limits or travel are missing


@dataclass(frozen=True, slots=True)
class LinearityParameters:
    """Numbers of the linearity verdict."""

    float_tolerance: float = 1e-9  # of the narrowest band; corrected comparison only


@dataclass(frozen=True, slots=True)
class PlausibilityParameters:
    """When limits or data cannot be what they claim to be."""

    absurd_limit: float = 1.0  # volts
    series_step: float = 1.0  # volts from row to row of an auto-filled series
    series_rows: int = 4  # rows that make a series
    zero_error_rows: int = 10
    slope_determination: float = 0.95  # R squared
    slope_range_sigmas: float = 10.0  # times the sigma threshold
    slope_range: float = 0.02  # volts
    resistance_fall: float = 0.005  # fraction


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything a method can vary."""

    sigma: SigmaParameters = SigmaParameters()
    threshold: ThresholdParameters = ThresholdParameters()
    linearity: LinearityParameters = LinearityParameters()
    plausibility: PlausibilityParameters = PlausibilityParameters()


@dataclass(frozen=True, slots=True)
class Method:
    """A named, versioned profile of algorithm and parameters.

    ``digest`` is the SHA-256 (hex) over the canonical JSON of name, version and parameters: keys
    sorted, no blanks, ASCII. ``version`` is raised when the code behind the same numbers changes.
    """

    name: str
    version: int
    parameters: Parameters = Parameters()
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        content = {
            "name": self.name,
            "version": self.version,
            "parameters": asdict(self.parameters),
        }
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        digest = hashlib.sha256(canonical.encode("ascii")).hexdigest()
        object.__setattr__(self, "digest", digest)


LASERTRIM_1 = Method("lasertrim-1", 1)

# Sigma gradient and threshold as the desktop application had them; linearity stays exact.
DESKTOP_5 = Method("desktop-v5", 1, Parameters(sigma=SigmaParameters(rows=RowScope.ALL)))
DESKTOP_2 = Method(
    "desktop-v2",
    1,
    Parameters(
        sigma=SigmaParameters(
            smoothing=SmoothingFilter.BUTTERWORTH_5,
            rows=RowScope.ALL,
            cut_from=11,
            gradient_step=3,
        ),
        threshold=ThresholdParameters(rule=ThresholdRule.UNIT_LENGTH, ceiling=0.05),
    ),
)

METHODS = MappingProxyType({method.name: method for method in (LASERTRIM_1, DESKTOP_5, DESKTOP_2)})


def method_named(name: str) -> Method | None:
    """Return the registered method of that name, ``None`` where there is none."""
    return METHODS.get(name)
