"""The real workbooks: verdicts against the manifest, and against the desktop's rotation search."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from analysis.formats.read import read_station_file
from analysis.formats.station_file import StationFile
from analysis.numerics.columns import points_of
from analysis.numerics.evaluate import FileEvaluation, TrackEvaluation, evaluate_file
from analysis.numerics.linearity import grade
from analysis.numerics.method import METHODS
from analysis.numerics.rotation import judge_rotation
from analysis.numerics.verdict import Verdict

pytestmark = pytest.mark.corpus
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def manifest() -> list[dict[str, str]]:
    path = CORPUS / "MANIFEST.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def record(file: str) -> StationFile:
    path = CORPUS / file
    return read_station_file(path, name=path.name)


@cache
def judged(file: str) -> FileEvaluation:
    return evaluate_file(record(file))


def of(start: str, track: int = 0) -> TrackEvaluation:
    """Return the evaluation of a track of the only file whose name starts so."""
    (file,) = (
        row["file"]
        for row in manifest()
        if Path(row["file"]).name.startswith(start) and "resaved" not in row["file"]
    )
    return judged(file).tracks[track]


@pytest.mark.parametrize("row", manifest(), ids=lambda row: Path(row["file"]).stem[:40])
def test_points_out_as_measured_are_those_of_the_manifest(row: dict[str, str]) -> None:
    answer = judged(row["file"])
    pairs = (part.split("=") for part in row["raw_out_of_limits"].split(";") if "=" in part)
    counts = {name.strip(): int(number) for name, number in pairs}
    assert {
        track.name: track.failing_as_measured
        for track in answer.tracks
        if track.failing_as_measured is not None
    } == counts
    for track in answer.tracks:
        if track.passes_as_measured:
            assert track.passes_corrected
        if track.verdict is Verdict.FAIL:
            assert track.failing_corrected and track.deciding_points


@pytest.mark.parametrize(
    "start", ["8508-A_65", "6644 MASTER_131", "8340-3_8", "7764_22", "1844205_82"]
)
def test_what_passes_only_with_an_offset_is_shown_both_ways(start: str) -> None:
    got = of(start)
    assert (got.passes_as_measured, got.passes_corrected) == (False, True)
    assert got.verdict in (Verdict.PASS, Verdict.WARNING)
    assert "after a shift of" in got.reason


def test_8074_passes_on_trk2_where_the_desktop_misses_the_offset() -> None:
    assert of("8074_18", 0).verdict is Verdict.UNTRIMMED
    second = of("8074_18", 1)
    assert second.verdict is Verdict.PASS
    assert (second.failing_as_measured, second.failing_corrected) == (11, 0)


def test_the_best_offset_of_7302_leaves_one_point_out() -> None:
    got = of("7302-2_205")
    assert (got.verdict, got.failing_corrected) == (Verdict.FAIL, 1)


def test_the_zero_width_point_of_7965_is_met_by_an_exact_offset() -> None:
    got = of("7965_90")
    assert (got.verdict, got.failing_as_measured) == (Verdict.PASS, 1)
    assert got.offset_window is not None
    assert got.offset_window[0] == got.offset_window[1] == got.offset
    assert [finding.code for finding in got.findings] == ["limits-zero-width"]


def test_stale_rows_of_8555_are_not_judged() -> None:
    first, second = of("8555_3"), of("8555_3", 1)
    assert (first.points_rows, first.points_measured) == (343, 341)
    assert first.failing_as_measured == 0
    assert (second.verdict, second.failing_as_measured) == (Verdict.PASS, 180)


def test_8817_passes_as_measured() -> None:
    assert of("8817_31").reason == "All 65 graded points are inside the limits as measured."


def test_8888_is_not_evaluable_although_nothing_is_out() -> None:
    got = of("8888_10")
    assert (got.verdict, got.failing_as_measured) == (Verdict.NOT_EVALUABLE, 0)
    assert got.findings[0].code == "limits-series"
    assert got.findings[0].cell


def test_templates_are_not_measured_and_what_was_not_trimmed_says_so() -> None:
    assert of("8712 Blue_324", 1).verdict is Verdict.NOT_MEASURED
    for start in ("8736_Shop18", "8094-2_8_TA_Test Data_12-21-2024_10", "8585_1", "8570_310"):
        assert of(start).verdict is Verdict.UNTRIMMED


def test_limits_that_differ_between_the_sheets_of_7029_are_told() -> None:
    got = of("7029_37")
    assert (got.verdict, [finding.code for finding in got.findings]) == (
        Verdict.PASS,
        ["limits-differ"],
    )


def test_seven_points_are_judged_without_a_sigma_gradient() -> None:
    got = of("8856_56C-D")
    assert (got.verdict, got.sigma_gradient) == (Verdict.PASS, None)


def test_every_method_judges_every_file() -> None:
    for row in manifest():
        for method in METHODS.values():
            answer = evaluate_file(record(row["file"]), method)
            assert answer.method == method.name


def desktop_rotation(
    error: np.ndarray, lower: np.ndarray, upper: np.ndarray, t: np.ndarray, reach: float
) -> int:
    """Count what the desktop's grid and simplex leave out (formulas.md 3.3)."""

    def cost(point: np.ndarray) -> float:
        offset, k = point[0], min(max(point[1], -reach), reach)
        at = error + offset + k * t
        return float(((at < lower) | (at > upper)).sum() * 1e6 + np.abs(at).max())

    window = abs(float(np.median(error))) + 0.02
    grid = [
        np.array([offset, k])
        for offset in np.linspace(-window, window, 11)
        for k in np.linspace(-reach, reach, 11)
    ]
    start = min(grid, key=cost)
    options = {"maxiter": 500, "xatol": 1e-7, "fatol": 1e-7}
    best = minimize(cost, start, method="Nelder-Mead", options=options)
    return int(min(cost(start), float(best.fun)) // 1e6)


def test_the_exact_rotation_is_never_worse_than_the_grid_and_simplex_of_the_desktop() -> None:
    better = compared = 0
    for row in manifest():
        for track in record(row["file"]).tracks:
            sweep = track.judged_sweep
            if sweep is None:
                continue
            points = points_of(sweep)
            graded = grade(points.error, points.lower, points.upper)
            got = judge_rotation(graded, points.theory, (-0.0119, 0.0119))
            if got.correction is None or graded.blank:
                continue
            t = points.theory[graded.rows]
            theirs = desktop_rotation(graded.error, graded.lower, graded.upper, t, 0.0119)
            assert len(got.failing) <= theirs
            compared += 1
            better += len(got.failing) < theirs
    assert compared > 40
    assert better > 0
