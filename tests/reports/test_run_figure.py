"""The figure of a track, from its stored rows to the browser."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.audit.record import Actor
from analysis.models import Evaluation, SweepRecord, TrackRecord
from analysis.models.words import Door, Verdict
from analysis.numerics.method import DESKTOP_5
from analysis.services import intake
from analysis.services.evaluations import method_row
from analysis.simulate.workbook import SyntheticWorkbook
from analysis.storage import Incoming
from reports import drawing, run_figure
from reports.run_figure import compressed_svg, find_track_figure
from tests.reports.sweeps import parsed
from tests.workbooks import fleet

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def figures(tmp_path: Path, settings: Any) -> Path:
    settings.FIGURES_ROOT = tmp_path / "figures"
    return tmp_path / "figures"


def take(actor: Actor, workbooks: Iterable[SyntheticWorkbook]) -> None:
    batch = intake.batch_create(actor=actor, door=Door.BROWSER)
    for workbook in workbooks:
        incoming = Incoming()
        incoming.write(workbook.data)
        intake.file_take(
            batch=batch, actor=actor, name=workbook.name, folder=workbook.folder, incoming=incoming
        )


@pytest.fixture
def track(actor: Actor, work_off: Callable[[], int]) -> TrackRecord:
    take(actor, [next(book for book in fleet() if book.expectation.verdict == Verdict.PASS)])
    work_off()
    return TrackRecord.objects.filter(evaluations__verdict=Verdict.PASS).first()  # type: ignore[return-value]


def address(track: TrackRecord) -> str:
    return reverse("run-figure", args=[track.run_id, track.name])


def test_every_track_of_the_fleet_has_its_figure(
    actor: Actor, work_off: Callable[[], int], page: Client
) -> None:
    take(actor, fleet())
    work_off()
    tracks = TrackRecord.objects.all()
    assert {Verdict.PASS, Verdict.FAIL} <= set(Evaluation.objects.values_list("verdict", flat=True))
    for track in tracks:
        response = page.get(address(track))
        assert response.status_code == 200
        root = parsed(response.content)
        evaluation = track.evaluations.get()
        said = root.findtext(f"{SVG}desc", "")
        assert said.startswith("Error against" if evaluation.points_measured else "Empty figure")
        if evaluation.points_measured:
            assert said.endswith(f"Verdict: {Verdict(evaluation.verdict).label}.")
        if evaluation.failing_as_measured:
            assert str(evaluation.failing_as_measured) in root.findtext(f"{SVG}title", "")


def test_what_is_drawn_is_what_is_stored(track: TrackRecord) -> None:
    subject = find_track_figure(run_id=track.run_id, name=track.name)
    assert subject is not None
    data = drawing.error_sweep_of(subject)
    evaluation = track.evaluations.get()
    sweep = SweepRecord.objects.get(track=track, place=track.judged_sweep)
    assert data.points_measured == evaluation.points_measured == sweep.points_measured
    assert data.offset == evaluation.offset
    assert list(data.failing_as_measured) == evaluation.details["failing_points_as_measured"]
    assert list(data.deciding) == evaluation.details["deciding_points"]
    assert data.before is not None
    assert data.file_digest == track.run.source_file.sha256[:12]


def test_a_stranger_is_sent_to_the_sign_in_page(track: TrackRecord) -> None:
    response = Client().get(address(track))
    assert response.status_code == 302
    assert "/accounts/" in response.headers["Location"]


def test_unknown_runs_and_tracks_are_not_found(track: TrackRecord, page: Client) -> None:
    for run_id, name in ((track.run_id, "TRK9"), (10**9, track.name), (10**30, track.name)):
        assert page.get(reverse("run-figure", args=[run_id, name])).status_code == 404


def test_only_reading_is_allowed(track: TrackRecord, page: Client) -> None:
    assert page.post(address(track)).status_code == 405
    head = page.head(address(track))
    assert (head.status_code, head.content) == (200, b"")


def test_headers_tell_a_browser_to_keep_it_and_ask(track: TrackRecord, page: Client) -> None:
    response = page.get(address(track))
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Accept-Encoding" in response.headers["Vary"]
    assert "Content-Disposition" not in response.headers
    again = page.get(address(track), headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == response.headers["ETag"]
    stale = page.get(address(track), headers={"If-None-Match": 'W/"something else"'})
    assert stale.status_code == 200


def test_gzip_is_sent_to_those_who_take_it(track: TrackRecord, page: Client) -> None:
    plain = page.get(address(track))
    packed = page.get(address(track), headers={"Accept-Encoding": "br;q=1.0, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    refused = page.get(address(track), headers={"Accept-Encoding": "gzip;q=0, br"})
    assert "Content-Encoding" not in refused.headers


def test_themes(track: TrackRecord, page: Client) -> None:
    light, dark = (page.get(address(track), {"theme": theme}) for theme in ("light", "dark"))
    assert light.content != dark.content
    assert light.headers["ETag"] != dark.headers["ETag"]
    assert page.get(address(track)).content == light.content
    assert page.get(address(track), {"theme": "../x"}).status_code == 400


def test_a_download_is_named_after_the_part(track: TrackRecord, page: Client) -> None:
    product = track.run.product
    product.number = '../8340"\r\n-1 <b>'
    product.save()
    response = page.get(address(track), {"download": "1"})
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="')
    assert "/" not in disposition
    assert disposition.endswith(f'{track.name}_error.svg"')


def test_the_second_time_it_comes_from_the_cache(
    track: TrackRecord, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = page.get(address(track))
    monkeypatch.setattr(run_figure, "_draw", lambda *_: pytest.fail("drawn twice"))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        second = page.get(address(track))
    assert second.content == first.content
    assert len(queries) <= 3  # session, user, figure


def test_a_new_evaluation_is_a_new_figure(track: TrackRecord, page: Client) -> None:
    first = page.get(address(track))
    evaluation = track.evaluations.get()
    evaluation.delete()
    evaluation.pk = None
    evaluation.verdict = Verdict.FAIL
    evaluation.save(force_insert=True)
    TrackRecord.objects.filter(pk=track.pk).update(evaluation=evaluation)
    second = page.get(address(track), headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert second.headers["ETag"] != first.headers["ETag"]


def test_an_answer_for_comparison_changes_no_figure(track: TrackRecord, page: Client) -> None:
    first = page.get(address(track))
    other = track.evaluations.get()
    other.pk, other.method = None, method_row(DESKTOP_5)
    other.save(force_insert=True)
    assert page.get(address(track)).headers["ETag"] == first.headers["ETag"]


def test_a_track_without_an_evaluation_is_drawn_without_a_verdict(
    track: TrackRecord, page: Client
) -> None:
    track.evaluations.all().delete()
    assert "Not judged" in page.get(address(track)).content.decode()


def test_two_threads_draw_one_figure(track: TrackRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = find_track_figure(run_id=track.run_id, name=track.name)
    assert subject is not None
    drawn = []
    started = threading.Barrier(4)

    def draw(*_: object) -> bytes:
        drawn.append(1)
        return b"<svg/>"

    def ask() -> None:
        started.wait()
        compressed_svg(subject, theme="light")

    monkeypatch.setattr(run_figure, "_draw", draw)
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == [1]


def test_the_web_process_starts_without_matplotlib() -> None:
    script = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; "
        "import django; django.setup(); import lasertrim.urls; "
        "sys.exit('reports.views' not in sys.modules or 'matplotlib' in sys.modules)"
    )
    project = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=project, check=False).returncode == 0
