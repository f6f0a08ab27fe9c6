"""The columns of a workbook of specifications: what stands in a cell, and what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from math import isfinite
from typing import Any

from analysis.models.specifications import SpecificationValues
from analysis.models.words import AngleTolerance
from analysis.numerics.specification import LinearityKind, ToleranceKind
from analysis.numerics.specification_text import (
    Angle,
    NotUnderstood,
    angle_text,
    read_angle,
    read_linearity,
)
from analysis.queries.specifications import canonical_points

KEYS = ("model", "track", "aliases")
LONGEST_CELL = 4_000
_TEXTS = {
    "element_type": "element_type",
    "product_class": "product_class",
    "open_closed": "circuit",
    "linearity_spec_text": "linearity_text",
    "output_smoothness": "output_smoothness",
    "exclude_reason": "excluded_reason",
    "notes": "notes",
}
_NUMBERS = {
    "linearity_spec_pct": "linearity_percent",
    "total_resistance_min": "resistance_minimum",
    "total_resistance_max": "resistance_maximum",
    "sigma_threshold": "sigma_threshold",
}
_ANGLE = (
    "electrical_angle",
    "electrical_angle_tol",
    "electrical_angle_unit",
    "electrical_angle_tol_type",
    "electrical_angle_bound",
    "electrical_angle_text",
)
TAKEN = (
    *KEYS,
    "element_type",
    "product_class",
    "open_closed",
    "linearity_type",
    "linearity_spec_text",
    "linearity_spec_pct",
    "total_resistance_min",
    "total_resistance_max",
    *_ANGLE,
    "exclude_points",
    "exclude_reason",
    "sigma_threshold",
    "output_smoothness",
    "notes",
    "effective_from",
)
TOLD = ("revision", "state", "author", "approved_by", "approved_on")
"""Columns that an export tells and an import passes over."""

_LINEARITY_WORDS = {
    LinearityKind.INDEPENDENT: "Independent",
    LinearityKind.ABSOLUTE: "Absolute",
    LinearityKind.ZERO_BASED: "Zero-Based",
    LinearityKind.TERMINAL_BASED: "Term Base",
}
_TOLERANCE_WORDS = {
    AngleTolerance.NONE: "",
    AngleTolerance.SYMMETRIC: "symmetric",
    AngleTolerance.RANGE: "range",
    AngleTolerance.BILATERAL: "bilateral",
    AngleTolerance.MINIMUM: "min",
    AngleTolerance.MAXIMUM: "max",
}
_TOLERANCE_KINDS = {word: kind for kind, word in _TOLERANCE_WORDS.items()} | {
    "minimum": AngleTolerance.MINIMUM,
    "maximum": AngleTolerance.MAXIMUM,
    "none": AngleTolerance.NONE,
}
_UNITS = {"": "", "deg": "deg", "degree": "deg", "degrees": "deg", "°": "deg"} | dict.fromkeys(
    ("in", "inch", "inches", '"'), "in"
)
_ANGLE_FIELDS = (
    "angle",
    "angle_unit",
    "angle_text",
    "tolerance_kind",
    "tolerance",
    "angle_bound",
)

# Which column to name when a field is wrong.
COLUMN_OF = {
    **{name: column for column, name in (_TEXTS | _NUMBERS).items()},
    "linearity_kind": "linearity_type",
    "linearity_word": "linearity_type",
    "angle": "electrical_angle",
    "angle_text": "electrical_angle",
    "angle_unit": "electrical_angle_unit",
    "tolerance": "electrical_angle_tol",
    "tolerance_kind": "electrical_angle_tol_type",
    "angle_bound": "electrical_angle_bound",
    "excluded_points": "exclude_points",
    "effective_from": "effective_from",
}

Cell = str | float | bool | datetime | date | None


class CellProblem(ValueError):
    """A cell that cannot be read; ``column`` names it."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row says: which fields it gives (absent columns give none), and what is wrong."""

    model: str
    track: str
    aliases: tuple[str, ...]
    fields: Mapping[str, Any]
    problems: Mapping[str, str] = field(default_factory=dict)  # column -> sentence

    def upon(self, base: SpecificationValues) -> SpecificationValues:
        """Return the values that result where fields without a column stay as they are."""
        same = {
            name for name in self.fields if _as_in_a_sheet(getattr(base, name), self.fields[name])
        }
        return replace(base, **{n: value for n, value in self.fields.items() if n not in same})


