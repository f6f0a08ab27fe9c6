"""A story ends the way it was asked to, whatever the seed."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.simulate.catalogue import BOW_TIE, LINEAR, RUNNER, TWO_TRACKS
from analysis.simulate.design import GridShape, LimitShape, PartDesign, TheoryShape
from analysis.simulate.judge import verdict
from analysis.simulate.oracle import fewest_outside, offset_window, points_outside
from analysis.simulate.outcome import Outcome
from analysis.simulate.story import OutcomeNotReached, TrackPlan, tell_story
from tests.simulate.stories import MOMENT, story

DESIGNS = (
    RUNNER,
    BOW_TIE,
    TWO_TRACKS,
    LINEAR,
    PartDesign("9402", 340, 341, 0.01, theory=TheoryShape.FUNCTION),
    PartDesign("9403", 280, 141, 0.1, theory=TheoryShape.FALLING, limits=LimitShape.STEPPED),
    PartDesign("9404", 44, 45, 0.05, grid=GridShape.LONG_ENDS),
)
CERTAIN = [outcome for outcome in Outcome if outcome is not Outcome.ROUGH]


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.model)
@pytest.mark.parametrize("outcome", CERTAIN, ids=lambda outcome: outcome.name)
def test_every_outcome_comes_about_for_every_design(design, outcome):
    for seed in range(12):
        told = tell_story(design, seed=seed, serial="1", tested_at=MOMENT, tracks=outcome)
        track = told.tracks[0]
        error, upper, lower = track.final_error(), track.upper, track.lower
        low, high = offset_window(error, upper, lower)
        raw = points_outside(error, upper, lower)
        assert verdict(track) == outcome.verdict
        if outcome is Outcome.AS_MEASURED:
            assert raw == 0
        elif outcome is Outcome.WITH_OFFSET:
            assert raw > 0
            assert low < high
        elif outcome is Outcome.NEAR_MISS:
            assert low > high
            assert fewest_outside(error, upper, lower) == 2
        elif outcome is Outcome.HARD_FAIL:
            assert fewest_outside(error, upper, lower) >= 4


def test_a_warning_passes_linearity_and_is_rough():
    told = story(tracks=Outcome.ROUGH)
    track = told.tracks[0]
    assert verdict(track) == "WARNING"
    assert points_outside(track.final_error(), track.upper, track.lower) == 0


def test_an_outcome_that_cannot_be_is_refused_and_not_faked():
    seven = PartDesign("9405", 30, 7, 0.05)
    with pytest.raises(OutcomeNotReached):
        story(tracks=Outcome.ROUGH, design=seven)


@pytest.mark.parametrize("out", [1, 2, 3])
def test_a_near_miss_leaves_exactly_the_points_it_was_asked_to(out):
    track = story(tracks=(TrackPlan(Outcome.NEAR_MISS, out=out),)).tracks[0]
    assert fewest_outside(track.final_error(), track.upper, track.lower) == out


def test_every_cut_raises_the_resistance_and_pulls_the_error_in():
    track = story(tracks=(TrackPlan(Outcome.AS_MEASURED, passes=4),)).tracks[0]
    ohms = [sweep.resistance for sweep in track.sweeps]
    worst = [float(np.max(np.abs(sweep.error(track.theory)))) for sweep in track.sweeps]
    assert ohms == sorted(set(ohms))
    assert max(worst[1:]) < worst[0]


def test_the_same_seed_tells_the_same_story_and_another_seed_another():
    first, again, other = story(seed=3), story(seed=3), story(seed=4)
    assert np.array_equal(first.tracks[0].final.measured, again.tracks[0].final.measured)
    assert not np.array_equal(first.tracks[0].final.measured, other.tracks[0].final.measured)


def test_the_fewest_points_outside_agrees_with_trying_every_offset():
    rng = np.random.default_rng(5)
    for _ in range(50):
        error, half = rng.normal(0, 1, 9), rng.uniform(0.1, 1.0, 9)
        offsets = np.concatenate([half - error, -half - error])
        tried = min(
            int(np.sum((error + o > half + 1e-12) | (error + o < -half - 1e-12))) for o in offsets
        )
        assert fewest_outside(error, half, -half) == tried
