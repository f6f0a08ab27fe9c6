"""What a part is meant to be: its grid, its theory line and its limits.

Every design here is invented, model number included.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analysis.simulate.oracle import Values

SUPPLY = 10.0  # volts across the element


class LimitShape(StrEnum):
    """How the limits run over the travel."""

    FLAT = "flat"
    STEPPED = "stepped"  # wide ends, tighter quarters, tightest in the middle
    BOW_TIE = "bow-tie"  # narrow in the middle, opening towards both ends


class TheoryShape(StrEnum):
    """How the theoretical voltage runs over the travel."""

    STRAIGHT = "straight"
    FALLING = "falling"
    FUNCTION = "function"  # a function part: not a straight line


class GridShape(StrEnum):
    """How the measured positions are spaced."""

    EVEN = "even"
    LONG_ENDS = "long-ends"  # the first and the last step are longer


@dataclass(frozen=True, slots=True)
class PartDesign:
    """One model number."""

    model: str
    travel: float  # degrees or inches
    points: int
    half_width: float  # volts, of the tightest graded point
    unit: str = "deg"  # or "in"
    limits: LimitShape = LimitShape.FLAT
    blank_ends: int = 0  # points at each end that carry no limit
    theory: TheoryShape = TheoryShape.STRAIGHT
    grid: GridShape = GridShape.EVEN
    resistance: float = 5000.0  # ohms, wanted after trimming

    def positions(self) -> Values:
        """Return the measured positions, symmetric about the centre."""
        if self.grid is GridShape.EVEN:
            return np.linspace(-self.travel / 2, self.travel / 2, self.points)
        step = self.travel / (self.points + 1)  # the two end steps are twice as long
        inner = np.linspace(
            -self.travel / 2 + 2 * step, self.travel / 2 - 2 * step, self.points - 2
        )
        return np.concatenate([[-self.travel / 2], inner, [self.travel / 2]])

    def voltages(self, positions: Values) -> Values:
        """Return the theoretical voltage at each position."""
        part = (positions + self.travel / 2) / self.travel
        if self.theory is TheoryShape.FALLING:
            part = 1 - part
        elif self.theory is TheoryShape.FUNCTION:
            part = part + 0.35 * part * (1 - part)
        return np.asarray(SUPPLY * part)

    def half_widths(self, positions: Values) -> Values:
        """Return the half width of the limits at each position, NaN where there is none."""
        away = np.abs(positions) / (self.travel / 2)
        widths = np.full(len(positions), self.half_width)
        if self.limits is LimitShape.STEPPED:
            widths = self.half_width * np.select([away > 0.8, away > 0.4], [4.0, 2.0], 1.0)
        elif self.limits is LimitShape.BOW_TIE:
            widths = self.half_width * (1 + 2 * away)
        if self.blank_ends:
            widths[: self.blank_ends] = np.nan
            widths[-self.blank_ends :] = np.nan
        return np.asarray(widths)
