"""Where the operator at the laser said something else than the verdict."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.audit.record import Actor
from analysis.formats.operator_words import Said, what_was_said
from analysis.models import Run, TrackRecord
from analysis.queries import operator_words as queries
from analysis.queries.operator_words import Contradiction, contradiction_of
from tests.integrity.test_ingest import take
from tests.workbooks import fleet

WorkOff = Callable[[], int]
LIST = "/disagreements/"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Trimmed Correct", Said.GOOD),
        ("_ResTrimmed Correct", Said.GOOD),
        ("ResTrimmed Correct", Said.GOOD),
        ("TRIMMED  correct.v2", Said.GOOD),
        ("trimmed_correct", Said.GOOD),
        ("Touch-up_Lin Out", Said.OUT),
        ("Touch up", Said.OUT),
        ("Lin Out", Said.OUT),
        ("Linearity-Out", Said.OUT),
        ("Scrap_Cut in wiper path", Said.SCRAP),
        ("scrapped", Said.SCRAP),
        ("Trimmed Correct_Scrap", Said.SCRAP),
        ("Trimmed Correct_Lin Out", Said.OUT),
        ("not Trimmed Correct", None),
        ("Trimmed Incorrect", None),
        ("initial lin", None),
        ("scraper", None),
        (".v2", None),
        ("", None),
        ("_" * 120, None),
        ("<script>alert(1)</script>", None),
        ("ＴＲＩＭＭＥＤ ＣＯＲＲＥＣＴ", Said.GOOD),
    ],
)
def test_the_words_of_the_laser_are_understood_however_they_are_written(
    words: str, said: Said | None
) -> None:
    assert what_was_said(words) == said


@pytest.mark.parametrize(
    ("words", "verdict", "found"),
    [
        ("Trimmed Correct", "FAIL", Contradiction.GOOD_FAILS),
        ("Trimmed Correct", "PASS", None),
        ("Trimmed Correct", "WARNING", None),
        ("Trimmed Correct", "UNTRIMMED", None),
        ("Trimmed Correct", "NOT_EVALUABLE", None),
        ("Touch-up_Lin Out", "PASS", Contradiction.OUT_PASSES),
        ("Touch-up_Lin Out", "WARNING", Contradiction.OUT_PASSES),
        ("Touch-up_Lin Out", "FAIL", None),
        ("Scrap_Cut in wiper path", "PASS", Contradiction.SCRAP_PASSES),
        ("Scrap_Cut in wiper path", "NOT_MEASURED", None),
        ("", "FAIL", None),
        ("Trimmed Correct", "no verdict", None),
    ],
)
def test_only_a_verdict_that_says_the_opposite_contradicts(
    words: str, verdict: str, found: Contradiction | None
) -> None:
    assert contradiction_of(words, verdict) == found


@pytest.fixture
def runs(actor: Actor, work_off: WorkOff) -> list[Run]:
    for workbook in fleet()[:12]:
        take(actor, workbook.name, workbook.data, workbook.folder)
    work_off()
    Run.objects.update(operator_words="", verdict="PASS")
    words = [
        ("Trimmed Correct", "FAIL"),
        ("ResTrimmed Correct", "FAIL"),
        ("Touch-up_Lin Out", "PASS"),
        ("touch-up lin out", "WARNING"),
        ("Scrap_Cut in wiper path", "PASS"),
        ("Trimmed Correct", "PASS"),
        ("Scrap_Cut in wiper path", "FAIL"),
        ("Trimmed Correct", "UNTRIMMED"),
    ]
    found = list(Run.objects.select_related("product").order_by("pk"))
    for run, (said, verdict) in zip(found, words, strict=False):
        Run.objects.filter(pk=run.pk).update(operator_words=said, verdict=verdict)
    return list(Run.objects.select_related("product").order_by("pk"))


def listed(browser: Client, **query: str) -> set[int]:
    response = browser.get(LIST, query)
    assert response.status_code == 200
    return {run.pk for run in response.context["page"]}


@pytest.mark.django_db
def test_an_empty_site_says_what_will_be_here(page: Client) -> None:
    assert reverse("operator-words") == LIST
    assert b"No run yet" in page.get(LIST).content


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_sign_in(client: Client) -> None:
    response = client.get(LIST)
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


@pytest.mark.django_db
def test_contradictions_are_listed_newest_first_and_counted(page: Client, runs: list[Run]) -> None:
    assert listed(page) == {run.pk for run in runs[:5]}
    response = page.get(LIST)
    moments = [run.ordered_at for run in response.context["page"]]
    assert moments == sorted(moments, reverse=True)
    assert response.context["found"].compared == 7
    assert dict(response.context["kinds"]) == {
        Contradiction.GOOD_FAILS: 2,
        Contradiction.OUT_PASSES: 2,
        Contradiction.SCRAP_PASSES: 1,
    }
    assert b"newest data" in response.content


@pytest.mark.django_db
def test_each_kind_is_listed_alone_and_the_counts_stay(page: Client, runs: list[Run]) -> None:
    assert listed(page, kind="good-fails") == {runs[0].pk, runs[1].pk}
    assert listed(page, kind="out-passes") == {runs[2].pk, runs[3].pk}
    assert listed(page, kind="scrap-passes") == {runs[4].pk}
    assert page.get(LIST, {"kind": "scrap-passes"}).context["total"] == 5


@pytest.mark.django_db
def test_model_and_station_narrow_the_list_and_its_counts(page: Client, runs: list[Run]) -> None:
    first = runs[0]
    expected = {run.pk for run in runs[:5] if run.product_id == first.product_id}
    assert listed(page, model=first.product.number) == expected
    assert page.get(LIST, {"model": first.product.number}).context["total"] == len(expected)
    expected = {run.pk for run in runs[:5] if run.station == first.station}
    assert listed(page, station=first.station) == expected


@pytest.mark.django_db
def test_a_filter_that_cannot_be_is_said(page: Client, runs: list[Run]) -> None:
    response = page.get(LIST, {"kind": "maybe", "station": "laser-9", "page": "x"})
    assert set(response.context["form"].errors) == {"kind", "station"}
    assert b"No disagreement here" in page.get(LIST, {"model": "none"}).content


@pytest.mark.django_db
def test_where_everybody_agrees_the_page_says_so(page: Client, runs: list[Run]) -> None:
    Run.objects.update(verdict="PASS", operator_words="Trimmed Correct")
    assert b"Operators and verdicts agree" in page.get(LIST).content


@pytest.mark.django_db
def test_every_contradiction_is_reached_once_by_paging(
    page: Client, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PER_PAGE", 2)
    pages = [listed(page, page=str(number)) for number in (1, 2, 3)]
    assert [len(found) for found in pages] == [2, 2, 1]
    assert set().union(*pages) == {run.pk for run in runs[:5]}


@pytest.mark.django_db
def test_the_list_costs_a_fixed_number_of_queries(
    page: Client, runs: list[Run], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page.get(LIST)  # the first page of a minute writes the session
    with django_assert_max_num_queries(7):
        page.get(LIST)


@pytest.mark.django_db
def test_hostile_words_are_shown_as_text(page: Client, runs: list[Run]) -> None:
    hostile = '"><script>alert(1)</script> scrap'
    Run.objects.filter(pk=runs[4].pk).update(operator_words=hostile, serial=hostile, reason=hostile)
    text = page.get(LIST).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.django_db
def test_the_run_page_shows_the_words_as_a_reference_and_says_where_they_contradict(
    page: Client, runs: list[Run]
) -> None:
    text = page.get(runs[0].get_absolute_url()).content.decode()
    assert "not used for the verdict" in text
    assert "kind=good-fails" in text
    assert "kind=" not in page.get(runs[5].get_absolute_url()).content.decode()


def test_a_column_that_marks_other_points_is_listed(
    page: Client, actor: Actor, work_off: Callable[[], int]
) -> None:
    empty = page.get(reverse("station-column"))
    assert b"Nothing to compare yet" in empty.content
    for workbook in fleet():
        take(actor, workbook.name, workbook.data, workbook.folder)
    work_off()
    marked = TrackRecord.objects.filter(station_outside__gt=0)
    assert marked.exists(), "the fleet has points outside"
    for track in marked.select_related("evaluation"):
        agrees = track.station_outside == track.evaluation.failing_as_measured
        assert track.station_disagrees != agrees
    chosen = marked.first()
    TrackRecord.objects.filter(pk=chosen.pk).update(station_disagrees=True)
    response = page.get(reverse("station-column"))
    assert chosen in response.context["page"].object_list
    assert chosen.run.get_absolute_url() in response.content.decode()
