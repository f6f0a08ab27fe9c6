"""Judging one track, by the length of the track and by what is asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from analysis.formats.station_file import StationFile
from analysis.numerics.evaluate import evaluate_track
from analysis.numerics.linearity import Graded, judge_offset, some_offset_passes
from analysis.numerics.rotation import judge_rotation
from analysis.numerics.sigma import sigma_gradient
from analysis.numerics.specification import Specification, ToleranceKind
from tests.performance.reading import read
from tests.performance.station_files import typical_files
from tests.performance.table import Budget, Line, at_most

ROUNDS = 60
LENGTHS = (350, 10_000, 1_000_000)
_RANDOM = 20260301


def lines() -> list[Line]:
    """Measure the kernels by length, then whole evaluations of real or synthetic tracks."""
    return [line for length in LENGTHS for line in _kernels(length)] + _evaluations()


def _kernels(length: int) -> list[Line]:
    passing, failing, theory = _curves(length)
    bounds = (-0.0119048, 0.0116279)  # 340 +- 4
    rounds = ROUNDS if length < 100_000 else 3
    ways: list[tuple[str, Callable[[], object], Budget | None]] = [
        ("whether any offset passes", lambda: some_offset_passes(passing), None),
        ("whether any passes, failing", lambda: some_offset_passes(failing), None),
        ("offset verdict", lambda: judge_offset(passing), at_most(30)),
        ("offset verdict, failing", lambda: judge_offset(failing), at_most(30)),
        ("offset and rotation", lambda: judge_rotation(passing, theory, bounds), at_most(150)),
        (
            "sigma gradient",
            lambda: sigma_gradient(np.linspace(0.0, 340.0, length), passing.error),
            None,
        ),
    ]
    n = f"{length} points, {rounds} rounds"
    return [
        Line(
            name, "µs CPU", n, _microseconds(way, rounds), budget=budget if length == 350 else None
        )
        for name, way, budget in ways
    ]


def _curves(length: int) -> tuple[Graded, Graded, np.ndarray]:
    """Return a bow-tie track that passes with an offset, one that cannot, and its theory."""
    random = np.random.default_rng(_RANDOM)
    along = np.linspace(-1.0, 1.0, length)
    upper = 0.02 + 0.01 * np.abs(along)
    error = 0.012 + 0.004 * np.sin(9.0 * along) + random.normal(0.0, 0.0008, length)
    spoiled = error.copy()
    spoiled[:: max(1, length // 7)] += 0.06
    rows = np.arange(length)
    return (
        Graded(rows, error, -upper, upper, ()),
        Graded(rows, spoiled, -upper, upper, ()),
        5.0 + 5.0 * along,
    )


def _evaluations() -> list[Line]:
    with typical_files() as files:
        records = [record for path in files.paths if (record := read(path)) is not None]
    free = Specification(angle=340.0, tolerance_kind=ToleranceKind.SYMMETRIC, tolerance=4.0)
    n = f"tracks of {len(records)} {files.kind}"
    return [
        Line(
            "complete evaluation with certificate",
            "µs CPU, median",
            n,
            median(_each_track(records, None)),
            budget=at_most(1000),
        ),
        Line("the same, rotation allowed", "µs CPU, median", n, median(_each_track(records, free))),
    ]


def _each_track(records: list[StationFile], rules: Specification | None) -> list[float]:
    return [
        _microseconds(lambda t=track: evaluate_track(t, specification=rules), 5)  # type: ignore[misc]
        for record in records
        for track in record.tracks
        if track.judged is not None
    ]


def _microseconds(way: Callable[[], object], rounds: int) -> float:
    way()
    seconds = []
    for _ in range(rounds):
        start = time.process_time_ns()
        way()
        seconds.append(time.process_time_ns() - start)
    return median(seconds) / 1000
