"""Workers are killed at any point; every file still ends in exactly one result."""

from __future__ import annotations

import contextlib
import json
import random
import time
from pathlib import Path

import psutil
import pytest

from tests.integrity.real_site import RealSite, real_site
from tests.workbooks import some

pytestmark = [pytest.mark.processes]
FILES = 48
KILLS = 10


@pytest.fixture
def folder_of_workbooks(tmp_path: Path) -> Path:
    folder = tmp_path / "offered"
    folder.mkdir()
    for workbook in some(FILES):
        (folder / workbook.name).write_bytes(workbook.data)
    assert len(list(folder.iterdir())) == FILES
    return folder


def _is_worker(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        words = " ".join(process.cmdline())
        return "qcluster" in words and ("idle" in words or "processing" in words)
    return False


def _kill_one(site: RealSite, dice: random.Random) -> str:
    """Kill a worker, sometimes another process of the cluster, sometimes everything at once."""
    family = site.processes()
    throw = dice.random()
    if throw < 0.2:
        victims = family
    elif throw < 0.8:
        victims = [process for process in family if _is_worker(process)][:1]
    else:
        victims = [dice.choice(family[1:])] if len(family) > 1 else []
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
    return f"{len(victims)} of {len(family)}"


def test_every_file_ends_in_exactly_one_result(tmp_path: Path, folder_of_workbooks: Path) -> None:
    dice = random.Random(20260113)
    (tmp_path / "var").mkdir()
    with real_site(tmp_path / "var") as site:
        site.command("ingest", str(folder_of_workbooks))
        site.start()
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.3, 2.0))
            _kill_one(site, dice)
            if site.worker is not None and site.worker.poll() is not None:
                site.start()
        if site.worker is None or site.worker.poll() is not None:
            site.start()
        counts = site.wait_until_settled(180)
        assert site.stop() == 0
    assert counts["sources"] == {"done": FILES}
    assert counts["jobs"] == {"done": FILES}
    assert counts["runs"] == counts["files_with_a_run"] == FILES
    assert counts["tracks"] == counts["evaluations"]


def test_an_idle_worker_that_is_killed_does_not_leave_the_site_deaf(
    tmp_path: Path, folder_of_workbooks: Path
) -> None:
    (tmp_path / "var").mkdir()
    with real_site(tmp_path / "var") as site:
        site.start()
        worker = _worker_of(site)
        time.sleep(1)  # it waits for work by now
        worker.kill()
        site.command("ingest", str(folder_of_workbooks))
        counts = site.wait_until_settled(120)
        assert counts["runs"] == FILES
        assert site.stop() == 0


def test_a_second_worker_of_one_data_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    with real_site(tmp_path / "var") as site:
        site.start()
        first = site.worker
        time.sleep(3)
        site.start()
        second = site.worker
        assert second is not None
        assert second.wait(30) == 1
        assert "runs already" in site.log.read_text()
        site.worker = first
        assert site.stop() == 0


_ASK = """
from accounts.audit.record import SITE
from analysis.numerics.method import DESKTOP_2
from analysis.services.reevaluation import Scope, reevaluation_request
reevaluation_request(actor=SITE, scope=Scope(), scope_words="all runs", method=DESKTOP_2,
                     specification=None, reason="a test")
"""
_ASKED = """
import json
from analysis.models import Evaluation, Reevaluation, TrackRecord
asked = Reevaluation.objects.get()
print(json.dumps({
    "done": asked.done, "finished": asked.finished_at is not None, "failure": asked.failure,
    "tracks": TrackRecord.objects.count(),
    "answers": Evaluation.objects.filter(method__name="desktop-v2").count(),
}))
"""


def _worker_of(site: RealSite) -> psutil.Process:
    """Wait for a worker and return it."""
    end = time.monotonic() + 60
    while not (workers := [process for process in site.processes() if _is_worker(process)]):
        assert time.monotonic() < end, site.log.read_text()
        time.sleep(0.02)
    return workers[0]


def test_a_re_evaluation_goes_on_where_a_killed_worker_stopped(
    tmp_path: Path, folder_of_workbooks: Path
) -> None:
    (tmp_path / "var").mkdir()
    with real_site(tmp_path / "var") as site:
        site.command("ingest", str(folder_of_workbooks))
        site.start()
        site.wait_until_settled(120)
        assert site.stop() == 0
        site.command("shell", "-v0", "-c", _ASK)
        site.start()
        for _ in range(2):  # as soon as a worker is there: it has hardly begun
            _worker_of(site).kill()
        end = time.monotonic() + 120
        while not (asked := json.loads(site.command("shell", "-v0", "-c", _ASKED)))["finished"]:
            assert time.monotonic() < end, site.log.read_text()[-3000:]
        assert site.stop() == 0
    assert (asked["done"], asked["failure"]) == (FILES, "")
    assert asked["answers"] == asked["tracks"]
