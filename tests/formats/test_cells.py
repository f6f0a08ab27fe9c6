"""What a cell can mean."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from math import inf, isnan, nan

import pytest

from analysis.formats.cells import at, letter, moment, number, numbers, text


@pytest.mark.parametrize(
    "cell", ["", " ", "NaN", "nan", " Inf", "-inf", "#N/A", "volts", True, False, nan, inf, "1_0"]
)
def test_what_is_no_number_is_missing(cell: object) -> None:
    assert isnan(number(cell))  # type: ignore[arg-type]
    assert isnan(numbers([cell])[0])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (5, 5.0),
        (-0.25, -0.25),
        (" 12.5 ", 12.5),
        ("1e3", 1000.0),
        (10**400, None),
        (datetime(2024, 3, 4, 12), 45355.5),
        (date(2024, 3, 4), 45355.0),
        (date(1900, 3, 1), 61.0),
        (datetime(1900, 2, 28), 59.0),
        (datetime(1900, 1, 5, 0, 14, 24), 5.01),
        (time(12, 0), 0.5),
        (timedelta(hours=36), 1.5),
    ],
)
def test_numbers_and_dates_become_the_number_behind_them(cell: object, value: float | None) -> None:
    found = number(cell)  # type: ignore[arg-type]
    assert isnan(found) if value is None else found == pytest.approx(value, abs=1e-9)
    assert type(found) is float


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("  8888 ", "8888"),
        (8340.0, "8340"),
        (1844205, "1844205"),
        (0.0, "0"),
        (12.5, "12.5"),
        (nan, ""),
        (True, ""),
        (datetime(2024, 3, 4, 12, 30), "2024-03-04 12:30"),
        (date(2024, 3, 4), "2024-03-04"),
        ("x" * 5000, "x" * 200),
    ],
)
def test_a_text_is_what_a_person_sees(cell: object, words: str) -> None:
    assert text(cell) == words  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (date(2024, 3, 4), datetime(2024, 3, 4)),
        (datetime(2024, 3, 4, 9, 5), datetime(2024, 3, 4, 9, 5)),
        (45355.5, datetime(2024, 3, 4, 12)),
        (datetime(1903, 12, 31, 19), None),
        ("3/4/2024", None),
        (1e300, None),
        (True, None),
        (nan, None),
    ],
)
def test_a_date_cell_holds_a_date_of_this_age_or_none(cell: object, found: datetime | None) -> None:
    assert moment(cell) == found  # type: ignore[arg-type]


def test_columns_are_named_as_in_a_spreadsheet() -> None:
    assert [letter(i) for i in (0, 25, 26, 255, 701)] == ["A", "Z", "AA", "IV", "ZZ"]


def test_outside_a_sheet_every_cell_is_blank() -> None:
    assert [at([["x"]], *place) for place in ((1, 0), (1, 1), (2, 0))] == ["x", "", ""]
