"""Decide the layout of a workbook from its sheets and cells. Unknown is an answer."""

from __future__ import annotations

import re

from analysis.formats.cells import at, text
from analysis.formats.station_file import Layout, UnreadableWorkbook
from analysis.formats.workbook import Workbook

DLTS_SHEET = re.compile(
    r"SEC(?P<section>\d{1,3}) TRK(?P<track>\d{1,3})(?: (?P<pass>\d{1,3}))?"
    r"(?P<trim> TRM(?P<set>\d{1,3})?)?",
    re.IGNORECASE,
)
LTS_TRIM_SHEET = re.compile(r"TRIM ?(\d{1,3})", re.I)

_READ = (Layout.DLTS, Layout.LTS)
_KINDS = {Layout.FINAL_TEST: "a final test", Layout.SMOOTHNESS: "an output smoothness"}


def detect(workbook: Workbook) -> Layout:
    """Return the layout of a laser workbook.

    A workbook with parameter sheets but without a measurement has a layout too; its reader says
    that there is nothing to judge.

    Raises:
        UnreadableWorkbook: ``layout-not-read`` for a known kind this version does not read,
            ``unknown-layout`` for everything else.
    """
    layout = _laser(workbook) or _other(workbook)
    if layout in _READ:
        return layout
    if layout is Layout.UNKNOWN:
        raise UnreadableWorkbook(
            "unknown-layout",
            "The sheets of this workbook belong to no station known here: there is neither a "
            "“SEC1 TRK1 0” sheet nor the pair “test” and “Lin Error”. The file is kept; offer "
            "the workbook the station wrote, or ask for this layout to be added.",
        )
    raise UnreadableWorkbook(
        "layout-not-read",
        f"This is {_KINDS[layout]} workbook; this version judges laser workbooks. "
        "The file is kept and will be read after an upgrade.",
        layout=layout,
    )


def _laser(workbook: Workbook) -> Layout | None:
    names = {name.strip().lower() for name in workbook.sheet_names}
    if any(DLTS_SHEET.fullmatch(name.strip()) for name in workbook.sheet_names):
        return Layout.DLTS
    if "ref" in names and "track parameters" in names:
        return Layout.DLTS
    trimmed = any(LTS_TRIM_SHEET.fullmatch(name) for name in names)
    if {"test", "lin error"} <= names or (trimmed and names & {"test", "lin error"}):
        return Layout.LTS
    if {"model parameters", "trim parameters"} <= names:
        # Laser 1 writes the value before its label, Laser 2 behind it.
        first = text(at(workbook.rows(workbook.called("Model Parameters")), 1, 0))
        return Layout.DLTS if first.lower() == "model" else Layout.LTS
    return None


def _other(workbook: Workbook) -> Layout:
    names = {name.strip().lower() for name in workbook.sheet_names}
    if "test data" in names and _is_smoothness(workbook):
        return Layout.SMOOTHNESS
    if "data table" in names or {"data", "charts"} <= names or {"a", "b", "c"} <= names:
        return Layout.FINAL_TEST
    if "parameters" in names and _has_verdict_cell(workbook):
        return Layout.FINAL_TEST
    if "sheet1" in names and _is_final_test_block(workbook):
        return Layout.FINAL_TEST
    if "test" in names and _is_shop_test(workbook):
        return Layout.FINAL_TEST
    return Layout.UNKNOWN


def _is_smoothness(workbook: Workbook) -> bool:
    sheet = workbook.called("Test Data")
    headers = " ".join(_cell(workbook, sheet, 1, column) for column in range(10)).lower()
    return "time" in headers and "filtered" in headers


def _is_final_test_block(workbook: Workbook) -> bool:
    """Look for the label block in K and L, or the model in L4 with the serial in M1."""
    sheet = workbook.called("Sheet1")
    labels = " ".join(_cell(workbook, sheet, row, 10) for row in range(1, 10)).lower()
    if "linearity" in labels or "hysteresis" in labels:
        return True
    head = _cell(workbook, sheet, 1, 11)
    return len(workbook.sheet_names) <= 3 and any(c.isdigit() for c in head) and head[:1].isalpha()


def _is_shop_test(workbook: Workbook) -> bool:
    sheet = workbook.called("test")
    return _cell(workbook, sheet, 1, 0).lower().startswith("model") and bool(
        _cell(workbook, sheet, 1, 1)
    )


def _has_verdict_cell(workbook: Workbook) -> bool:
    verdicts = {_cell(workbook, sheet, 1, 11).lower()[:4] for sheet in workbook.sheet_names[:3]}
    return bool(verdicts & {"pass", "fail"})


def _cell(workbook: Workbook, sheet: str, row: int, column: int) -> str:
    return text(at(workbook.rows(sheet), row, column))
