"""What is checked of an .xlsx before a parser sees it, and its last-saved time.

An .xlsx is a zip of XML: it can inflate to any size, declare entities, or be something else in a
zip. The declared sizes are never believed; every part a parser would read is inflated here once,
counted, and thrown away.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple

from analysis.formats.protected import encrypted
from analysis.formats.station_file import UnreadableWorkbook

MAGIC = b"PK"
MAX_ENTRIES = 2_000
MAX_INFLATED = 64 << 20
MAX_RATIO = 200
"""A station workbook inflates about 10 to 1; 200 to 1 is only reached on purpose."""

_SMALL = 1 << 20  # below this much a ratio says nothing
_CHUNK = 1 << 18
_OVERLAP = 256  # what is searched for may lie across two pieces
_READ_BY_PARSERS = re.compile(r"\.(?:xml|rels|vml)$", re.IGNORECASE)
_WORKBOOK_PART = re.compile(r"xl/workbook\d{0,3}\.xml", re.IGNORECASE)
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FAR_CELL = re.compile(
    rb'<c [^>]{0,80}?r="([A-Z]{1,3}[1-9]\d{4,6}|[A-Z]{3}\d{1,7})"[^>/]{0,80}>\s{0,8}<[vif]'
)
"""A cell with a value beyond row 9,999 or column ZZ."""

_SHEET = re.compile(rb"<(?:\w{1,20}:)?sheet\s([^>]{1,2000})>")
_RELATION = re.compile(rb"<(?:\w{1,20}:)?Relationship\s([^>]{1,4000})>")
_ATTRIBUTE = re.compile(rb"([\w:]{1,40})\s?=\s?[\"']([^\"']{0,2000})[\"']")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_MODIFIED = re.compile(rb"<dcterms:modified[^>]{0,200}>\s*([0-9TZ:.+-]{10,40})\s*<")


class Package(NamedTuple):
    """What is known of an .xlsx before a parser opens it."""

    last_saved: datetime | None  # UTC; no other property is looked at
    far_cells: dict[str, str]  # sheet name -> a used cell so far out that rows cannot be built


def preflight(handle: BinaryIO) -> Package:
    """Refuse a package that is damaged, protected, hostile or no workbook."""
    try:
        with zipfile.ZipFile(handle) as package:
            entries = package.infolist()
            _check_directory(entries)
            far_parts = _check_contents(handle, entries)
            far_cells = _by_sheet_name(package, far_parts) if far_parts else {}
            return Package(_last_saved(package), far_cells)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
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


def _check_contents(handle: BinaryIO, entries: list[zipfile.ZipInfo]) -> dict[str, str]:
    """Unpack every part once, bounded; return the far cell of the worksheet parts that have one."""
    total = 0
    far: dict[str, str] = {}
    for entry in entries:
        if _READ_BY_PARSERS.search(entry.filename):
            inflated = _inspect(handle, entry, MAX_INFLATED - total, far)
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
    return far


def _inspect(handle: BinaryIO, entry: zipfile.ZipInfo, allowed: int, far: dict[str, str]) -> int:
    """Count what a part really unpacks to, and look at it on the way."""
    is_sheet = "worksheets/" in entry.filename
    total, tail = 0, b""
    for piece in _pieces(handle, entry):
        joined = tail + piece
        if b"<!" in joined:
            _refuse_declarations(joined)
        if is_sheet and entry.filename not in far:
            found = _FAR_CELL.search(joined)
            if found:
                far[entry.filename] = found[1].decode("ascii")
        tail = piece[-_OVERLAP:]
        total += len(piece)
        if total > allowed:
            break
    return total


def _pieces(handle: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack a part piece by piece, whatever sizes its headers claim."""
    handle.seek(entry.header_offset)
    header = handle.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile
    name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    handle.seek(name + extra, 1)
    left = entry.compress_size
    if entry.compress_type == zipfile.ZIP_STORED:
        while left:
            piece = handle.read(min(left, _CHUNK))
            if not piece:
                raise EOFError
            left -= len(piece)
            yield piece
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile
    unpacker = zlib.decompressobj(-15)
    while not unpacker.eof:
        source = unpacker.unconsumed_tail
        if not source:
            source = handle.read(min(left, _CHUNK))
            left -= len(source)
            if not source:
                raise EOFError
        yield unpacker.decompress(source, _CHUNK)


def _refuse_declarations(piece: bytes) -> None:
    if _DECLARATION.search(piece):
        raise UnreadableWorkbook(
            "xml-declarations",
            "The .xlsx file declares document types or entities, which no station and no "
            "spreadsheet program writes. It was not opened.",
        )


def _by_sheet_name(package: zipfile.ZipFile, far_parts: dict[str, str]) -> dict[str, str]:
    """Name the sheets of worksheet parts, through the relations of the workbook part."""
    book = next(n for n in package.namelist() if _WORKBOOK_PART.fullmatch(n))
    folder, file = posixpath.split(book)
    try:
        relations = package.read(f"{folder}/_rels/{file}.rels")
    except KeyError:
        return {}
    targets = {}
    for relation in _RELATION.findall(relations):
        found = _attributes(relation)
        target = found.get("Target", "")
        path = target[1:] if target.startswith("/") else f"{folder}/{target}"
        targets[found.get("Id", "")] = posixpath.normpath(path)
    named = {}
    for sheet in _SHEET.findall(package.read(book)):
        found = _attributes(sheet)
        relation_id = next((v for k, v in found.items() if k.endswith(":id")), "")
        cell = far_parts.get(targets.get(relation_id, ""))
        if cell:
            named[found.get("name", "")] = cell
    return named


def _attributes(element: bytes) -> dict[str, str]:
    return {
        key.decode("ascii"): _unescape(value.decode("utf-8"))
        for key, value in _ATTRIBUTE.findall(element)
    }


def _unescape(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


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
