"""Rows become the neutral record again, so that a stored track can be judged anew."""

from __future__ import annotations

from array import array
from typing import Any

from analysis.formats.station_file import Column, Finding, Reading, Sweep, Track, TrackState
from analysis.models import SweepRecord, TrackRecord
from analysis.models.sweep_arrays import COLUMNS, unpack


def track_of(row: TrackRecord) -> Track:
    """Return the record of a stored track; its sweeps should be prefetched in their order."""
    return Track(
        name=row.name,
        state=TrackState(row.state),
        reason=row.reason,
        sweeps=tuple(_sweep_of(sweep) for sweep in row.sweeps.all()),
        judged=row.judged_sweep,
        trims=row.trims,
        travel=_reading(row.travel),
        resistance_before=_reading(row.resistance_before),
        resistance_after=_reading(row.resistance_after),
        parameters={label: _reading(stored) for label, stored in row.parameters.items()},
        findings=_findings(row.findings),
    )


def _sweep_of(row: SweepRecord) -> Sweep:
    arrays = unpack(row.arrays, row.rows)
    columns = {
        name: Column(_values("d", getattr(arrays, name).tobytes()), row.letters[name])
        for name in COLUMNS
    }
    return Sweep(
        pass_number=row.pass_number,
        sheet=row.sheet,
        first_row=row.first_row,
        points_measured=row.points_measured,
        **columns,
        flags=_values("B", arrays.flags.tobytes()),
        phase=_reading(row.phase),
        resistance=_reading(row.resistance),
        is_template=row.is_template,
        is_remeasurement=row.is_remeasurement,
        findings=_findings(row.findings),
    )


def _values(typecode: str, data: bytes) -> array[Any]:
    values: array[Any] = array(typecode)
    values.frombytes(data)
    return values


def _reading(stored: dict[str, Any]) -> Reading:
    return Reading(**stored) if stored else Reading(None)


def _findings(stored: list[dict[str, str]]) -> tuple[Finding, ...]:
    return tuple(Finding(**finding) for finding in stored)
