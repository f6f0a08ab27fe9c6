"""Whatever is no readable station workbook is refused with a code and a sentence that helps."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from analysis.formats import opc, workbook
from analysis.formats.read import read_station_file
from analysis.formats.station_file import Layout, StationFile, UnreadableWorkbook
from tests.formats import books


def refused(path: Path) -> UnreadableWorkbook:
    with pytest.raises(UnreadableWorkbook) as refusal:
        read_station_file(path, name=books.DLTS_NAME)
    assert refusal.value.sentence.endswith(".")
    assert len(refusal.value.sentence.split()) > 8
    return refusal.value


BYTES = {
    "empty-file": b"",
    "zero-filled": bytes(4096),
    "text-not-workbook": b"model;serial;volts\n8340;7;1,25\n",
    "web-page-not-workbook": b"\xef\xbb\xbf\n <HTML><table><tr><td>1</td></tr></table></HTML>",
    "not-a-workbook": bytes(range(256)) * 20,
    "damaged-workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x01" * 4000,
    "damaged-xlsx": b"PK\x03\x04" + b"\x01" * 4000,
}


@pytest.mark.parametrize("code", BYTES)
def test_bytes_that_are_no_workbook_are_refused(tmp_path: Path, code: str) -> None:
    path = tmp_path / "offered.xls"
    path.write_bytes(BYTES[code])
    assert refused(path).code == code


@pytest.mark.parametrize("part", [0.05, 0.5, 0.9, 0.999])
def test_a_truncated_old_workbook_is_refused(tmp_path: Path, part: float) -> None:
    whole = books.write(tmp_path / "whole.xls", books.dlts()).read_bytes()
    path = tmp_path / "part.xls"
    path.write_bytes(whole[: int(len(whole) * part)])
    assert refused(path).code == "damaged-workbook"


@pytest.mark.parametrize("part", [0.05, 0.5, 0.9, 0.999])
def test_a_truncated_new_workbook_is_refused(tmp_path: Path, part: float) -> None:
    whole = books.write(tmp_path / "whole.xlsx", books.dlts()).read_bytes()
    path = tmp_path / "part.xlsx"
    path.write_bytes(whole[: int(len(whole) * part)])
    assert refused(path).code == "damaged-xlsx"


@pytest.mark.parametrize("suffix", [".xls", ".xlsx", "", ".txt", ".ods"])
@pytest.mark.parametrize("kind", [".xls", ".xlsx"])
def test_the_suffix_of_the_path_means_nothing(tmp_path: Path, kind: str, suffix: str) -> None:
    whole = books.write(tmp_path / f"whole{kind}", books.dlts()).read_bytes()
    path = tmp_path / f"0af3{suffix}"
    path.write_bytes(whole)
    assert read_station_file(path, name=books.DLTS_NAME).layout is Layout.DLTS


def test_an_encrypted_old_workbook_is_refused(tmp_path: Path) -> None:
    path = books.write(tmp_path / "book.xls", books.dlts())
    data = path.read_bytes()
    # The first record behind BOF becomes FILEPASS: a workbook that needs a password.
    start = data.index(b"\x09\x08\x10\x00")
    path.write_bytes(data[: start + 20] + b"\x2f\x00" + data[start + 22 :])
    assert refused(path).code == "encrypted"


def test_an_encrypted_new_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(
        compound_file({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y" * 5000})
    )
    assert refused(path).code == "encrypted"


def test_another_office_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.xls"
    path.write_bytes(compound_file({"WordDocument": b"x" * 5000}))
    refusal = refused(path)
    assert refusal.code == "not-a-workbook"
    assert "Office" in refusal.sentence


def test_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "files.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xls", b"x")
    assert refused(path).code == "not-a-workbook"


def test_a_protected_archive_entry_is_refused(tmp_path: Path) -> None:
    path = books.write(tmp_path / "book.xlsx", books.dlts())
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(bytes(data))
    assert refused(path).code == "encrypted"


Change = Callable[[bytes], bytes | None]
PARTS: dict[str, tuple[str, str, Change]] = {
    "a missing sheet": ("damaged-sheet", "xl/worksheets/sheet6.xml", lambda _: None),
    "a broken sheet": ("damaged-sheet", "xl/worksheets/sheet6.xml", lambda d: d[:200]),
    "an entity": (
        "xml-declarations",
        "xl/worksheets/sheet6.xml",
        lambda d: b'<!DOCTYPE x [<!ENTITY a "b">]>' + d,
    ),
    "a bomb": ("inflates-too-far", "xl/worksheets/sheet6.xml", lambda d: d + b" " * (65 << 20)),
    "a small bomb": ("inflates-too-far", "xl/sharedStrings.xml", lambda d: d + b" " * (4 << 20)),
    "a bomb beside": ("inflates-too-far", "xl/media/image1.png", lambda d: bytes(70 << 20)),
    "a broken workbook part": ("damaged-workbook", "xl/workbook.xml", lambda d: d[:100]),
}


@pytest.mark.parametrize("what", PARTS)
def test_a_new_workbook_with_a_bad_part_is_refused(tmp_path: Path, what: str) -> None:
    code, part, change = PARTS[what]
    path = books.repack(books.write(tmp_path / "book.xlsx", books.dlts()), {part: change})
    assert refused(path).code == code


def test_a_size_that_lies_is_found_out(tmp_path: Path) -> None:
    path = books.write(tmp_path / "book.xlsx", books.dlts())
    name = "xl/worksheets/sheet6.xml"
    books.repack(path, {name: lambda d: d + b" " * (20 << 20)})
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    while data[directory + 46 : directory + 46 + len(name)] != name.encode():
        directory = data.index(b"PK\x01\x02", directory + 4)
    struct.pack_into("<I", data, directory + 24, 100)  # "unpacks to 100 bytes"
    path.write_bytes(bytes(data))
    assert refused(path).code == "inflates-too-far"


def test_too_many_parts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opc, "MAX_ENTRIES", 5)
    assert refused(books.write(tmp_path / "book.xlsx", books.dlts())).code == "too-many-parts"


def test_too_many_sheets_are_refused(tmp_path: Path) -> None:
    sheets = books.dlts() | {f"extra {i}": [[1]] for i in range(workbook.MAX_SHEETS)}
    assert refused(books.write(tmp_path / "book.xls", sheets)).code == "too-many-sheets"


def test_a_large_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = books.write(tmp_path / "book.xls", books.dlts())
    monkeypatch.setattr(workbook, "MAX_BYTES", 1000)
    assert refused(path).code == "file-too-large"


def test_too_many_cells_in_all_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_CELLS", 500)
    refusal = refused(books.write(tmp_path / "book.xls", books.dlts()))
    assert refusal.code == "too-many-cells"
    assert refusal.sheet


@pytest.mark.parametrize("cell", [(6000, 1), (30000, 1)])
def test_a_used_range_that_lies_is_refused_in_an_old_workbook(
    tmp_path: Path, cell: tuple[int, int]
) -> None:
    sheets = books.dlts()
    sheet = sheets["SEC1 TRK1 0"]
    while len(sheet) <= cell[0]:
        sheet.append([])
    sheet[cell[0]] = [None] * cell[1] + [1.0]
    refusal = refused(books.write(tmp_path / "book.xls", sheets))
    assert (refusal.code, refusal.sheet) == ("sheet-too-large", "SEC1 TRK1 0")


@pytest.mark.parametrize("address", ["B6000", "KA2", "B1048576", "XFD3", "XFD1048576"])
@pytest.mark.parametrize("sheet", ["SEC1 TRK1 0", "Report"])
def test_a_stray_cell_is_refused_before_rows_are_built_but_only_where_it_matters(
    tmp_path: Path, sheet: str, address: str
) -> None:
    path = books.write(tmp_path / "book.xlsx", books.dlts())
    book = openpyxl.load_workbook(path)
    book[sheet][address] = 1.0
    book.save(path)
    if sheet == "Report":
        assert isinstance(read_station_file(path, name=books.DLTS_NAME), StationFile)
        return
    refusal = refused(path)
    assert (refusal.code, refusal.sheet) == ("sheet-too-large", sheet)


def test_a_formatted_cell_without_a_value_is_no_stray_cell(tmp_path: Path) -> None:
    path = books.write(tmp_path / "book.xlsx", books.dlts())
    book = openpyxl.load_workbook(path)
    book["SEC1 TRK1 0"]["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(path)
    assert isinstance(read_station_file(path, name=books.DLTS_NAME), StationFile)


def compound_file(streams: dict[str, bytes]) -> bytes:
    """Return a compound file of large streams, as far as a reader of its directory can tell."""
    sector = 512
    fat: list[int] = []
    body = b""
    directory = entry("Root Entry", 5, 0xFFFFFFFE, 0)
    first = 2  # sector 0 = FAT, sector 1 = directory
    for name, data in streams.items():
        count = -(-len(data) // sector)
        directory += entry(name, 2, first, len(data))
        fat += [*range(first + 1, first + count), 0xFFFFFFFE]
        body += data.ljust(count * sector, b"\0")
        first += count
    table = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + struct.pack(f"<{len(fat)}I", *fat)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0
    )
    header += struct.pack("<I", 0) + b"\xff" * (108 * 4)
    return header + table.ljust(sector, b"\xff") + directory.ljust(sector, b"\0") + body


def entry(name: str, kind: int, start: int, size: int) -> bytes:
    """Return a directory entry."""
    encoded = name.encode("utf-16-le").ljust(64, b"\0")
    head = encoded + struct.pack("<HBB", 2 * len(name) + 2, kind, 1) + b"\xff" * 12 + bytes(36)
    return head + struct.pack("<IQ", start, size)
