"""Traps that lie in the part itself: its limits, its grid, what was done to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.simulate.design import GridShape, TheoryShape
from analysis.simulate.oracle import Values
from analysis.simulate.outcome import Outcome
from analysis.simulate.story import TrackPlan, UnitStory
from analysis.simulate.trap import Mechanism, Trap, TrapDoesNotFit

_SERIES_FROM = 22  # index of the first auto-filled limit
_ZERO_WIDTH_POINTS = 6


def _planned(story: UnitStory, **changes: object) -> UnitStory:
    plans = tuple(replace(plan, **changes) for plan in story.plans)  # type: ignore[arg-type]
    return story.retold(plans=plans)


def _designed(story: UnitStory, **changes: object) -> UnitStory:
    return story.retold(design=replace(story.design, **changes))  # type: ignore[arg-type]


def initial_only(story: UnitStory) -> UnitStory:
    return _planned(story, outcome=Outcome.UNTRIMMED)


def _several_passes(story: UnitStory) -> UnitStory:
    return _planned(story, passes=3)


def second_pass(story: UnitStory) -> UnitStory:
    return _planned(story, passes=2)


def _two_tracks(story: UnitStory) -> UnitStory:
    if len(story.plans) > 1:
        return story
    return story.retold(plans=(*story.plans, TrackPlan(Outcome.WITH_OFFSET, "TRK2")))


def _second_track(story: UnitStory) -> UnitStory:
    if len(story.plans) > 1:
        raise TrapDoesNotFit("a story of two tracks already has its second track")
    return _planned(story, name="TRK2")


def _phase(story: UnitStory) -> UnitStory:
    return _planned(story, phase=0.015)


def _limits(story: UnitStory, upper: Values, lower: Values | None = None) -> UnitStory:
    low = -upper if lower is None else lower
    tracks = tuple(replace(track, upper=upper, lower=low) for track in story.tracks)
    return replace(story, tracks=tracks)


def _limits_blank_ends(story: UnitStory) -> UnitStory:
    return _designed(story, blank_ends=5)


def _limits_all_blank(story: UnitStory) -> UnitStory:
    return _limits(story, np.full(story.design.points, np.nan))


def _limits_series(story: UnitStory) -> UnitStory:
    upper = story.tracks[0].upper.copy()
    start = min(_SERIES_FROM, len(upper) // 4)
    upper[start:] = 0.03 + np.arange(len(upper) - start)
    return _limits(story, upper)


def _limits_huge(story: UnitStory) -> UnitStory:
    return _limits(story, np.full(story.design.points, 1.0))


def _limits_zero_width(story: UnitStory) -> UnitStory:
    upper = story.tracks[0].upper.copy()
    inside = np.flatnonzero(np.isfinite(upper))[1:-1]
    chosen = inside[np.linspace(0, len(inside) - 1, _ZERO_WIDTH_POINTS).astype(int)]
    upper[chosen] = 0.0
    return _limits(story, upper)


def _limits_crossed(story: UnitStory) -> UnitStory:
    upper = story.tracks[0].upper
    return _limits(story, -upper, upper)


def _short(story: UnitStory) -> UnitStory:
    return _designed(story, points=7)


def _long(story: UnitStory) -> UnitStory:
    return _designed(story, points=719)


def _function(story: UnitStory) -> UnitStory:
    return _designed(story, theory=TheoryShape.FUNCTION)


def _falling(story: UnitStory) -> UnitStory:
    return _designed(story, theory=TheoryShape.FALLING)


def _uneven(story: UnitStory) -> UnitStory:
    return _designed(story, grid=GridShape.LONG_ENDS)


def _inches(story: UnitStory) -> UnitStory:
    return _designed(story, unit="in", travel=5.12)


def _serial(words: str) -> Mechanism:
    return Mechanism(lambda story: replace(story, serial=words))


def _words(words: str) -> Mechanism:
    return Mechanism(lambda story: replace(story, words=words))


MECHANISMS = {
    Trap.INITIAL_ONLY: Mechanism(initial_only),
    Trap.SEVERAL_PASSES: Mechanism(_several_passes),
    Trap.LIMITS_BLANK_ENDS: Mechanism(_limits_blank_ends),
    Trap.LIMITS_ALL_BLANK: Mechanism(_limits_all_blank),
    Trap.LIMITS_SERIES: Mechanism(_limits_series),
    Trap.LIMITS_HUGE: Mechanism(_limits_huge),
    Trap.LIMITS_ZERO_WIDTH: Mechanism(_limits_zero_width),
    Trap.LIMITS_CROSSED: Mechanism(_limits_crossed),
    Trap.SHORT_RUN: Mechanism(_short),
    Trap.LONG_RUN: Mechanism(_long),
    Trap.FUNCTION_THEORY: Mechanism(_function),
    Trap.FALLING_THEORY: Mechanism(_falling),
    Trap.UNEVEN_GRID: Mechanism(_uneven),
    Trap.INCHES: Mechanism(_inches),
    Trap.LETTER_SERIAL: _serial("107 REDUNDANT"),
    Trap.PADDED_SERIAL: _serial("01"),
}
DLTS_MECHANISMS = {
    Trap.PHASE_VALUE: Mechanism(_phase),
    Trap.TWO_TRACKS: Mechanism(_two_tracks),
    Trap.TRACK_2_ONLY: Mechanism(_second_track),
}
LTS_MECHANISMS = {
    Trap.TRACK_B: Mechanism(_second_track),
    Trap.SCRAP_NAME: _words("Scrap_Cut in wiper path"),
    Trap.RESISTANCE_TRIMMED: _words("_ResTrimmed Correct"),
}
CURVE_CHANGES = (
    _limits_all_blank,
    _limits_series,
    _limits_huge,
    _limits_zero_width,
    _limits_crossed,
)
"""Changes that telling the story again would lose."""
