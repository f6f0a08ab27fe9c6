"""Tiny station workbooks as lists of rows: enough for one trap each, and nothing else.

``dlts`` and ``lts`` return sheets to be changed by a test; ``write`` makes a file of them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlwt

Sheet = list[list[Any]]
Sheets = dict[str, Sheet]

DLTS_NAME = "9001-1_7_TEST DATA_3-4-2024_2-05 PM.xls"
LTS_NAME = "9002-1_7_TA_Test Data_3-4-2024_2-05 PMTrimmed Correct.xls"
POINTS = 20
SAVED = datetime(2024, 3, 4, 19, 6)  # UTC: one minute after the time in the names
_LABELS = {
    1: "model#",
    2: "shop#",
    3: "sectionID",
    4: "trackID",
    5: "trimID",
    6: "date",
    7: "phase value",
    8: "length value",
    9: "meas value",
    10: "resistance",
    13: "test volts",
    14: "#ofLinPoints",
    21: "Center Tap",
    26: "Calc. Angle",
}


def theory(points: int = POINTS) -> list[float]:
    """Return a straight line from 0 to 10 V."""
    return [10 * i / (points - 1) for i in range(points)]


def position(points: int = POINTS) -> list[float]:
    """Return even positions around zero."""
    return [i - (points - 1) / 2 for i in range(points)]


def measured(shift: float, points: int = POINTS) -> list[float]:
    """Return voltages a little off the theory."""
    return [round(t + shift + 0.001 * (i % 3), 5) for i, t in enumerate(theory(points))]


def cell(sheet: Sheet, address: str) -> Any:
    """Return the value of a cell such as B14."""
    row, column = place(address)
    return sheet[row][column] if row < len(sheet) and column < len(sheet[row]) else None


def put(sheet: Sheet, address: str, value: Any) -> None:
    """Set a cell such as B14, growing the sheet where needed."""
    row, column = place(address)
    while len(sheet) <= row:
        sheet.append([])
    while len(sheet[row]) <= column:
        sheet[row].append(None)
    sheet[row][column] = value


def place(address: str) -> tuple[int, int]:
    """Return zero-based row and column of an address with a single letter."""
    return int(address[1:]) - 1, ord(address[0]) - ord("A")


def dlts_sheet(
    volts: list[float], *, track: int = 1, trim: str = "", resistance: float | None = 5000.0
) -> Sheet:
    """Return a measurement sheet of Laser 2."""
    sheet: Sheet = []
    for row, label in _LABELS.items():
        put(sheet, f"A{row}", label)
    header = {1: "9001-1", 2: 7, 3: "SEC1", 4: f"TRK{track}", 5: trim or None}
    header |= {6: date(2024, 3, 4), 7: 0.0, 8: 19.0, 9: 19.05, 10: resistance, 13: 10.0}
    for row, value in (header | {14: len(volts), 26: 19.05}).items():
        put(sheet, f"B{row}", value)
    for column, words in zip("DEFGHIJ", ("Meas Volts", "Index", *"FGHIJ"), strict=True):
        put(sheet, f"{column}1", words)
    lines = zip(volts, theory(len(volts)), position(len(volts)), strict=True)
    for index, (volt, line, place_) in enumerate(lines):
        values = (volt, float(index), line, volt - line, place_, 0.05, -0.05)
        for column, value in zip("DEFGHIJ", values, strict=True):
            put(sheet, f"{column}{index + 2}", value)
    return sheet


def dlts() -> Sheets:
    """Return a workbook of Laser 2: one track, one pass, all good."""
    return {
        "Model Parameters": [["Model", "9001-1"], ["Type", "Rotary"], ["# of Sections", 1.0]],
        "Track Parameters": [["TRACK PARAMETERS", "SEC1-TRK1"], ["Length Minimum", 18.0]],
        "Trim Parameters": [["TRIM PARAMETERS", "SEC1-TRK1-TRM1"], ["Laser Speed High", 0.6]],
        "ref": dlts_sheet([round(t * 0.999, 6) for t in theory()]),
        "Report": [["Customer", "must never be read"]],
        "SEC1 TRK1 0": dlts_sheet(measured(0.02), resistance=4800.0),
        "SEC1 TRK1 1 TRM1": dlts_sheet(measured(0.004), trim="TRM1"),
    }


def lts_sheet(volts: list[float | None], *, resistance: float | None = 5000.0) -> Sheet:
    """Return a sweep sheet of Laser 1, with the two loose voltages below its block."""
    sheet: Sheet = []
    lines = zip(volts, theory(len(volts)), position(len(volts)), strict=True)
    for index, (volt, line, place_) in enumerate(lines):
        error = -line if volt is None else volt - line
        values = (volt, float(index), line, error, place_, 0.05, -0.05, 1.0)
        for column, value in zip("ABCDEFGH", values, strict=True):
            put(sheet, f"{column}{index + 1}", value)
    put(sheet, f"A{len(volts) + 1}", 5.01)
    put(sheet, "R1", resistance)
    return sheet


def lts() -> Sheets:
    """Return a workbook of Laser 1: one pass, Lin Error repeats it."""
    test = lts_sheet(measured(0.02), resistance=4800.0)
    put(test, "K1", 19.1)
    put(test, "M2", "7_TA")
    return {
        "Model Parameters": [["9002-1", "Model number"], ["Linear", "Pot Type"]],
        "Trim Parameters": [["Pass", 1.0, 2.0], ["Laser Cut Length", 3000.0, None]],
        "Lin Error": lts_sheet(measured(0.004)),
        "Lin Chart": [],
        "test": test,
        "hold": [],
        "TrimVolts1": [[0.0]],
        "Trim 1": lts_sheet(measured(0.004)),
    }


def lts_untouched() -> Sheets:
    """Return a workbook of Laser 1 of a part that was swept but not cut."""
    sheets = lts()
    del sheets["Trim 1"], sheets["TrimVolts1"]
    sheets["Lin Error"] = lts_sheet(theory(), resistance=0.0)
    return sheets


def write(path: Path, sheets: Sheets) -> Path:
    """Write the sheets to an .xls or .xlsx file, by the suffix of the path."""
    return write_xlsx(path, sheets) if path.suffix == ".xlsx" else write_xls(path, sheets)


def write_xls(path: Path, sheets: Sheets) -> Path:
    """Write an old workbook."""
    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="D-MMM-YY")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name, cell_overwrite_ok=True)
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                if isinstance(value, date | datetime):
                    sheet.write(row, column, value, day)
                elif value is not None:
                    sheet.write(row, column, value)
    book.save(str(path))
    return path


def write_xlsx(path: Path, sheets: Sheets) -> Path:
    """Write a new workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for values in rows:
            sheet.append(values)
    book.save(path)  # openpyxl stamps its own clock
    stamp = f'modified xsi:type="dcterms:W3CDTF">{SAVED.isoformat()}Z<'.encode()
    modified = re.compile(rb"modified [^>]*>[^<]*<")
    return repack(path, {"docProps/core.xml": lambda data: modified.sub(stamp, data)})


def repack(path: Path, changes: dict[str, Callable[[bytes], bytes | None]]) -> Path:
    """Change parts of an .xlsx file; ``None`` removes a part, an unknown name adds one."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for name, change in changes.items():
        changed = change(parts.get(name, b""))
        if changed is None:
            del parts[name]
        else:
            parts[name] = changed
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path
