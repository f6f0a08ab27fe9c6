"""Handing files over in a browser, with and without scripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from analysis.models import Batch, BatchItem, Run, SourceFile
from analysis.models.words import Outcome, SourceState
from tests.workbooks import fleet

pytestmark = pytest.mark.django_db
WorkOff = Callable[[], int]


@pytest.fixture(autouse=True)
def originals(settings: Settings, tmp_path: Path) -> Path:
    settings.ORIGINALS_ROOT = tmp_path / "originals"
    return tmp_path / "originals"


def new_batch(page: Client) -> dict[str, str]:
    response = page.post(reverse("batch-create"))
    assert response.status_code == 201
    answer: dict[str, str] = response.json()
    return answer


def send(
    page: Client, batch: dict[str, str], name: str, data: bytes, folder: str = ""
) -> dict[str, str]:
    form = {"folder": folder, "file": SimpleUploadedFile(name, data)}
    response = page.post(batch["file_url"], form)
    assert response.status_code == 201
    answer: dict[str, str] = response.json()
    return answer


def files_left(folder: Path) -> list[Path]:
    return [file for file in (folder / "incoming").rglob("*") if file.is_file()]


def test_a_file_goes_from_the_browser_to_a_verdict(page: Client, work_off: WorkOff) -> None:
    workbook = fleet()[0]
    batch = new_batch(page)
    answer = send(page, batch, workbook.name, workbook.data, workbook.folder)
    assert answer["outcome"] == "accepted"
    shown = page.get(batch["url"]).content.decode()
    assert workbook.name in shown
    work_off()
    shown = page.get(batch["url"]).content.decode()
    assert "All 1 file answered" in shown
    run = SourceFile.objects.get().run
    assert run.get_absolute_url() in shown
    assert page.get(run.get_absolute_url()).status_code == 200


def test_the_folder_tells_laser_3_from_laser_2(page: Client, work_off: WorkOff) -> None:
    workbook = next(book for book in fleet() if book.folder == "LTS3")
    send(page, new_batch(page), workbook.name, workbook.data, "share/LTS3/today")
    work_off()
    assert SourceFile.objects.get().run.station == "laser-3"


def test_a_plain_form_with_several_files_works_without_scripts(page: Client) -> None:
    files = [SimpleUploadedFile(book.name, book.data) for book in fleet()[:3]]
    response = page.post(reverse("upload"), {"files": files})
    batch = Batch.objects.get()
    assert response["Location"] == batch.get_absolute_url()
    assert batch.items.filter(outcome=Outcome.ACCEPTED).count() == 3


def test_a_plain_form_without_files_says_so(page: Client) -> None:
    response = page.post(reverse("upload"), follow=True)
    assert b"Choose at least one workbook" in response.content
    assert not Batch.objects.exists()


def test_a_name_without_a_file_gets_its_refusal(page: Client) -> None:
    batch = new_batch(page)
    answer = page.post(batch["file_url"], {"name": "photo.jpg", "folder": "x"}).json()
    assert answer["outcome"] == "refused"
    assert "end in .xls or .xlsx" in answer["reason"]


def test_an_empty_file_is_refused(page: Client) -> None:
    assert send(page, new_batch(page), "9101_1.xls", b"")["outcome"] == "refused"


def test_the_same_file_twice_is_a_duplicate_with_a_link(page: Client, work_off: WorkOff) -> None:
    workbook, batch = fleet()[0], new_batch(page)
    send(page, batch, workbook.name, workbook.data)
    work_off()
    assert send(page, batch, "another name.xls", workbook.data)["outcome"] == "duplicate"
    assert SourceFile.objects.count() == 1
    shown = page.get(batch["url"]).content.decode()
    assert "another name.xls" in shown
    assert "uplicate" in shown


def test_a_duplicate_leads_to_the_run_or_to_the_batch_that_brought_it(
    page: Client, work_off: WorkOff
) -> None:
    workbook, first, again = fleet()[0], new_batch(page), new_batch(page)
    send(page, first, workbook.name, workbook.data)
    send(page, first, "twice in one batch.xls", workbook.data)
    send(page, again, "another name.xls", workbook.data)
    link = f'<a href="{first["url"]}">first received'
    assert link in page.get(again["url"]).content.decode()
    assert link not in page.get(first["url"]).content.decode(), "the page itself is no help"
    work_off()
    shown = page.get(again["url"]).content.decode()
    assert link not in shown
    assert f'href="{Run.objects.get().get_absolute_url()}"' in shown


def test_the_verdicts_of_a_batch_are_counted(page: Client, work_off: WorkOff) -> None:
    batch = new_batch(page)
    for book in fleet()[:6]:
        send(page, batch, book.name, book.data)
    work_off()
    response = page.get(batch["url"])
    counted = response.context["progress"].verdicts
    assert {verdict.value: verdict.count for verdict in counted} == Counter(
        Run.objects.values_list("verdict", flat=True)
    )
    for verdict in counted:
        words = f"<b>{verdict.count}</b> {verdict.label.lower()}"
        assert f'href="#shape-{verdict.value}"/></svg>{words}' in response.content.decode()


def test_a_file_beyond_the_limit_is_refused_and_leaves_nothing(
    page: Client, settings: Settings, originals: Path
) -> None:
    settings.MAX_UPLOAD_BYTES = 2 * 1024 * 1024
    answer = send(page, new_batch(page), "big.xls", b"x" * (5 * 1024 * 1024))
    assert answer["outcome"] == "refused"
    assert "MAX_UPLOAD_MB" in answer["reason"]
    assert files_left(originals) == []


def test_bytes_of_somebody_who_is_not_signed_in_are_never_stored(
    client: Client, page: Client, originals: Path
) -> None:
    batch = new_batch(page)
    response = client.post(batch["file_url"], {"file": SimpleUploadedFile("9101_1.xls", b"bytes")})
    assert response.status_code == 302
    assert not originals.exists()


def test_nobody_adds_to_the_batch_of_somebody_else(page: Client) -> None:
    batch = new_batch(page)
    other = Client()
    other.force_login(
        User.objects.create_user("bob"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    response = other.post(batch["file_url"], {"file": SimpleUploadedFile("9101_1.xls", b"bytes")})
    assert response.status_code == 404
    assert not BatchItem.objects.exists()


def test_an_upload_wants_its_token(page: Client, engineer: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(engineer, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert strict.post(reverse("batch-create")).status_code == 403


def test_progress_is_silent_while_nothing_changes(page: Client, work_off: WorkOff) -> None:
    batch = new_batch(page)
    send(page, batch, fleet()[0].name, fleet()[0].data)
    address = reverse("batch-progress", args=[batch["id"]])
    first = page.get(address)
    assert first.status_code == 200
    marker = first.context["marker"]
    assert page.get(address, {"seen": marker}).status_code == 204
    assert b"hx-trigger" in first.content
    work_off()
    last = page.get(address, {"seen": marker})
    assert last.status_code == 200
    assert b"hx-trigger" not in last.content, "a finished batch is not polled"


def test_a_quarantined_file_shows_its_reason_and_can_be_retried(
    page: Client, work_off: WorkOff
) -> None:
    batch = new_batch(page)
    send(page, batch, "text.xls", b"Model;Serial\n")
    work_off()
    source = SourceFile.objects.get()
    shown = page.get(batch["url"]).content.decode()
    assert source.state == SourceState.QUARANTINED
    assert source.reason.replace("“", "&ldquo;").split("&")[0][:30] in shown
    retry = reverse("source-retry", args=[source.pk])
    assert retry in shown
    assert page.get(retry).status_code == 405
    response = page.post(retry, {"next": batch["url"]})
    assert response["Location"] == batch["url"]
    source.refresh_from_db()
    assert source.state == SourceState.RECEIVED
    assert page.post(retry, {"next": "https://evil.example"})["Location"] == reverse("batches")


def test_every_state_filter_answers(page: Client, work_off: WorkOff) -> None:
    batch = new_batch(page)
    for book in fleet()[:4]:
        send(page, batch, book.name, book.data)
    send(page, batch, "text.xls", b"Model;Serial\n")
    send(page, batch, "empty.xls", b"")
    work_off()
    counts = {}
    for state in ("waiting", "judged", "not a measurement", "quarantined", "duplicate", "refused"):
        response = page.get(batch["url"], {"state": state})
        counts[state] = len(response.context["page"].object_list)
    assert sum(counts.values()) == 6
    assert (counts["quarantined"], counts["refused"], counts["waiting"]) == (1, 1, 0)


def test_the_list_of_batches_counts_in_a_fixed_number_of_queries(
    page: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        batch = new_batch(page)
        send(page, batch, f"{number}.xls", f"text {number}".encode())
    with django_assert_max_num_queries(10):
        response = page.get(reverse("batches"))
    assert response.context["page"].object_list[0].counts["total"] == 1


def test_a_batch_page_costs_a_fixed_number_of_queries(
    page: Client, work_off: WorkOff, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    batch = new_batch(page)
    for book in fleet()[:12]:
        send(page, batch, book.name, book.data)
    work_off()
    with django_assert_max_num_queries(12):
        page.get(batch["url"])
