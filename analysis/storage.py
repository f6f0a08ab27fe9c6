"""Original files: the only opener of them.

An original lies under the SHA-256 of its bytes and is never changed. It is written to a temporary
name, flushed to the disk and renamed into place before any row tells of it, so a row without its
bytes cannot exist; bytes without a row (a crash in between) are harmless and found again when the
file is offered again.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

CHUNK = 1024 * 1024
_ABANDONED_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that are safely on the disk."""

    sha256: str
    size: int


class Incoming:
    """One file on its way in: hashed while it is written. End it with ``keep`` or ``discard``."""

    def __init__(self) -> None:
        folder = _incoming()
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{uuid.uuid4().hex}.part"
        self._file: BinaryIO | None = self._path.open("xb")
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Append bytes. Raises OSError where the disk refuses them."""
        if self._file is None:
            raise ValueError("This file has already been kept or discarded.")
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def keep(self) -> Kept:
        """Flush to the disk and rename into place."""
        if self._file is None:
            raise ValueError("This file has already been kept or discarded.")
        kept = Kept(self._hash.hexdigest(), self.size)
        target = original_path(kept.sha256)
        if target.is_file() and target.stat().st_size == kept.size:
            self.discard()
            return kept
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None
        new_folder = not target.parent.is_dir()
        target.parent.mkdir(parents=True, exist_ok=True)
        self._path.rename(target)
        target.chmod(0o440)
        _flush_folder(target.parent)
        if new_folder:
            _flush_folder(target.parent.parent)
        return kept

    def discard(self) -> None:
        """Forget the bytes; harmless after ``keep``."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._path.unlink(missing_ok=True)


def original_path(sha256: str) -> Path:
    """Return where the bytes of a digest lie."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("Not a SHA-256 digest.")
    return Path(settings.ORIGINALS_ROOT) / sha256[:2] / sha256


def open_original(sha256: str) -> BinaryIO:
    """Open an original for reading. Raises FileNotFoundError where it is gone."""
    return original_path(sha256).open("rb")


def clear_abandoned() -> int:
    """Remove what interrupted uploads left behind a day ago; return how many files."""
    folder = _incoming()
    if not folder.is_dir():
        return 0
    old = [
        part
        for part in folder.glob("*.part")
        if part.stat().st_mtime < time.time() - _ABANDONED_SECONDS
    ]
    for part in old:
        part.unlink(missing_ok=True)
    return len(old)


def _incoming() -> Path:
    return Path(settings.ORIGINALS_ROOT) / "incoming"


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
