"""The life of a job: claim, finish, fail, recover.

django_q may deliver a message twice, late or never, and does not count a worker that died; the job
row decides. Every step is one conditional update that checks the state it expects.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from analysis import queue
from analysis.models import Job, Reevaluation, SourceFile, WorkerBeat
from analysis.models.words import JobState, SourceState

MAX_ATTEMPTS = 3
_BEAT_SECONDS = 5
_HINT_LOST_SECONDS = 10
_TRIES = 5
HOST = socket.gethostname()

_last_beat = 0.0


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do one job, until the lease ends or somebody else takes it."""

    job_id: int
    token: str
    source_file: SourceFile | None
    reevaluation_id: int | None


class LostClaim(Exception):
    """The lease ran out and the job was given to another worker; this result is discarded."""


def job_queue(
    *, source_file: SourceFile | None = None, reevaluation: Reevaluation | None = None
) -> Job:
    """Queue the reading of a file or a re-evaluation, in the caller's transaction."""
    now = timezone.now()
    job = Job.objects.create(
        source_file=source_file, reevaluation=reevaluation, queued_at=now, hinted_at=now
    )
    _hint(job)
    return job


def _hint(job: Job) -> None:
    """Tell the queue of a job."""
    reads = job.source_file_id is not None
    message = queue.enqueue(queue.READ_SOURCE_FILE if reads else queue.REEVALUATE, job.pk)
    Job.objects.filter(pk=job.pk).update(message=message)


def job_claim(*, job_id: int) -> Claim | None:
    """Take a job; None where it is done, taken by a living worker, or used up."""
    job = Job.objects.select_related("source_file").filter(pk=job_id).first()
    return None if job is None else _claim(job)


def job_claim_next() -> Claim | None:
    """Take the reading job that waits longest; None where none waits.

    Its message is taken back in the same transaction, so that nobody is woken for it.
    """
    waiting = Job.objects.filter(state=JobState.QUEUED, source_file__isnull=False)
    for _ in range(_TRIES):
        job = waiting.select_related("source_file").order_by("queued_at").first()
        if job is None:
            return None
        claim = _claim(job)
        if claim is not None:
            return claim
    return None  # others are quicker; their messages will bring this worker back


def _claim(job: Job) -> Claim | None:
    now = timezone.now()
    token = uuid.uuid4().hex
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now)
    with transaction.atomic():
        taken = Job.objects.filter(free, pk=job.pk, attempts__lt=MAX_ATTEMPTS).update(
            state=JobState.RUNNING,
            attempts=F("attempts") + 1,
            started_at=now,
            lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
            host=HOST,
            process=os.getpid(),
            token=token,
        )
        if not taken:
            return None
        if job.message is not None:
            queue.forget(job.message)
        if job.source_file_id is not None:
            SourceFile.objects.filter(pk=job.source_file_id).update(state=SourceState.READING)
        beat(now=False)
    return Claim(
        job_id=job.pk,
        token=token,
        source_file=job.source_file,
        reevaluation_id=job.reevaluation_id,
    )


def job_renew(claim: Claim) -> None:
    """Extend the lease after a step that got somewhere; deaths are counted anew from here.

    Belongs into the transaction of the step. Raises LostClaim as ``job_finish`` does.
    """
    held = Job.objects.filter(pk=claim.job_id, token=claim.token, state=JobState.RUNNING).update(
        lease_until=timezone.now() + timedelta(seconds=settings.LEASE_SECONDS), attempts=1
    )
    if not held:
        raise LostClaim
    beat(now=False)


def job_hand_back(claim: Claim) -> None:
    """Put an unfinished job behind the others in the queue. Raises LostClaim."""
    with transaction.atomic():
        freed = Job.objects.filter(
            pk=claim.job_id, token=claim.token, state=JobState.RUNNING
        ).update(
            state=JobState.QUEUED,
            attempts=0,
            token="",
            process=None,
            lease_until=None,
            hinted_at=timezone.now(),
        )
        if not freed:
            raise LostClaim
        _hint(Job.objects.get(pk=claim.job_id))


