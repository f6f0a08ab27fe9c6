"""The list of runs, the page of one run, the original behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.audit.models import AuditEvent
from accounts.audit.record import Actor
from analysis.models import Run, SourceFile
from analysis.queries import runs as queries
from analysis.storage import original_path
from tests.integrity.test_ingest import take
from tests.workbooks import fleet, some

pytestmark = pytest.mark.django_db
WorkOff = Callable[[], int]


@pytest.fixture
def runs(actor: Actor, work_off: WorkOff) -> list[Run]:
    for workbook in fleet():
        take(actor, workbook.name, workbook.data, workbook.folder)
    work_off()
    return list(Run.objects.select_related("product", "source_file"))


def shown(page: Client, **filters: str) -> list[Run]:
    response = page.get(reverse("runs"), filters)
    assert response.status_code == 200
    found: list[Run] = response.context["page"].runs
    return found


def test_an_empty_site_tells_what_to_do_next(page: Client) -> None:
    response = page.get(reverse("runs"))
    assert reverse("upload") in response.content.decode()
    assert response.context["page"].site_is_empty


def test_the_first_page_is_the_list_of_runs(page: Client) -> None:
    assert page.get("/")["Location"] == reverse("runs")


def test_runs_are_listed_newest_first(page: Client, runs: list[Run]) -> None:
    listed = shown(page)
    assert {run.pk for run in listed} == {run.pk for run in runs}
    assert [run.ordered_at for run in listed] == sorted(
        (run.ordered_at for run in runs), reverse=True
    )


@pytest.mark.parametrize("field", ["model", "serial", "verdict", "station"])
def test_each_filter_keeps_exactly_what_it_names(page: Client, runs: list[Run], field: str) -> None:
    def of(run: Run) -> str:
        return run.product.number if field == "model" else str(getattr(run, field))

    for value in {of(run) for run in runs} - {""}:
        listed = shown(page, **{field: value})
        assert {run.pk for run in listed} == {run.pk for run in runs if of(run) == value}


def test_a_range_of_days_is_inclusive(page: Client, runs: list[Run]) -> None:
    timed = next(run for run in runs if run.tested_at)
    from django.utils.timezone import localdate  # the factory's day, not UTC's

    day = localdate(timed.ordered_at)
    listed = shown(page, since=day.isoformat(), until=day.isoformat())
    assert {run.pk for run in listed} == {
        run.pk for run in runs if localdate(run.ordered_at) == day
    }


def test_a_search_finds_serial_model_and_file_name(page: Client, runs: list[Run]) -> None:
    run = next(run for run in runs if run.serial)
    for words in (run.serial, run.product.number, run.source_file.name[3:14]):
        assert run.pk in {found.pk for found in shown(page, q=words)}


def test_a_filter_that_cannot_be_is_said_not_ignored(page: Client, runs: list[Run]) -> None:
    response = page.get(reverse("runs"), {"since": "yesterday", "verdict": "MAYBE"})
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"since", "verdict"}
    backwards = page.get(reverse("runs"), {"since": "2026-02-02", "until": "2026-01-01"})
    assert b"ends before it begins" in backwards.content


def test_nothing_found_offers_a_way_out(page: Client, runs: list[Run]) -> None:
    response = page.get(reverse("runs"), {"model": "no such model"})
    assert response.context["page"].runs == []
    assert not response.context["page"].site_is_empty


def test_every_run_is_reached_once_by_paging(
    page: Client, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 5)
    Run.objects.update(ordered_at=runs[0].ordered_at)  # ties: the key alone must order them
    walked: list[int] = []
    cursor = ""
    while True:
        found = page.get(reverse("runs"), {"before": cursor} if cursor else {}).context["page"]
        walked += [run.pk for run in found.runs]
        last, cursor = found, found.older
        if not cursor:
            break
    assert sorted(walked) == sorted(run.pk for run in runs)
    assert len(walked) == len(set(walked))
    back = page.get(reverse("runs"), {"after": last.newer}).context["page"]
    assert [run.pk for run in back.runs] == walked[-len(last.runs) - 5 : -len(last.runs)]


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "WyIyMDI2LTAxLTAxIiwgMV0", "é"])
def test_a_foreign_cursor_shows_the_first_page(page: Client, runs: list[Run], cursor: str) -> None:
    assert shown(page, before=cursor) == shown(page)


def test_the_list_costs_a_fixed_number_of_queries(
    page: Client, runs: list[Run], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        page.get(reverse("runs"))


def test_every_run_page_of_the_fleet_opens_within_its_queries(
    page: Client, runs: list[Run], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page.get(reverse("batches"))  # the first page of a minute writes the session
    for run in runs:
        with django_assert_max_num_queries(12):
            response = page.get(run.get_absolute_url())
        assert response.status_code == 200
        assert run.get_verdict_display().encode() in response.content


def test_a_missing_run_is_a_page_not_found(page: Client) -> None:
    assert page.get("/runs/999999/").status_code == 404


def test_the_original_comes_back_byte_for_byte_and_is_audited(
    page: Client, runs: list[Run]
) -> None:
    source = runs[0].source_file
    response = page.get(reverse("original", args=[source.sha256]))
    data = b"".join(response.streaming_content)  # type: ignore[arg-type]
    assert hashlib.sha256(data).hexdigest() == source.sha256
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]
    assert AuditEvent.objects.filter(action="original.downloaded").count() == 1


def test_an_original_that_is_gone_is_a_page_not_found(page: Client, runs: list[Run]) -> None:
    digest = runs[0].source_file.sha256
    original_path(digest).unlink()
    assert page.get(reverse("original", args=[digest])).status_code == 404
    assert page.get(reverse("original", args=["0" * 64])).status_code == 404


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", '"><b x="'])
def test_hostile_names_are_shown_as_text(
    page: Client, actor: Actor, work_off: WorkOff, hostile: str
) -> None:
    workbook = some(1)[0]
    take(actor, workbook.name, workbook.data)
    work_off()
    Run.objects.update(serial=hostile, operator_words=hostile, reason=hostile)
    SourceFile.objects.update(name=f"{hostile}.xls")
    run = Run.objects.get()
    for address in (reverse("runs"), run.get_absolute_url()):
        text = page.get(address).content.decode()
        assert "<script>alert" not in text
        assert '"><b x="' not in text


def test_the_theme_is_kept_in_this_browser(page: Client) -> None:
    response = page.post(reverse("theme"), {"theme": "dark", "next": "/runs/"})
    assert response["Location"] == "/runs/"
    assert b'data-theme="dark"' in page.get(reverse("batches")).content
    page.post(reverse("theme"), {"theme": "purple"})
    assert b'data-theme="dark"' in page.get(reverse("batches")).content
