"""A stored file becomes a run: read in the bounded child, judged, written in one transaction."""

from __future__ import annotations

import logging
import secrets
from dataclasses import asdict
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.timezone import localdate

from accounts.audit.record import SITE, record
from analysis.formats.bounded import BoundedReader, Limits, Request
from analysis.formats.station_file import (
    READER_VERSION,
    Finding,
    Layout,
    PointFlag,
    Reading,
    StationFile,
    Sweep,
    Track,
    UnreadableWorkbook,
)
from analysis.models import (
    Product,
    Run,
    SourceFile,
    SweepRecord,
    TrackRecord,
    Unit,
)
from analysis.models.sweep_arrays import COLUMNS, SweepArrays, pack
from analysis.models.words import JobState, SourceState
from analysis.numerics.evaluate import FileEvaluation, TrackEvaluation, evaluate_file
from analysis.services import jobs
from analysis.services.evaluations import (
    RulesInForce,
    active_method,
    evaluation_of,
    method_row,
    rules_in_force,
)
from analysis.storage import original_path

log = logging.getLogger(__name__)
NO_MODEL = "(no model)"


def source_file_ingest(*, job_id: int) -> None:
    """Do one reading job. Safe to run twice and to be killed at any line."""
    claim = jobs.job_claim(job_id=job_id)
    if claim is None or claim.source_file_id is None:
        return
    source_file = SourceFile.objects.get(pk=claim.source_file_id)
    try:
        _read_and_store(claim, source_file)
    except jobs.LostClaim:
        log.warning("Job %s was given to another worker; this result is discarded.", job_id)
    except (OperationalError, InterfaceError):
        raise  # the database is away; the job stays claimed and is recovered
    except Exception:
        incident = secrets.token_hex(4).upper()
        log.exception("Incident %s: reading %s failed.", incident, source_file.sha256)
        _quarantine(claim, source_file, _incident(incident), incident=incident)


def _read_and_store(claim: jobs.Claim, source_file: SourceFile) -> None:
    request = Request(
        path=original_path(source_file.sha256),
        name=source_file.name,
        folder=source_file.folder,
        zone=settings.TIME_ZONE,
    )
    try:
        station_file = _reader().read(request)
    except UnreadableWorkbook as failure:
        _quarantine(claim, source_file, failure)
        return
    moment = _tested_at(station_file) or source_file.received_at
    rules = rules_in_force(
        method=active_method(),
        product=Product.objects.filter(number=_model(station_file)).first(),
        tracks=[track.name for track in station_file.tracks],
        day=localdate(moment),
    )
    answer = evaluate_file(
        station_file,
        rules.method,
        track_specifications={
            name: rule.specification for name, rule in rules.tracks.items() if rule.specification
        },
    )
    with transaction.atomic():
        jobs.job_finish(claim)
        run = _store_run(source_file, station_file, answer, moment)
        for track, judged in zip(station_file.tracks, answer.tracks, strict=True):
            _store_track(run, track, judged, rules)
        SourceFile.objects.filter(pk=source_file.pk).update(
            state=SourceState.DONE,
            reason_code="" if station_file.tracks else "no-measurement",
            reason=station_file.reason,
            reader_version=READER_VERSION,
        )
        record(
            action="run.judged",
            actor=SITE,
            subject=f"run:{run.pk}",
            after={"verdict": run.verdict, "method": rules.method.name, "source": source_file.pk},
        )


def _quarantine(
    claim: jobs.Claim, source_file: SourceFile, failure: UnreadableWorkbook, *, incident: str = ""
) -> None:
    with transaction.atomic():
        state = JobState.FAILED if incident else JobState.DONE
        jobs.job_finish(claim, state=state, reason=failure.sentence)
        SourceFile.objects.filter(pk=source_file.pk).update(
            state=SourceState.QUARANTINED,
            reason_code=failure.code,
            reason=failure.sentence,
            sheet=failure.sheet,
            cell=failure.cell,
            incident=incident,
            reader_version=READER_VERSION,
        )
        record(
            action="file.quarantined",
            actor=SITE,
            subject=f"source:{source_file.pk}",
            after={"code": failure.code},
            reason=failure.sentence,
        )


def _incident(incident: str) -> UnreadableWorkbook:
    return UnreadableWorkbook(
        "internal",
        f"The site failed while judging this file (incident {incident}). The original is kept; "
        "give the incident number to an administrator, then retry.",
    )


@cache
def _reader() -> BoundedReader:
    """Return this worker's reader; the child lives as long as the worker."""
    return BoundedReader(
        Limits(
            memory_mb=settings.READER_MEMORY_MB,
            processor_seconds=settings.READER_SECONDS,
            wall_seconds=settings.READER_SECONDS,
        )
    )


def _model(file: StationFile) -> str:
    return str(file.model.value or NO_MODEL)[:120]


def _tested_at(file: StationFile) -> datetime | None:
    if file.tested_at is None:
        return None
    return file.tested_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))


def _store_run(
    source: SourceFile, file: StationFile, answer: FileEvaluation, moment: datetime
) -> Run:
    product, _ = Product.objects.get_or_create(number=_model(file))
    serial = str(file.serial.value or "")[:120]
    unit = Unit.objects.get_or_create(product=product, serial=serial)[0] if serial else None
    return Run.objects.create(
        source_file=source,
        product=product,
        unit=unit,
        serial=serial,
        layout=file.layout,
        station=file.station,
        tested_at=_tested_at(file),
        clock=file.clock_source,
        ordered_at=moment,
        position_unit=file.position_unit,
        verdict=answer.verdict,
        reason=answer.reason,
        operator_words=file.operator_words[:120],
        last_saved_at=file.last_saved,
        parameters=_readings(file.parameters),
        findings=_findings(file.findings),
        reader_version=file.reader_version,
    )


def _store_track(run: Run, track: Track, answer: TrackEvaluation, rules: RulesInForce) -> None:
    row = TrackRecord.objects.create(
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
        station_outside=_station_outside(run, track),
    )
    SweepRecord.objects.bulk_create(
        _sweep_row(row, place, sweep) for place, sweep in enumerate(track.sweeps)
    )
    evaluation = evaluation_of(
        track=row,
        answer=answer,
        method=method_row(rules.method),
        specification=rules.tracks[track.name].row,
    )
    evaluation.save(force_insert=True)
    TrackRecord.objects.filter(pk=row.pk).update(evaluation=evaluation)


def _station_outside(run: Run, track: Track) -> int | None:
    """Count the points the station itself calls outside; only one layout has such a column."""
    sweep = track.judged_sweep
    if sweep is None or run.layout != Layout.DLTS:
        return None
    return sum(flag & PointFlag.STATION_OUTSIDE > 0 for flag in sweep.flags)


def _sweep_row(track: TrackRecord, place: int, sweep: Sweep) -> SweepRecord:
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
