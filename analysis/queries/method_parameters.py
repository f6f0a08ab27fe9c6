"""The numbers of the method profiles side by side, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from analysis.numerics.method import Method, RowScope, SmoothingFilter, ThresholdRule

_TRAVEL = "degrees or inches"
_SLOPE = "V per degree or inch"
_GROUPS = {
    "sigma": "Sigma gradient",
    "threshold": "Sigma threshold",
    "linearity": "Linearity",
    "plausibility": "When limits or data cannot be true",
}
_WORDS = {
    "sigma.smoothing": ("Low-pass before the gradient", ""),
    "sigma.rows": ("Rows that count", ""),
    "sigma.minimum_points": ("No sigma gradient below", "points"),
    "sigma.cut_points": ("Dropped at each end", "points"),
    "sigma.cut_from": ("Ends are dropped from", "points"),
    "sigma.gradient_step": ("Distance of the two points of a gradient", "rows"),
    "sigma.minimum_step": ("No gradient between points closer than", _TRAVEL),
    "threshold.rule": ("Follows from", ""),
    "threshold.divisor": ("Divisor", ""),
    "threshold.travel_unit": ("Unit length", _TRAVEL),
    "threshold.floor": ("Never below", _SLOPE),
    "threshold.ceiling": ("Never above", _SLOPE),
    "threshold.fallback": ("Where limits or travel are missing", _SLOPE),
    "linearity.float_tolerance": ("Rounding allowed after a correction", "of the narrowest band"),
    "plausibility.absurd_limit": ("Limits are absurd from", "V"),
    "plausibility.series_step": ("Step of an auto-filled series", "V per row"),
    "plausibility.series_rows": ("Rows that make such a series", "rows"),
    "plausibility.zero_error_rows": ("Errors of zero in a row are suspect from", "rows"),
    "plausibility.slope_determination": ("A bare slope has R² above", ""),
    "plausibility.slope_range_sigmas": ("… and a range above", "times the sigma threshold"),
    "plausibility.slope_range": ("… and above", "V"),
    "plausibility.resistance_fall": ("A resistance must not fall by more than", "of itself"),
}
_VALUES = {
    SmoothingFilter.BUTTERWORTH_2: "Butterworth, order 2, at 0.1 of Nyquist",
    SmoothingFilter.BUTTERWORTH_5: "Butterworth, order 5, at 0.8 of Nyquist",
    RowScope.MEASURED: "measured rows",
    RowScope.ALL: "all rows of the block",
    ThresholdRule.TRAVEL: "half width of the limits over the travel",
    ThresholdRule.UNIT_LENGTH: "half width of the limits over the unit length",
}


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A parameter as one method has it."""

    method: str
    text: str
    differs: bool  # from the first method


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One parameter of all methods."""

    label: str
    unit: str
    values: list[ParameterValue]


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """Parameters that belong together."""

    title: str
    rows: list[ParameterRow]


def parameter_groups(methods: Sequence[Method]) -> list[ParameterGroup]:
    """Return every parameter of the methods; the first method is what others are compared with."""
    stored = [(method.name, asdict(method.parameters)) for method in methods]
    if not stored:
        return []
    first = stored[0][1]
    groups = []
    for group, parameters in first.items():
        rows = []
        for name, reference in parameters.items():
            label, unit = _WORDS.get(f"{group}.{name}", (name.replace("_", " "), ""))
            values = [
                ParameterValue(
                    method, _text(numbers[group][name]), numbers[group][name] != reference
                )
                for method, numbers in stored
            ]
            rows.append(ParameterRow(label, unit, values))
        groups.append(ParameterGroup(_GROUPS.get(group, group), rows))
    return groups


def _text(value: object) -> str:
    if value is None:
        return "no such limit"
    if isinstance(value, float):
        return f"{value:.6g}"
    return _VALUES.get(value, str(value))  # type: ignore[call-overload,no-any-return]
