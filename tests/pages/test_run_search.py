"""What the search box and the filters find, on both sides of every limit of their queries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit.record import Actor
from analysis.models import Run
from analysis.queries import runs as queries
from analysis.queries.runs import RunFilter, RunPage, run_page
from tests.integrity.test_ingest import take
from tests.workbooks import fleet

pytestmark = pytest.mark.django_db
WorkOff = Callable[[], int]


@pytest.fixture
def runs(actor: Actor, work_off: WorkOff) -> list[Run]:
    for workbook in fleet():
        take(actor, workbook.name, workbook.data, workbook.folder)
    work_off()
    return list(Run.objects.select_related("product", "source_file"))


def found_by_reading(runs: list[Run], q: str) -> set[int]:
    q = q.upper()
    return {
        run.pk
        for run in runs
        if run.serial.upper() == q
        or run.product.number.upper().startswith(q)
        or q in run.source_file.name.upper()
    }


def walked(wanted: RunFilter) -> list[RunPage]:
    pages = [run_page(wanted)]
    while pages[-1].older:
        pages.append(run_page(wanted, before=pages[-1].older))
    return pages


def searches(runs: list[Run]) -> list[str]:
    run = next(run for run in runs if run.serial)
    name = run.source_file.name
    words = [run.serial, run.product.number, run.product.number[:2], name[3:14], name.swapcase()]
    return [*words, "_", "%", "xls", "nothing like this", "'", "\\"]


@pytest.mark.parametrize("capped", [False, True], ids=["few found", "many found"])
@pytest.mark.parametrize("walking", [False, True], ids=["looked up", "walked"])
def test_a_search_finds_the_same_whichever_way_it_goes(
    runs: list[Run], monkeypatch: pytest.MonkeyPatch, capped: bool, walking: bool
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 4)
    monkeypatch.setattr(queries._AmongKeys, "many", 0 if walking else 10_000)
    if capped:
        monkeypatch.setattr(queries, "COUNT_CAP", 2)
    for q in searches(runs):
        expected = found_by_reading(runs, q)
        pages = walked(RunFilter(q=q))
        listed = [run for page in pages for run in page.runs]
        assert len(listed) == len(expected), q
        assert {run.pk for run in listed} == expected
        assert {run.pk for run in RunFilter(q=q).apply(Run.objects.all())} == expected
        times = [run.ordered_at for run in listed]
        for page in pages:
            assert page.count == min(len(expected), queries.COUNT_CAP)
            assert page.count_is_capped == (len(expected) > queries.COUNT_CAP)
            assert not page.names_are_capped
            if times:
                assert (page.first_at, page.last_at) == (min(times), max(times))


def test_a_search_is_narrowed_by_the_other_filters(runs: list[Run]) -> None:
    for run in runs[:5]:
        page = run_page(RunFilter(q="xls", verdict=run.verdict, station=run.station))
        expected = {
            other.pk
            for other in runs
            if (other.verdict, other.station) == (run.verdict, run.station)
            and "xls" in other.source_file.name.lower()
        }
        assert {found.pk for found in page.runs} == expected
        assert page.count == len(expected)


def test_older_names_than_are_searched_are_said_not_dropped_silently(
    page: Client, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_arrival = sorted(runs, key=lambda run: run.source_file_id)
    old, new = by_arrival[0], by_arrival[-1]
    monkeypatch.setattr(queries, "NAMES_SEARCHED", new.source_file_id - old.source_file_id)
    response = page.get(reverse("runs"), {"q": old.source_file.name})
    assert old not in response.context["page"].runs
    assert b"files are searched" in response.content
    assert new in run_page(RunFilter(q=new.source_file.name)).runs
    assert old in run_page(RunFilter(q=old.product.number)).runs, "models are searched in all"
    assert old in RunFilter(q=old.source_file.name).apply(Run.objects.all()), "the filter is exact"
    assert b"files are searched" not in page.get(reverse("runs")).content


def test_serial_and_model_are_found_whatever_their_case(runs: list[Run]) -> None:
    Run.objects.filter(pk=runs[0].pk).update(serial="Ab-17%")
    product = runs[0].product
    product.number = "Mx_12"
    product.save()
    assert [run.pk for run in run_page(RunFilter(serial="aB-17%")).runs] == [runs[0].pk]
    assert run_page(RunFilter(serial="Ab-1")).runs == []
    expected = set(Run.objects.filter(product=product).values_list("pk", flat=True))
    assert {run.pk for run in run_page(RunFilter(model="mX_12")).runs} == expected
    assert run_page(RunFilter(model="mXx12")).runs == []


def test_a_page_tells_the_span_of_all_it_chose(
    runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 3)
    verdict = runs[0].verdict
    times = sorted(run.ordered_at for run in runs if run.verdict == verdict)
    for page in walked(RunFilter(verdict=verdict)):
        assert (page.count, page.first_at, page.last_at) == (len(times), times[0], times[-1])
        assert page.newest_at == max(run.ordered_at for run in runs)
