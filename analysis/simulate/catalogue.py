"""The invented products of the invented factory."""

from __future__ import annotations

from analysis.simulate.design import GridShape, LimitShape, PartDesign

RUNNER = PartDesign("9101", travel=320.0, points=161, half_width=0.05, resistance=5000.0)
BOW_TIE = PartDesign(
    "9101-2",
    travel=110.0,
    points=111,
    half_width=0.02,
    limits=LimitShape.BOW_TIE,
    blank_ends=5,
    resistance=5250.0,
)
TWO_TRACKS = PartDesign(
    "9204 Blue",
    travel=118.0,
    points=118,
    half_width=0.04,
    grid=GridShape.LONG_ENDS,
    resistance=4700.0,
)
LINEAR = PartDesign(
    "9310-CT",
    travel=5.12,
    points=103,
    half_width=0.03,
    unit="in",
    limits=LimitShape.STEPPED,
    resistance=9500.0,
)
"""Four products for the demo."""

LOAD_RUNNER = PartDesign("9501", travel=340.0, points=121, half_width=0.05)
LOAD_BOW_TIE = PartDesign(
    "9502-1",
    travel=110.0,
    points=91,
    half_width=0.03,
    limits=LimitShape.BOW_TIE,
    blank_ends=4,
)
"""Two products for load."""
