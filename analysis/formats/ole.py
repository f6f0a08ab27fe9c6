"""As much of the OLE compound file format as is needed to read one time stamp.

The property set also names the operator who saved the file. Nothing but property 13 (last saved)
is decoded here, and that is the reason for not using a general reader; the other is its cost.
"""

from __future__ import annotations

import struct
from array import array
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SUMMARY = "\x05SummaryInformation"

_MAX_DIRECTORY_BYTES = 1 << 20
_MAX_SUMMARY_BYTES = 1 << 16
_MAX_FAT_SECTORS = 4096  # 270 MB of workbook
_END_OF_CHAIN = 0xFFFFFFFE
_MAX_SECTOR = 0xFFFFFFFA
_LAST_SAVED = 13
_FILETIME = 64
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_FILEPASS = 0x2F
_BOUNDSHEET = 0x85


class DamagedContainer(Exception):
    """The compound file contradicts itself: usually it was cut off while being copied."""


class CompoundFile:
    """The directory of a compound file, and the bytes of a stream on demand."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        handle.seek(0)
        header = handle.read(512)
        if len(header) < 512 or header[:8] != MAGIC:
            raise DamagedContainer("the header is incomplete")
        shift, mini_shift = struct.unpack_from("<HH", header, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise DamagedContainer("the sector size is unknown")
        self._size = 1 << shift
        self._fat = self._read_fat(header)
        (directory,) = struct.unpack_from("<I", header, 48)
        self._mini_cutoff, self._mini_fat_start = struct.unpack_from("<II", header, 56)
        self.streams = self._read_directory(directory)

    def stream(self, name: str, limit: int) -> bytes:
        """Return the first ``limit`` bytes of a stream, none where it does not exist."""
        if name not in self.streams:
            return b""
        start, size = self.streams[name]
        wanted = min(size, limit)
        if size >= self._mini_cutoff:
            return self._chain(start, wanted)[:wanted]
        return self._mini_stream(start, wanted)

    def _read_fat(self, header: bytes) -> array[int]:
        (next_difat,) = struct.unpack_from("<I", header, 68)
        sectors = list(struct.unpack_from("<109I", header, 76))
        per_sector = self._size // 4
        while next_difat < _MAX_SECTOR and len(sectors) < _MAX_FAT_SECTORS:
            block = struct.unpack(f"<{per_sector}I", self._sector(next_difat))
            sectors.extend(block[:-1])
            next_difat = block[-1]
        used = [sector for sector in sectors if sector < _MAX_SECTOR]
        return _words(b"".join(map(self._sector, used[:_MAX_FAT_SECTORS])))

    def _read_directory(self, start: int) -> dict[str, tuple[int, int]]:
        data = self._chain(start, _MAX_DIRECTORY_BYTES)
        streams: dict[str, tuple[int, int]] = {}
        for offset in range(0, len(data) - 127, 128):
            length = data[offset + 64] | data[offset + 65] << 8
            if not 2 <= length <= 64:
                continue
            name = data[offset : offset + length - 2].decode("utf-16-le", "replace")
            first, size = struct.unpack_from("<II", data, offset + 116)
            kind = data[offset + 66]
            streams.setdefault("/" if kind == 5 else name, (first, size))
        return streams

    def _mini_stream(self, start: int, size: int) -> bytes:
        root, root_size = self.streams.get("/", (_END_OF_CHAIN, 0))
        container = self._chain(root, min(root_size, 1 << 24))
        mini_fat = _words(self._chain(self._mini_fat_start, 1 << 20))
        parts = []
        sector = start
        for _ in range(-(-size // 64)):
            if sector >= len(mini_fat):
                raise DamagedContainer("a stream ends early")
            parts.append(container[sector * 64 : sector * 64 + 64])
            sector = mini_fat[sector]
        return b"".join(parts)[:size]

    def _chain(self, start: int, limit: int) -> bytes:
        """Follow a chain of sectors; ``limit`` also ends a chain that bites its own tail."""
        parts = []
        sector, have = start, 0
        while sector < _MAX_SECTOR and have < limit:
            parts.append(self._sector(sector))
            have += self._size
            if sector >= len(self._fat):
                raise DamagedContainer("the allocation table is incomplete")
            sector = self._fat[sector]
        return b"".join(parts)

    def _sector(self, number: int) -> bytes:
        self._handle.seek((number + 1) * self._size)
        data = self._handle.read(self._size)
        if len(data) < self._size:
            raise DamagedContainer("the file ends early")
        return data


def last_saved(container: CompoundFile) -> datetime | None:
    """Return property 13 of the summary in UTC, ``None`` where it is absent or absurd."""
    data = container.stream(SUMMARY, _MAX_SUMMARY_BYTES)
    try:
        (start,) = struct.unpack_from("<I", data, 44)
        _, count = struct.unpack_from("<II", data, start)
        for index in range(min(count, 64)):
            identifier, offset = struct.unpack_from("<II", data, start + 8 + 8 * index)
            if identifier == _LAST_SAVED:
                kind, ticks = struct.unpack_from("<IQ", data, start + offset)
                return _from_filetime(ticks) if kind == _FILETIME else None
    except struct.error:
        return None
    return None


def is_encrypted(container: CompoundFile) -> bool:
    """Tell whether a password protects the workbook, old style (BIFF) or new (OOXML inside OLE)."""
    if "EncryptedPackage" in container.streams:
        return True
    name = "Workbook" if "Workbook" in container.streams else "Book"
    data = container.stream(name, 1 << 16)
    offset = 0
    while offset + 4 <= len(data):
        record, length = struct.unpack_from("<HH", data, offset)
        if record in (_FILEPASS, _BOUNDSHEET):
            return bool(record == _FILEPASS)
        offset += 4 + length
    return False


def _from_filetime(ticks: int) -> datetime | None:
    try:
        found = _FILETIME_EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None
    return found if 1990 <= found.year <= 2100 else None


def _words(data: bytes) -> array[int]:
    words = array("I")
    words.frombytes(data[: len(data) // 4 * 4])
    if struct.pack("=I", 1) != b"\x01\x00\x00\x00":  # the format is little-endian
        words.byteswap()
    return words
