"""What the tests of the formats share: a reader of sheets that exist only as lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.formats.read import read_station_file
from analysis.formats.station_file import StationFile
from tests.formats import books

Reader = Callable[..., StationFile]


@pytest.fixture
def read_dlts(tmp_path: Path) -> Reader:
    """Read sheets as a workbook of Laser 2."""

    def read(sheets: books.Sheets, name: str = books.DLTS_NAME, folder: str = "") -> StationFile:
        path = books.write(tmp_path / f"book{Path(name).suffix}", sheets)
        return read_station_file(path, name=name, folder=folder)

    return read


@pytest.fixture
def read_lts(read_dlts: Reader) -> Reader:
    """Read sheets as a workbook of Laser 1."""

    def read(sheets: books.Sheets, name: str = books.LTS_NAME, folder: str = "") -> StationFile:
        return read_dlts(sheets, name, folder)

    return read


def codes(file: StationFile) -> set[str]:
    """Collect the codes of all findings of a file."""
    found = {finding.code for finding in file.findings}
    for track in file.tracks:
        found |= {finding.code for finding in track.findings}
        for sweep in track.sweeps:
            found |= {finding.code for finding in sweep.findings}
    return found
