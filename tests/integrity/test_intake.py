"""Every name that is offered gets an item with an outcome, and no taken byte is lost."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from accounts.audit.models import AuditEvent
from accounts.audit.record import Actor
from analysis import queue, storage
from analysis.models import Batch, BatchItem, Job, SourceFile
from analysis.models.words import Door, JobState, Outcome, SourceState
from analysis.services import intake

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(actor: Actor) -> Batch:
    return intake.batch_create(actor=actor, door=Door.BROWSER)


def offer(
    batch: Batch, actor: Actor, data: bytes, name: str = "9101_1.xls", folder: str = ""
) -> BatchItem:
    incoming = storage.Incoming()
    incoming.write(data)
    return intake.file_take(batch=batch, actor=actor, name=name, folder=folder, incoming=incoming)


def test_a_file_is_stored_queued_and_audited_together(batch: Batch, actor: Actor) -> None:
    item = offer(batch, actor, b"bytes of a workbook")
    source = item.source_file
    assert source is not None
    assert (item.outcome, source.state) == (Outcome.ACCEPTED, SourceState.RECEIVED)
    assert storage.open_original(source.sha256).read() == b"bytes of a workbook"
    assert Job.objects.get(source_file=source).state == JobState.QUEUED
    assert queue.waiting() == 1
    event = AuditEvent.objects.get(action="file.received")
    assert event.actor_name == "ann"
    assert event.after["sha256"] == source.sha256


def test_rows_job_message_and_event_vanish_together(batch: Batch, actor: Actor) -> None:
    events = AuditEvent.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        offer(batch, actor, b"bytes")
        raise RuntimeError
    assert not SourceFile.objects.exists()
    assert not Job.objects.exists()
    assert queue.waiting() == 0
    assert AuditEvent.objects.count() == events


def test_the_same_content_is_a_duplicate_of_the_first(batch: Batch, actor: Actor) -> None:
    first = offer(batch, actor, b"bytes", "first.xls")
    second = offer(batch, actor, b"bytes", "second.xls")
    assert second.outcome == Outcome.DUPLICATE
    assert second.source_file == first.source_file
    assert Job.objects.count() == 1


def test_the_same_name_with_other_content_is_another_file(batch: Batch, actor: Actor) -> None:
    first, second = offer(batch, actor, b"bytes"), offer(batch, actor, b"other bytes")
    assert second.outcome == Outcome.ACCEPTED
    assert first.source_file != second.source_file


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("9101_1.xls", b"", "empty"),
        ("~$9101_1.xls", b"lock", "lock file"),
        ("photo.jpg", b"picture", "end in .xls or .xlsx"),
        ("workbook", b"bytes", "end in .xls or .xlsx"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_reason(
    batch: Batch, actor: Actor, name: str, data: bytes, words: str
) -> None:
    item = offer(batch, actor, data, name)
    assert item.outcome == Outcome.REFUSED
    assert words in item.reason
    assert item.source_file is None
    assert not SourceFile.objects.exists()
    assert AuditEvent.objects.filter(action="file.refused").count() == 1


def test_a_file_beyond_the_limit_is_refused(batch: Batch, actor: Actor, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 10
    item = offer(batch, actor, b"eleven bytes")
    assert item.outcome == Outcome.REFUSED
    assert "MAX_UPLOAD_MB" in item.reason


@pytest.mark.parametrize(
    ("offered", "shown"),
    [
        ("../../etc/passwd.xls", "passwd.xls"),
        ("C:\\data\\9101_1.xls", "9101_1.xls"),
        ("قياس_٨٣٤٠.xls", "قياس_٨٣٤٠.xls"),
        ("測定.xls", "測定.xls"),
        ("safe\u202eslx.xls", "safeslx.xls"),
        ("nul\x00l\n.xls", "null.xls"),
        ("<script>alert(1)<\u200b>.xls", "<script>alert(1)<>.xls"),
        ("e\u0301.xls", "é.xls"),
        ("a" * 400 + ".xls", "a" * 251 + ".xls"),
    ],
)
def test_a_name_is_display_text_only(batch: Batch, actor: Actor, offered: str, shown: str) -> None:
    assert offer(batch, actor, b"bytes", offered).name == shown


def test_a_folder_keeps_its_parts_but_never_climbs() -> None:
    assert intake.display_folder("\\\\share\\LTS3\\2026\\") == "share/LTS3/2026"
    assert intake.display_folder("../../a/./b\x00") == "a/b"


def test_a_nameless_file_has_something_to_show() -> None:
    assert intake.display_name("\x00") == "(no name)"


def test_a_quarantined_file_can_be_read_again(batch: Batch, actor: Actor) -> None:
    source = offer(batch, actor, b"bytes").source_file
    assert source is not None
    Job.objects.update(state=JobState.DONE)
    SourceFile.objects.update(state=SourceState.QUARANTINED, reason="unclear")
    assert intake.source_file_retry(source_file_id=source.pk, actor=actor)
    source.refresh_from_db()
    assert (source.state, source.reason) == (SourceState.RECEIVED, "")
    assert Job.objects.filter(state=JobState.QUEUED).count() == 1
    assert not intake.source_file_retry(source_file_id=source.pk, actor=actor)


def test_a_file_has_one_open_job_at_most(batch: Batch, actor: Actor) -> None:
    source = offer(batch, actor, b"bytes").source_file
    from django.db import IntegrityError  # the database's own word

    from analysis.services.jobs import job_queue  # the only maker of jobs

    with pytest.raises(IntegrityError), transaction.atomic():
        job_queue(source_file=source)
    assert connection.is_usable()
