"""What a worker and its reader hold: for one file, and after thousands."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression, mean, median
from tempfile import TemporaryDirectory

import psutil

from analysis.formats.bounded import BoundedReader, Limits, Request
from analysis.formats.station_file import UnreadableWorkbook
from tests.integrity.real_site import RealSite
from tests.performance.running_site import running_site
from tests.performance.site_rows import SiteRows
from tests.performance.station_files import typical_files, write_load
from tests.performance.table import Line, at_most

FILES = int(os.environ.get("BENCH_FILES", "5000"))
_SETTLED = 100  # files after which a worker is what it will be
_ROUNDS = 3
_MB = 1024**2


@dataclass(frozen=True, slots=True)
class Sample:
    """What the processes of one role held when so many files were done."""

    files: int
    worker: float  # MB of its own (USS)
    reader: float


def lines() -> list[Line]:
    """Measure single files in the reader, then a real worker over many."""
    return [*_lines_of_one_file(), *_lines_of_many()]


def _lines_of_one_file() -> list[Line]:
    peaks = []
    with typical_files() as files, BoundedReader(Limits(files=100_000)) as reader:
        requests = [Request(path, path.name, path.parent.name) for path in files.paths]
        smallest = min(requests, key=lambda request: request.path.stat().st_size)
        _read(reader, smallest)
        child = psutil.Process().children()[0]
        base = child.memory_info().rss / _MB
        for _ in range(_ROUNDS):
            for request in requests:
                # The kernel forgets the highest mark, so that it is this file's own afterwards.
                Path(f"/proc/{child.pid}/clear_refs").write_text("5")
                _read(reader, request)
                peaks.append(_highest_mb(child.pid) - base)
        n = f"{len(requests)} {files.kind}, {_ROUNDS} rounds"
    note = f"peak of the reader over its {base:.0f} MB after the smallest file"
    return [
        Line("memory: one file, median", "MB over base", n, median(peaks)),
        Line(
            "memory: one file, most", "MB over base", n, max(peaks), budget=at_most(10), note=note
        ),
    ]


def _read(reader: BoundedReader, request: Request) -> None:
    with contextlib.suppress(UnreadableWorkbook):
        reader.read(request)


def _highest_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("The kernel tells no highest mark.")


def _lines_of_many() -> list[Line]:
    with TemporaryDirectory(prefix="lasertrim-bench-") as folder, running_site() as site:
        write_load(Path(folder), FILES)
        site.command("ingest", folder)
        start = time.perf_counter()
        site.start()
        samples = _watch(site)
        took = time.perf_counter() - start
        site.stop()
    settled = [sample for sample in samples if sample.files >= _SETTLED]
    late = [sample for sample in samples if sample.files >= FILES / 2]
    first, last = _ends([sample.worker for sample in settled])
    slope = linear_regression(
        [sample.files for sample in late], [sample.worker for sample in late]
    ).slope
    readers = [sample.reader for sample in settled if sample.reader]
    n = f"{FILES} load files"
    note = (
        f"USS, {len(settled)} samples in {took:.0f} s; floor: first tenth after {_SETTLED} files. "
        "SQLite's page cache (16 MB) fills in the first half"
    )
    return [
        Line("memory: worker at the end", "MB own", n, last, first, note=note),
        Line("memory: growth, last half", "MB/1000 files", n, slope * 1000, None, at_most(1)),
        Line("memory: reader, median", "MB own", n, median(readers)),
        Line("memory: reader, most", "MB own", n, max(readers)),
    ]


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """Return the means of the first and of the last tenth."""
    tenth = max(1, len(values) // 10)
    return mean(values[:tenth]), mean(values[-tenth:])


def _watch(site: RealSite) -> list[Sample]:
    rows = SiteRows(site)
    samples = []
    end = time.monotonic() + 60 + FILES / 5
    while True:
        done = rows.finished_jobs()
        sample = _sample(site, done)
        if sample is not None:
            samples.append(sample)
        if done >= FILES:
            return samples
        if time.monotonic() > end:
            raise TimeoutError(f"{done} of {FILES} files.\n{site.log.read_text()[-2000:]}")
        time.sleep(1)


def _sample(site: RealSite, files: int) -> Sample | None:
    """Look at the worker and its reader: the process that has a child, and the child."""
    for process in site.processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            if "analysis.formats.child" in " ".join(process.cmdline()):
                worker = process.parent()
                if worker is not None:
                    return Sample(files, _own_mb(worker), _own_mb(process))
    return None


def _own_mb(process: psutil.Process) -> float:
    return float(process.memory_full_info().uss) / _MB
