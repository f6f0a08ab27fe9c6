"""A synthetic workbook has the shape of the real ones: sheets, labels, headers, kinds of cells.

Compared are shapes only: no value of a real workbook is kept here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime, time
from pathlib import Path

import pytest

from analysis.simulate.outcome import Outcome
from analysis.simulate.story import TrackPlan
from tests.simulate.stories import opened, written

pytestmark = pytest.mark.corpus

SWEEP = re.compile(r"SEC1 TRK\d \d+( TRM\d)?")
LTS_SWEEPS = ("test", "Lin Error", "Trim 1", "Trim 2", "Trim 3")
TWO_TRACKS = (
    TrackPlan(Outcome.AS_MEASURED, passes=2),
    TrackPlan(Outcome.NEAR_MISS, "TRK2"),
)


def kind(value):
    if isinstance(value, str):
        return "text" if value else "blank"
    return "date" if isinstance(value, date | datetime | time) else "number"


def read(folder: Path):
    return [opened(path.read_bytes()) for path in sorted(folder.glob("*.xls"))]


def labels(rows, index=0):
    return [row[index].strip().lower() for row in rows if kind(row[index]) == "text"]


@pytest.fixture(scope="module")
def real_dlts(corpus):
    return read(corpus / "system_a")


@pytest.fixture(scope="module")
def real_lts(corpus):
    return read(corpus / "system_b")


@pytest.fixture(scope="module")
def dlts():
    return opened(written("dlts", tracks=TWO_TRACKS).data)


@pytest.fixture(scope="module")
def lts():
    plans = (TrackPlan(Outcome.AS_MEASURED, passes=2),)
    return opened(written("lts", tracks=plans).data)


def sweeps(sheets):
    return [rows for name, rows in sheets.items() if SWEEP.fullmatch(name)]


def test_laser_2_workbooks_have_the_same_sheets_in_the_same_order(real_dlts, dlts):
    rare = ("Print Page", "Sheet1")  # in 18 files of 732, and in one

    def setup(sheets):
        return [name for name in sheets if not SWEEP.fullmatch(name) and name not in rare]

    assert {tuple(setup(sheets)) for sheets in real_dlts} == {tuple(setup(dlts))}


def test_laser_1_workbooks_have_sheets_of_real_ones_in_the_same_order(real_lts, lts):
    two_passes = [
        [name for name in sheets if name != "Notes"] for sheets in real_lts if "Trim 2" in sheets
    ]
    assert list(lts) in two_passes


def test_headers_of_laser_2_are_the_real_ones(real_dlts, dlts):
    real = {tuple(rows[0][3:20]) for sheets in real_dlts for rows in sweeps(sheets)}
    assert {tuple(rows[0][3:20]) for rows in sweeps(dlts)} == real


def test_labels_of_laser_2_are_the_real_ones(real_dlts, dlts):
    spelled = defaultdict(set)
    for sheets in real_dlts:
        for rows in sweeps(sheets):
            for row, label in enumerate(labels(rows)):
                spelled[row].add(label)
    for rows in sweeps(dlts):
        for row, label in enumerate(labels(rows)):
            assert label in spelled[row]
        assert len(labels(rows)) == 26


@pytest.mark.parametrize(
    "name", ["Model Parameters", "Track Parameters", "Trim Parameters", "Process", "Stats"]
)
def test_set_up_labels_of_laser_2_are_the_real_ones(real_dlts, dlts, name):
    assert tuple(labels(dlts[name])) in {tuple(labels(sheets[name])) for sheets in real_dlts}


@pytest.mark.parametrize("name", ["Model Parameters", "Trim Parameters"])
def test_set_up_labels_of_laser_1_are_the_real_ones(real_lts, lts, name):
    index = 1 if name == "Model Parameters" else 0
    assert tuple(labels(lts[name], index)) in {
        tuple(labels(sheets[name], index)) for sheets in real_lts
    }


def test_the_label_block_of_laser_1_is_the_real_one(real_lts, lts):
    def block(sheets):
        rows = sheets["Lin Error"]
        width = len(rows[0])
        return tuple(
            rows[row][column] if column < width and isinstance(rows[row][column], str) else ""
            for row in range(8)
            for column in (14, 19)
        )

    assert block(lts) in {block(sheets) for sheets in real_lts}


def test_header_cells_of_laser_2_have_kinds_real_ones_have(real_dlts, dlts):
    known = defaultdict(set)
    for sheets in real_dlts:
        for rows in sweeps(sheets):
            for row in range(26):
                known[row].add(kind(rows[row][1]) if row < len(rows) else "blank")
    for rows in sweeps(dlts):
        for row in range(26):
            assert kind(rows[row][1]) in known[row], f"B{row + 1}"


def column_kinds(rows, first, last, columns):
    return {
        column: {kind(row[column]) for row in rows[first - 1 : last] if column < len(row)}
        for column in columns
    }


def test_data_columns_of_laser_2_have_the_kinds_real_ones_have(real_dlts, dlts):
    for cut in (False, True):
        known = defaultdict(set)
        for sheets in real_dlts:
            for name, rows in sheets.items():
                if SWEEP.fullmatch(name) and ("TRM" in name) is cut:
                    last = max(i for i, row in enumerate(rows, 1) if row[7] != "")
                    for column, kinds in column_kinds(rows, 2, last, range(3, 20)).items():
                        known[column] |= kinds
        for name, rows in dlts.items():
            if SWEEP.fullmatch(name) and ("TRM" in name) is cut:
                for column, kinds in column_kinds(rows, 2, 112, range(3, 20)).items():
                    assert kinds <= known[column], (name, column)
                    if known[column] == {"number"}:
                        assert kinds == {"number"}, (name, column)


def test_data_columns_of_laser_1_have_the_kinds_real_ones_have(real_lts, lts):
    known = defaultdict(set)
    for sheets in real_lts:
        for name in LTS_SWEEPS:
            rows = sheets.get(name, [])
            last = max((i for i, row in enumerate(rows, 1) if row[4] != ""), default=0)
            for column, kinds in column_kinds(rows, 1, last, range(20)).items():
                known[column] |= kinds
    for name in LTS_SWEEPS[:4]:
        for column, kinds in column_kinds(lts[name], 1, 111, range(20)).items():
            assert kinds <= known[column], (name, column)
            assert column > 8 or "number" in kinds


@pytest.mark.parametrize("name", ["VOLTAGES", "ERRORS", "TRIMDATA"])
def test_summaries_of_laser_1_have_a_column_per_sweep(real_lts, lts, name):
    passes = sum(sheet.startswith("Trim ") and sheet[-1].isdigit() for sheet in lts)
    same = [sheets for sheets in real_lts if name in sheets and f"Trim {passes}" in sheets]
    widths = {len(sheets[name][0]) for sheets in same}
    assert len(lts[name][0]) in widths
    assert {kind(value) for row in lts[name] for value in row} <= {
        kind(value) for sheets in same for row in sheets[name] for value in row
    }


def test_no_invented_model_is_a_real_one(corpus):
    manifest = (corpus / "MANIFEST.csv").read_text()
    for model in ("9101", "9101-2", "9204 Blue", "9310-CT", "9501", "9502-1"):
        assert f"/{model}_" not in manifest
