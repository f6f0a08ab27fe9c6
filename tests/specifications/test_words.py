"""How a specification is told to a reader."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.models.specifications import SpecificationValues
from analysis.queries.specifications import angle_shown, differences, summary_of
from tests.specifications.conftest import VALUES

BARE = replace(VALUES, angle_text="")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "351° ±1°"),
        ({"angle_text": "351±1"}, "351° ±1° (“351±1”)"),
        ({"angle": 1.5, "tolerance": 0.01, "angle_unit": "in"}, "1.5 in ±0.01 in"),
        ({"tolerance_kind": "range"}, "350 to 352°"),
        ({"tolerance_kind": "bilateral", "tolerance": None, "angle": 90.0}, "±45°, 90° in all"),
        ({"tolerance_kind": "minimum", "tolerance": None}, "at least 351°"),
        (
            {"tolerance_kind": "minimum", "tolerance": None, "angle_bound": 355.0},
            "at least 351°, other end 355°",
        ),
        (
            {"tolerance_kind": "maximum", "tolerance": None, "angle_bound": 349.5},
            "at most 351°, other end 349.5°",
        ),
        ({"tolerance_kind": "none", "tolerance": None}, "351°, no tolerance"),
        ({"angle": None}, ""),
    ],
)
def test_an_angle_is_told_in_one_line(changes: dict[str, Any], text: str) -> None:
    assert angle_shown(replace(BARE, **changes)) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (4500.0, None, "at least 4500 Ω"),
        (None, 5500.5, "at most 5500.5 Ω"),
        (4500.0, 5500.0, "4500 to 5500 Ω"),
    ],
)
def test_a_resistance_window_may_be_open(low: float | None, high: float | None, text: str) -> None:
    values = SpecificationValues(resistance_minimum=low, resistance_maximum=high)
    assert summary_of(values) == [("Resistance", text)]


def test_only_what_is_specified_is_told() -> None:
    assert summary_of(SpecificationValues()) == []
    assert dict(summary_of(VALUES))["Linearity"] == "Independent, ±0.5 %, 0.5 %"


def test_a_difference_tells_both_sides() -> None:
    after = replace(VALUES, tolerance=2.0, angle_text="351 ±2", notes="New.")
    assert [(d.label, d.before, d.after) for d in differences(VALUES, after)] == [
        ("Electrical angle", "351° ±1° (“351 deg ±1”)", "351° ±2° (“351 ±2”)"),
        ("Notes", "", "New."),
    ]
    assert differences(VALUES, VALUES) == []
