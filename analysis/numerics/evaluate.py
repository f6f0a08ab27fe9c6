"""A track and a file are judged. The one door of this package."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.formats.station_file import Finding, StationFile, Sweep, Track, TrackState
from analysis.numerics.columns import FloatArray, Points, all_true, is_usable, number, points_of
from analysis.numerics.linearity import OffsetResult, grade, judge_offset
from analysis.numerics.method import LASERTRIM_1, Method, PlausibilityParameters
from analysis.numerics.plausibility import (
    FindingCode,
    blocking_finding,
    data_findings,
    differing_limits,
    limit_findings,
)
from analysis.numerics.resistance import ResistanceChange, resistance_change
from analysis.numerics.sentences import linearity_sentence, sigma_sentence
from analysis.numerics.sigma import SigmaGradient, sigma_gradient
from analysis.numerics.threshold import (
    SigmaThreshold,
    mean_half_width,
    sigma_threshold,
    travel_of,
)
from analysis.numerics.verdict import Verdict, linearity_verdict, run_verdict


@dataclass(frozen=True, slots=True)
class TrackEvaluation:
    """Everything said of one track under one method.

    Plain values only: no NaN, no infinity, ``None`` where there is nothing to say. Rows are
    0-based rows of the judged sweep. For an UNTRIMMED track the numbers describe the sweep before
    trimming; for a NOT_EVALUABLE one they say what the file says, without a verdict.
    """

    name: str
    verdict: Verdict
    reason: str
    method: str
    judged_sheet: str = ""
    points_rows: int = 0  # rows of the data block, template rows included
    points_measured: int = 0
    points_graded: int = 0
    failing_as_measured: int | None = None  # number of graded points, None where nothing is graded
    failing_corrected: int | None = None
    passes_as_measured: bool | None = None  # None where not evaluable
    passes_corrected: bool | None = None
    offset: float | None = None  # volts; largest margin, or fewest failing where none passes
    offset_window: tuple[float, float] | None = None  # volts; None where no offset passes
    contradiction: float | None = None  # volts the deciding points exclude each other by
    margin: float | None = None  # s*, 1 = dead centre, 0 = touching, negative = outside
    largest_error: float | None = None  # volts, max |error| of all measured points
    largest_error_corrected: float | None = None  # volts, after ``offset``
    rms_error: float | None = None  # volts, of all measured points, as measured
    sigma_gradient: float | None = None  # volts per degree or inch
    sigma_reason: str = ""  # why there is no sigma gradient
    sigma_threshold: float | None = None
    sigma_threshold_source: str = ""
    failing_points_as_measured: tuple[int, ...] = ()
    failing_points_corrected: tuple[int, ...] = ()
    deciding_points: tuple[int, ...] = ()  # rows whose limits set the window ends, or contradict
    margin_points: tuple[int, ...] = ()  # rows that touch at the largest margin
    trims: int = 0
    resistance_before: float | None = None  # ohms
    resistance_after: float | None = None  # ohms
    resistance_change: float | None = None  # ohms
    resistance_change_percent: float | None = None
    findings: tuple[Finding, ...] = ()  # made here; the reader's own are in the record


@dataclass(frozen=True, slots=True)
class FileEvaluation:
    """What is said of a file: derived from its tracks, and from nothing else."""

    verdict: Verdict
    reason: str
    method: str
    method_digest: str
    tracks: tuple[TrackEvaluation, ...]
    findings: tuple[Finding, ...] = ()  # about the file as a whole


def evaluate_file(file: StationFile, method: Method = LASERTRIM_1) -> FileEvaluation:
    """Judge every track of a file and roll the verdicts up.

    Parameters
    ----------
    file : StationFile
    method : Method

    Returns
    -------
    FileEvaluation
        A file without tracks is NOT_MEASURED with the reader's reason. Never raises for data.
    """
    tracks = tuple(evaluate_track(track, method) for track in file.tracks)
    verdict = run_verdict([track.verdict for track in tracks])
    return FileEvaluation(
        verdict, _file_reason(file, verdict, tracks), method.name, method.digest, tracks
    )


def _file_reason(file: StationFile, verdict: Verdict, tracks: tuple[TrackEvaluation, ...]) -> str:
    if not tracks:
        return file.reason or "The file holds no track."
    decisive = [track for track in tracks if track.verdict is verdict]
    if len(tracks) == 1 or len(decisive) == 1:
        chosen = decisive[0]
        return chosen.reason if len(tracks) == 1 else f"{chosen.name}: {chosen.reason}"
    return " ".join(f"{track.name}: {track.reason}" for track in decisive)


def evaluate_track(track: Track, method: Method = LASERTRIM_1) -> TrackEvaluation:
    """Judge one track.

    Parameters
    ----------
    track : Track
    method : Method

    Returns
    -------
    TrackEvaluation
        Of the judged sweep. A track without one, or whose judged sweep is a template, is
        NOT_MEASURED. Never raises for data: what cannot be computed is ``None`` with a reason.
    """
    sweep = track.judged_sweep
    if track.state is TrackState.NOT_MEASURED or sweep is None or sweep.is_template:
        reason = track.reason or "No sheet of this track was measured."
        return TrackEvaluation(
            track.name, Verdict.NOT_MEASURED, reason, method.name, trims=track.trims
        )
    with np.errstate(all="ignore"):
        return _evaluate_sweep(track, sweep, method)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the verdict of one sweep is put together from."""

    track: Track
    sweep: Sweep
    points: Points
    sigma: SigmaGradient
    threshold: SigmaThreshold
    linearity: OffsetResult
    resistance: ResistanceChange


