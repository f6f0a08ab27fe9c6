"""``manage.py inspect`` judges files without a database, one object per file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analysis import inspection
from tests.workbooks import fleet

PROJECT = Path(__file__).resolve().parent.parent.parent
FILE_KEYS = set("file sha256 layout state reason model serial tested_at warnings tracks".split())
TRACK_KEYS = set(
    "name state reason points_rows points_measured points_graded failing_as_measured "
    "failing_corrected passes_as_measured passes_corrected offset offset_window sigma_gradient "
    "sigma_threshold trims resistance_before resistance_after".split()
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for workbook in fleet():
        place = tmp_path / workbook.folder
        place.mkdir(exist_ok=True)
        (place / workbook.name).write_bytes(workbook.data)
    (tmp_path / "text.xls").write_text("Model;Serial\n")
    (tmp_path / "empty.xls").touch()
    return tmp_path


def inspect(*paths: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert inspection.main(["--json", *map(str, paths)]) == 0
    answers: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return answers


def test_every_file_is_answered_with_every_key(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = inspect(folder, capsys=capsys)
    assert len(answers) == len(fleet()) + 2
    for answer in answers:
        assert answer.keys() >= FILE_KEYS
        for track in answer["tracks"]:
            assert track.keys() >= TRACK_KEYS


def test_the_answers_are_those_of_the_stories(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {Path(answer["file"]).name: answer for answer in inspect(folder, capsys=capsys)}
    for workbook in fleet():
        answer, told = answers[workbook.name], workbook.expectation
        assert (answer["layout"], answer["state"], answer["model"]) == (
            told.layout,
            told.verdict,
            told.model,
        )
        assert answer["unit_serial"] == told.serial
        assert [(track["name"], track["trims"]) for track in answer["tracks"]] == [
            (track.name, track.trims) for track in told.tracks
        ]


def test_laser_1_prints_the_track_behind_the_serial(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = next(a for a in inspect(folder, capsys=capsys) if a["layout"] == "lts")
    assert answer["serial"] == f"{answer['unit_serial']}_{answer['tracks'][0]['name']}"


def test_what_cannot_be_read_is_an_answer_too(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("text.xls", "empty.xls"):
        (answer,) = inspect(folder / name, capsys=capsys)
        assert (answer["state"], answer["layout"], answer["tracks"]) == (
            "QUARANTINED",
            "unknown",
            [],
        )
        assert answer["reason"].endswith(".")


def test_a_missing_file_is_the_only_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert inspection.main(["--json", str(tmp_path / "none.xls")]) == 1
    assert json.loads(capsys.readouterr().out)[0]["sha256"] is None


def test_without_json_it_is_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert inspection.main([str(folder / "text.xls")]) == 0
    assert capsys.readouterr().out.startswith("QUARANTINED")


def test_the_command_needs_neither_settings_nor_database(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "inspect", str(folder), "--json"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": "nonsense", "DJANGO_SETTINGS_MODULE": "nonsense"},
        capture_output=True,
        check=True,
    )
    assert len(json.loads(done.stdout)) == len(fleet()) + 2
