"""Sweeps to draw: plain ones, and the worst that can be stored."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

import numpy as np

from reports.figures.error_sweep import ErrorSweep, describe, draw_error_sweep, finding_of
from reports.figures.figure_file import svg_bytes
from reports.figures.theme import THEMES, Theme, ThemeName

LIGHT = THEMES[ThemeName.LIGHT]


def sweep(rows: int = 161, **changes: Any) -> ErrorSweep:
    """Return a sweep with a wave of 7 mV in limits of 10 mV; ``changes`` replace any field."""
    position = np.linspace(-160.0, 160.0, rows)
    fields: dict[str, Any] = {
        "position": position,
        "error": 0.007 * np.sin(position / 20.0),
        "upper": np.full(rows, 0.010),
        "lower": np.full(rows, -0.010),
        "position_unit": "deg",
        "model": "8340-1",
        "serial": "246",
        "track": "TRK1",
        "verdict": "Pass",
        "tested_at": "Tested 2025-05-28 06:34",
        "method": "lasertrim-1",
        "file_digest": "3fa9c1d20b7e",
    }
    fields.update(changes)
    rows = len(fields["position"])
    fields.setdefault("measured", np.ones(rows, bool))
    fields.setdefault("points_graded", rows)
    return ErrorSweep(**fields)


def drawn(data: ErrorSweep, theme: Theme = LIGHT) -> str:
    """Return the SVG of a sweep."""
    figure = draw_error_sweep(data, theme)
    return svg_bytes(figure, theme, title=finding_of(data), description=describe(data)).decode(
        "utf-8"
    )


def parsed(svg: str | bytes) -> ElementTree.Element:
    """Parse an SVG of ours."""
    return ElementTree.fromstring(svg)  # noqa: S314, made by the code under test
