"""How the columns of a sweep lie in one blob: float64, bytes shuffled, zstd.

Layout before compression: the six columns one after the other as little-endian float64, then one
flag byte per row. Shuffling puts the equal high bytes of neighbours side by side; NaN payloads and
signed zeros come back bit for bit.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import zstandard
from numpy.typing import NDArray

COLUMNS = ("position", "measured", "theory", "error", "upper", "lower")
_LEVEL = 3
_local = threading.local()  # zstandard contexts must not be shared between threads


@dataclass(frozen=True, slots=True)
class SweepArrays:
    """Six columns of shape (n,), volts and degrees or inches, and the point flags, uint8 (n,)."""

    position: NDArray[np.float64]
    measured: NDArray[np.float64]
    theory: NDArray[np.float64]
    error: NDArray[np.float64]
    upper: NDArray[np.float64]
    lower: NDArray[np.float64]
    flags: NDArray[np.uint8]


def pack(arrays: SweepArrays) -> bytes:
    """Return the blob of a sweep."""
    columns = np.stack([getattr(arrays, name) for name in COLUMNS]).astype("<f8", copy=False)
    shuffled = columns.view(np.uint8).reshape(-1, 8).T.tobytes()
    return bytes(_compressor().compress(shuffled + arrays.flags.tobytes()))


def unpack(blob: bytes, rows: int) -> SweepArrays:
    """Return the columns of a blob. Raises ValueError where it does not hold ``rows`` rows."""
    size = rows * (len(COLUMNS) * 8 + 1)
    data = _decompressor().decompress(bytes(blob), max_output_size=size)
    if len(data) != size:
        raise ValueError(f"A sweep of {rows} rows needs {size} bytes, the blob has {len(data)}.")
    head = rows * len(COLUMNS) * 8
    shuffled = np.frombuffer(data, np.uint8, count=head).reshape(8, -1)
    columns = np.ascontiguousarray(shuffled.T).view("<f8").reshape(len(COLUMNS), rows)
    flags = np.frombuffer(data, np.uint8, offset=head)
    return SweepArrays(*columns, flags)


def _compressor() -> zstandard.ZstdCompressor:
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    compressor: zstandard.ZstdCompressor = _local.compressor
    return compressor


def _decompressor() -> zstandard.ZstdDecompressor:
    if not hasattr(_local, "decompressor"):
        _local.decompressor = zstandard.ZstdDecompressor()
    decompressor: zstandard.ZstdDecompressor = _local.decompressor
    return decompressor
