"""The invented factory: believable, deterministic, quick."""

from __future__ import annotations

import hashlib
import time
from collections import Counter

from analysis.simulate import load
from analysis.simulate.catalogue import LOAD_BOW_TIE, LOAD_RUNNER
from analysis.simulate.fleet import demo_fleet, load_fleet
from analysis.simulate.outcome import Outcome
from analysis.simulate.workbook import write_workbook
from tests.simulate.stories import opened

MOST_MILLISECONDS = 15.0


def digests(fleet):
    return [(workbook.name, hashlib.sha256(workbook.data).hexdigest()) for workbook in fleet]


def test_the_demo_shows_every_verdict_folder_and_container():
    fleet = list(demo_fleet(1))
    verdicts = Counter(workbook.expectation.verdict for workbook in fleet)
    assert len(fleet) == 24
    assert set(verdicts) == {
        "PASS",
        "WARNING",
        "FAIL",
        "UNTRIMMED",
        "NOT_MEASURED",
        "NOT_EVALUABLE",
    }
    assert verdicts["PASS"] > 12
    assert {workbook.folder for workbook in fleet} == {"DLTS", "LTS", "LTS3"}
    assert {workbook.name.rpartition(".")[2] for workbook in fleet} == {"xls", "xlsx"}
    assert {len(workbook.expectation.tracks) for workbook in fleet} == {0, 1, 2}
    assert {track.name for w in fleet for track in w.expectation.tracks} == {
        "TRK1",
        "TRK2",
        "TA",
        "TB",
    }


def test_the_demo_holds_retests_and_a_pair_of_tracks():
    units = Counter(
        (workbook.expectation.model, workbook.expectation.serial) for workbook in demo_fleet(1)
    )
    assert sum(count > 1 for count in units.values()) == 3


def test_the_demo_runs_through_two_weeks_of_working_days():
    for seed in (1, 2, 3):
        moments = [workbook.expectation.tested_at for workbook in demo_fleet(seed)]
        assert all(moment.weekday() < 5 for moment in moments)
        assert (max(moments) - min(moments)).days < 12


def test_any_number_of_files_has_distinct_names_and_bytes():
    for count in (0, 5, 60):
        made = digests(demo_fleet(9, count))
        assert len(made) == count
        assert len({name for name, _ in made}) == len({digest for _, digest in made}) == count


def test_equal_seeds_make_equal_fleets():
    assert digests(demo_fleet(4, 12)) == digests(demo_fleet(4, 12))
    assert digests(demo_fleet(4, 12)) != digests(demo_fleet(5, 12))
    assert digests(load_fleet(4, 30)) == digests(load_fleet(4, 30))


def test_load_files_are_distinct_and_cheap():
    started = time.process_time()
    made = digests(load_fleet(2, 400))
    spent = (time.process_time() - started) * 1000 / 400
    assert len(set(made)) == len({name for name, _ in made}) == 400
    assert spent < MOST_MILLISECONDS


def test_a_patched_file_holds_the_cells_a_written_one_would():
    details = {  # what the laser did in detail, and texts of the report
        "SEC1 TRK1 0": "U",
        "SEC1 TRK1 1 TRM1": "LMNPQSTU",
        "Report": "D",
        "Report Data": "Q",
        "Lin Error": "RST",
        "Trim 1": "RST",
        "VOLTAGES": "B",
    }
    for template in (load.Template(LOAD_RUNNER, "dlts"), load.Template(LOAD_BOW_TIE, "lts")):
        story = template.story(Outcome.NEAR_MISS, 8, 10007, load.FIRST_MOMENT)
        patched = opened(template.file(story).data)
        whole = opened(write_workbook(story, layout=template.layout).data)
        assert list(patched) == list(whole)
        for name in set(whole) - {"TrimVolts1", "TRIMDATA", "hold"}:
            points = template.design.points if template.layout == "lts" else None
            assert differing(patched[name][:points], whole[name][:points]) <= set(
                details.get(name, "")
            )


def differing(rows, others):
    return {
        chr(65 + column)
        for row, other in zip(rows, others, strict=True)
        for column, (one, two) in enumerate(zip(row, other, strict=True))
        if one != two
    }
