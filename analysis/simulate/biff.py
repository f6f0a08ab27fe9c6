"""A BIFF8 stream, the records a station workbook needs and no more.

Written by hand because it has to be quick (load tests make thousands of files), because formulas
must carry the result they had when the file was saved, error values included, and because the load
fleet patches values into a stream it has written once (``Stream.slots``).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from analysis.simulate.cells import (
    Blank,
    Book,
    Cell,
    Computed,
    ErrorCode,
    Formatted,
    NumberFormat,
    Sheet,
)

_LARGEST_RECORD = 8224
_STYLE_FORMATS = 16  # XF 0..15 are style formats and the default cell format
_FORMATS = tuple(NumberFormat)
_XF = {number_format: _STYLE_FORMATS - 1 + i for i, number_format in enumerate(_FORMATS)}
_GENERAL = _XF[NumberFormat.GENERAL]
_CACHED = 40  # values a chart keeps of each series
_NO_LOW_BITS = bytes(4)

_CELL = struct.Struct("<HHHHH").pack  # kind, length, row, column, XF
_LABEL = struct.Struct("<HHHHHI").pack
_DOUBLE = struct.Struct("<d").pack


@dataclass(slots=True)
class Stream:
    """A BIFF8 stream under construction.

    ``slots`` maps (sheet, row, column) to the byte offset of the 8-byte value of a NUMBER or
    FORMULA record; it is filled only where the stream was written to be patched.
    """

    data: bytearray = field(default_factory=bytearray)
    slots: dict[tuple[str, int, int], int] = field(default_factory=dict)


def workbook_stream(book: Book, *, patchable: bool = False) -> Stream:
    """Encode a book. ``patchable`` writes every number at full width and notes where it stands."""
    texts: dict[str, int] = {}
    bodies, slots, uses = [], [], 0
    for number, sheet in enumerate(book.sheets):
        body, places, labels = _sheet(sheet, texts, patchable=patchable, shown=number == 0)
        bodies.append(body)
        slots.append(places)
        uses += labels
    head = _globals_head(book.author)
    tail = _strings(list(texts), uses) + _record(0x000A)
    names = [_name(sheet.name) for sheet in book.sheets]
    offset = len(head) + sum(10 + len(name) for name in names) + len(tail)
    stream = Stream(bytearray(head))
    for name, body in zip(names, bodies, strict=True):
        stream.data += _record(0x0085, struct.pack("<IH", offset, 0) + name)
        offset += len(body)
    stream.data += tail
    for sheet, body, places in zip(book.sheets, bodies, slots, strict=True):
        start = len(stream.data)
        for (row, column), at in places.items():
            stream.slots[sheet.name, row, column] = start + at
        stream.data += body
    return stream


def error_result(code: ErrorCode) -> bytes:
    """Return the 8 bytes a FORMULA record holds where its result is an error."""
    return struct.pack("<BBBBBBH", 2, 0, int(code), 0, 0, 0, 0xFFFF)


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _name(name: str) -> bytes:
    return struct.pack("<BB", len(name), 0) + name.encode("latin-1")


def _text(words: str) -> bytes:
    try:
        return struct.pack("<HB", len(words), 0) + words.encode("latin-1")
    except UnicodeEncodeError:
        encoded = words.encode("utf-16-le")
        return struct.pack("<HB", len(encoded) // 2, 1) + encoded


def _globals_head(author: str) -> bytes:
    parts = [
        _record(
            0x0809,
            struct.pack("<HHHHII", 0x0600, 0x0005, 0x3267, 0x07CD, 0x80C9, 0x0606),
        ),
        _record(0x005C, _text(author).ljust(112)),  # WRITEACCESS: the login name
        _record(0x0042, struct.pack("<H", 1200)),
        _record(0x003D, struct.pack("<HHHHHHHHH", 0, 0, 19200, 11520, 0x38, 0, 0, 1, 600)),
        _record(0x0022, struct.pack("<H", 0)),
    ]
    font = struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + _name("Arial")
    parts += [_record(0x0031, font)] * 5
    for number_format in _FORMATS:
        identifier, words = number_format.value
        if words is not None:
            parts.append(_record(0x041E, struct.pack("<H", identifier) + _text(words)))
    style = struct.pack("<HHHBBBBIIH", 0, 0, 0xFFF5, 0x20, 0, 0, 0, 0, 0, 0x20C0)
    parts += [_record(0x00E0, style)] * (_STYLE_FORMATS - 1)
    for number_format in _FORMATS:
        identifier = number_format.value[0]
        used = struct.pack("<HHHBBBBIIH", 0, identifier, 0x0001, 0x20, 0, 0, 0x04, 0, 0, 0x20C0)
        parts.append(_record(0x00E0, used))
    parts.append(_record(0x0293, struct.pack("<HBB", 0x8000, 0, 0xFF)))
    return b"".join(parts)


def _strings(texts: list[str], uses: int) -> bytes:
    """Return the shared string table; records break between strings, never inside one."""
    records, current = [], struct.pack("<II", uses, len(texts))
    for words in texts:
        encoded = _text(words)
        if len(current) + len(encoded) > _LARGEST_RECORD:
            records.append(current)
            current = b""
        current += encoded
    records.append(current)
    return b"".join(_record(0x003C if i else 0x00FC, data) for i, data in enumerate(records))


def _sheet(
    sheet: Sheet, texts: dict[str, int], *, patchable: bool, shown: bool
) -> tuple[bytes, dict[tuple[int, int], int], int]:
    rows = list(sheet.ordered())
    width = max((cells[-1][0] for _, cells in rows), default=-1) + 1
    first, last = (rows[0][0] - 1, rows[-1][0]) if rows else (0, 0)
    parts = [
        _record(
            0x0809,
            struct.pack("<HHHHII", 0x0600, 0x0010, 0x3267, 0x07CD, 0x80C9, 0x0606),
        ),
        _record(0x0200, struct.pack("<IIHHH", first, last, 0, width, 0)),
    ]
    for row, cells in rows:
        near, far = cells[0][0], cells[-1][0] + 1
        parts.append(struct.pack("<HHHHHHHHI", 0x0208, 16, row - 1, near, far, 255, 0, 0, 0x0F0100))
    offset = sum(map(len, parts))
    places: dict[tuple[int, int], int] = {}
    labels = 0
    for row, cells in rows:
        for column, cell in cells:
            if isinstance(cell, str):
                labels += 1
                cell_text = texts.setdefault(cell, len(texts))
                encoded = _LABEL(0x00FD, 10, row - 1, column, _GENERAL, cell_text)
            else:
                encoded = _encoded(row - 1, column, cell, patchable=patchable)
                if patchable and not isinstance(cell, Blank | ErrorCode):
                    places[row, column] = offset + 10
            parts.append(encoded)
            offset += len(encoded)
    if sheet.has_chart:
        parts.append(_chart())
    window = struct.pack("<HHHHHHHI", 0x06B6 if shown else 0x00B6, 0, 0, 0x40, 0, 0, 0, 0)
    parts += [_record(0x023E, window), _record(0x000A)]
    return b"".join(parts), places, labels


def _chart() -> bytes:
    """Return the stream of an embedded chart: it holds NUMBER records that are no cells.

    Real sheets are full of them. The drawing object that would show the chart is left out.
    """
    parts = [
        _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0020, 0x3267, 0x07CD, 0x80C9, 0x0606)),
        _record(0x1001, struct.pack("<H", 0)),
        _record(0x1002, struct.pack("<iiii", 0, 0, 0x01000000, 0x01000000)),
        _record(0x1033),
        _record(0x1034),
        _record(0x0200, struct.pack("<IIHHH", 0, _CACHED, 0, 1, 0)),
    ]
    for series in (1, 2, 3):
        parts.append(_record(0x1065, struct.pack("<H", series)))
        parts += [_CELL(0x0203, 14, row, 0, 0) + _DOUBLE(99.0 + row) for row in range(_CACHED)]
    parts.append(_record(0x000A))
    return b"".join(parts)


def _encoded(row: int, column: int, cell: Cell, *, patchable: bool) -> bytes:
    if isinstance(cell, float | int):
        return _number(row, column, _GENERAL, cell, patchable=patchable)
    if isinstance(cell, Formatted):
        return _number(row, column, _XF[cell.format], cell.value, patchable=patchable)
    if isinstance(cell, Computed):
        return _computed(row, column, cell)
    if isinstance(cell, ErrorCode):
        return _CELL(0x0205, 8, row, column, _GENERAL) + bytes((int(cell), 1))
    if isinstance(cell, Blank):
        return _CELL(0x0201, 6, row, column, _GENERAL)
    raise TypeError(f"not a cell: {cell!r}")


def _number(row: int, column: int, xf: int, value: float, *, patchable: bool) -> bytes:
    encoded = _DOUBLE(value)
    if not patchable and encoded[:4] == _NO_LOW_BITS and not encoded[4] & 3:
        return _CELL(0x027E, 10, row, column, xf) + encoded[4:]
    return _CELL(0x0203, 14, row, column, xf) + encoded


def _computed(row: int, column: int, cell: Computed) -> bytes:
    result = cell.result
    cached = error_result(result) if isinstance(result, ErrorCode) else _DOUBLE(result)
    tokens = cell.formula.tokens
    head = _CELL(0x0006, 22 + len(tokens), row, column, _GENERAL)
    return head + cached + struct.pack("<HIH", 0, 0, len(tokens)) + tokens
