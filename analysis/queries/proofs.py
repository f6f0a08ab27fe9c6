"""The points that decide a verdict, with the values and cells to check it by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from analysis.models import Evaluation, Run, SweepRecord
from analysis.models.sweep_arrays import SweepArrays, unpack

MOST_ROWS = 20_000  # of a sweep that a page opens; beyond, cells are named without their values


@dataclass(frozen=True, slots=True)
class DecidingPoint:
    """One point of a certificate; volts, degrees or inches, None where a value is not there."""

    row: int  # 0-based, as in the sheet's index column
    side: str  # "upper" or "lower"; "" for a graded point without an error
    position_cell: str
    error_cell: str
    limit_cell: str
    position: float | None = None
    error: float | None = None
    limit: float | None = None
    room: float | None = None  # limit - error: the shift that just touches
    corrected: float | None = None  # error after the correction of the answer


def judged_sweeps(run: Run) -> dict[int, SweepRecord]:
    """Return the judged sweep of each track by the track's key, with its arrays if it is short."""
    judged = SweepRecord.objects.filter(track__run=run, place=F("track__judged_sweep"))
    return {sweep.track_id: sweep for sweep in judged.filter(rows__lte=MOST_ROWS)}


def deciding_points(
    answer: Evaluation, sweep: SweepRecord, *, with_values: bool
) -> list[DecidingPoint]:
    """Return the points of the answer's certificate, in its order."""
    certificate: dict[str, Any] = answer.details.get("certificate") or {}
    points = [
        (point["row"], point["side"])
        for point in certificate.get("points", ())
        if 0 <= point["row"] < sweep.rows
    ]
    if not points:
        return []
    arrays = unpack(sweep.arrays, sweep.rows) if with_values else None
    return [_point(answer, sweep, arrays, row, side) for row, side in points]


def _point(
    answer: Evaluation, sweep: SweepRecord, arrays: SweepArrays | None, row: int, side: str
) -> DecidingPoint:
    cells = {
        "position_cell": _cell(sweep, "position", row),
        "error_cell": _cell(sweep, "error", row),
        "limit_cell": _cell(sweep, side, row) if side else "",
    }
    if arrays is None:
        return DecidingPoint(row, side, **cells)
    error, theory = _number(arrays.error[row]), _number(arrays.theory[row])
    limit = _number(getattr(arrays, side)[row]) if side else None
    corrected = None
    if error is not None and answer.offset is not None:
        turned = answer.rotation * theory if answer.rotation and theory is not None else 0.0
        corrected = error + answer.offset + turned
    return DecidingPoint(
        row,
        side,
        **cells,
        position=_number(arrays.position[row]),
        error=error,
        limit=limit,
        room=None if error is None or limit is None else limit - error,
        corrected=corrected,
    )


def _cell(sweep: SweepRecord, column: str, row: int) -> str:
    letter = sweep.letters.get(column)
    return f"{letter}{sweep.first_row + row}" if letter else ""


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
