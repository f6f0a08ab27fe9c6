"""``manage.py inspect`` on a folder, against a bare read of the same sheets in a fresh start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.performance.fetched_sheets import fetched_sheets
from tests.performance.station_files import typical_files
from tests.performance.table import Budget, Line, at_most

ROUNDS = 7
_PROJECT = Path(__file__).resolve().parent.parent.parent
_BARE = """
import json, sys
from python_calamine import CalamineWorkbook
with open(sys.argv[1]) as file:
    wanted = json.load(file)
for path, names in wanted.items():
    workbook = CalamineWorkbook.from_path(path)
    for name in names:
        workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
"""


def lines() -> list[Line]:
    """Run all commands in turns; medians of wall and processor time."""
    with typical_files() as files, tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "sheets.json")
        wanted.write_text(json.dumps(fetched_sheets(files.paths)[0]))
        python = sys.executable
        commands = {
            "start": [python, "-c", "pass"],
            "bare": [python, "-c", _BARE, str(wanted)],
            "imports": [python, "-c", "import analysis.inspection, analysis.formats.child"],
            "inspect": [python, "manage.py", "inspect", str(files.folder), "--json"],
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for name, command in commands.items():
            _run(command)  # warm
            times[name].clear()
        for _ in range(ROUNDS):
            for name, command in commands.items():
                times[name].append(_run(command))
    wall = {name: median(run[0] for run in runs) * 1000 for name, runs in times.items()}
    spent = {name: median(run[1] for run in runs) * 1000 for name, runs in times.items()}
    n = f"{len(files.paths)} {files.kind}, {ROUNDS} runs"
    note = "budget: interpreter start + 2 × (bare read in a new interpreter − interpreter start)"
    return [
        Line("inspect a folder", "ms wall", n, wall["inspect"], wall["bare"], _budget(wall), note),
        Line("inspect a folder", "ms CPU", n, spent["inspect"], spent["bare"], _budget(spent)),
        Line("its imports alone", "ms wall", f"{ROUNDS} runs", wall["imports"], wall["start"]),
    ]


def _budget(times: dict[str, float]) -> Budget:
    return at_most(times["start"] + 2 * (times["bare"] - times["start"]))


def _run(command: list[str]) -> tuple[float, float]:
    """Return wall and processor seconds of a command and of every child it waited for."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=_PROJECT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} ended with status {process.returncode}.")
    return wall, usage.ru_utime + usage.ru_stime
