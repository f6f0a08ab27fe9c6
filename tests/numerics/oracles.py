"""Curves of statistics.md C3, computed there and not by this project."""

from __future__ import annotations

import numpy as np

BOW_X = np.arange(-5.0, 6.0)
BOW_E = np.array([0.030, 0.028, 0.026, 0.026, 0.034, 0.038, 0.030, 0.020, 0.004, -0.012, -0.034])
BOW_U = 0.02 + 0.01 * np.abs(BOW_X)
SLOPE_E = np.array([-80, -66, -45, -20, 0, 12, 30, 36, 52, 66, 70]) / 1000
SLOPE_U = np.full(11, 0.05)
PROOF_X = np.arange(5.0)
PROOF_E = np.array([0.02, 0.00, -0.07, 0.01, 0.03])
PROOF_U = np.full(5, 0.04)
TRACK_X = np.arange(-10.0, 11.0)
TRACK_E = np.array(
    [
        0.015, 0.019498, 0.021991, 0.021091, 0.016798, 0.0105, 0.004442, 0.000869, 0.001169,
        0.005342, 0.012, 0.018898, 0.023791, 0.025291, 0.023398, 0.0195, 0.015842, 0.014669,
        0.017369, 0.023942, 0.033,
    ]
)  # fmt: skip
TRACK_U = 0.015 + 0.003 * np.maximum(0.0, np.abs(TRACK_X) - 5)
FOUR_X = np.arange(11.0) / 10
FOUR_E = np.array([0.20, 0.15, 0.30, 0.35, 0.30, 0.10, -0.15, -0.30, -0.35, -0.20, -0.10])  # %
