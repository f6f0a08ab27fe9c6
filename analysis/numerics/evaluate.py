"""A track and a file are judged. The one door of this package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from analysis.formats.station_file import Finding, StationFile, Sweep, Track, TrackState
from analysis.numerics.certificate import certify
from analysis.numerics.columns import Points, is_usable, number, points_of
from analysis.numerics.decomposition import (
    ErrorSizes,
    error_sizes,
    shape_of,
    theory_slope,
    track_shapes,
    trim_effect,
)
from analysis.numerics.desktop import rows_for_sigma, v2_threshold
from analysis.numerics.evaluation import FileEvaluation, TrackEvaluation
from analysis.numerics.kinds import linearity_errors
from analysis.numerics.linearity import Graded, OffsetResult, grade, judge_offset
from analysis.numerics.method import LASERTRIM_1, Method, ThresholdRule
from analysis.numerics.plausibility import (
    FindingCode,
    blocking_finding,
    data_findings,
    differing_limits,
    limit_findings,
)
from analysis.numerics.resistance import ResistanceChange, resistance_change, usable_number
from analysis.numerics.rotation import RotationResult, judge_rotation
from analysis.numerics.sentences import linearity_sentence, rotation_sentence, sigma_sentence
from analysis.numerics.sigma import SigmaGradient, sigma_gradient
from analysis.numerics.specification import (
    LinearityKind,
    RotationBounds,
    Specification,
    rotation_bounds,
)
from analysis.numerics.threshold import (
    SigmaThreshold,
    ThresholdSource,
    mean_half_width,
    sigma_threshold,
    travel_of,
)
from analysis.numerics.verdict import Verdict, linearity_verdict, run_verdict

__all__ = ["FileEvaluation", "TrackEvaluation", "evaluate_file", "evaluate_track"]


def evaluate_file(
    file: StationFile,
    method: Method = LASERTRIM_1,
    specification: Specification | None = None,
    track_specifications: Mapping[str, Specification] | None = None,
) -> FileEvaluation:
    """Judge every track of a file and roll the verdicts up.

    Parameters
    ----------
    file : StationFile
    method : Method
    specification : Specification, optional
        Of the product; default: the file's own limits, offset only.
    track_specifications : mapping of str to Specification, optional
        For tracks (by name) that have one of their own.

    Returns
    -------
    FileEvaluation
        A file without tracks is NOT_MEASURED with the reader's reason. Never raises for data.
    """
    own = track_specifications or {}
    model = str(file.model.value or "")
    tracks = tuple(
        evaluate_track(
            track,
            method,
            own.get(track.name, specification),
            model=model,
            unit=file.position_unit,
        )
        for track in file.tracks
    )
    return roll_up(tracks, method, otherwise=file.reason)


def roll_up(
    tracks: tuple[TrackEvaluation, ...], method: Method, *, otherwise: str = ""
) -> FileEvaluation:
    """Derive what is said of a file from its tracks.

    Parameters
    ----------
    tracks : tuple of TrackEvaluation
    method : Method
        The one the tracks were judged by.
    otherwise : str
        The reason to give where there is no track.

    Returns
    -------
    FileEvaluation
        Verdict by the roll-up of DESIGN 4; the reason is that of the deciding track or tracks.
    """
    verdict = run_verdict([track.verdict for track in tracks])
    reason = _file_reason(otherwise, verdict, tracks)
    return FileEvaluation(verdict, reason, method.name, method.digest, tracks)


def _file_reason(otherwise: str, verdict: Verdict, tracks: tuple[TrackEvaluation, ...]) -> str:
    if not tracks:
        return otherwise or "The file holds no track."
    decisive = [track for track in tracks if track.verdict is verdict]
    if len(tracks) == 1 or len(decisive) == 1:
        chosen = decisive[0]
        return chosen.reason if len(tracks) == 1 else f"{chosen.name}: {chosen.reason}"
    return " ".join(f"{track.name}: {track.reason}" for track in decisive)


def evaluate_track(
    track: Track,
    method: Method = LASERTRIM_1,
    specification: Specification | None = None,
    *,
    model: str = "",
    unit: str = "",
) -> TrackEvaluation:
    """Judge one track.

    Parameters
    ----------
    track : Track
    method : Method
    specification : Specification, optional
        Default: the file's own limits, offset only.
    model : str
        Used by the desktop profiles alone, whose thresholds know model numbers.
    unit : str
        Of the travel, for sentences: "deg" or "in".

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
        return _evaluate_sweep(track, sweep, _Rules(method, specification, model, unit))


