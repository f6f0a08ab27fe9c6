"""Error curves over the travel, in volts: as deposited, and as the last cut leaves them."""

from __future__ import annotations

import numpy as np

from analysis.simulate.oracle import Values, sigma_gradient, sigma_threshold
from analysis.simulate.outcome import Outcome

_CALM = 0.6  # of the sigma threshold, for what must not warn
_ROUGH = 1.8  # of the sigma threshold, for what must
_RIPPLE_POINTS = 24  # a period the low-pass of the sigma gradient lets through


def before_trimming(rng: np.random.Generator, position: Values, half: Values) -> Values:
    """Return the error of an element as deposited: several times the limits, smooth, some noise."""
    width = float(np.nanmedian(half))
    size = width * float(rng.uniform(3, 7))
    part = _part(position)
    arch = size * (1.5 * part * (1 - part) + 0.3 * _smooth(rng, part))
    noise = rng.normal(0, 0.08 * width, len(position))
    return np.asarray(_calm_ends(part) * (arch + noise))


def final_error(
    rng: np.random.Generator,
    position: Values,
    half: Values,
    outcome: Outcome,
    *,
    out: int,
) -> Values:
    """Return the error after the last cut."""
    error = _residual(rng, position, half)
    if outcome is Outcome.WITH_OFFSET:
        shift = 1.6 * float(np.nanmin(half)) * (1 if rng.random() < 0.5 else -1)
        return error + shift
    if outcome is Outcome.NEAR_MISS:
        return _with_spikes(rng, error, half, out)
    if outcome is Outcome.HARD_FAIL:
        return error + _tilt(rng, position, half)
    if outcome is Outcome.ROUGH:
        return 0.25 * error + _ripple(rng, position, half)
    return error


def _part(position: Values) -> Values:
    return np.asarray((position - position[0]) / (position[-1] - position[0]))


def _smooth(rng: np.random.Generator, part: Values) -> Values:
    """Return a smooth curve between -1 and 1."""
    curve = np.zeros(len(part))
    for wave in (1, 2, 3, 4):
        curve += float(rng.normal()) / wave * np.sin(np.pi * wave * part + float(rng.uniform(0, 6)))
    return np.asarray(curve / np.max(np.abs(curve)))


def _calm_ends(part: Values) -> Values:
    """Return weights that are small where the wiper sits on a terminal."""
    return np.asarray(np.minimum(1.0, 0.05 + 20 * np.minimum(part, 1 - part)))


def _residual(rng: np.random.Generator, position: Values, half: Values) -> Values:
    """Return what a good trim leaves: well inside the limits and calm enough not to warn.

    Points without a limit may lie anywhere; the wiper leaves the element there.
    """
    part, width = _part(position), float(np.nanmin(half))
    error = width * float(rng.uniform(0.25, 0.55)) * _smooth(rng, part)
    error += rng.normal(0, 0.02 * width, len(position))
    blank = np.isnan(half)
    error[blank] += np.sign(part[blank] - 0.5) * width * 1.5
    sigma = sigma_gradient(position, error)
    if sigma is not None:
        threshold = sigma_threshold(position, half, -half)
        error *= min(1.0, _CALM * threshold / sigma)
    return np.asarray(error)


def _with_spikes(rng: np.random.Generator, error: Values, half: Values, out: int) -> Values:
    """Lift a few graded points so far that no offset can serve them and the others."""
    places = np.flatnonzero(np.isfinite(half))[1:-1]
    chosen = rng.choice(places, size=out, replace=False)
    spiked = error.copy()
    spiked[chosen] += 3.5 * float(np.nanmax(half)) * (1 if rng.random() < 0.5 else -1)
    return np.asarray(spiked)


def _tilt(rng: np.random.Generator, position: Values, half: Values) -> Values:
    """Return an error that runs from far below to far above the limits."""
    steepness = 2.5 * float(np.nanmax(half)) * float(rng.uniform(1.0, 1.5))
    return np.asarray(steepness * (2 * _part(position) - 1))


def _ripple(rng: np.random.Generator, position: Values, half: Values) -> Values:
    """Return a ripple inside the limits whose gradient is far above the sigma threshold."""
    index = np.arange(len(position))
    wave = np.sin(2 * np.pi * index / _RIPPLE_POINTS + float(rng.uniform(0, 6)))
    sigma = sigma_gradient(position, np.asarray(wave))
    if not sigma:
        return np.zeros(len(position))
    needed = _ROUGH * sigma_threshold(position, half, -half) / sigma
    room = 0.4 * float(np.nanmin(half))
    return np.asarray(max(needed, room) * wave)
