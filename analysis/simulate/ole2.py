"""A small OLE2 compound file: the workbook stream and the properties Excel writes beside it.

Version 3 with 512-byte sectors. Every stream is at least 4,096 bytes long, as in the files of the
stations, so no mini stream is needed.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_NONE = 0xFFFFFFFF
_SMALLEST_STREAM = 4096
_HEADER_FAT_SLOTS = 109
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_SUMMARY = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
_DOCUMENT_SUMMARY = bytes.fromhex("02d5cdd59c2e1b10939708002b2cf9ae")
_INT2, _INT4, _TEXT, _FILETIME = 2, 3, 30, 64


def filetime(moment: datetime) -> int:
    """Return the 100-nanosecond count of an aware moment."""
    return (moment - _FILETIME_EPOCH) // timedelta(microseconds=1) * 10


def compound_file(workbook: bytes, *, last_saved: datetime, author: str) -> bytes:
    """Wrap a BIFF8 stream.

    ``author`` goes where Excel writes the login name of the operator: readers must never look.
    """
    streams = [
        ("Workbook", workbook),
        ("\x05SummaryInformation", _summary(last_saved, author)),
        ("\x05DocumentSummaryInformation", _document_summary(author)),
    ]
    bodies, starts, chains = [], [], []
    position = 0
    for _, data in streams:
        padded = _padded(data, max(len(data), _SMALLEST_STREAM))
        count = len(padded) // _SECTOR
        starts.append(position)
        chains += [*range(position + 1, position + count), _END]
        bodies.append(padded)
        position += count
    directory_start = position
    directory = _directory(streams, starts, last_saved)
    chains += [directory_start + 1, _END][-(len(directory) // _SECTOR) :]
    position += len(directory) // _SECTOR
    fat_start = position
    fat_count = _fat_sectors(position)
    if fat_count > _HEADER_FAT_SLOTS:
        raise ValueError("the workbook stream is longer than this small container can hold")
    chains += [_FAT] * fat_count
    chains += [_FREE] * (fat_count * _SECTOR // 4 - len(chains))
    fat = struct.pack(f"<{len(chains)}I", *chains)
    return b"".join([_header(directory_start, fat_start, fat_count), *bodies, directory, fat])


def _fat_sectors(others: int) -> int:
    count = 1
    while others + count > count * (_SECTOR // 4):
        count += 1
    return count


def _padded(data: bytes, least: int) -> bytes:
    length = -(-least // _SECTOR) * _SECTOR
    return data + bytes(length - len(data))


def _header(directory_start: int, fat_start: int, fat_count: int) -> bytes:
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack(
        "<IIIIIIIII",
        0,
        fat_count,
        directory_start,
        0,
        _SMALLEST_STREAM,
        _END,
        0,
        _END,
        0,
    )
    slots = [fat_start + i for i in range(fat_count)]
    slots += [_FREE] * (_HEADER_FAT_SLOTS - fat_count)
    return head + struct.pack(f"<{_HEADER_FAT_SLOTS}I", *slots)


def _directory(streams: list[tuple[str, bytes]], starts: list[int], saved: datetime) -> bytes:
    """Return root and three streams; the siblings form a balanced tree under the middle name."""
    left, right = {2: 1}, {2: 3}
    entries = [_entry("Root Entry", 5, _NONE, _NONE, 2, _END, 0, filetime(saved))]
    for index, ((name, data), start) in enumerate(zip(streams, starts, strict=True), 1):
        size = max(len(data), _SMALLEST_STREAM)
        near, far = left.get(index, _NONE), right.get(index, _NONE)
        entries.append(_entry(name, 2, near, far, _NONE, start, size, 0))
    return b"".join(entries)


def _entry(
    name: str,
    kind: int,
    left: int,
    right: int,
    child: int,
    start: int,
    size: int,
    modified: int,
) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, left, right, child)
        + bytes(16)
        + struct.pack("<IQQII4x", 0, 0, modified, start, size)
    )


def _summary(saved: datetime, author: str) -> bytes:
    properties = [
        (1, _INT2, struct.pack("<hxx", 1252)),
        (4, _TEXT, _text(author)),
        (8, _TEXT, _text(author)),
        (
            12,
            _FILETIME,
            struct.pack("<Q", filetime(datetime(2013, 5, 2, 12, 0, tzinfo=UTC))),
        ),
        (13, _FILETIME, struct.pack("<Q", filetime(saved))),
        (18, _TEXT, _text("Microsoft Excel")),
        (19, _INT4, struct.pack("<i", 0)),
    ]
    return _property_set(_SUMMARY, properties)


def _document_summary(author: str) -> bytes:
    properties = [
        (1, _INT2, struct.pack("<hxx", 1252)),
        (15, _TEXT, _text(f"{author} works")),
    ]
    return _property_set(_DOCUMENT_SUMMARY, properties)


def _text(words: str) -> bytes:
    encoded = words.encode("cp1252") + b"\0"
    encoded += bytes(-len(encoded) % 4)
    return struct.pack("<I", len(encoded)) + encoded


def _property_set(kind: bytes, properties: list[tuple[int, int, bytes]]) -> bytes:
    offset = 8 + 8 * len(properties)
    index, values = b"", b""
    for identifier, variant, value in properties:
        index += struct.pack("<II", identifier, offset + len(values))
        values += struct.pack("<I", variant) + value
    section = struct.pack("<II", offset + len(values), len(properties)) + index + values
    head = struct.pack("<HHI16xI", 0xFFFE, 0, 0x00020105, 1) + kind + struct.pack("<I", 48)
    data = head + section
    return data + bytes(_SMALLEST_STREAM - len(data))
