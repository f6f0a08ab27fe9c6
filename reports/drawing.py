"""From stored rows to a drawn figure. Imports Matplotlib: only ``run_figure`` imports this."""

from __future__ import annotations

import numpy as np

from analysis.formats.station_file import PointFlag
from analysis.models import Evaluation, SweepRecord, TrackRecord
from analysis.models.sweep_arrays import SweepArrays, unpack
from analysis.models.words import Verdict
from analysis.queries.specifications import as_numeric
from reports.figures.error_sweep import (
    Curve,
    ErrorSweep,
    describe,
    draw_error_sweep,
    finding_of,
)
from reports.figures.figure_file import svg_bytes
from reports.figures.theme import THEMES, ThemeName
from reports.run_figure import TrackFigure

_NOT_JUDGED = {Verdict.NOT_MEASURED, Verdict.NOT_EVALUABLE}
_ABOVE = "sigma gradient above its threshold"


def error_sweep_svg(subject: TrackFigure, theme: str) -> bytes:
    """Draw the error figure of a track. One thread at a time."""
    data = error_sweep_of(subject)
    look = THEMES[ThemeName(theme)]
    figure = draw_error_sweep(data, look)
    return svg_bytes(figure, look, title=finding_of(data), description=describe(data))


def error_sweep_of(subject: TrackFigure) -> ErrorSweep:
    """Gather what the figure shows from the rows of its track; nothing is judged anew."""
    track = TrackRecord.objects.get(pk=subject.track_id)
    answers = Evaluation.objects.select_related("specification")
    evaluation = answers.filter(pk=subject.evaluation_id).first()
    sweeps = list(track.sweeps.all())
    judged = next((sweep for sweep in sweeps if sweep.place == track.judged_sweep), None)
    arrays, measured = _arrays(judged)
    details = {} if evaluation is None else evaluation.details
    verdict = None if evaluation is None else evaluation.verdict
    return ErrorSweep(
        position=arrays.position,
        error=arrays.error,
        upper=arrays.upper,
        lower=arrays.lower,
        measured=measured,
        position_unit=subject.position_unit,
        model=subject.model,
        serial=subject.serial,
        track=subject.track,
        verdict="Not judged" if evaluation is None else str(Verdict(evaluation.verdict).label),
        reason=track.reason if evaluation is None else evaluation.reason,
        remark=_ABOVE if verdict == Verdict.WARNING else "",
        judged=evaluation is not None and verdict not in _NOT_JUDGED,
        before_trim=verdict == Verdict.UNTRIMMED,
        points_graded=0 if evaluation is None else evaluation.points_graded,
        failing_as_measured=_rows(details, "failing_points_as_measured"),
        failing_corrected=_rows(details, "failing_points_corrected"),
        deciding=_rows(details, "deciding_points"),
        offset=None if evaluation is None else evaluation.offset,
        window=None if evaluation is None else _window(evaluation),
        rotation=0.0 if evaluation is None else evaluation.rotation or 0.0,
        theory=arrays.theory,
        excluded=_excluded(evaluation, len(arrays.position)),
        before=_before(sweeps, judged),
        tested_at=subject.when,
        method=subject.method,
        file_digest=subject.sha256[:12],
    )


def _arrays(sweep: SweepRecord | None) -> tuple[SweepArrays, np.ndarray]:
    if sweep is None:
        empty = np.empty(0)
        flags = np.empty(0, np.uint8)
        return SweepArrays(empty, empty, empty, empty, empty, empty, flags), flags.astype(bool)
    arrays = unpack(sweep.arrays, sweep.rows)
    measured = (arrays.flags & PointFlag.NOT_MEASURED) == 0
    measured[sweep.points_measured :] = False
    return arrays, measured


def _before(sweeps: list[SweepRecord], judged: SweepRecord | None) -> Curve | None:
    """Return the sweep before the first cut, where it is not the judged one."""
    for sweep in sweeps:
        if sweep.pass_number == 0 and not sweep.is_template and sweep.points_measured:
            if judged is None or sweep.place == judged.place:
                return None
            arrays, measured = _arrays(sweep)
            return Curve(position=arrays.position[measured], error=arrays.error[measured])
    return None


def _window(evaluation: Evaluation) -> tuple[float, float] | None:
    low, high = evaluation.offset_low, evaluation.offset_high
    return None if low is None or high is None else (low, high)


def _excluded(evaluation: Evaluation | None, rows: int) -> tuple[int, ...]:
    """Return the rows that the specification of the evaluation leaves out."""
    rules = as_numeric(None if evaluation is None else evaluation.specification)
    return () if rules is None else tuple(row for row in rules.excluded_points if row < rows)


def _rows(details: dict[str, object], name: str) -> tuple[int, ...]:
    rows = details.get(name)
    return tuple(rows) if isinstance(rows, list) else ()