def _as_in_a_sheet(here: Any, there: Any) -> bool:
    """Tell whether two numbers are one in a spreadsheet, which keeps 15 digits."""
    return (
        isinstance(here, float) and isinstance(there, float) and f"{here:.15g}" == f"{there:.15g}"
    )


def cells_of(values: SpecificationValues) -> dict[str, Cell]:
    """Return the cells of a row, by column: numbers as numbers, text as text."""
    cells: dict[str, Cell] = {column: getattr(values, name) for column, name in _TEXTS.items()}
    cells |= {column: getattr(values, name) for column, name in _NUMBERS.items()}
    word = values.linearity_word
    if values.linearity_kind:
        word = _LINEARITY_WORDS[LinearityKind(values.linearity_kind)]
    two_sided = values.tolerance_kind == AngleTolerance.BILATERAL and values.angle is not None
    return cells | {
        "linearity_type": word,
        "electrical_angle": values.angle_text if two_sided else values.angle,
        "electrical_angle_tol": values.tolerance,
        "electrical_angle_unit": values.angle_unit,
        "electrical_angle_tol_type": _TOLERANCE_WORDS[AngleTolerance(values.tolerance_kind)],
        "electrical_angle_bound": values.angle_bound,
        "electrical_angle_text": values.angle_text,
        "exclude_points": values.excluded_points,
        "effective_from": values.effective_from,
    }


def entry_of(cells: Mapping[str, Cell]) -> Entry:
    """Read one row; what cannot be read is in ``problems`` and leaves its field alone."""
    found: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for column, (name, reader) in _READERS.items():
        if column in cells:
            try:
                found[name] = reader(cells, column)
            except CellProblem as wrong:
                problems[wrong.column] = wrong.sentence
    for reader in (_read_linearity, _read_angle):
        try:
            found |= reader(cells)
        except CellProblem as wrong:
            problems[wrong.column] = wrong.sentence
    keys = {"model": "", "track": "", "aliases": ""}
    for column in KEYS:
        try:
            keys[column] = _text(cells, column) if column in cells else ""
        except CellProblem as wrong:
            problems[wrong.column] = wrong.sentence
    if not keys["model"] and "model" not in problems:
        problems["model"] = "The row names no model."
    for column, length in (("model", 120), ("track", 12)):
        if len(keys[column]) > length:
            problems[column] = f"At most {length} characters fit here."
    aliases = tuple(sorted({part.strip() for part in keys["aliases"].split("|")} - {""}))
    if any(len(alias) > 120 for alias in aliases):
        problems["aliases"] = "An alias has at most 120 characters."
    return Entry(keys["model"], keys["track"].upper(), aliases, found, problems)


def _text(cells: Mapping[str, Cell], column: str) -> str:
    value = cells[column]
    if value is None:
        return ""
    if isinstance(value, bool | datetime | date):
        raise CellProblem(column, "Text is expected here.")
    if isinstance(value, float | int):
        return f"{value:.10g}" if abs(value) < 1e10 else f"{value:.0f}"
    if len(value) > LONGEST_CELL:
        raise CellProblem(column, f"At most {LONGEST_CELL} characters fit here.")
    return value.strip()


def _number(cells: Mapping[str, Cell], column: str) -> float | None:
    value = cells.get(column)
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        try:
            value = float(text) if "_" not in text else None
        except ValueError:
            value = None
        if value is None:
            raise CellProblem(column, f"“{text[:60]}” is not a number; write it as 4500 or 0.5.")
    if value is None:
        return None
    if isinstance(value, bool | datetime | date) or not isfinite(value):
        raise CellProblem(column, "A number is expected here.")
    return float(value)


def _points(cells: Mapping[str, Cell], column: str) -> str:
    if isinstance(cells[column], datetime | date):
        raise CellProblem(
            column, "The spreadsheet made a date of it. Format the cell as text: “0-2, 48-50”."
        )
    try:
        return canonical_points(_text(cells, column))
    except NotUnderstood as wrong:
        raise CellProblem(column, str(wrong)) from None


