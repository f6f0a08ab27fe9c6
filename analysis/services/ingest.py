"""A stored file becomes a run: read in the bounded child, judged, written in one transaction."""

from __future__ import annotations

import logging
import secrets
from dataclasses import asdict
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from accounts.audit.record import SITE, record
from analysis.formats.bounded import BoundedReader, Limits, Request
from analysis.formats.station_file import (
    READER_VERSION,
    Finding,
    Reading,
    StationFile,
    Sweep,
    Track,
    UnreadableWorkbook,
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
from analysis.models.words import JobState, SourceState
from analysis.numerics.evaluate import FileEvaluation, TrackEvaluation, evaluate_file
from analysis.numerics.method import LASERTRIM_1, Method
from analysis.services import jobs
from analysis.storage import original_path

log = logging.getLogger(__name__)
NO_MODEL = "(no model)"


def source_file_ingest(*, job_id: int) -> None:
    """Do one reading job. Safe to run twice and to be killed at any line."""
    claim = jobs.job_claim(job_id=job_id)
    if claim is None:
        return
    try:
        _read_and_store(claim)
    except jobs.LostClaim:
        log.warning("Job %s was given to another worker; this result is discarded.", job_id)
    except (OperationalError, InterfaceError):
        raise  # the database is away; the job stays claimed and is recovered
    except Exception:
        incident = secrets.token_hex(4).upper()
        log.exception("Incident %s: reading %s failed.", incident, claim.source_file.sha256)
        _quarantine(claim, _incident(incident), incident=incident)


def _read_and_store(claim: jobs.Claim) -> None:
    source_file = claim.source_file
    request = Request(
        path=original_path(source_file.sha256),
        name=source_file.name,
        folder=source_file.folder,
        zone=settings.TIME_ZONE,
    )
    try:
        station_file = _reader().read(request)
    except UnreadableWorkbook as failure:
        _quarantine(claim, failure)
        return
    evaluation = evaluate_file(station_file, LASERTRIM_1)
    with transaction.atomic():
        jobs.job_finish(claim)
        run = _store_run(source_file, station_file, evaluation)
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
            after={"verdict": run.verdict, "method": LASERTRIM_1.name, "source": source_file.pk},
        )


def _quarantine(claim: jobs.Claim, failure: UnreadableWorkbook, *, incident: str = "") -> None:
    with transaction.atomic():
        state = JobState.FAILED if incident else JobState.DONE
        jobs.job_finish(claim, state=state, reason=failure.sentence)
        SourceFile.objects.filter(pk=claim.source_file.pk).update(
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
            subject=f"source:{claim.source_file.pk}",
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


def _store_run(source: SourceFile, file: StationFile, evaluation: FileEvaluation) -> Run:
    product = _product(str(file.model.value or NO_MODEL)[:120])
    serial = str(file.serial.value or "")[:120]
    unit = Unit.objects.get_or_create(product=product, serial=serial)[0] if serial else None
    tested_at = None
    if file.tested_at is not None:
        tested_at = file.tested_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    run = Run.objects.create(
        source_file=source,
        product=product,
        unit=unit,
        serial=serial,
        layout=file.layout,
        station=file.station,
        tested_at=tested_at,
        clock=file.clock_source,
        ordered_at=tested_at or source.received_at,
        position_unit=file.position_unit,
        verdict=evaluation.verdict,
        reason=evaluation.reason,
        operator_words=file.operator_words[:120],
        last_saved_at=file.last_saved,
        parameters=_readings(file.parameters),
        findings=_findings(file.findings),
        reader_version=file.reader_version,
    )
    for track, answer in zip(file.tracks, evaluation.tracks, strict=True):
        _store_track(run, track, answer, LASERTRIM_1)
    return run


def _store_track(run: Run, track: Track, answer: TrackEvaluation, method: Method) -> None:
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
    )
    SweepRecord.objects.bulk_create(
        _sweep_row(row, place, sweep) for place, sweep in enumerate(track.sweeps)
    )
    _store_evaluation(row, answer, method)


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


def _store_evaluation(track: TrackRecord, answer: TrackEvaluation, method: Method) -> None:
    fields = asdict(answer)
    window = fields.pop("offset_window")
    fields.pop("method")  # a row of its own
    columns = {
        field.name: fields.pop(field.name)
        for field in Evaluation._meta.concrete_fields
        if field.name in fields
    }
    Evaluation.objects.create(
        track=track,
        method=_method(method),
        made_at=timezone.now(),
        offset_low=None if window is None else window[0],
        offset_high=None if window is None else window[1],
        details=fields,
        **columns,
    )


def _method(method: Method) -> MethodVersion:
    row, _ = MethodVersion.objects.get_or_create(
        name=method.name,
        version=method.version,
        defaults={"digest": method.digest, "parameters": asdict(method.parameters)},
    )
    if row.digest != method.digest:
        raise RuntimeError(
            f"Method {method.name} version {method.version} was changed without a new version."
        )
    return row


def _product(number: str) -> Product:
    return Product.objects.get_or_create(number=number)[0]


def _reading(reading: Reading) -> dict[str, object]:
    return {"value": reading.value, "sheet": reading.sheet, "cell": reading.cell}


def _readings(readings: dict[str, Reading]) -> dict[str, object]:
    return {label: _reading(reading) for label, reading in readings.items()}


def _findings(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    return [asdict(finding) for finding in findings]
