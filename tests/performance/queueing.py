"""Files through the real queue: supervisor, cluster, worker, reader child, database, audit trail.

All files wait in the queue before the worker starts: first some that only warm it, then quick
synthetic ones, then the typical ones. Between the groups the processor time of every process is
read, and afterwards the times that the job rows tell.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.integrity.real_site import RealSite
from tests.performance.processor_time import seconds_by_role
from tests.performance.reading import read_and_judge
from tests.performance.running_site import postgresql, running_site
from tests.performance.site_rows import SiteRows
from tests.performance.station_files import typical_files, write_load
from tests.performance.table import Line, at_least, at_most

WARM = 40
FILES = 400  # with the typical ones fewer than 500, after which the reader is replaced
_FLOOR_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the site was, and what its processes had used until then."""

    jobs: int
    cpu_seconds: dict[str, float]  # by role


def lines_on_sqlite() -> list[Line]:
    """Measure one worker on SQLite."""
    return _lines("", "SQLite")


def lines_on_postgresql() -> list[Line]:
    """Measure one worker on PostgreSQL, where a server answers."""
    server = postgresql()
    return _lines(server, "PostgreSQL") if server else []


def _lines(server: str, database: str) -> list[Line]:
    with (
        typical_files() as typical,
        TemporaryDirectory(prefix="lasertrim-bench-") as folder,
        running_site(server) as site,
    ):
        load = write_load(Path(folder), WARM + FILES)
        site.command("ingest", folder, *map(str, typical.paths))
        count = len(typical.paths)
        marks = _work_off(site, (WARM, WARM + FILES, WARM + FILES + count))
        jobs = SiteRows(site).job_times()
        groups = (
            (f"{FILES} load files, {database}", _floor_ms(load[WARM:])),
            (f"{count} {typical.kind} files, {database}", _floor_ms(typical.paths)),
        )
        lines: list[Line] = []
        for (n, floor), before, after in zip(groups, marks, marks[1:], strict=False):
            lines += _report(n, floor, before, after, jobs[before.jobs : after.jobs])
        return lines


def _work_off(site: RealSite, counts: Sequence[int]) -> list[Mark]:
    """Start the worker; note its processor time when each count of files is reached."""
    rows = SiteRows(site)
    site.start()
    marks = []
    for count in counts:
        done = rows.wait_for(count)
        marks.append(Mark(done, seconds_by_role(site.processes())))
    site.stop()
    return marks


def _report(
    n: str, floor: float, before: Mark, after: Mark, jobs: list[tuple[datetime, datetime]]
) -> list[Line]:
    wall = (jobs[-1][1] - jobs[0][0]).total_seconds()
    spent = {
        role: (seconds - before.cpu_seconds.get(role, 0.0)) / (after.jobs - before.jobs) * 1000
        for role, seconds in after.cpu_seconds.items()
    }
    job_ms = median((end - start).total_seconds() for start, end in jobs) * 1000
    shares = ", ".join(f"{role} {ms:.1f}" for role, ms in spent.items())
    note = f"{n}: {shares} ms; floor: read and judge in one process"
    return [
        Line("queue: one worker", "files/s", n, len(jobs) / wall, budget=at_least(50)),
        Line("queue: claim to result", "ms wall, median", n, job_ms),
        Line(
            "queue: all processes", "ms CPU/file", n, sum(spent.values()), floor, at_most(12), note
        ),
    ]


def _floor_ms(paths: Sequence[Path]) -> float:
    """Return the milliseconds per file of reading and judging in this process."""
    rounds = []
    for _ in range(1 + _FLOOR_ROUNDS):
        start = time.process_time()
        for path in paths:
            read_and_judge(path)
        rounds.append(time.process_time() - start)
    return median(rounds[1:]) / len(paths) * 1000