def _evaluate_sweep(track: Track, sweep: Sweep, method: Method) -> TrackEvaluation:
    parameters = method.parameters
    points = points_of(sweep)
    parts = _Parts(
        track,
        sweep,
        points,
        sigma_gradient(points.position, points.error, parameters.sigma),
        sigma_threshold(
            mean_half_width(points.lower, points.upper),
            travel_of(points.position),
            parameters.threshold,
        ),
        judge_offset(
            grade(points.error, points.lower, points.upper), parameters.linearity.float_tolerance
        ),
        resistance_change(
            track.resistance_before.value,
            track.resistance_after.value,
            parameters.plausibility.resistance_fall,
        ),
    )
    findings = _findings(parts, parameters.plausibility)
    return _assemble(parts, findings, method)


def _findings(parts: _Parts, rules: PlausibilityParameters) -> tuple[Finding, ...]:
    track, sweep = parts.track, parts.sweep
    findings = limit_findings(sweep, parts.points, (), rules)
    findings += data_findings(sweep, parts.points, parts.threshold.value, rules)
    others = [other for other in track.sweeps if other is not sweep]
    if others:
        findings += differing_limits(sweep, others)
    if parts.resistance.consistent is False:
        where = track.resistance_after
        sentence = (
            f"The resistance fell from {parts.resistance.before:g} to "
            f"{parts.resistance.after:g} ohm; cutting can only raise it."
        )
        code = FindingCode.RESISTANCE_FELL.value
        findings.append(Finding(code, sentence, where.sheet, where.cell))
    return tuple(findings)


def _verdict(parts: _Parts, blocking: Finding | None) -> tuple[Verdict, str]:
    linearity, sigma, threshold = parts.linearity, parts.sigma.value, parts.threshold.value
    said = linearity_sentence(linearity) if blocking is None else blocking.sentence
    if parts.track.state is TrackState.UNTRIMMED:
        words = parts.track.reason or "Only the sweep before trimming was measured."
        return Verdict.UNTRIMMED, f"{words} Before trimming: {said}"
    if blocking is not None:
        return Verdict.NOT_EVALUABLE, said
    verdict = linearity_verdict(
        linearity_passes=linearity.passes_corrected, sigma=sigma, threshold=threshold
    )
    if verdict is Verdict.WARNING and sigma is not None:
        said = sigma_sentence(sigma, threshold)
    return verdict, said


def _assemble(parts: _Parts, findings: tuple[Finding, ...], method: Method) -> TrackEvaluation:
    track, linearity, resistance = parts.track, parts.linearity, parts.resistance
    blocking = blocking_finding(findings)
    verdict, reason = _verdict(parts, blocking)
    graded = linearity.graded > 0
    evaluable = graded and blocking is None
    largest, corrected, rms = error_sizes(parts.points.error, linearity.offset)
    return TrackEvaluation(
        name=track.name,
        verdict=verdict,
        reason=reason,
        method=method.name,
        judged_sheet=parts.sweep.sheet,
        points_rows=parts.sweep.rows,
        points_measured=len(parts.points),
        points_graded=linearity.graded,
        failing_as_measured=len(linearity.failing_as_measured) if graded else None,
        failing_corrected=len(linearity.failing_corrected) if graded else None,
        passes_as_measured=linearity.passes_as_measured if evaluable else None,
        passes_corrected=linearity.passes_corrected if evaluable else None,
        offset=number(linearity.offset),
        offset_window=linearity.passing_window,
        contradiction=number(linearity.contradiction),
        margin=number(linearity.margin),
        largest_error=largest,
        largest_error_corrected=corrected,
        rms_error=rms,
        sigma_gradient=parts.sigma.value,
        sigma_reason=parts.sigma.reason,
        sigma_threshold=parts.threshold.value,
        sigma_threshold_source=parts.threshold.source.value,
        failing_points_as_measured=linearity.failing_as_measured,
        failing_points_corrected=linearity.failing_corrected,
        deciding_points=linearity.deciding_rows,
        margin_points=linearity.margin_rows,
        trims=track.trims,
        resistance_before=resistance.before,
        resistance_after=resistance.after,
        resistance_change=resistance.change,
        resistance_change_percent=resistance.percent,
        findings=findings,
    )


def error_sizes(
    error: FloatArray, offset: float | None
) -> tuple[float | None, float | None, float | None]:
    """Return max |error|, max |error + offset| and the root mean square of the error.

    In volts, over all measured points with a usable error, graded or not, as both desktop
    versions do (formulas.md 3.3); ``None`` where there is none, never 0.
    """
    usable = is_usable(error)
    if not all_true(usable):
        error = error[usable]
    if len(error) == 0:
        return None, None, None
    high, low = float(error.max()), float(error.min())
    corrected = None if offset is None else max(high + offset, -(low + offset))
    rms = math.sqrt(float(error @ error) / len(error))
    return max(high, -low), number(corrected), rms
