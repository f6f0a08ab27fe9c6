"""What trimming did to the resistance. Cutting can only raise it."""

from __future__ import annotations

from typing import NamedTuple

from analysis.numerics.columns import LARGEST_VALUE


class ResistanceChange(NamedTuple):
    """Resistance before the first and after the last cut."""

    before: float | None  # ohms
    after: float | None  # ohms
    change: float | None  # ohms, after - before
    percent: float | None  # 100 change / before
    consistent: bool | None  # False where it fell by more than the allowed fraction


def usable_number(value: float | str | None) -> float | None:
    """Return a reading as a float, ``None`` for text, blanks, NaN, infinities and nonsense."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < LARGEST_VALUE else None


def resistance_change(
    before: float | str | None, after: float | str | None, allowed_fall: float = 0.005
) -> ResistanceChange:
    """Compare two resistances, in ohms.

    Parameters
    ----------
    before, after : float, str or None
        Ohms, as read. Text, NaN, 0 and negative values count as missing: the stations write 0
        where nothing was measured.
    allowed_fall : float
        Fraction of ``before`` by which the resistance may fall. Measured on real files it never
        falls by more than 0.5 % from pass to pass (layouts.md 2.3, B10), so more is a mix-up.

    Returns
    -------
    ResistanceChange
        Change fields are ``None`` where one of the two is missing.
    """
    first, last = _ohms(before), _ohms(after)
    if first is None or last is None:
        return ResistanceChange(first, last, None, None, None)
    change = last - first
    return ResistanceChange(
        first, last, change, 100.0 * change / first, change >= -allowed_fall * first
    )


def _ohms(value: float | str | None) -> float | None:
    ohms = usable_number(value)
    return ohms if ohms is not None and ohms >= 1e-9 else None
