"""Open a workbook by what it is, not by what it is called, and hand out its sheets within bounds.

The only module that calls calamine. Whatever calamine does with damaged bytes short of ending the
process (it can raise a panic, a BaseException) leaves here as ``UnreadableWorkbook``; a process
that ends or eats its memory is the business of the bounded child the reader runs in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NoReturn, TypeVar

import python_calamine

from analysis.formats import ole
from analysis.formats.cells import Rows, letter
from analysis.formats.protected import encrypted
from analysis.formats.station_file import UnreadableWorkbook

MAX_BYTES = 64 << 20
MAX_SHEETS = 400
MAX_ROWS = 5_000
MAX_COLUMNS = 256
MAX_CELLS = 8_000_000
"""Cells fetched from one workbook in all: ten times the largest of 822 real files."""

_ZIP_MAGIC = b"PK"  # opc.MAGIC, without its imports
_ANY = TypeVar("_ANY")


class Workbook:
    """An opened workbook: names of its sheets, rows of one sheet at a time."""

    def __init__(
        self,
        calamine: python_calamine.CalamineWorkbook,
        last_saved: datetime | None,
        far_cells: Mapping[str, str] | None = None,
    ) -> None:
        self._calamine = calamine
        self._far_cells = far_cells or {}
        self._cells = 0
        self._fetched: dict[str, Rows] = {}
        self.sheet_names: tuple[str, ...] = tuple(calamine.sheet_names)
        self.last_saved = last_saved
        self._by_name = {name.strip().lower(): name for name in reversed(self.sheet_names)}

    def called(self, name: str) -> str:
        """Return the exact name of a sheet, whatever its capitals; "" where there is none."""
        return self._by_name.get(name.lower(), "")

    def rows(self, name: str) -> Rows:
        """Return a sheet from A1 to its last used cell; every row has the same length."""
        if name not in self._fetched:
            self._fetched[name] = self._fetch(name)
        return self._fetched[name]

    def take(self, name: str) -> Rows:
        """Return a sheet that is read once: it is not kept, so its memory serves the next one."""
        return self._fetched.pop(name, None) or self._fetch(name)

    def _fetch(self, name: str) -> Rows:
        if name in self._far_cells:
            raise _too_large(name, self._far_cells[name])
        sheet = _guarded(lambda: self._calamine.get_sheet_by_name(name), name)
        if sheet.end is None:
            return []
        # The used range is what the file claims, so it is measured before rows are made of it.
        height, width = sheet.end[0] + 1, sheet.end[1] + 1
        if height > MAX_ROWS or width > MAX_COLUMNS:
            raise _too_large(name, letter(min(width, 702) - 1) + str(height))
        self._cells += height * width
        if self._cells > MAX_CELLS:
            raise UnreadableWorkbook(
                "too-many-cells",
                f"The measurement sheets of the workbook claim more than {MAX_CELLS:,} cells, "
                f"“{name}” among them; a station writes a tenth of that. It was not read.",
                sheet=name,
            )
        return _guarded(lambda: sheet.to_python(skip_empty_area=False), name)


def open_workbook(path: Path) -> Workbook:
    """Open an .xls or .xlsx file.

    Raises:
        UnreadableWorkbook: for everything that is not a readable workbook within bounds.
    """
    with path.open("rb") as handle:
        start = handle.read(512)
        size = handle.seek(0, 2)
        if size > MAX_BYTES:
            raise UnreadableWorkbook(
                "file-too-large",
                f"The file has {size >> 20} MB; a station workbook has at most 2 MB and files up "
                f"to {MAX_BYTES >> 20} MB are read. It was not opened.",
            )
        if start.startswith(ole.MAGIC):
            workbook = _open_xls(path, handle)
        elif start.startswith(_ZIP_MAGIC):
            workbook = _open_xlsx(handle)
        else:
            _refuse(start)
    if len(workbook.sheet_names) > MAX_SHEETS:
        raise UnreadableWorkbook(
            "too-many-sheets",
            f"The workbook has {len(workbook.sheet_names):,} sheets; a station writes fewer than "
            f"{MAX_SHEETS}. It was not read.",
            sheet=workbook.sheet_names[MAX_SHEETS],
        )
    return workbook


def _open_xlsx(handle: BinaryIO) -> Workbook:
    # Imported late: stations write .xls, and zipfile with all it brings is a third of what the
    # reader's child needs to start.
    from analysis.formats import opc

    package = opc.preflight(handle)
    return Workbook(_calamine(handle), package.last_saved, package.far_cells)


def _open_xls(path: Path, handle: BinaryIO) -> Workbook:
    try:
        container = ole.CompoundFile(handle)
        last_saved = ole.last_saved(container)
    except ole.DamagedContainer as error:
        raise _damaged_xls() from error
    if not {"Workbook", "Book"} & container.streams.keys():
        if ole.is_encrypted(container):
            raise encrypted()
        raise UnreadableWorkbook(
            "not-a-workbook",
            "The file is an Office document but no Excel workbook. Offer the workbook the "
            "station wrote.",
        )
    try:
        return Workbook(_calamine(path if path.suffix.lower() == ".xls" else handle), last_saved)
    except UnreadableWorkbook as error:
        if _has_password(container):
            raise encrypted() from error
        raise


def _has_password(container: ole.CompoundFile) -> bool:
    try:
        return ole.is_encrypted(container)
    except ole.DamagedContainer:
        return False


def _calamine(source: Path | BinaryIO) -> python_calamine.CalamineWorkbook:
    if isinstance(source, Path):  # calamine reads a path a fifth faster, but believes its suffix
        return _guarded(lambda: python_calamine.CalamineWorkbook.from_path(source))
    source.seek(0)
    return _guarded(lambda: python_calamine.CalamineWorkbook.from_filelike(source))


def _guarded(call: Callable[[], _ANY], sheet: str = "") -> _ANY:
    """Run one call into calamine; its errors and panics become a refusal."""
    try:
        return call()
    except MemoryError:
        raise
    except python_calamine.PasswordError:
        raise encrypted() from None
    except Exception as error:
        raise _damaged(sheet) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3 does not export the class
            raise
        raise _damaged(sheet) from None


def _too_large(sheet: str, cell: str) -> UnreadableWorkbook:
    return UnreadableWorkbook(
        "sheet-too-large",
        f"Sheet “{sheet}” reaches as far as cell {cell}; at most {MAX_ROWS:,} rows and "
        f"{MAX_COLUMNS} columns are read. Delete the stray cells far from the data in a copy of "
        "the file and offer the copy.",
        sheet=sheet,
        cell=cell,
    )


def _damaged(sheet: str) -> UnreadableWorkbook:
    if sheet:
        return UnreadableWorkbook(
            "damaged-sheet",
            f"Sheet “{sheet}” of the workbook cannot be read: it is damaged or its part is "
            "missing. Copy the file again from the station and offer it once more.",
            sheet=sheet,
        )
    return _damaged_xls()


def _damaged_xls() -> UnreadableWorkbook:
    return UnreadableWorkbook(
        "damaged-workbook",
        "The file begins like a workbook but is damaged, most likely cut off while it was "
        "copied. Copy it again from the station and offer it once more.",
    )


def _refuse(start: bytes) -> NoReturn:
    """Say what a file is that is no workbook."""
    if not start:
        raise UnreadableWorkbook(
            "empty-file",
            "The file is empty (0 bytes). Copy it again from the station and offer it once more.",
        )
    if not start.strip(b"\x00"):
        raise UnreadableWorkbook(
            "zero-filled",
            "The file holds only zero bytes, as after a crash or a broken copy. Copy it again "
            "from the station.",
        )
    words = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if words.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head")):
        raise UnreadableWorkbook(
            "web-page-not-workbook",
            "The file is a web page or XML text with the name of a workbook. Offer the workbook "
            "the station wrote, or save the page as an Excel workbook.",
        )
    if b"\x00" not in start or start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableWorkbook(
            "text-not-workbook",
            "The file is plain text (perhaps CSV) with the name of a workbook. Offer the "
            "workbook the station wrote.",
        )
    raise UnreadableWorkbook(
        "not-a-workbook",
        "The file is neither an .xls nor an .xlsx workbook, whatever its name says. Offer the "
        "workbook the station wrote.",
    )
