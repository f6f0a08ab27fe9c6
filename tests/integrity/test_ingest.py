"""A stored file becomes a run whose every number comes back from the database."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np
import pytest

from accounts.audit.models import AuditEvent
from accounts.audit.record import Actor
from analysis.formats.read import read_station_file
from analysis.models import Evaluation, MethodVersion, Run, SourceFile, SweepRecord
from analysis.models.sweep_arrays import COLUMNS, unpack
from analysis.models.words import Door, SourceState
from analysis.numerics.evaluate import evaluate_file
from analysis.services import ingest, intake
from analysis.services.evaluations import ChangedMethod
from analysis.storage import Incoming, original_path
from tests.workbooks import fleet

pytestmark = pytest.mark.django_db
WorkOff = Callable[[], int]


def take(actor: Actor, name: str, data: bytes, folder: str = "") -> SourceFile:
    batch = intake.batch_create(actor=actor, door=Door.BROWSER)
    incoming = Incoming()
    incoming.write(data)
    item = intake.file_take(batch=batch, actor=actor, name=name, folder=folder, incoming=incoming)
    assert item.source_file is not None
    return item.source_file


def test_the_whole_fleet_is_judged_as_its_story_says(actor: Actor, work_off: WorkOff) -> None:
    expected = {}
    for workbook in fleet():
        source = take(actor, workbook.name, workbook.data, workbook.folder)
        expected[source.pk] = workbook.expectation
    assert work_off() == len(fleet())
    for run in Run.objects.select_related("product"):
        told = expected.pop(run.source_file_id)
        assert (run.verdict, run.product.number, run.serial) == (
            told.verdict,
            told.model,
            told.serial,
        ), run.source_file.name
        assert [track.name for track in run.tracks.all()] == [t.name for t in told.tracks]
    assert expected == {}
    assert AuditEvent.objects.filter(action="run.judged").count() == len(fleet())


def test_every_stored_number_equals_the_number_that_was_judged(
    actor: Actor, work_off: WorkOff
) -> None:
    workbook = fleet()[0]
    source = take(actor, workbook.name, workbook.data, workbook.folder)
    work_off()
    file = read_station_file(
        original_path(source.sha256), name=workbook.name, folder=workbook.folder
    )
    answer = evaluate_file(file)
    for track, judged in zip(file.tracks, answer.tracks, strict=True):
        stored = Evaluation.objects.get(track__name=track.name)
        for name in ("offset", "margin", "sigma_gradient", "sigma_threshold", "failing_corrected"):
            assert getattr(stored, name) == getattr(judged, name)
        window = judged.offset_window
        assert (stored.offset_low, stored.offset_high) == (window or (None, None))
        assert stored.details["failing_points_as_measured"] == list(
            judged.failing_points_as_measured
        )
        rows = SweepRecord.objects.filter(track__name=track.name).order_by("place")
        for sweep, row in zip(track.sweeps, rows, strict=True):
            arrays = unpack(row.arrays, row.rows)
            for name in COLUMNS:
                read = np.frombuffer(getattr(sweep, name).values)
                assert getattr(arrays, name).tobytes() == read.tobytes()


def test_a_result_names_its_method(actor: Actor, work_off: WorkOff) -> None:
    for workbook in fleet()[:2]:
        take(actor, workbook.name, workbook.data)
    work_off()
    method = MethodVersion.objects.get()
    assert method.name == "lasertrim-1"
    assert set(Evaluation.objects.values_list("method", flat=True)) == {method.pk}


def test_a_changed_method_without_a_new_version_judges_nothing(
    actor: Actor, work_off: WorkOff
) -> None:
    take(actor, fleet()[0].name, fleet()[0].data)
    work_off()
    MethodVersion.objects.update(digest="another")
    source = take(actor, fleet()[1].name, fleet()[1].data)
    with pytest.raises(ChangedMethod, match="without a new version"):
        work_off()
    source.refresh_from_db()
    assert source.state == SourceState.RECEIVED, "the file waits for a mended release"
    assert Run.objects.count() == 1


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("text.xls", b"Model;Serial\n8340;1\n"),
        ("page.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        ("truncated.xls", fleet()[0].data[:3000]),
        ("random.xls", bytes(range(256)) * 40),
        ("magic-only.xls", bytes.fromhex("d0cf11e0a1b11ae1")),
        ("zip.xlsx", _zip(readme=b"no workbook")),
        ("bomb.xlsx", _zip(xl__workbook_xml=b"0" * 80_000_000)),
        ("entity.xlsx", _zip(xl__workbook_xml=b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")),
    ],
)
def test_bad_input_is_quarantined_with_a_sentence_and_kept(
    actor: Actor, work_off: WorkOff, name: str, data: bytes
) -> None:
    source = take(actor, name, data)
    work_off()
    source.refresh_from_db()
    assert source.state == SourceState.QUARANTINED
    assert source.reason_code
    assert source.reason_code != "internal", source.reason
    assert source.reason.endswith(".")
    assert original_path(source.sha256).read_bytes() == data
    assert not Run.objects.exists()


def test_an_original_that_is_gone_is_quarantined_not_crashed(
    actor: Actor, work_off: WorkOff
) -> None:
    source = take(actor, fleet()[0].name, fleet()[0].data)
    original_path(source.sha256).unlink()
    work_off()
    source.refresh_from_db()
    assert source.state == SourceState.QUARANTINED


def test_the_reader_is_one_process_per_worker() -> None:
    assert ingest._reader() is ingest._reader()
