"""A job is done once, whatever the queue and its workers do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.audit.record import Actor
from analysis import queue
from analysis.models import Evaluation, Job, Run, SourceFile, TrackRecord, WorkerBeat
from analysis.models.words import Door, JobState, SourceState
from analysis.services import ingest, intake, jobs
from analysis.storage import Incoming
from tests.workbooks import fleet

pytestmark = pytest.mark.django_db
NOBODY = 2**22 + 1  # beyond Linux's largest process number


@pytest.fixture
def job(actor: Actor) -> Job:
    workbook = fleet()[0]
    incoming = Incoming()
    incoming.write(workbook.data)
    batch = intake.batch_create(actor=actor, door=Door.BROWSER)
    intake.file_take(batch=batch, actor=actor, name=workbook.name, folder="", incoming=incoming)
    return Job.objects.get()


def test_a_job_is_claimed_once(job: Job) -> None:
    claim = jobs.job_claim(job_id=job.pk)
    assert claim is not None
    assert jobs.job_claim(job_id=job.pk) is None
    job.refresh_from_db()
    assert (job.state, job.attempts, job.token) == (JobState.RUNNING, 1, claim.token)
    assert SourceFile.objects.get().state == SourceState.READING


def test_an_expired_lease_can_be_claimed_and_fences_the_first_worker(job: Job) -> None:
    first = jobs.job_claim(job_id=job.pk)
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = jobs.job_claim(job_id=job.pk)
    assert first is not None
    assert second is not None
    with pytest.raises(jobs.LostClaim):
        jobs.job_finish(first)
    jobs.job_finish(second)
    assert Job.objects.get().state == JobState.DONE


def test_double_delivery_makes_one_result(job: Job) -> None:
    ingest.source_file_ingest(job_id=job.pk)
    ingest.source_file_ingest(job_id=job.pk)
    assert Run.objects.count() == 1
    assert TrackRecord.objects.count() == Evaluation.objects.count()
    assert Job.objects.get().attempts == 1


def test_a_worker_that_lost_its_claim_stores_nothing(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = ingest.evaluate_file

    def slow(*arguments: object, **named: object) -> object:
        Job.objects.update(token="somebody else's")
        return judge(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(ingest, "evaluate_file", slow)
    ingest.source_file_ingest(job_id=job.pk)
    assert not Run.objects.exists()
    assert Job.objects.get().state == JobState.RUNNING


def test_a_dead_process_of_this_host_gives_its_job_back_at_once(job: Job) -> None:
    jobs.job_claim(job_id=job.pk)
    assert jobs.recover() == 0, "this process lives"
    Job.objects.update(process=NOBODY)
    assert jobs.recover() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)
    assert SourceFile.objects.get().state == SourceState.RECEIVED
    ingest.source_file_ingest(job_id=job.pk)
    assert Run.objects.count() == 1


def test_a_job_of_another_host_is_free_when_its_lease_ends(job: Job) -> None:
    jobs.job_claim(job_id=job.pk)
    Job.objects.update(host="elsewhere", process=NOBODY)
    assert jobs.recover() == 0
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.recover() == 1


def test_a_file_that_kills_its_worker_is_quarantined_after_three_deaths(job: Job) -> None:
    for _ in range(jobs.MAX_ATTEMPTS):
        assert jobs.job_claim(job_id=job.pk) is not None
        Job.objects.update(process=NOBODY)
        jobs.recover()
    job.refresh_from_db()
    source = SourceFile.objects.get()
    assert (job.state, source.state) == (JobState.FAILED, SourceState.QUARANTINED)
    assert "died 3 times" in source.reason
    assert jobs.job_claim(job_id=job.pk) is None


def test_a_swallowed_message_is_sent_again(job: Job) -> None:
    queue.OrmQ.objects.all().delete()
    assert jobs.recover() == 0, "too young to be called lost"
    Job.objects.update(hinted_at=timezone.now() - timedelta(minutes=1))
    assert jobs.recover() == 1
    assert queue.waiting() == 1
    Job.objects.update(hinted_at=timezone.now() - timedelta(minutes=1))
    assert jobs.recover() == 0, "the message still waits: the workers are busy"


def test_an_unexpected_fault_becomes_an_incident(
    job: Job, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a programming error")

    monkeypatch.setattr(ingest, "evaluate_file", broken)
    ingest.source_file_ingest(job_id=job.pk)
    source = SourceFile.objects.get()
    assert source.state == SourceState.QUARANTINED
    assert len(source.incident) == 8
    assert source.incident in source.reason
    assert "ZeroDivisionError" not in source.reason
    assert f"Incident {source.incident}" in caplog.text
    assert Job.objects.get().state == JobState.FAILED


def test_a_database_that_is_away_leaves_the_job_claimed(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(ingest, "run_store", away)
    with pytest.raises(OperationalError):
        ingest.source_file_ingest(job_id=job.pk)
    assert Job.objects.get().state == JobState.RUNNING


def test_a_worker_shows_that_it_lives() -> None:
    jobs.beat()
    jobs.beat(now=False)
    jobs.beat()
    assert WorkerBeat.objects.count() == 1
    assert not jobs.host_is_busy()


def test_what_dead_workers_had_taken_is_offered_again(job: Job) -> None:
    queue.OrmQ.objects.update(lock=timezone.now() + timedelta(hours=1))
    assert queue.waiting() == 0
    assert queue.release_taken() == 1
    assert queue.waiting() == 1


def test_every_task_name_can_be_resolved() -> None:
    import pydoc  # as django_q does it

    for name in (queue.READ_SOURCE_FILE, queue.BEAT):
        assert callable(pydoc.locate(name))


def test_one_message_is_enough_for_everything_that_waits(actor: Actor) -> None:
    batch = intake.batch_create(actor=actor, door=Door.BROWSER)
    for workbook in fleet()[:5]:
        incoming = Incoming()
        incoming.write(workbook.data)
        intake.file_take(batch=batch, actor=actor, name=workbook.name, folder="", incoming=incoming)
    assert queue.waiting() == 5
    last = Job.objects.order_by("pk").last()
    assert last is not None
    ingest.source_files_ingest(job_id=last.pk)
    assert Run.objects.count() == 5
    assert queue.waiting() == 0, "the messages of what is done are taken back"


def test_a_turn_ends_so_that_others_get_theirs(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "TURN_SECONDS", -1)
    batch = intake.batch_create(actor=actor, door=Door.BROWSER)
    for workbook in fleet()[:3]:
        incoming = Incoming()
        incoming.write(workbook.data)
        intake.file_take(batch=batch, actor=actor, name=workbook.name, folder="", incoming=incoming)
    first = Job.objects.order_by("pk").first()
    assert first is not None
    ingest.source_files_ingest(job_id=first.pk)
    assert Run.objects.count() == 1
    assert queue.waiting() == 2, "the others still have their messages"


def test_a_file_costs_few_statements(
    actor: Actor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    batch = intake.batch_create(actor=actor, door=Door.BROWSER)
    for workbook in fleet()[:2]:
        incoming = Incoming()
        incoming.write(workbook.data)
        intake.file_take(batch=batch, actor=actor, name=workbook.name, folder="", incoming=incoming)
    one, two = Job.objects.order_by("pk")
    ingest.source_file_ingest(job_id=one.pk)
    turn = ingest.Turn()
    claim = jobs.job_claim(job_id=two.pk)
    assert claim is not None
    with django_assert_max_num_queries(16):
        ingest._ingest(turn, claim)
