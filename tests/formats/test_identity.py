"""Whose measurement it is and when it was made."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from analysis.formats import identity
from analysis.formats.contents import Contents
from analysis.formats.names import parse_name
from analysis.formats.station_file import ClockSource, Layout, Reading
from tests.formats import books
from tests.formats.conftest import Reader, codes

BEFORE, AFTER = "SEC1 TRK1 0", "SEC1 TRK1 1 TRM1"


@pytest.mark.parametrize("serial", ["007", "7", "07"])
def test_the_name_knows_a_serial_better_than_a_number_cell(read_dlts: Reader, serial: str) -> None:
    file = read_dlts(books.dlts(), f"9001-1_{serial}_TEST DATA_3-4-2024_2-05 PM.xls")
    assert file.serial.value == serial
    assert "serial-disagrees" not in codes(file)


def test_another_serial_in_a_cell_is_reported(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "B2", "8B")
    file = read_dlts(sheets)
    assert file.serial.value == "7"
    (finding,) = file.findings
    assert (finding.code, finding.sheet, finding.cell) == ("serial-disagrees", AFTER, "B2")


def test_a_serial_missing_in_the_name_comes_from_a_cell(read_dlts: Reader) -> None:
    file = read_dlts(books.dlts(), "9001-1__TEST DATA_3-4-2024_2-05 PM.xls")
    assert (file.serial.value, file.serial.cell) == ("7", "B2")
    assert "serial-from-cell" in codes(file)


def test_another_model_in_the_name_is_reported(read_dlts: Reader) -> None:
    file = read_dlts(books.dlts(), "9001-1 Blue_7_TEST DATA_3-4-2024_2-05 PM.xls")
    assert file.model.value == "9001-1"
    assert codes(file) == {"model-disagrees-with-name"}


def test_another_model_in_a_sheet_is_reported(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[BEFORE], "B1", "9001-2")
    assert codes(read_dlts(sheets)) == {"model-disagrees"}


def test_without_a_model_cell_a_sheet_and_then_the_name_decide(read_dlts: Reader) -> None:
    sheets = books.dlts()
    del sheets["Model Parameters"][0][1]
    file = read_dlts(sheets)
    assert (file.model.value, file.model.sheet) == ("9001-1", BEFORE)
    for sheet in (BEFORE, AFTER):
        books.put(sheets[sheet], "B1", None)
    file = read_dlts(sheets)
    assert (file.model.value, file.model.sheet) == ("9001-1", "")
    assert "model-missing" in codes(file)


def test_a_date_cell_gives_the_day_where_the_name_has_none(read_dlts: Reader) -> None:
    file = read_dlts(books.dlts(), "9001-1_Shop7_again.xls")
    assert (file.tested_at, file.clock_source) == (datetime(2024, 3, 4), ClockSource.CELL)


def test_the_date_cell_of_a_template_is_not_believed(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets["ref"], "B6", date(2013, 6, 11))
    sheets[AFTER] = sheets["ref"]
    file = read_dlts(sheets, "9001-1_Shop7_again.xls")
    assert file.tested_at == datetime(2024, 3, 4)


def test_last_saved_is_the_last_resort_in_factory_time(read_lts: Reader) -> None:
    file = read_lts(books.lts(), "9002-1_Shop7.xlsx")
    assert (file.tested_at, file.clock_source) == (
        datetime(2024, 3, 4, 14, 6),
        ClockSource.LAST_SAVED,
    )


def test_without_any_clock_there_is_no_time(read_lts: Reader) -> None:
    file = read_lts(books.lts(), "9002-1_Shop7.xls")
    assert (file.tested_at, file.clock_source) == (None, ClockSource.NONE)


def test_a_session_opened_the_day_before_is_named_so(read_dlts: Reader) -> None:
    sheets = books.dlts()
    books.put(sheets[AFTER], "B6", date(2024, 3, 3))
    (finding,) = read_dlts(sheets).findings
    assert finding.code == "date-disagrees"
    assert "day before" in finding.sentence


@pytest.mark.parametrize(("clock", "code"), [("1-30 PM", "saved-after-test"), ("2-00 PM", None)])
def test_a_workbook_saved_long_after_the_test_is_reported(
    read_lts: Reader, clock: str, code: str | None
) -> None:
    file = read_lts(books.lts(), f"9002-1_7_TA_Test Data_3-4-2024_{clock}Trimmed Correct.xlsx")
    assert codes(file) == ({code} if code else set())


def test_a_workbook_saved_before_the_test_is_reported(read_lts: Reader) -> None:
    file = read_lts(books.lts(), "9002-1_7_TA_Test Data_3-4-2024_5-05 PM.xlsx")
    assert codes(file) == {"saved-before-test"}


def test_summer_time_is_minded() -> None:
    name = parse_name("9001-1_7_TEST DATA_7-4-2024_2-05 PM.xls")
    saved = datetime.fromisoformat("2024-07-04T18:06:00+00:00")
    contents = Contents(layout=Layout.DLTS, position_unit="deg", models=(Reading("9001-1"),))
    assert identity.settle_time(contents, name, saved, "America/New_York")[2] == []
    assert identity.settle_time(contents, name, saved, "Europe/Berlin")[2] != []


def test_a_machine_without_zone_data_compares_nothing() -> None:
    name = parse_name("9001-1_7_TEST DATA_7-4-2024_2-05 PM.xls")
    saved = datetime.fromisoformat("2025-07-04T18:06:00+00:00")
    contents = Contents(layout=Layout.DLTS, position_unit="deg", models=(Reading("9001-1"),))
    assert identity.settle_time(contents, name, saved, "Nowhere/Here")[2] == []
