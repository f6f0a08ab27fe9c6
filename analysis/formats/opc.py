"""What is checked of an .xlsx before a parser sees it, and its last-saved time.

An .xlsx is a zip of XML: it can inflate to any size, declare entities, or be something else in a
zip. The declared sizes are never believed; every part a parser would read is inflated here once,
counted, and thrown away.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from datetime import UTC, datetime
from typing import BinaryIO

from analysis.formats.station_file import UnreadableWorkbook

MAGIC = b"PK"
MAX_ENTRIES = 2_000
MAX_INFLATED = 64 << 20
MAX_RATIO = 200
"""A station workbook inflates about 10 to 1; 200 to 1 is only reached on purpose."""

_SMALL = 1 << 20  # below this much a ratio says nothing
_CHUNK = 1 << 18
_READ_BY_PARSERS = re.compile(r"\.(?:xml|rels|vml)$", re.IGNORECASE)
_WORKBOOK_PART = re.compile(r"xl/workbook\d{0,3}\.xml", re.IGNORECASE)
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MODIFIED = re.compile(rb"<dcterms:modified[^>]{0,200}>\s*([0-9TZ:.+-]{10,40})\s*<")


def preflight(handle: BinaryIO) -> datetime | None:
    """Refuse a package that is damaged, protected, hostile or no workbook.

    Returns the last-saved time in UTC; no other property is looked at.
    """
    try:
        with zipfile.ZipFile(handle) as package:
            entries = package.infolist()
            _check_directory(entries)
            _check_contents(handle, entries)
            return _last_saved(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        raise UnreadableWorkbook(
            "damaged-xlsx",
            "The file begins like an .xlsx workbook but is damaged, most likely cut off while it "
            "was copied. Copy it again from the station and offer it once more.",
        ) from None


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise UnreadableWorkbook(
            "too-many-parts",
            f"The .xlsx file has {len(entries):,} parts; a station workbook has fewer than "
            f"{MAX_ENTRIES:,}. It was not opened.",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise encrypted()
    if not any(_WORKBOOK_PART.fullmatch(entry.filename) for entry in entries):
        raise UnreadableWorkbook(
            "not-a-workbook",
            "The file is a zip archive without an Excel workbook inside. Offer the workbook "
            "itself, not an archive or another kind of document.",
        )


def _check_contents(handle: BinaryIO, entries: list[zipfile.ZipInfo]) -> None:
    total = 0
    for entry in entries:
        if _READ_BY_PARSERS.search(entry.filename):
            inflated = _inflate(handle, entry, MAX_INFLATED - total)
        else:
            inflated = entry.file_size
        total += inflated
        bomb = inflated > _SMALL and inflated > MAX_RATIO * max(1, entry.compress_size)
        if total > MAX_INFLATED or bomb:
            raise UnreadableWorkbook(
                "inflates-too-far",
                f"The .xlsx file unpacks to more than {MAX_INFLATED >> 20} MB or more than "
                f"{MAX_RATIO} times its size; a station workbook never does. It was not opened.",
            )


def _inflate(handle: BinaryIO, entry: zipfile.ZipInfo, allowed: int) -> int:
    """Count what a part really unpacks to, and refuse document type declarations in it."""
    handle.seek(entry.header_offset)
    header = handle.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile
    name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    handle.seek(name + extra, 1)
    if entry.compress_type == zipfile.ZIP_STORED:
        _refuse_declarations(handle.read(min(entry.compress_size, _CHUNK)))
        return entry.compress_size
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile
    unpacker = zlib.decompressobj(-15)
    left, total, tail = entry.compress_size, 0, b""
    while not unpacker.eof and total <= allowed:
        source = unpacker.unconsumed_tail
        if not source:
            source = handle.read(min(left, _CHUNK))
            left -= len(source)
            if not source:
                raise EOFError
        piece = unpacker.decompress(source, _CHUNK)
        _refuse_declarations(tail + piece)
        tail = piece[-16:]
        total += len(piece)
    return total


def _refuse_declarations(piece: bytes) -> None:
    if b"<!" in piece and _DECLARATION.search(piece):
        raise UnreadableWorkbook(
            "xml-declarations",
            "The .xlsx file declares document types or entities, which no station and no "
            "spreadsheet program writes. It was not opened.",
        )


def _last_saved(package: zipfile.ZipFile) -> datetime | None:
    try:
        found = _MODIFIED.search(package.read("docProps/core.xml"))
    except KeyError:
        return None
    if not found:
        return None
    try:
        stamp = datetime.fromisoformat(found[1].decode("ascii"))
        stamp = stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return stamp if 1990 <= stamp.year <= 2100 else None


def encrypted() -> UnreadableWorkbook:
    """Word the refusal of a protected workbook, the same for both containers."""
    return UnreadableWorkbook(
        "encrypted",
        "The workbook is protected by a password. Save it without a password and offer it again.",
    )
