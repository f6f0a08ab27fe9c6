"""Records made by hand, the way a reader would make them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import nan
from typing import Any

from analysis.formats.station_file import (
    ClockSource,
    Column,
    Layout,
    Reading,
    Station,
    StationFile,
    Sweep,
    Track,
    TrackState,
)

Values = Sequence[float]


def column(values: Values, letter: str) -> Column:
    return Column(array("d", values), letter)


def a_sweep(
    error: Values,
    *,
    half_width: float = 0.02,
    lower: Values | None = None,
    upper: Values | None = None,
    position: Values | None = None,
    theory: Values | None = None,
    measured_rows: int | None = None,
    number: int = 1,
    sheet: str = "SEC1 TRK1 1 TRM1",
    **more: Any,
) -> Sweep:
    """Return a sweep in the columns of System A, its first point in row 2."""
    count = len(error)
    up = [half_width] * count if upper is None else upper
    low = [-value for value in up] if lower is None else lower
    place = [float(index) for index in range(count)] if position is None else position
    volts = [10.0 * index / max(1, count - 1) for index in range(count)]
    ideal = volts if theory is None else theory
    measured = [t + (0.0 if e != e else e) for t, e in zip(ideal, error, strict=True)]
    return Sweep(
        pass_number=number,
        sheet=sheet,
        first_row=2,
        points_measured=count if measured_rows is None else measured_rows,
        position=column(place, "H"),
        measured=column(measured, "D"),
        theory=column(ideal, "F"),
        error=column(error, "G"),
        upper=column(up, "I"),
        lower=column(low, "J"),
        flags=array("B", [0] * count),
        **more,
    )


def a_track(*sweeps: Sweep, **more: Any) -> Track:
    """Return a trimmed track whose last sweep is the judged one."""
    fields: dict[str, Any] = {
        "name": "TRK1",
        "state": TrackState.TRIMMED,
        "reason": "",
        "judged": len(sweeps) - 1 if sweeps else None,
        "trims": max(0, len(sweeps) - 1),
    }
    return Track(sweeps=sweeps, **(fields | more))


def a_file(*tracks: Track, reason: str = "") -> StationFile:
    return StationFile(
        layout=Layout.DLTS,
        station=Station.LASER_2,
        model=Reading("8340-1"),
        serial=Reading("7"),
        tested_at=None,
        clock_source=ClockSource.NONE,
        position_unit="deg",
        tracks=tracks,
        reason=reason,
    )


def ohms(value: float | str | None) -> Reading:
    return Reading(value, "SEC1 TRK1 0", "B10")


BLANK = nan
