"""Two weeks of an invented factory: what its three lasers would have left in their folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from analysis.simulate.catalogue import BOW_TIE, LINEAR, RUNNER, TWO_TRACKS
from analysis.simulate.design import PartDesign
from analysis.simulate.load import load_fleet
from analysis.simulate.outcome import Outcome
from analysis.simulate.story import OutcomeNotReached, TrackPlan, UnitStory, tell_story
from analysis.simulate.trap import Trap
from analysis.simulate.workbook import Container, Layout, SyntheticWorkbook, write_workbook

__all__ = ["FIRST_DAY", "SyntheticWorkbook", "demo_fleet", "load_fleet"]

FIRST_DAY = date(2026, 3, 2)  # a Monday
_WORKING_DAYS = 10
_FIRST_MINUTE, _LAST_MINUTE = 6 * 60 + 5, 14 * 60 + 50
_TRIES = 40
_LASER_3 = "LTS3"


@dataclass(frozen=True, slots=True)
class Job:
    """One run as the shop floor would plan it, were it planned."""

    design: PartDesign
    layout: Layout
    tracks: tuple[TrackPlan, ...]
    traps: tuple[Trap, ...] = ()
    folder: str = ""
    words: str = "Trimmed Correct"
    again_after: int = 0  # minutes after the run before: the same unit once more, or its other side
    container: Container = "xls"


def _one(outcome: Outcome, passes: int = 1, name: str = "TRK1") -> tuple[TrackPlan, ...]:
    return (TrackPlan(outcome, name, passes),)


def _two(first: Outcome, second: Outcome) -> tuple[TrackPlan, ...]:
    return TrackPlan(first), TrackPlan(second, "TRK2")


_GOOD, _OFFSET = Outcome.AS_MEASURED, Outcome.WITH_OFFSET
_NEAR, _HARD = Outcome.NEAR_MISS, Outcome.HARD_FAIL
_ROUGH, _UNCUT = Outcome.ROUGH, Outcome.UNTRIMMED

SCRIPT: tuple[Job, ...] = (
    Job(RUNNER, "dlts", _one(_GOOD)),
    Job(RUNNER, "dlts", _one(_GOOD, 2)),
    Job(BOW_TIE, "lts", _one(_GOOD)),
    Job(TWO_TRACKS, "dlts", _two(_GOOD, _OFFSET)),
    Job(LINEAR, "lts", _one(_ROUGH)),
    Job(RUNNER, "dlts", _one(_OFFSET)),
    Job(BOW_TIE, "lts", _one(_NEAR)),
    Job(BOW_TIE, "lts", _one(_GOOD), again_after=17),
    Job(RUNNER, "dlts", _one(_GOOD), folder=_LASER_3),
    Job(LINEAR, "lts", _one(_GOOD, 2)),
    Job(LINEAR, "lts", _one(_OFFSET, 1, "TRK2"), again_after=23),
    Job(RUNNER, "dlts", _one(_ROUGH)),
    Job(TWO_TRACKS, "dlts", _two(_GOOD, _HARD)),
    Job(RUNNER, "dlts", _one(_UNCUT)),
    Job(RUNNER, "dlts", _one(_GOOD), again_after=10),
    Job(BOW_TIE, "lts", _one(_UNCUT), words="Touch-up_Lin Out"),
    Job(TWO_TRACKS, "dlts", _one(_GOOD), traps=(Trap.PARAMETERS_ONLY,)),
    Job(RUNNER, "dlts", _one(_GOOD), traps=(Trap.LIMITS_SERIES,)),
    Job(RUNNER, "dlts", _one(_GOOD), traps=(Trap.STALE_ROWS,), folder=_LASER_3),
    Job(TWO_TRACKS, "dlts", _one(_GOOD, 1, "TRK2"), traps=(Trap.EMPTY_HEADER,)),
    Job(LINEAR, "lts", _one(_HARD), words="Scrap_Cut in wiper path"),
    Job(RUNNER, "dlts", _one(_OFFSET), traps=(Trap.PHASE_VALUE, Trap.EDITED_LATER)),
    Job(BOW_TIE, "lts", _one(_OFFSET), words="_ResTrimmed Correct"),
    Job(RUNNER, "dlts", _one(_GOOD), folder=_LASER_3, container="xlsx"),
)
"""The first 24 runs: every kind of file once."""

_EVERY_DAY: tuple[tuple[Job, float], ...] = (
    (SCRIPT[0], 6.0),
    (SCRIPT[1], 1.5),
    (SCRIPT[2], 4.0),
    (SCRIPT[3], 3.0),
    (SCRIPT[4], 2.5),
    (SCRIPT[5], 2.0),
    (SCRIPT[6], 1.5),
    (SCRIPT[8], 3.0),
    (SCRIPT[9], 1.0),
    (SCRIPT[11], 1.0),
    (SCRIPT[12], 0.7),
    (SCRIPT[13], 0.5),
)


def demo_fleet(
    seed: int, count: int = 24, *, first_day: date = FIRST_DAY
) -> Iterator[SyntheticWorkbook]:
    """Yield the files of about two weeks, in the order they were written.

    The first 24 hold every kind of file once; more are everyday production. The span stays two
    weeks, so more files are a busier factory.
    """
    rng = np.random.default_rng(seed)
    serial = int(rng.integers(40, 400))
    before: datetime | None = None
    for job, planned in zip(_jobs(rng, count), _moments(rng, count, first_day), strict=True):
        moment = planned
        if job.again_after and before is not None:
            moment = before + timedelta(minutes=job.again_after)
        else:
            serial += int(rng.integers(1, 4))
        before = moment
        story = _told(job, int(rng.integers(0, 2**31)), str(serial), moment)
        yield write_workbook(
            story,
            layout=job.layout,
            container=job.container,
            traps=job.traps,
            folder=job.folder,
        )


def _jobs(rng: np.random.Generator, count: int) -> list[Job]:
    jobs = list(SCRIPT[:count])
    weights = np.array([weight for _, weight in _EVERY_DAY])
    more = rng.choice(len(_EVERY_DAY), size=count - len(jobs), p=weights / weights.sum())
    return jobs + [replace(_EVERY_DAY[i][0], again_after=0) for i in more.tolist()]


def _moments(rng: np.random.Generator, count: int, first_day: date) -> Sequence[datetime]:
    """Return rising moments inside the shifts of the working days."""
    shift = _LAST_MINUTE - _FIRST_MINUTE
    minutes = np.sort(rng.integers(0, _WORKING_DAYS * shift, count))
    moments = []
    for minute in minutes.tolist():
        day, within = divmod(minute, shift)
        weeks, weekday = divmod(day, 5)
        midnight = datetime(first_day.year, first_day.month, first_day.day)
        start = timedelta(days=7 * weeks + weekday, minutes=_FIRST_MINUTE)
        moments.append(midnight + start + timedelta(minutes=within))
    return moments


def _told(job: Job, seed: int, serial: str, moment: datetime) -> UnitStory:
    """Tell the story of a job; where an outcome does not come about, another unit is taken."""
    for attempt in range(_TRIES):
        try:
            return tell_story(
                job.design,
                seed=seed + attempt,
                serial=serial,
                tested_at=moment,
                tracks=job.tracks,
                decimals=5 if job.layout == "dlts" else 6,
                words=job.words,
            )
        except OutcomeNotReached:
            continue
    raise OutcomeNotReached(f"model {job.design.model} never ends as {job.tracks[0].outcome}")
