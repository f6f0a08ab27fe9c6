"""Files come in by the command line through the same intake."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from analysis.models import Batch, BatchItem, SourceFile
from analysis.models.words import Door
from tests.workbooks import fleet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def originals(settings: Settings, tmp_path: Path) -> None:
    settings.ORIGINALS_ROOT = tmp_path / "originals"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "LTS3" / "today"
    folder.mkdir(parents=True)
    for workbook in fleet()[:3]:
        (folder / workbook.name).write_bytes(workbook.data)
    return folder


def ingest(*words: str) -> str:
    out = io.StringIO()
    call_command("ingest", *words, stdout=out)
    return out.getvalue()


def test_a_folder_is_taken_in_a_line_per_file_and_a_summary(folder: Path) -> None:
    printed = ingest(str(folder)).splitlines()
    assert [line.split()[0] for line in printed[:3]] == ["Accepted"] * 3
    assert printed[3] == "3 files: 3 accepted."
    assert Batch.objects.get().door == Door.COMMAND
    assert BatchItem.objects.filter(folder__endswith="LTS3/today").count() == 3


def test_a_second_time_is_all_duplicates(folder: Path) -> None:
    ingest(str(folder))
    printed = ingest(str(folder))
    assert "3 duplicate" in printed
    assert "same content as" in printed
    assert SourceFile.objects.count() == 3


def test_a_refused_name_makes_the_command_fail(folder: Path) -> None:
    (folder / "notes.txt").write_text("hello")
    with pytest.raises(CommandError) as raised:
        ingest(str(folder))
    assert raised.value.returncode == 1
    assert SourceFile.objects.count() == 3, "the others are taken in all the same"


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        ingest(str(tmp_path / "none.xls"))
    assert "annot be read" in BatchItem.objects.get().reason


def test_the_demo_hands_over_what_it_says() -> None:
    out = io.StringIO()
    call_command("demo", stdout=out)
    assert SourceFile.objects.count() == 24
    assert "24 synthetic workbooks" in out.getvalue()