def job_finish(claim: Claim, *, state: JobState = JobState.DONE, reason: str = "") -> None:
    """End a claimed job, inside the transaction that stores its result.

    Raises LostClaim where the claim no longer holds; the caller's transaction must then roll back.
    """
    ended = Job.objects.filter(pk=claim.job_id, token=claim.token, state=JobState.RUNNING).update(
        state=state, reason=reason, finished_at=timezone.now(), lease_until=None, process=None
    )
    if not ended:
        raise LostClaim


def beat(*, now: bool = True) -> None:
    """Write this host's sign of life, at most every few seconds unless ``now``."""
    global _last_beat  # noqa: PLW0603  one clock per worker process
    if not now and time.monotonic() - _last_beat < _BEAT_SECONDS:
        return
    _last_beat = time.monotonic()
    moment = timezone.now()
    if not WorkerBeat.objects.filter(host=HOST).update(at=moment):
        WorkerBeat.objects.update_or_create(host=HOST, defaults={"at": moment})


def recover() -> int:
    """Give back to the queue what dead workers left; return how many jobs were touched.

    A job whose process on this host is gone is free at once; one of another host when its lease
    ends. A job that used up its attempts quarantines its file.
    """
    moment = timezone.now()
    lost = [
        job
        for job in Job.objects.filter(state=JobState.RUNNING).only(
            "host",
            "process",
            "lease_until",
            "attempts",
            "token",
            "source_file_id",
            "reevaluation_id",
        )
        if (job.lease_until is not None and job.lease_until < moment)
        or (job.host == HOST and not _alive(job.process))
    ]
    for job in lost:
        _requeue(job) if job.attempts < MAX_ATTEMPTS else _give_up(job)
    return len(lost) + _repeat_lost_hints()


def _requeue(job: Job) -> None:
    with transaction.atomic():
        now = timezone.now()
        freed = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, token=job.token).update(
            state=JobState.QUEUED, token="", process=None, lease_until=None, hinted_at=now
        )
        if freed:
            SourceFile.objects.filter(pk=job.source_file_id).update(state=SourceState.RECEIVED)
            _hint(job)


def _give_up(job: Job) -> None:
    what = "reading this file. The original is kept" if job.source_file_id else "at this work"
    reason = (
        f"The worker died {job.attempts} times while {what}; tell an administrator, then retry."
    ).replace("while at this", "at this")
    with transaction.atomic():
        ended = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, token=job.token).update(
            state=JobState.FAILED, reason=reason, finished_at=timezone.now(), lease_until=None
        )
        if ended:
            SourceFile.objects.filter(pk=job.source_file_id).update(
                state=SourceState.QUARANTINED, reason_code="worker-died", reason=reason
            )
            Reevaluation.objects.filter(pk=job.reevaluation_id).update(
                failure=reason, finished_at=timezone.now()
            )


def _repeat_lost_hints() -> int:
    """Hint again at queued jobs whose message was swallowed by a cluster that died."""
    before = timezone.now() - timedelta(seconds=_HINT_LOST_SECONDS)
    silent = Job.objects.filter(state=JobState.QUEUED, hinted_at__lt=before)
    if not silent.exists() or queue.waiting():
        return 0  # nothing is lost, or the workers are simply busy with older messages
    with transaction.atomic():
        lost = list(silent.order_by("queued_at")[:500])
        Job.objects.filter(pk__in=[job.pk for job in lost]).update(hinted_at=timezone.now())
        for job in lost:
            _hint(job)
    return len(lost)


def _alive(process: int | None) -> bool:
    if process is None:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def host_is_busy() -> bool:
    """Tell whether a worker of this host is at a job whose lease still runs."""
    return Job.objects.filter(
        state=JobState.RUNNING, host=HOST, lease_until__gt=timezone.now()
    ).exists()
