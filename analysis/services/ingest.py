"""A stored file becomes a run: read in the bounded child, judged, written in one transaction.

One queue message begins a turn. The turn goes on with whatever else waits, oldest first, and ends
after some seconds, so that a thousand files cost a few deliveries and not a thousand.
"""

from __future__ import annotations

import atexit
import logging
import secrets
import time
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.timezone import localdate

from accounts.audit.record import SITE, record
from analysis.formats.bounded import BoundedReader, Limits, Request
from analysis.formats.station_file import READER_VERSION, StationFile, UnreadableWorkbook
from analysis.models import Product, SourceFile, Specification
from analysis.models.words import JobState, SourceState, SpecificationState
from analysis.numerics.evaluate import evaluate_file
from analysis.queries.specifications import as_numeric, choose_in_force
from analysis.services import jobs
from analysis.services.evaluations import RulesInForce, TrackRules, active_method, method_row
from analysis.services.run_storing import run_store
from analysis.storage import original_path

log = logging.getLogger(__name__)
NO_MODEL = "(no model)"
TURN_SECONDS = 10


def source_files_ingest(*, job_id: int) -> None:
    """Do a reading job, then the others that wait, for one turn."""
    turn = Turn()
    claim = jobs.job_claim(job_id=job_id)
    while claim is not None:
        _ingest(turn, claim)
        claim = None if turn.is_over else jobs.job_claim_next()


def source_file_ingest(*, job_id: int) -> None:
    """Do one reading job. Safe to run twice and to be killed at any line."""
    claim = jobs.job_claim(job_id=job_id)
    if claim is not None:
        _ingest(Turn(), claim)


class Turn:
    """What the files of one turn share: the rules that were in force when it began."""

    def __init__(self) -> None:
        self._end = time.monotonic() + TURN_SECONDS
        self.method = active_method()
        self.method_row = method_row(self.method)
        self._products: dict[str, Product] = {}
        self._approved: dict[str, list[Specification]] = {}

    @property
    def is_over(self) -> bool:
        """Tell whether other messages should get their chance."""
        return time.monotonic() > self._end

    def product(self, number: str) -> Product:
        """Return the product of a number, new or known."""
        if number not in self._products:
            self._products[number], _ = Product.objects.get_or_create(number=number)
        return self._products[number]

    def rules(self, file: StationFile, day: date) -> RulesInForce:
        """Return what the tracks of a file are judged by."""
        number = model_of(file)
        if number not in self._approved:
            self._approved[number] = list(
                Specification.objects.filter(
                    product__number=number, state=SpecificationState.APPROVED
                )
            )
        tracks = {}
        for track in file.tracks:
            row = choose_in_force(self._approved[number], track=track.name, on_day=day)
            tracks[track.name] = TrackRules(row, as_numeric(row))
        return RulesInForce(self.method, tracks)


def model_of(file: StationFile) -> str:
    """Return the number under which the product of a file is known."""
    return str(file.model.value or NO_MODEL)[:120]


def _ingest(turn: Turn, claim: jobs.Claim) -> None:
    source_file = claim.source_file
    if source_file is None:
        return
    try:
        _read_and_store(turn, claim, source_file)
    except jobs.LostClaim:
        log.warning("Job %s was given to another worker; this result is dropped.", claim.job_id)
    except (OperationalError, InterfaceError):
        raise  # the database is away; the job stays claimed and is recovered
    except Exception:
        incident = secrets.token_hex(4).upper()
        log.exception("Incident %s: reading %s failed.", incident, source_file.sha256)
        _quarantine(claim, source_file, _incident(incident), incident=incident)


def _read_and_store(turn: Turn, claim: jobs.Claim, source_file: SourceFile) -> None:
    request = Request(
        path=original_path(source_file.sha256),
        name=source_file.name,
        folder=source_file.folder,
        zone=settings.TIME_ZONE,
    )
    try:
        file = _reader().read(request)
    except UnreadableWorkbook as failure:
        _quarantine(claim, source_file, failure)
        return
    tested_at = _tested_at(file)
    rules = turn.rules(file, localdate(tested_at or source_file.received_at))
    own = {name: rule.specification for name, rule in rules.tracks.items() if rule.specification}
    answer = evaluate_file(file, turn.method, track_specifications=own)
    product = turn.product(model_of(file))
    with transaction.atomic():
        jobs.job_finish(claim)
        run = run_store(
            source=source_file,
            file=file,
            answer=answer,
            rules=rules,
            method=turn.method_row,
            product=product,
            tested_at=tested_at,
        )
        SourceFile.objects.filter(pk=source_file.pk).update(
            state=SourceState.DONE,
            reason_code="" if file.tracks else "no-measurement",
            reason=file.reason,
            reader_version=READER_VERSION,
        )
        record(
            action="run.judged",
            actor=SITE,
            subject=f"run:{run.pk}",
            after={"verdict": run.verdict, "method": turn.method.name, "source": source_file.pk},
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
    reader = BoundedReader(
        Limits(
            memory_mb=settings.READER_MEMORY_MB,
            processor_seconds=settings.READER_SECONDS,
            wall_seconds=settings.READER_SECONDS,
        )
    )
    atexit.register(reader.close)
    return reader


def _tested_at(file: StationFile) -> datetime | None:
    if file.tested_at is None:
        return None
    return file.tested_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