class _Rules(NamedTuple):
    """What is judged by."""

    method: Method
    specification: Specification | None
    model: str
    unit: str

    @property
    def excluded(self) -> tuple[int, ...]:
        return () if self.specification is None else self.specification.excluded_points


class _Parts(NamedTuple):
    """What the verdict of one sweep is put together from."""

    track: Track
    sweep: Sweep
    points: Points
    sigma: SigmaGradient
    threshold: SigmaThreshold
    graded: Graded
    offset: OffsetResult
    rotation: RotationResult | None  # where one is allowed and can be tried
    bounds: RotationBounds
    resistance: ResistanceChange

    @property
    def failing(self) -> tuple[int, ...]:
        if self.rotation is None or self.rotation.correction is None:
            return self.offset.failing_corrected
        return self.rotation.failing

    @property
    def correction(self) -> tuple[float | None, float | None]:
        """Offset and rotation that decide: the rotation is 0 where the offset does it alone."""
        if self.rotation is None or self.rotation.correction is None:
            return self.offset.offset, None if self.offset.offset is None else 0.0
        return self.rotation.correction.offset, self.rotation.correction.rotation

    @property
    def margin(self) -> float | None:
        used = self.rotation is not None and self.rotation.correction is not None
        return self.rotation.margin if self.rotation and used else self.offset.margin


def _evaluate_sweep(track: Track, sweep: Sweep, rules: _Rules) -> TrackEvaluation:
    parameters = rules.method.parameters
    points = points_of(sweep)
    sampled = rows_for_sigma(sweep, points, rules.method)
    graded = grade(points.error, points.lower, points.upper, rules.excluded)
    tolerance = parameters.linearity.float_tolerance
    bounds = rotation_bounds(rules.specification)
    rotation = None
    if bounds.allow_rotation:
        rotation = judge_rotation(graded, points.theory, (bounds.low, bounds.high), tolerance)
    parts = _Parts(
        track,
        sweep,
        points,
        sigma_gradient(sampled.position, sampled.error, parameters.sigma),
        _threshold(track, sampled, rules),
        graded,
        judge_offset(graded, tolerance),
        rotation,
        bounds,
        resistance_change(
            track.resistance_before.value,
            track.resistance_after.value,
            parameters.plausibility.resistance_fall,
        ),
    )
    return _assemble(parts, _findings(parts, rules), rules)


def _threshold(track: Track, sampled: Points, rules: _Rules) -> SigmaThreshold:
    stated = None if rules.specification is None else rules.specification.sigma_threshold
    if stated is not None and number(stated) is not None and stated > 0.0:
        return SigmaThreshold(stated, ThresholdSource.SPECIFICATION)
    half_width = mean_half_width(sampled.lower, sampled.upper)
    travel = travel_of(sampled.position)
    if rules.method.parameters.threshold.rule is ThresholdRule.UNIT_LENGTH:
        length = usable_number(track.travel.value)
        value = v2_threshold(rules.model, half_width, length, travel)
        return SigmaThreshold(value, ThresholdSource.FORMULA)
    return sigma_threshold(half_width, travel, rules.method.parameters.threshold)


def _findings(parts: _Parts, rules: _Rules) -> tuple[Finding, ...]:
    track, sweep, numbers = parts.track, parts.sweep, rules.method.parameters.plausibility
    findings = limit_findings(sweep, parts.points, rules.excluded, numbers)
    findings += data_findings(sweep, parts.points, parts.threshold.value, numbers)
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
    if parts.rotation is not None and parts.rotation.reason and parts.graded.count:
        code = FindingCode.THEORY_MISSING.value
        findings.append(Finding(code, parts.rotation.reason, sweep.sheet))
    return tuple(findings)


def _verdict(parts: _Parts, blocking: Finding | None, said: str) -> tuple[Verdict, str]:
    sigma, threshold = parts.sigma.value, parts.threshold.value
    if blocking is not None:
        said = blocking.sentence
    if parts.track.state is TrackState.UNTRIMMED:
        words = parts.track.reason or "Only the sweep before trimming was measured."
        return Verdict.UNTRIMMED, f"{words} Before trimming: {said}"
    if blocking is not None:
        return Verdict.NOT_EVALUABLE, said
    passes = parts.graded.count > 0 and not parts.failing
    verdict = linearity_verdict(linearity_passes=passes, sigma=sigma, threshold=threshold)
    if verdict is Verdict.WARNING and sigma is not None:
        said = sigma_sentence(sigma, threshold, parts.offset, parts.correction[0])
    return verdict, said


