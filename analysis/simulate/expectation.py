"""What a reader and a judge must find in a synthetic workbook, known by construction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from analysis.simulate.judge import (
    FAIL,
    NOT_EVALUABLE,
    NOT_MEASURED,
    PASS,
    UNTRIMMED,
    WARNING,
    verdict,
)
from analysis.simulate.oracle import Values
from analysis.simulate.outcome import Outcome
from analysis.simulate.story import TrackStory, UnitStory


@dataclass(frozen=True, slots=True)
class ExpectedTrack:
    """One track: how many rows, how many measured, what the verdict must be and on which curve."""

    name: str
    verdict: str
    rows: int  # of the data block of the judged sheet, template rows included
    points: int  # measured
    trims: int
    judged_sheet: str  # "" where nothing was measured
    error: Values | None  # of the judged sweep, measured points only
    travel: float | None  # as the station measured it
    resistance_before: float | None
    resistance_after: float | None


@dataclass(frozen=True, slots=True)
class Expectation:
    """One workbook."""

    layout: str  # "dlts" or "lts"
    model: str
    serial: str
    unit: str
    tested_at: datetime | None  # factory time
    tracks: tuple[ExpectedTrack, ...]
    words: str = ""
    clock: str = "name"  # or "cell": where tested_at stands
    traps: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Return the verdict of the whole run."""
        return run_verdict(track.verdict for track in self.tracks)

    def with_track(self, name: str, **changes: object) -> Expectation:
        """Return the same expectation with one track changed."""
        tracks = tuple(
            replace(track, **changes) if track.name == name else track  # type: ignore[arg-type]
            for track in self.tracks
        )
        return replace(self, tracks=tracks)

    def with_tracks(self, **changes: object) -> Expectation:
        """Return the same expectation with every track changed alike."""
        tracks = tuple(replace(track, **changes) for track in self.tracks)  # type: ignore[arg-type]
        return replace(self, tracks=tracks)


def run_verdict(verdicts: Iterable[str]) -> str:
    """Derive the verdict of a run from those of its tracks."""
    every = list(verdicts)
    judged = [one for one in every if one not in (UNTRIMMED, NOT_MEASURED)]
    if not judged:
        return UNTRIMMED if UNTRIMMED in every else NOT_MEASURED
    for worst in (NOT_EVALUABLE, FAIL):
        if worst in judged:
            return worst
    return PASS if all(one == PASS for one in judged) else WARNING


def expected(story: UnitStory, layout: str) -> Expectation:
    """Return what must be found in the workbook of a story before any trap changes it."""
    return Expectation(
        layout=layout,
        model=story.design.model,
        serial=story.serial,
        unit=story.design.unit,
        tested_at=story.tested_at,
        tracks=tuple(_expected_track(track, layout) for track in story.tracks),
        words=story.words.strip(" _") if layout == "lts" else "",
    )


def _expected_track(track: TrackStory, layout: str) -> ExpectedTrack:
    points = len(track.position)
    if layout == "lts":
        name = {"TRK1": "TA", "TRK2": "TB"}[track.name]
        sheet = "Lin Error" if track.trims else "test"
    else:
        name = track.name
        last = track.final.pass_number
        sheet = f"SEC1 {name} {last}" + (" TRM1" if last else "")
    cut = track.outcome is not Outcome.UNTRIMMED
    return ExpectedTrack(
        name=name,
        verdict=verdict(track),
        rows=points,
        points=points,
        trims=track.trims,
        judged_sheet=sheet,
        error=track.final_error(),
        travel=track.travel_measured,
        resistance_before=track.sweeps[0].resistance,
        resistance_after=track.final.resistance if cut else None,
    )
