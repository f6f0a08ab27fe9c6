"""The fast looks at a column say what the plain ones say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.numerics.columns import all_usable, is_usable, largest, smallest

pytestmark = pytest.mark.filterwarnings("error")


@given(st.lists(st.floats() | st.sampled_from([1e9, -1e9, 999999999.9]), max_size=8))
def test_all_usable_is_every_value_usable(values: list[float]) -> None:
    column = np.array(values, dtype=np.float64)
    assert all_usable(column) == bool(is_usable(column).all())


@given(st.lists(st.floats(), min_size=1, max_size=8))
def test_largest_and_smallest_are_those_of_numpy_nan_included(values: list[float]) -> None:
    column = np.array(values)
    assert np.array_equal([smallest(column), largest(column)], [column.min(), column.max()], True)
