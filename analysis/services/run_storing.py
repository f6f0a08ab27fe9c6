"""The rows of a run: what was read and what was concluded, in as few statements as it takes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import numpy as np

from analysis.formats.station_file import (
    Finding,
    Layout,
    PointFlag,
    Reading,
    StationFile,
    Sweep,
    Track,
)
from analysis.models import (
    Evaluation,
    MethodVersion,
    Product,
    Run,
    SourceFile,
    SweepRecord,
    TrackRecord,
    Unit,
)
from analysis.models.sweep_arrays import COLUMNS, SweepArrays, pack
from analysis.numerics.evaluate import FileEvaluation, TrackEvaluation
from analysis.services.evaluations import RulesInForce, evaluation_of


def run_store(
    *,
    source: SourceFile,
    file: StationFile,
    answer: FileEvaluation,
    rules: RulesInForce,
    method: MethodVersion,
    product: Product,
    tested_at: datetime | None,
) -> Run:
    """Store a run with its tracks, sweeps and evaluations, in the caller's transaction."""
    run = _run(source, file, answer, product, tested_at)
    tracks = TrackRecord.objects.bulk_create(
        _track(run, track, judged) for track, judged in zip(file.tracks, answer.tracks, strict=True)
    )
    SweepRecord.objects.bulk_create(
        _sweep(row, place, sweep)
        for row, track in zip(tracks, file.tracks, strict=True)
        for place, sweep in enumerate(track.sweeps)
    )
    evaluations = Evaluation.objects.bulk_create(
        evaluation_of(
            track=row,
            answer=judged,
            method=method,
            specification=rules.tracks[row.name].row,
        )
        for row, judged in zip(tracks, answer.tracks, strict=True)
    )
    for row, evaluation in zip(tracks, evaluations, strict=True):
        TrackRecord.objects.filter(pk=row.pk).update(evaluation=evaluation)
    return run


def _run(
    source: SourceFile,
    file: StationFile,
    answer: FileEvaluation,
    product: Product,
    tested_at: datetime | None,
) -> Run:
    serial = str(file.serial.value or "")[:120]
    return Run.objects.create(
        source_file=source,
        product=product,
        unit=_unit(product, serial) if serial else None,
        serial=serial,
        layout=file.layout,
        station=file.station,
        tested_at=tested_at,
        clock=file.clock_source,
        ordered_at=tested_at or source.received_at,
        position_unit=file.position_unit,
        verdict=answer.verdict,
        reason=answer.reason,
        operator_words=file.operator_words[:120],
        last_saved_at=file.last_saved,
        parameters=_readings(file.parameters),
        findings=_findings(file.findings),
        reader_version=file.reader_version,
    )


def _unit(product: Product, serial: str) -> Unit:
    """Return the unit of a serial, new or known, in one statement."""
    (unit,) = Unit.objects.bulk_create(
        [Unit(product=product, serial=serial)],
        update_conflicts=True,
        unique_fields=["product", "serial"],
        update_fields=["serial"],
    )
    return unit


def _track(run: Run, track: Track, judged: TrackEvaluation) -> TrackRecord:
    marked = _marked_by_the_station(run, track)
    return TrackRecord(
        run=run,
        name=track.name,
        state=track.state,
        reason=track.reason,
        trims=track.trims,
        judged_sweep=track.judged,
        travel=_reading(track.travel),
        resistance_before=_reading(track.resistance_before),
        resistance_after=_reading(track.resistance_after),
        parameters=_readings(track.parameters),
        findings=_findings(track.findings),
        station_outside=None if marked is None else len(marked),
        # A sheet without the formula marks nothing: only a column that marks something can differ.
        station_disagrees=bool(marked) and marked != judged.failing_points_as_measured,
    )


def _marked_by_the_station(run: Run, track: Track) -> tuple[int, ...] | None:
    """Return the rows the station itself calls outside; only one layout has such a column."""
    sweep = track.judged_sweep
    if sweep is None or run.layout != Layout.DLTS:
        return None
    flags = np.frombuffer(sweep.flags, np.uint8)
    return tuple(np.flatnonzero(flags & PointFlag.STATION_OUTSIDE).tolist())


def _sweep(track: TrackRecord, place: int, sweep: Sweep) -> SweepRecord:
    columns = {name: getattr(sweep, name) for name in COLUMNS}
    arrays = SweepArrays(
        **{name: np.frombuffer(column.values) for name, column in columns.items()},
        flags=np.frombuffer(sweep.flags, np.uint8),
    )
    return SweepRecord(
        track=track,
        place=place,
        pass_number=sweep.pass_number,
        sheet=sweep.sheet,
        first_row=sweep.first_row,
        rows=sweep.rows,
        points_measured=sweep.points_measured,
        letters={name: column.letter for name, column in columns.items()},
        arrays=pack(arrays),
        phase=_reading(sweep.phase),
        resistance=_reading(sweep.resistance),
        is_template=sweep.is_template,
        is_remeasurement=sweep.is_remeasurement,
        findings=_findings(sweep.findings),
    )


def _reading(reading: Reading) -> dict[str, object]:
    return {"value": reading.value, "sheet": reading.sheet, "cell": reading.cell}


def _readings(readings: dict[str, Reading]) -> dict[str, object]:
    return {label: _reading(reading) for label, reading in readings.items()}


def _findings(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    return [asdict(finding) for finding in findings]
