"""Dropping points must not change the picture."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.figures.thinning import alone, column_bars, kept_rows

values = st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")))


@settings(max_examples=60, deadline=None)
@given(st.lists(values, min_size=1, max_size=400), st.integers(1, 9))
def test_every_bucket_keeps_ends_extremes_and_gaps(numbers: list[float], buckets: int) -> None:
    column = np.array(numbers)
    rows = kept_rows((column,), buckets)
    assert list(rows) == sorted(set(rows.tolist()))
    assert rows[0] == 0
    assert rows[-1] == len(column) - 1
    if len(column) <= 5 * buckets:
        assert len(rows) == len(column)
        return
    assert len(rows) <= 5 * buckets
    width = -(-len(column) // buckets)
    for start in range(0, len(column), width):
        whole = column[start : start + width]
        kept = column[rows[(rows >= start) & (rows < start + width)]]
        assert np.isnan(whole).any() == np.isnan(kept).any()
        if not np.isnan(whole).all():
            assert (np.nanmin(whole), np.nanmax(whole)) == (np.nanmin(kept), np.nanmax(kept))


def test_two_columns_keep_the_extremes_of_both() -> None:
    one, two = np.zeros(1000), np.zeros(1000)
    one[333], two[777] = 5.0, -5.0
    assert {333, 777} <= set(kept_rows((one, two), 10).tolist())


def test_a_value_between_gaps_is_alone() -> None:
    nan = float("nan")
    assert alone(np.array([1.0, nan, 2.0, 3.0, nan, 4.0])).tolist() == [
        True, False, False, False, False, True,
    ]  # fmt: skip
    assert alone(np.array([1.0])).tolist() == [True]
    assert alone(np.empty(0)).tolist() == []


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(-1, 1)), min_size=1, max_size=200))
@settings(max_examples=60, deadline=None)
def test_bars_cover_every_point(pairs: list[tuple[float, float]]) -> None:
    x, y = np.array(pairs).T
    at, ends = column_bars(x, y, 0.0, 10.0, 50)
    for px, py in pairs:
        near = np.abs(at[::3] - px) <= 0.1 + 1e-9
        assert (near & (ends[0::3] <= py) & (py <= ends[1::3])).any()
