"""Which sheets the reader really fetches, so that the floor reads the same and no more."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import python_calamine

from analysis.formats.read import read_station_file
from analysis.formats.station_file import UnreadableWorkbook

Sheets = dict[str, list[str]]
"""Distinct sheet names by the path of their workbook, in the order of fetching."""


@dataclass
class _Recording:
    """Stands where calamine's class stands and notes every sheet that is asked for."""

    fetched: list[str] = field(default_factory=list)

    def from_path(self, path: Path) -> _RecordingWorkbook:
        return _RecordingWorkbook(_CALAMINE.from_path(path), self.fetched)

    def from_filelike(self, handle: Any) -> _RecordingWorkbook:
        return _RecordingWorkbook(_CALAMINE.from_filelike(handle), self.fetched)


@dataclass
class _RecordingWorkbook:
    workbook: python_calamine.CalamineWorkbook
    fetched: list[str]

    @property
    def sheet_names(self) -> list[str]:
        return self.workbook.sheet_names

    def get_sheet_by_name(self, name: str) -> python_calamine.CalamineSheet:
        self.fetched.append(name)
        return self.workbook.get_sheet_by_name(name)


_CALAMINE = python_calamine.CalamineWorkbook


def fetched_sheets(paths: Iterable[Path]) -> tuple[Sheets, int]:
    """Return the distinct sheets the reader fetches of each file, and how many it fetches twice."""
    sheets: Sheets = {}
    again = 0
    for path in paths:
        recording = _Recording()
        patch = mock.patch.object(python_calamine, "CalamineWorkbook", recording)
        with patch, contextlib.suppress(UnreadableWorkbook):  # what it fetched until then counts
            read_station_file(path, name=path.name, folder=path.parent.name)
        sheets[str(path)] = list(dict.fromkeys(recording.fetched))
        again += len(recording.fetched) - len(sheets[str(path)])
    return sheets, again


def read_bare(sheets: Sheets) -> int:
    """Read the sheets as a straight line of code would; return the number of rows."""
    rows = 0
    for path, names in sheets.items():
        workbook = _CALAMINE.from_path(path)
        for name in names:
            rows += len(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
    return rows
