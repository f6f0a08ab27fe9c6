"""Damaged workbooks end as a record or a refusal, in a process that may be lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.formats import books

MUTATIONS = 200
PROJECT = Path(__file__).resolve().parents[2]

READ_MANY = """
import random, resource, sys, tempfile
from pathlib import Path
from analysis.formats.read import read_station_file
from analysis.formats.station_file import StationFile, UnreadableWorkbook

resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
whole, first, last = Path(sys.argv[1]).read_bytes(), int(sys.argv[2]), int(sys.argv[3])
for seed in range(first, last):
    print(seed, end=" ", flush=True)
    random.seed(seed)
    data = bytearray(whole)
    for _ in range(random.choice([1, 3, 30])):
        at = random.randrange(len(data) if seed % 3 else 2048)
        data[at] = random.choice([0, 255, random.randrange(256)])
    if seed % 7 == 0:
        del data[random.randrange(len(data)):]
    path = Path(sys.argv[1]).with_name("mutant" + sys.argv[1][sys.argv[1].rindex("."):])
    path.write_bytes(data)
    try:
        found = read_station_file(path, name="9001-1_7_TEST DATA_3-4-2024_2-05 PM.xls")
        assert isinstance(found, StationFile)
    except UnreadableWorkbook as refusal:
        assert refusal.code and refusal.sentence.endswith(".")
    except MemoryError:
        pass  # the bounded reader turns it into a refusal
    print("ok", flush=True)
"""


@pytest.mark.parametrize("kind", ["dlts.xls", "lts.xls", "dlts.xlsx"])
def test_a_mutated_workbook_is_read_or_refused(tmp_path: Path, kind: str) -> None:
    sheets = books.lts() if kind.startswith("lts") else books.dlts()
    path = books.write(tmp_path / kind, sheets)
    seed, aborted = 0, []
    while seed < MUTATIONS:
        done = read(path, seed)
        seed = done.count("ok") + seed
        if seed < MUTATIONS:  # the parser took its process with it: the next one goes on behind
            aborted.append(seed)
            seed += 1
    assert len(aborted) <= MUTATIONS // 20, f"calamine aborted on {aborted}"


def read(path: Path, first: int) -> str:
    """Read mutations in a child; return what it said before it was done or died."""
    child = subprocess.run(
        [sys.executable, "-c", READ_MANY, str(path), str(first), str(MUTATIONS)],
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT), "RUST_BACKTRACE": "0"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in child.stderr, child.stderr[-3000:]
    return child.stdout
