"""The verdict a track must get, from its curves alone and by the plainest arithmetic."""

from __future__ import annotations

import numpy as np

from analysis.simulate.oracle import (
    Values,
    graded,
    offset_window,
    sigma_gradient,
    sigma_threshold,
)
from analysis.simulate.outcome import Outcome
from analysis.simulate.story import TrackStory

PASS, WARNING, FAIL = "PASS", "WARNING", "FAIL"
UNTRIMMED, NOT_MEASURED, NOT_EVALUABLE = "UNTRIMMED", "NOT_MEASURED", "NOT_EVALUABLE"

_ABSURD = 1.0  # volts


def verdict(track: TrackStory) -> str:
    """Judge a track. An offset is always allowed."""
    if track.outcome is Outcome.UNTRIMMED:
        return UNTRIMMED
    upper, lower = track.upper, track.lower
    if not _plausible(upper, lower):
        return NOT_EVALUABLE
    error = track.final_error()
    low, high = offset_window(error, upper, lower)
    if low > high:
        return FAIL
    sigma = sigma_gradient(track.position, error)
    if sigma is not None and sigma > sigma_threshold(track.position, upper, lower):
        return WARNING
    return PASS


def _plausible(upper: Values, lower: Values) -> bool:
    mask = graded(upper, lower)
    if not mask.any():
        return False
    high, low = upper[mask], lower[mask]
    absurd = max(np.max(np.abs(high)), np.max(np.abs(low))) >= _ABSURD
    return not absurd and bool(np.all(high >= low))
