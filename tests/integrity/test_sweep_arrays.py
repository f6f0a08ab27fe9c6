"""Sweeps come back from their blob bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from analysis.models.sweep_arrays import COLUMNS, SweepArrays, pack, unpack

_any_float = st.floats(allow_nan=True, allow_infinity=True, width=64)


@given(
    st.integers(0, 60).flatmap(
        lambda rows: arrays.arrays(np.float64, (6, rows), elements=_any_float)
    )
)
def test_every_bit_comes_back(columns: np.ndarray) -> None:
    rows = columns.shape[1]
    flags = (np.arange(rows) % 3).astype(np.uint8)
    stored = SweepArrays(*columns, flags)
    found = unpack(pack(stored), rows)
    for name in COLUMNS:
        assert getattr(found, name).tobytes() == getattr(stored, name).tobytes()
    assert found.flags.tobytes() == flags.tobytes()


def test_a_blob_of_other_length_is_refused() -> None:
    zeros = np.zeros(4)
    blob = pack(SweepArrays(zeros, zeros, zeros, zeros, zeros, zeros, np.zeros(4, np.uint8)))
    with pytest.raises(ValueError, match="5 rows"):
        unpack(blob, 5)
