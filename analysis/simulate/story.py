"""The physical story of one unit: an element, its cuts, its sweeps.

An element comes with a smooth shape error and some roughness. Every cut raises its resistance and
pulls the error towards zero. How the last sweep ends is asked for (``Outcome``) and guaranteed:
``tell_story`` checks the rounded voltages with ``oracle`` and raises if it could not keep its word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from analysis.simulate.curves import before_trimming, final_error
from analysis.simulate.design import PartDesign
from analysis.simulate.oracle import (
    Values,
    fewest_outside,
    graded,
    offset_window,
    points_outside,
    sigma_gradient,
    sigma_threshold,
)
from analysis.simulate.outcome import Outcome

_CERTAIN = 0.02  # of the half width: what lies closer to a limit is too close to promise anything


class OutcomeNotReached(ValueError):
    """The asked outcome does not exist for this design, for instance a warning of 7 points."""


@dataclass(frozen=True, slots=True)
class SweepStory:
    """One sweep: what the voltmeter read, and the resistance beside it."""

    pass_number: int  # 0 = before the first cut
    measured: Values  # volts, rounded as the station writes them
    resistance: float  # ohms, whole numbers
    phase: float = 0.0  # volts the station adds to every error

    def error(self, theory: Values) -> Values:
        """Return measured - theory + phase value, in the order the station adds."""
        return self.measured - theory + self.phase


@dataclass(frozen=True, slots=True)
class TrackStory:
    """One element of the unit."""

    name: str  # TRK1, TRK2
    outcome: Outcome
    position: Values
    theory: Values
    upper: Values  # NaN = no limit
    lower: Values
    travel_measured: float
    sweeps: tuple[SweepStory, ...]

    @property
    def final(self) -> SweepStory:
        """Return the last sweep."""
        return self.sweeps[-1]

    @property
    def trims(self) -> int:
        """Count the cuts."""
        return len(self.sweeps) - 1

    def final_error(self) -> Values:
        """Return the error of the last sweep."""
        return self.final.error(self.theory)


@dataclass(frozen=True, slots=True)
class TrackPlan:
    """What is asked of one track."""

    outcome: Outcome
    name: str = "TRK1"
    passes: int = 1
    out: int = 2  # points a near miss leaves outside
    phase: float = 0.0  # volts, in the last sweep only, as the stations have it


@dataclass(frozen=True, slots=True)
class UnitStory:
    """One run of one unit at a station."""

    design: PartDesign
    serial: str
    tested_at: datetime  # factory time, without a zone
    tracks: tuple[TrackStory, ...]
    plans: tuple[TrackPlan, ...]
    seed: int
    decimals: int = 5  # of a voltage: 5 at Laser 2, 6 at Laser 1
    words: str = "Trimmed Correct"  # what the operator chose at Laser 1

    def retold(
        self,
        *,
        design: PartDesign | None = None,
        plans: tuple[TrackPlan, ...] | None = None,
    ) -> UnitStory:
        """Tell the story again with something changed, from the same seed."""
        return tell_story(
            design or self.design,
            seed=self.seed,
            serial=self.serial,
            tested_at=self.tested_at,
            tracks=plans or self.plans,
            decimals=self.decimals,
            words=self.words,
        )

    def only(self, name: str) -> UnitStory:
        """Return the same run with one track: Laser 1 writes one file per track."""
        return replace(
            self,
            tracks=tuple(track for track in self.tracks if track.name == name),
            plans=tuple(plan for plan in self.plans if plan.name == name),
        )


def tell_story(
    design: PartDesign,
    *,
    seed: int,
    serial: str,
    tested_at: datetime,
    tracks: tuple[TrackPlan, ...] | Outcome = Outcome.AS_MEASURED,
    decimals: int = 5,
    words: str = "Trimmed Correct",
) -> UnitStory:
    """Tell the story of one run.

    Raises
    ------
    OutcomeNotReached
        where a track cannot end the way it was asked to.
    """
    rng = np.random.default_rng(seed)
    plans = (TrackPlan(tracks),) if isinstance(tracks, Outcome) else tracks
    told = tuple(_track(design, plan, rng, decimals) for plan in plans)
    return UnitStory(design, serial, tested_at, told, plans, seed, decimals, words)


def _track(
    design: PartDesign, plan: TrackPlan, rng: np.random.Generator, decimals: int
) -> TrackStory:
    position = design.positions()
    theory = design.voltages(position)
    half = design.half_widths(position)
    coarse = before_trimming(rng, position, half)
    errors = [coarse]
    if plan.outcome is not Outcome.UNTRIMMED:
        final = final_error(rng, position, half, plan.outcome, out=plan.out)
        errors += _passes(rng, coarse, final, plan.passes)
    resistances = _resistances(rng, design.resistance, len(errors))
    phases = [0.0] * (len(errors) - 1) + [plan.phase]
    sweeps = tuple(
        SweepStory(number, np.round(theory + error - phase, decimals), ohms, phase)
        for number, (error, ohms, phase) in enumerate(zip(errors, resistances, phases, strict=True))
    )
    travel = round(design.travel * (1 + float(rng.normal(0, 0.002))), 3)
    track = TrackStory(plan.name, plan.outcome, position, theory, half, -half, travel, sweeps)
    verify(track, out=plan.out)
    return track


def _passes(rng: np.random.Generator, coarse: Values, final: Values, passes: int) -> list[Values]:
    """Return the error after each cut: each leaves about a quarter of what was there."""
    spread = float(np.std(coarse - final))
    between = []
    for number in range(1, passes):
        rest = 0.25**number
        noise = rng.normal(0, 0.03 * rest * spread, len(final))
        between.append(final + rest * (coarse - final) + noise)
    return [*between, final]


def _resistances(rng: np.random.Generator, wanted: float, sweeps: int) -> list[float]:
    """Return whole ohms, rising with each cut up to about what is wanted."""
    start = wanted * float(rng.uniform(0.82, 0.88))
    end = wanted * float(rng.uniform(0.97, 1.03))
    return [float(round(start + (end - start) * i / max(sweeps - 1, 1))) for i in range(sweeps)]


def verify(track: TrackStory, *, out: int = 2) -> None:
    """Check that a track ends the way it says, with room for the last digit of any arithmetic.

    Raises
    ------
    OutcomeNotReached
        where it does not.
    """
    if track.outcome is Outcome.UNTRIMMED:
        return
    error, upper, lower = track.final_error(), track.upper, track.lower
    margin = _CERTAIN * float(np.nanmin(upper))
    low, high = offset_window(error, upper, lower)
    raw = points_outside(error, upper - margin, lower + margin)
    kept: bool
    if track.outcome in (Outcome.AS_MEASURED, Outcome.ROUGH):
        kept = raw == 0
    elif track.outcome is Outcome.WITH_OFFSET:
        beyond = points_outside(error, upper + margin, lower - margin)
        kept = beyond > 0 and high - low > 2 * margin
    else:
        least = fewest_outside(error, upper + margin, lower - margin)
        most = fewest_outside(error, upper - margin, lower + margin)
        many = min(4, int(graded(upper, lower).sum()) // 3)
        kept = least == most == out if track.outcome is Outcome.NEAR_MISS else least >= many
    if not (kept and _sigma_kept(track, error)):
        raise OutcomeNotReached(f"{track.name} cannot end as {track.outcome.value}")


def _sigma_kept(track: TrackStory, error: Values) -> bool:
    sigma = sigma_gradient(track.position, error)
    if sigma is None:
        return track.outcome is not Outcome.ROUGH
    ratio = sigma / sigma_threshold(track.position, track.upper, track.lower)
    if track.outcome is Outcome.ROUGH:
        return ratio > 1.3
    return ratio < 0.8 or track.outcome in (Outcome.NEAR_MISS, Outcome.HARD_FAIL)
