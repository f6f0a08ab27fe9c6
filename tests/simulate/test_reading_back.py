"""Reader and judge find in every synthetic workbook exactly what was put there."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.formats.read import read_station_file
from analysis.numerics.evaluate import evaluate_file
from analysis.simulate.dlts import AUTHOR
from analysis.simulate.fleet import demo_fleet, load_fleet
from analysis.simulate.outcome import Outcome
from analysis.simulate.story import OutcomeNotReached
from analysis.simulate.trap import Trap, TrapDoesNotFit
from analysis.simulate.traps import traps_of
from analysis.simulate.workbook import SyntheticWorkbook
from tests.simulate.stories import written

CASES = [(layout, trap) for layout in ("dlts", "lts") for trap in traps_of(layout)]


@pytest.fixture
def found(tmp_path):
    def find(workbook: SyntheticWorkbook):
        path = tmp_path / "offered"
        path.write_bytes(workbook.data)
        return read_station_file(path, name=workbook.name, folder=workbook.folder)

    return find


def agree(file, expectation):
    assert file.layout.value == expectation.layout
    assert (file.model.value, file.serial.value) == (expectation.model, expectation.serial)
    assert file.tested_at == expectation.tested_at
    assert file.clock_source.value == expectation.clock
    assert file.position_unit == expectation.unit
    assert file.operator_words == expectation.words
    assert [track.name for track in file.tracks] == [track.name for track in expectation.tracks]
    evaluation = evaluate_file(file)
    assert evaluation.verdict.name == expectation.verdict
    for track, judged, expected in zip(
        file.tracks, evaluation.tracks, expectation.tracks, strict=True
    ):
        assert judged.verdict.name == expected.verdict
        assert track.trims == expected.trims
        assert track.travel.value == expected.travel
        assert track.resistance_before.value == expected.resistance_before
        assert track.resistance_after.value == expected.resistance_after
        same_curve(track.judged_sweep, expected)


def same_curve(sweep, expected):
    if not expected.judged_sheet:
        assert sweep is None
        return
    assert sweep.sheet == expected.judged_sheet
    assert (sweep.rows, sweep.points_measured) == (expected.rows, expected.points)
    error = np.array(sweep.error.values)[: sweep.points_measured]
    assert np.array_equal(error, expected.error)


@pytest.mark.parametrize("container", ["xls", "xlsx"])
@pytest.mark.parametrize("outcome", list(Outcome), ids=lambda outcome: outcome.name)
@pytest.mark.parametrize("layout", ["dlts", "lts"])
def test_every_outcome_is_found(found, layout, outcome, container):
    workbook = written(layout, tracks=outcome, container=container)
    assert workbook.expectation.verdict == outcome.verdict
    agree(found(workbook), workbook.expectation)


@pytest.mark.parametrize("container", ["xls", "xlsx"])
@pytest.mark.parametrize(("layout", "trap"), CASES, ids=[f"{la}-{t.name}" for la, t in CASES])
def test_no_trap_misleads_the_reader(found, layout, trap, container):
    workbook = written(layout, trap, container=container)
    agree(found(workbook), workbook.expectation)


@pytest.mark.parametrize(("layout", "trap"), CASES, ids=[f"{la}-{t.name}" for la, t in CASES])
def test_no_trap_hides_a_near_miss(found, layout, trap):
    workbook = written(layout, trap, tracks=Outcome.NEAR_MISS)
    agree(found(workbook), workbook.expectation)


@pytest.mark.parametrize("layout", ["dlts", "lts"])
def test_traps_can_be_combined_in_pairs(found, layout):
    rng = np.random.default_rng(11)
    known, read = traps_of(layout), 0
    while read < 40:
        first, second = (known[i] for i in rng.choice(len(known), size=2, replace=False))
        if {first, second} & CONFLICTING:
            continue
        try:
            workbook = written(layout, first, second)
        except (TrapDoesNotFit, OutcomeNotReached):
            continue
        agree(found(workbook), workbook.expectation)
        read += 1


CONFLICTING = {
    Trap.PARAMETERS_ONLY,  # leaves no sheet for another trap
    Trap.EMPTY_SERIAL,  # with EDITED_LATER the serial is the edited one, and rightly so
    Trap.UNNUMBERED_SHEET,  # renames a sheet others look for
    Trap.SECOND_PARAMETER_SET,
    Trap.TEMPLATE_INSTEAD,
    Trap.NAME_WITHOUT_DATE,
    Trap.LONE_VOLTAGE,
    Trap.NO_POINT_COUNT,
    Trap.STALE_ROWS,
    Trap.STALE_ROWS_SIBLING,
    Trap.STALE_ROWS_UNCOUNTED,
}


def test_the_whole_demo_fleet_is_found_as_expected(found):
    for workbook in demo_fleet(1, 40):
        agree(found(workbook), workbook.expectation)


def test_load_files_are_found_as_expected(found):
    for workbook in load_fleet(1, 60):
        agree(found(workbook), workbook.expectation)


@pytest.mark.parametrize("container", ["xls", "xlsx"])
@pytest.mark.parametrize("layout", ["dlts", "lts"])
def test_the_login_name_and_the_report_never_reach_the_record(found, layout, container):
    workbook = written(layout, container=container)
    record = repr(found(workbook))
    assert AUTHOR not in record
    assert "Nowhere Instruments" not in record
    assert "N. O. Body" not in record
