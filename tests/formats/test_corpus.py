"""Every real workbook is read as its manifest says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from analysis.formats.read import read_station_file
from analysis.formats.station_file import (
    ClockSource,
    Layout,
    PointFlag,
    Station,
    StationFile,
    Track,
)

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def manifest() -> list[dict[str, str]]:
    path = CORPUS / "MANIFEST.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


ROWS = manifest()
pytestmark = pytest.mark.corpus


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_a_real_workbook_is_read_as_the_manifest_says(row: dict[str, str]) -> None:
    path = CORPUS / row["file"]
    file = read_station_file(path, name=path.name)
    assert file.layout is {"A": Layout.DLTS, "B": Layout.LTS}[row["system"]]
    assert file.station is {"A": Station.LASER_2, "B": Station.LASER_1}[row["system"]]
    assert file.model.value == row["model"]
    assert printed_serial(file) == row["serial"]
    assert printed_time(file) == row["tested_at"]
    assert "; ".join(track.name for track in file.tracks) == row["tracks"]
    assert by_track(file, points) == row["points_per_track"]
    assert by_track(file, lambda track: str(track.trims)) == row["trims"]
    outside = [f"{t.name}={raw_outside(t)}" if t.judged_sweep else "" for t in file.tracks]
    assert "; ".join(outside) == row["raw_out_of_limits"]


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_every_value_of_a_real_workbook_names_its_cell(row: dict[str, str]) -> None:
    path = CORPUS / row["file"]
    file = read_station_file(path, name=path.name)
    assert file.last_saved is not None
    assert file.model.cell in ("A1", "B1")
    for track in file.tracks:
        for sweep in track.sweeps:
            assert sweep.position.letter in ("H", "E")
            assert list(sweep.flags[: sweep.points_measured].tobytes()).count(1) == 0
            assert all(flag & 1 for flag in sweep.flags[sweep.points_measured :])
    for finding in file.findings:
        assert finding.sentence.endswith(".")


def printed_serial(file: StationFile) -> str:
    serial = str(file.serial.value or "")
    return f"{serial}_{file.tracks[0].name}" if file.layout is Layout.LTS else serial


def printed_time(file: StationFile) -> str:
    if file.clock_source is not ClockSource.FILE_NAME or file.tested_at is None:
        return ""
    return f"{file.tested_at:%Y-%m-%d %H:%M}"


def by_track(file: StationFile, say) -> str:  # type: ignore[no-untyped-def]
    return "; ".join(f"{track.name}={say(track)}" for track in file.tracks)


def points(track: Track) -> str:
    sweep = track.judged_sweep
    if sweep is None:
        return "0"
    if sweep.points_measured == sweep.rows:
        return str(sweep.rows)
    return f"{sweep.points_measured}/{sweep.rows}"


def raw_outside(track: Track) -> int:
    """Count the measured points outside their limits, nothing corrected."""
    sweep = track.judged_sweep
    assert sweep is not None
    lines = zip(
        sweep.error.values[: sweep.points_measured],
        sweep.lower.values,
        sweep.upper.values,
        strict=False,
    )
    return sum(
        lower == lower and upper == upper and not lower <= error <= upper
        for error, lower, upper in lines
    )


def test_the_station_agrees_wherever_its_column_knows_the_limits() -> None:
    """The pass/fail column counts blank limits as 0, so it is compared where none is blank."""
    compared = 0
    for path in sorted((CORPUS / "system_a").glob("*.xls")):
        for track in read_station_file(path, name=path.name).tracks:
            sweep = track.judged_sweep
            if sweep is None:
                continue
            rows = range(sweep.points_measured)
            limits = [(sweep.lower.values[i], sweep.upper.values[i]) for i in rows]
            marked = {i for i in rows if sweep.flags[i] & PointFlag.STATION_OUTSIDE}
            if not marked or any(low != low for low, _ in limits):
                continue
            error = sweep.error.values
            assert marked == {i for i in rows if not limits[i][0] <= error[i] <= limits[i][1]}
            compared += 1
    assert compared >= 10
