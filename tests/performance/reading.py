"""Reading and judging one workbook, against a bare calamine read of the same sheets."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from analysis.formats.bounded import BoundedReader, Limits, Request
from analysis.formats.read import read_station_file
from analysis.formats.station_file import StationFile, UnreadableWorkbook
from analysis.numerics.evaluate import evaluate_file
from tests.performance.fetched_sheets import fetched_sheets, read_bare
from tests.performance.processor_time import seconds_of
from tests.performance.station_files import StationFiles, typical_files
from tests.performance.table import Line, times_floor

ROUNDS = 9


def lines() -> list[Line]:
    """Measure all ways of reading in alternating rounds over all files."""
    with typical_files() as files:
        sheets, again = fetched_sheets(files.paths)
        ways: dict[str, Callable[[], float]] = {
            "bare": lambda: _own(lambda: read_bare(sheets)),
            "read": lambda: _own(lambda: _read_all(files.paths)),
            "judge": lambda: _own(lambda: _judge_all(files.paths)),
        }
        with BoundedReader(Limits(files=100_000)) as reader:
            ways["child"] = lambda: _both(reader, files.paths)
            for way in ways.values():
                way()  # warm
            seconds: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, way in ways.items():
                    seconds[name].append(way())
    return _report(files, {name: median(all_) for name, all_ in seconds.items()}, sheets, again)


def _report(
    files: StationFiles, seconds: dict[str, float], sheets: dict[str, list[str]], again: int
) -> list[Line]:
    count = len(files.paths)
    ms = {name: value / count * 1000 for name, value in seconds.items()}
    n = f"{count} {files.kind}, {ROUNDS} rounds"
    fetched = sum(map(len, sheets.values()))
    note = f"floor: calamine alone, the {fetched} sheets the reader fetches ({again} of them twice)"
    budget = times_floor(2.0)
    floor = ms["bare"]
    return [
        Line("read a file", "ms CPU/file", n, ms["read"], floor, budget, note),
        Line("read and judge a file", "ms CPU/file", n, ms["judge"], floor, budget),
        Line("the same through the bounded child", "ms CPU/file", n, ms["child"], floor),
    ]


def read(path: Path) -> StationFile | None:
    """Read one file as the reader child does; None where it is refused."""
    try:
        return read_station_file(path, name=path.name, folder=path.parent.name)
    except UnreadableWorkbook:
        return None


def read_and_judge(path: Path) -> None:
    """Read and judge one file in this process."""
    file = read(path)
    if file is not None:
        evaluate_file(file)


def _read_all(paths: tuple[Path, ...]) -> None:
    for path in paths:
        read(path)


def _judge_all(paths: tuple[Path, ...]) -> None:
    for path in paths:
        read_and_judge(path)


def _own(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def _both(reader: BoundedReader, paths: tuple[Path, ...]) -> float:
    """Return the processor time of this process and of the reader's child."""
    before = time.process_time() + _child_seconds()
    for path in paths:
        try:
            file = reader.read(Request(path, path.name, path.parent.name))
        except UnreadableWorkbook:
            continue
        evaluate_file(file)
    return time.process_time() + _child_seconds() - before


def _child_seconds() -> float:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return sum(seconds_of(int(pid)) for pid in children)
