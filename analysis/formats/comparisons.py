"""What the sweeps of one track say about each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from analysis.formats.blocks import same_values
from analysis.formats.station_file import Finding, Sweep

ALLOWED_FALL = 0.005
"""Part by which a resistance may fall from pass to pass; cutting only raises it."""


def compare_sweeps(sweeps: Sequence[Sweep], judged: int | None) -> list[Finding]:
    """Report grids and limits that differ from the judged sweep's, and a falling resistance."""
    measured = [sweep for sweep in sweeps if sweep.points_measured]
    findings = list(_falling_resistance(measured))
    if judged is None:
        return findings
    last = sweeps[judged]
    grid = next((s for s in measured if not _same_grid(s, last)), None)
    if grid is not None:
        findings.append(
            Finding(
                "grids-differ",
                f"“{grid.sheet}” and “{last.sheet}” were measured at different positions; they "
                "are not compared point by point.",
                grid.sheet,
                grid.position.cell(grid.first_row),
            )
        )
    limits = next((s for s in measured if s.rows == last.rows and not _same_limits(s, last)), None)
    if limits is not None:
        findings.append(
            Finding(
                "limits-differ",
                f"The limits of “{limits.sheet}” are not those of “{last.sheet}”; the judged "
                f"sheet's own limits (“{last.sheet}”) are used.",
                limits.sheet,
                limits.upper.cell(limits.first_row),
            )
        )
    return findings


def _falling_resistance(sweeps: Sequence[Sweep]) -> list[Finding]:
    known = [(s, s.resistance.value) for s in sweeps if isinstance(s.resistance.value, float)]
    for (before, high), (after, low) in pairwise(known):
        if low < high * (1 - ALLOWED_FALL):
            return [
                Finding(
                    "resistance-falls",
                    f"The resistance falls from {high:g} ohm in “{before.sheet}” to {low:g} ohm in "
                    f"“{after.sheet}”, although cutting can only raise it. The sheets may not "
                    "belong together.",
                    after.sheet,
                    after.resistance.cell,
                )
            ]
    return []


def _same_grid(one: Sweep, other: Sweep) -> bool:
    return same_values(one.position.values, other.position.values)


def _same_limits(one: Sweep, other: Sweep) -> bool:
    return same_values(one.upper.values, other.upper.values) and same_values(
        one.lower.values, other.lower.values
    )