def _day(cells: Mapping[str, Cell], column: str) -> date | None:
    value = cells[column]
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(cells, column)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CellProblem(column, "A date is expected here, as 2026-07-31.") from None


_READERS: dict[str, tuple[str, Callable[[Mapping[str, Cell], str], Any]]] = {
    **{column: (name, _text) for column, name in _TEXTS.items()},
    **{column: (name, _number) for column, name in _NUMBERS.items()},
    "exclude_points": ("excluded_points", _points),
    "effective_from": ("effective_from", _day),
}


def _read_linearity(cells: Mapping[str, Cell]) -> dict[str, Any]:
    column = "linearity_type"
    if column not in cells:
        return {}
    try:
        found = read_linearity(_text(cells, column))
    except NotUnderstood as wrong:
        raise CellProblem(column, str(wrong)) from None
    return {"linearity_kind": found.kind.value if found.kind else "", "linearity_word": found.word}


def _read_angle(cells: Mapping[str, Cell]) -> dict[str, Any]:
    """Read the columns of the angle together: a number with its columns, or a text alone."""
    if "electrical_angle" not in cells:
        return {}
    unit = _word(cells, "electrical_angle_unit", _UNITS)
    kind = _word(cells, "electrical_angle_tol_type", _TOLERANCE_KINDS)
    tolerance = _number(cells, "electrical_angle_tol")
    bound = _number(cells, "electrical_angle_bound")
    value = cells["electrical_angle"]
    text = value.strip() if isinstance(value, str) else ""
    if text and not _is_plain(text):
        return _angle_from_text(text, unit, kind, tolerance) | {"angle_bound": bound}
    number = _number(cells, "electrical_angle")
    if kind == AngleTolerance.BILATERAL:
        raise CellProblem("electrical_angle", "Write a two-sided angle as text: “±45 deg”.")
    if not kind:
        kind = AngleTolerance.NONE if tolerance is None else AngleTolerance.SYMMETRIC
    written = _text(cells, "electrical_angle_text") if "electrical_angle_text" in cells else ""
    return dict(
        zip(
            _ANGLE_FIELDS,
            (number, unit, _said(written, number, unit, kind, tolerance), kind, tolerance, bound),
            strict=True,
        )
    )


def _angle_from_text(text: str, unit: str, kind: str, tolerance: float | None) -> dict[str, Any]:
    try:
        found = read_angle(text)
    except NotUnderstood as wrong:
        raise CellProblem("electrical_angle", str(wrong)) from None
    if found.unit and unit and found.unit != unit:
        raise CellProblem("electrical_angle_unit", f"The angle is written in {found.unit}.")
    if kind and kind != found.kind:
        raise CellProblem("electrical_angle_tol_type", f"The angle is written as {found.kind}.")
    if found.tolerance is not None and tolerance not in (None, found.tolerance):
        raise CellProblem(
            "electrical_angle_tol", f"The angle is written with ±{found.tolerance:g}."
        )
    return {
        "angle": found.angle,
        "angle_unit": found.unit or unit,
        "angle_text": text,
        "tolerance_kind": found.kind.value,
        "tolerance": found.tolerance if found.tolerance is not None else tolerance,
    }


def _said(written: str, number: float | None, unit: str, kind: str, tolerance: float | None) -> str:
    """Return the text of an angle: as it was written where that says the same."""
    if number is None:
        return ""
    if written:
        try:
            read = read_angle(written)
        except NotUnderstood:
            read = None
        if read and (read.angle, read.kind, read.tolerance) == (number, kind, tolerance):
            return written
    return angle_text(Angle(ToleranceKind(kind), number, tolerance, unit))


def _word(cells: Mapping[str, Cell], column: str, words: Mapping[str, str]) -> str:
    text = _text(cells, column).lower().rstrip(".") if column in cells else ""
    if text not in words:
        known = ", ".join(sorted(word for word in words if word))
        raise CellProblem(column, f"“{text[:60]}” is none of {known}.")
    return str(words[text]) if text else ""


def _is_plain(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False
