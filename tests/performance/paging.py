"""Pages of a site with 100 000 runs: server time, processor time, queries; then twenty people."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING

from tests.performance.browsing import lines_of_people
from tests.performance.query_log import QueryLog, query_log
from tests.performance.site_in_process import site_in_process
from tests.performance.table import Line, at_most

if TYPE_CHECKING:
    from django.test import Client

RUNS = int(os.environ.get("BENCH_RUNS", "100000"))
_EXPLAIN = bool(os.environ.get("BENCH_EXPLAIN"))
_REPEATS = 40
_FEWEST = 8
_LONGEST = 2.0  # seconds for one page: a slow one is asked less often
_SLOW_MS = 10.0


@dataclass(frozen=True, slots=True)
class Timing:
    """What one page took, over many requests."""

    wall: list[float]  # ms
    cpu: list[float]  # ms
    log: QueryLog


def lines() -> list[Line]:
    """Seed, then ask every page in turns, then let people browse a real server."""
    with site_in_process() as folder:
        from accounts.models import User
        from tests.performance import page_addresses  # models: only after the set-up
        from tests.performance.many_runs import read_demo_runs, repeat_runs

        owner = User.objects.get()
        start = time.perf_counter()
        read_demo_runs()
        repeat_runs(RUNS, owner=owner)
        seeded = time.perf_counter() - start
        addresses = page_addresses.addresses()
        client = page_addresses.signed_in(owner)
        floor = _time(client, "/health/live")
        timings = {what: _time(client, path) for what, path in addresses.items()}
        lines = [
            _line(what, timing, median(floor.wall), addresses[what])
            for what, timing in timings.items()
        ]
        size = (folder / "db.sqlite3").stat().st_size / 1024**2
        note = f"database of {size:.0f} MB, seeded in {seeded:.0f} s; floor: /health/live"
        most = max(len(timing.log.queries) for timing in timings.values())
        lines.append(Line("page: most queries", "queries", f"{len(timings)} pages", most,
                          budget=at_most(12), note=note))  # fmt: skip
        if _EXPLAIN:
            _explain(timings)
        visited = [addresses[what] for what in page_addresses.VISITED]
        return [*lines, *lines_of_people(folder, owner, visited)]


def _line(what: str, timing: Timing, floor: float, path: str) -> Line:
    p95 = quantiles(timing.wall, n=20)[18]
    n = (
        f"{len(timing.wall)}: median {median(timing.wall):.1f}, CPU {median(timing.cpu):.1f}, "
        f"{len(timing.log.queries)} queries, slowest {timing.log.slowest:.1f}"
    )
    return Line(f"page: {what}", "ms p95", n, p95, floor, at_most(50))


def _time(client: Client, path: str) -> Timing:
    with query_log() as log:
        status = client.get(path).status_code
    if status not in (200, 204):
        raise RuntimeError(f"{path} was answered with status {status}.")
    client.get(path)
    wall: list[float] = []
    cpu: list[float] = []
    end = time.perf_counter() + _LONGEST
    while len(wall) < _FEWEST or (len(wall) < _REPEATS and time.perf_counter() < end):
        start, used = time.perf_counter(), time.process_time()
        client.get(path)
        cpu.append((time.process_time() - used) * 1000)
        wall.append((time.perf_counter() - start) * 1000)
    return Timing(wall, cpu, log)


def _explain(timings: Mapping[str, Timing]) -> None:
    for what, timing in timings.items():
        for query in timing.log.queries:
            if query.ms > _SLOW_MS:
                sys.stderr.write(
                    f"[bench] {what}: {query.ms:.1f} ms\n  {query.sql}\n  {query.parameters}\n"
                    f"  {query.plan}\n"
                )
