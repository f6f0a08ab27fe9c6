"""The layout comes from sheets and cells; unknown is an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.formats.read import read_station_file
from analysis.formats.station_file import Layout, UnreadableWorkbook
from tests.formats import books


def refusal(path: Path, sheets: books.Sheets) -> UnreadableWorkbook:
    books.write(path, sheets)
    with pytest.raises(UnreadableWorkbook) as refused:
        read_station_file(path, name=books.DLTS_NAME)
    return refused.value


FINAL_TEST: dict[str, books.Sheets] = {
    "the data table": {"Data Table": [[1.0]], "Chart": [[1.0]]},
    "the block of labels": {
        "Sheet1": [[1.0] * 10 + [label, "PASSED"] for label in ("Linearity", "Hysteresis")]
    },
    "a model in L1": {"Sheet1": [[1.0] * 11 + ["SN12", 5]]},
    "data and charts": {"Data": [[1.0]], "Charts": [[1.0]]},
    "sections": {"A": [[1.0]], "B": [[1.0]], "C": [[1.0]]},
    "a verdict in L1": {"Data 1": [[1.0] * 11 + ["Passed"]], "Parameters": [[1.0]]},
    "the shop's own test": {"test": [["Model", "9001"], ["Serial", 7.0]], "Sheet2": [[1.0]]},
}


@pytest.mark.parametrize("what", FINAL_TEST)
def test_a_final_test_workbook_is_named_as_such(tmp_path: Path, what: str) -> None:
    found = refusal(tmp_path / "book.xls", FINAL_TEST[what])
    assert (found.code, found.layout) == ("layout-not-read", Layout.FINAL_TEST)
    assert found.sentence == (
        "This is a final test workbook; this version judges laser workbooks. "
        "The file is kept and will be read after an upgrade."
    )


def test_an_output_smoothness_workbook_is_named_as_such(tmp_path: Path) -> None:
    sheets = {"Test Data": [["", "", "", "", "Time (s)", "Filtered Volts"], [1.0]]}
    found = refusal(tmp_path / "book.xlsx", sheets)
    assert (found.code, found.layout) == ("layout-not-read", Layout.SMOOTHNESS)


UNKNOWN: dict[str, books.Sheets] = {
    "one sheet": {"Sheet1": [["shopping list"]]},
    "an empty sheet": {"Sheet1": []},
    "a test without labels": {"test": [[1.0, 2.0]]},
    "a lone lin error": {"Lin Error": [[1.0, 2.0]]},
    "a list of others": {"Test Data": [["x"]], "ref": [["x"]]},
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_belongs_to_no_station_is_unknown(tmp_path: Path, what: str) -> None:
    found = refusal(tmp_path / "book.xls", UNKNOWN[what])
    assert (found.code, found.layout) == ("unknown-layout", Layout.UNKNOWN)


def test_names_of_sheets_are_compared_without_capitals(tmp_path: Path) -> None:
    sheets = {name.upper(): rows for name, rows in books.lts().items()}
    path = books.write(tmp_path / "book.xls", sheets)
    assert read_station_file(path, name=books.LTS_NAME).tracks[0].trims == 1