def _assemble(parts: _Parts, findings: tuple[Finding, ...], rules: _Rules) -> TrackEvaluation:
    track, points, raw = parts.track, parts.points, parts.offset.failing_as_measured
    specification = rules.specification
    blocking = blocking_finding(findings)
    angle = None if specification is None else specification.angle
    slope, sizes = theory_slope(points.position, points.theory), error_sizes(points.error)
    shape = shape_of(parts.sweep, points, parts.graded, parts.sigma, slope, sizes)
    shapes = track_shapes(track, rules.method, shape)
    if parts.rotation is None:
        said = linearity_sentence(parts.offset)
    else:
        said = rotation_sentence(parts.offset, parts.rotation, angle)
    certificate = certify(
        parts.graded,
        points.theory,
        parts.offset,
        parts.rotation,
        parts.bounds,
        said=said,
        slope=slope,
        angle=angle,
        unit=rules.unit,
    )
    verdict, reason = _verdict(parts, blocking, said)
    graded = parts.graded.count > 0
    evaluable = graded and blocking is None
    offset, rotation = parts.correction
    kind = None if specification is None else specification.kind
    return TrackEvaluation(
        name=track.name,
        verdict=verdict,
        reason=reason,
        method=rules.method.name,
        judged_sheet=parts.sweep.sheet,
        points_rows=parts.sweep.rows,
        points_measured=len(points),
        points_graded=parts.graded.count,
        failing_as_measured=len(raw) if graded else None,
        failing_corrected=len(parts.failing) if graded else None,
        passes_as_measured=not raw if evaluable else None,
        passes_corrected=not parts.failing if evaluable else None,
        offset=number(offset),
        offset_window=parts.offset.passing_window,
        contradiction=number(parts.offset.contradiction),
        margin=number(parts.margin),
        largest_error=shape.largest_error,
        largest_error_corrected=_largest_corrected(points, sizes, offset, rotation),
        rms_error=shape.rms_error,
        sigma_gradient=parts.sigma.value,
        sigma_reason=parts.sigma.reason,
        sigma_threshold=parts.threshold.value,
        sigma_threshold_source=parts.threshold.source.value,
        failing_points_as_measured=raw,
        failing_points_corrected=parts.failing,
        deciding_points=tuple(sorted({point.row for point in certificate.points})),
        margin_points=parts.offset.margin_rows,
        trims=track.trims,
        resistance_before=parts.resistance.before,
        resistance_after=parts.resistance.after,
        resistance_change=parts.resistance.change,
        resistance_change_percent=parts.resistance.percent,
        findings=findings,
        rotation=number(rotation),
        specification="" if specification is None else specification.revision,
        certificate=certificate,
        linearity_kind="" if kind is None else kind.value,
        linearity_error=_error_of_kind(kind, parts, shape.shape_error),
        shapes=shapes,
        trim_effect=trim_effect(track, points, shapes, shape),
    )


def _error_of_kind(
    kind: LinearityKind | None, parts: _Parts, independent: float | None
) -> float | None:
    """Return the linearity error of the graded points under the specification's definition."""
    if kind is None or kind is LinearityKind.INDEPENDENT:
        return independent
    errors = linearity_errors(parts.points.theory[parts.graded.rows], parts.graded.error)
    if errors is None:
        return None
    named = {
        LinearityKind.ABSOLUTE: errors.absolute,
        LinearityKind.ZERO_BASED: errors.zero_based,
        LinearityKind.TERMINAL_BASED: errors.terminal_based,
    }
    return number(named[kind])


def _largest_corrected(
    points: Points, sizes: ErrorSizes | None, offset: float | None, rotation: float | None
) -> float | None:
    """Return max |error + o + k theory| in volts, ``None`` where there is no error or correction.

    Over all measured points with a usable error, graded or not, as both desktop versions do
    (formulas.md 3.3).
    """
    if sizes is None or offset is None or rotation is None:
        return None
    if rotation == 0.0:
        return number(max(sizes.high + offset, -(sizes.low + offset)))
    moved = points.error + offset + rotation * points.theory
    moved = moved[is_usable(moved)]
    return float(np.abs(moved).max()) if len(moved) else None
