"""The bytes: valid containers, equal for equal stories, cells as Excel saves them."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from io import BytesIO

import olefile
import pytest
from openpyxl import load_workbook

from analysis.simulate import biff, ole2, ooxml
from analysis.simulate.cells import (
    BLANK,
    Book,
    Computed,
    ErrorCode,
    Formatted,
    NumberFormat,
    Sheet,
    column_index,
    column_letters,
)
from analysis.simulate.dlts import AUTHOR
from analysis.simulate.formulas import dlts_error, dlts_flag
from analysis.simulate.trap import Trap
from tests.simulate.stories import opened, written

SAVED = datetime(2026, 3, 2, 14, 15, 20, tzinfo=UTC)


def _book(*sheets: Sheet) -> Book:
    return Book("name", list(sheets), SAVED, "NOBODY")


def _xls(book: Book) -> bytes:
    stream = bytes(biff.workbook_stream(book).data)
    return ole2.compound_file(stream, last_saved=book.last_saved, author=book.author)


def _every_kind_of_cell() -> Sheet:
    sheet = Sheet("every kind")
    values = [0.0, 161.0, -0.5, 0.1, 1e-300, -1.7976931348623157e308, 0.0625, 4.9e-324]
    sheet.put_column("A1", values)
    sheet["B1"], sheet["B2"], sheet["B3"] = "latin °", "wide Ω", BLANK
    sheet["C1"] = Formatted(4.99, NumberFormat.SHORT_DATE)
    sheet["C2"] = ErrorCode.NOT_AVAILABLE
    sheet["C3"] = Computed(0.25, dlts_error(3))
    sheet["C4"] = Computed(ErrorCode.NOT_AVAILABLE, dlts_flag(4))
    sheet["IV5"] = 256.0
    return sheet


@pytest.mark.parametrize("encode", [_xls, ooxml.package], ids=["xls", "xlsx"])
def test_every_number_comes_back_bit_for_bit(encode):
    sheet = _every_kind_of_cell()
    rows = opened(encode(_book(sheet)))["every kind"]
    for row in range(1, 9):
        assert struct.pack("<d", rows[row - 1][0]) == struct.pack("<d", sheet[f"A{row}"])
    assert [rows[0][1], rows[1][1], rows[2][1]] == ["latin °", "wide Ω", ""]
    assert rows[2][2] == 0.25
    assert rows[4][255] == 256.0


@pytest.mark.parametrize("encode", [_xls, ooxml.package], ids=["xls", "xlsx"])
def test_a_date_typed_voltage_arrives_as_a_moment(encode):
    moment = opened(encode(_book(_every_kind_of_cell())))["every kind"][0][2]
    assert moment == datetime(1900, 1, 4, 23, 45, 36)  # Excel counts 1900 as a leap year


def test_an_error_inside_a_formula_is_saved_the_way_excel_does():
    stream = bytes(biff.workbook_stream(_book(_every_kind_of_cell())).data)
    at = stream.index(struct.pack("<HHHHH", 6, 22 + len(dlts_flag(4).tokens), 3, 2, 15))
    assert stream[at + 10 : at + 18] == bytes.fromhex("02002a000000ffff")


def test_the_tokens_of_the_flag_formula_are_the_ones_excel_writes_for_it():
    tokens = dlts_flag(2).tokens.hex()
    error, upper, lower = "44010006c0", "44010008c0", "44010009c0"
    condition = f"{error}{upper}0d{error}{lower}0942022500"
    assert tokens == f"{condition}19020900{error}19080a00410a001908030042030100"


def test_many_texts_are_split_between_records():
    sheet = Sheet("texts")
    sheet.put_column("A1", [f"text number {i} " + "x" * 80 for i in range(400)])
    rows = opened(_xls(_book(sheet)))["texts"]
    assert [row[0] for row in rows] == [sheet[f"A{i}"] for i in range(1, 401)]


def test_the_container_is_clean_and_knows_when_it_was_saved():
    with olefile.OleFileIO(BytesIO(written("dlts").data)) as container:
        assert container.parsing_issues == []
        assert container.exists("Workbook")
        properties = container.get_metadata()
        assert properties.last_saved_time == datetime(2026, 3, 2, 14, 15, 20)
        assert properties.author == properties.last_saved_by == AUTHOR.encode()


def test_a_stream_of_several_megabytes_still_fits_the_container():
    data = bytes(range(256)) * 4 * 4096
    with olefile.OleFileIO(BytesIO(ole2.compound_file(data, last_saved=SAVED, author="N"))) as ole:
        assert ole.openstream("Workbook").read() == data


def test_openpyxl_reads_values_formulas_and_properties_of_the_package():
    book = load_workbook(BytesIO(written("dlts", container="xlsx").data))
    sheet = book["SEC1 TRK1 1 TRM1"]
    assert sheet["G2"].value == "=D2-F2+$B$7"
    assert sheet["K2"].value == "=IF(OR(G2>I2,G2<J2),G2,NA())"
    assert sheet["B6"].is_date
    assert book.properties.modified == datetime(2026, 3, 2, 14, 15, 20)
    assert book.properties.creator == AUTHOR


@pytest.mark.parametrize("layout", ["dlts", "lts"])
def test_both_containers_hold_the_same_cells(layout):
    xls = opened(written(layout, container="xls").data)
    xlsx = opened(written(layout, container="xlsx").data)
    assert list(xls) == list(xlsx)
    for name, rows in xls.items():
        other = [[_plain(value) for value in row] for row in xlsx[name]]
        mine = [[_plain(value) for value in row] for row in rows]
        assert _trimmed(mine) == _trimmed(other), name


def _plain(value):
    return "" if value == "#N/A" else value


def _trimmed(rows):
    return [(r, c, v) for r, row in enumerate(rows) for c, v in enumerate(row) if v != ""]


@pytest.mark.parametrize("container", ["xls", "xlsx"])
@pytest.mark.parametrize("layout", ["dlts", "lts"])
def test_equal_arguments_make_equal_bytes(layout, container):
    first = written(layout, container=container)
    assert first.data == written(layout, container=container).data
    assert first.data != written(layout, container=container, seed=4).data


@pytest.mark.parametrize("container", ["xls", "xlsx"])
def test_saving_again_changes_bytes_and_no_cell(container):
    first = written("dlts", container=container)
    again = written("dlts", Trap.SAVED_AGAIN, container=container)
    assert first.name == again.name
    assert first.data != again.data
    assert opened(first.data) == opened(again.data)


def test_column_names_and_indexes_undo_each_other():
    assert [column_letters(i) for i in (0, 25, 26, 255, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "IV",
        "ZZ",
        "AAA",
    ]
    assert all(column_index(column_letters(i)) == i for i in range(800))
