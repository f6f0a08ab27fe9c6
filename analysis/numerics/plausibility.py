"""Limits and data that cannot be what they claim to be.

Every doubt is a ``Finding`` with a stable code, a sentence and the cell where it was seen. Codes in
``BLOCKING`` withdraw the verdict (NOT_EVALUABLE); the others are told and change nothing. Numbers
are computed either way, so that a person can see what the file says.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

import numpy as np

from analysis.formats.station_file import Column, Finding, Sweep
from analysis.numerics.columns import (
    FloatArray,
    MaskArray,
    Points,
    RowArray,
    all_true,
    all_usable,
    is_usable,
    largest,
    smallest,
)
from analysis.numerics.method import PlausibilityParameters


class FindingCode(StrEnum):
    """What the numerics can find."""

    NO_POINTS = "no-points"
    LIMITS_BLANK = "limits-blank"
    NOTHING_GRADED = "nothing-graded"
    LIMITS_CROSSED = "limits-crossed"
    LIMITS_SERIES = "limits-series"
    LIMITS_ABSURD = "limits-absurd"
    ERROR_ALL_ZERO = "error-all-zero"
    LIMITS_ZERO_WIDTH = "limits-zero-width"
    LIMITS_ONE_SIDED = "limits-one-sided"
    LIMITS_DIFFER = "limits-differ"
    ERROR_MISSING = "error-missing"
    POSITION_NOT_A_NUMBER = "position-not-a-number"
    POSITION_NOT_RISING = "position-not-rising"
    POSITION_REPEATED = "position-repeated"
    BARE_SLOPE = "bare-slope"
    RESISTANCE_FELL = "resistance-fell"
    THEORY_MISSING = "theory-missing"


BLOCKING = frozenset(
    {
        FindingCode.NO_POINTS,
        FindingCode.LIMITS_BLANK,
        FindingCode.NOTHING_GRADED,
        FindingCode.LIMITS_CROSSED,
        FindingCode.LIMITS_SERIES,
        FindingCode.LIMITS_ABSURD,
        FindingCode.ERROR_ALL_ZERO,
    }
)
"""Codes that withdraw a verdict."""


def blocking_finding(findings: Collection[Finding]) -> Finding | None:
    """Return the first finding that withdraws the verdict."""
    return next((finding for finding in findings if finding.code in BLOCKING), None)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _at(sweep: Sweep, code: FindingCode, sentence: str, column: Column, row: int) -> Finding:
    return Finding(code.value, sentence, sweep.sheet, column.cell(sweep.first_row + row))


def limit_findings(
    sweep: Sweep,
    points: Points,
    excluded: Collection[int] = (),
    parameters: PlausibilityParameters | None = None,
) -> list[Finding]:
    """Judge the limits of the graded points.

    Parameters
    ----------
    sweep : Sweep
        Names sheet and cells.
    points : Points
        Its measured rows.
    excluded : collection of int
        0-based rows that are not graded; their limits are not judged.
    parameters : PlausibilityParameters, optional
        Default: those of ``lasertrim-1``.

    Returns
    -------
    list of Finding
        Blocking: no points, all limits blank, nothing graded, lower above upper, a series that
        rises by exactly 1 V from row to row (a spreadsheet's auto-fill), limits of 1 V and more.
        Telling: zero width (graded all the same), rows with one limit only (not graded).

    Notes
    -----
    Source: layouts.md 2.6 and 5 (8, 9), DESIGN 4.
    """
    rules = parameters or PlausibilityParameters()
    lower, upper = points.lower, points.upper
    if len(points) == 0:
        sentence = f"Sheet {sweep.sheet} holds no measured point."
        return [Finding(FindingCode.NO_POINTS.value, sentence, sweep.sheet)]
    if not excluded and all_usable(lower) and all_usable(upper):  # as nearly always
        return _limit_values(sweep, np.arange(len(lower)), lower, upper, rules)
    has_lower, has_upper = np.isfinite(lower), np.isfinite(upper)
    both = has_lower & has_upper
    findings: list[Finding] = []
    if not all_true(both):
        findings += _blank_limits(sweep, has_lower, has_upper)
        if excluded and both.any():
            both[[row for row in excluded if 0 <= row < len(both)]] = False
        if findings and findings[0].code in BLOCKING:
            return findings
    elif excluded:
        both[[row for row in excluded if 0 <= row < len(both)]] = False
    if all_true(both):
        return findings + _limit_values(sweep, np.arange(len(both)), lower, upper, rules)
    rows = np.flatnonzero(both)
    if len(rows) == 0:
        sentence = "Every point with limits is excluded by the specification: nothing is graded."
        findings.append(Finding(FindingCode.NOTHING_GRADED.value, sentence, sweep.sheet))
        return findings
    return findings + _limit_values(sweep, rows, lower[rows], upper[rows], rules)


def _blank_limits(sweep: Sweep, has_lower: MaskArray, has_upper: MaskArray) -> list[Finding]:
    """Tell of limits that are not there. Rows without any limit are plain ungraded rows."""
    if not (has_lower & has_upper).any():
        code = FindingCode.LIMITS_BLANK
        sentence = "No point has both limits, so nothing can be judged."
        return [_at(sweep, code, sentence, sweep.upper, 0)]
    single = np.flatnonzero(has_lower != has_upper)
    if len(single) == 0:
        return []
    first = int(single[0])
    sentence = (
        f"{_plural(len(single), 'point')} with only one limit, first at point {first}: not graded."
    )
    column = sweep.upper if has_lower[first] else sweep.lower  # the cell that is blank
    return [_at(sweep, FindingCode.LIMITS_ONE_SIDED, sentence, column, first)]


def _limit_values(
    sweep: Sweep,
    rows: RowArray,
    lower: FloatArray,
    upper: FloatArray,
    rules: PlausibilityParameters,
) -> list[Finding]:
    findings: list[Finding] = []
    if np.count_nonzero(lower >= upper):
        findings += _crossed_or_zero(sweep, rows, lower, upper)
    absurd = rules.absurd_limit
    if max(largest(upper), -smallest(upper), largest(lower), -smallest(lower)) < absurd:
        return findings  # a series that rises by 1 V reaches 1 V in its second row
    findings += _series(sweep, rows, upper, lower, rules)
    beyond = (np.abs(upper) >= absurd) | (np.abs(lower) >= absurd)
    first = int(beyond.argmax())
    is_upper = abs(upper[first]) >= absurd
    value = float(upper[first] if is_upper else lower[first])
    sentence = (
        f"{_plural(int(beyond.sum()), 'point')} with a limit of {absurd:g} V or more, "
        f"first {value:g} V at point {rows[first]}: the part is not really inspected there."
    )
    column = sweep.upper if is_upper else sweep.lower
    findings.append(_at(sweep, FindingCode.LIMITS_ABSURD, sentence, column, int(rows[first])))
    return findings


def _crossed_or_zero(
    sweep: Sweep, rows: RowArray, lower: FloatArray, upper: FloatArray
) -> list[Finding]:
    findings = []
    crossed, zero = rows[lower > upper], rows[lower == upper]
    if len(crossed):
        sentence = (
            f"{_plural(len(crossed), 'point')} with the lower limit above the upper one, "
            f"first at point {crossed[0]}."
        )
        code = FindingCode.LIMITS_CROSSED
        findings.append(_at(sweep, code, sentence, sweep.lower, int(crossed[0])))
    if len(zero):
        sentence = (
            f"{_plural(len(zero), 'point')} with a band of zero width, first at point {zero[0]}: "
            "only one exact value passes there."
        )
        code = FindingCode.LIMITS_ZERO_WIDTH
        findings.append(_at(sweep, code, sentence, sweep.upper, int(zero[0])))
    return findings


def _series(
    sweep: Sweep,
    rows: RowArray,
    upper: FloatArray,
    lower: FloatArray,
    rules: PlausibilityParameters,
) -> list[Finding]:
    """Find an auto-filled series in the upper, then in the (mirrored) lower limits."""
    if len(rows) < rules.series_rows:
        return []
    neighbours = rows[1:] - rows[:-1] == 1
    for column, values in ((sweep.upper, upper), (sweep.lower, lower)):
        with np.errstate(over="ignore"):
            steps = np.abs(values[1:] - values[:-1])
        rising = (np.abs(steps - rules.series_step) <= 1e-9) & neighbours
        span = rules.series_rows - 1
        runs = np.convolve(rising, np.ones(span), mode="valid") > span - 0.5
        if runs.any():
            first = int(rows[int(runs.argmax())])
            sentence = (
                f"The limits rise by exactly {rules.series_step:g} V from row to row, from point "
                f"{first} on: an auto-filled series, not limits."
            )
            return [_at(sweep, FindingCode.LIMITS_SERIES, sentence, column, first)]
    return []


def data_findings(
    sweep: Sweep,
    points: Points,
    slope_threshold: float,
    parameters: PlausibilityParameters | None = None,
) -> list[Finding]:
    """Judge positions and errors.

    Parameters
    ----------
    sweep : Sweep
    points : Points
        Its measured rows.
    slope_threshold : float
        The sigma threshold of the track, volts per unit of travel.
    parameters : PlausibilityParameters, optional
        Default: those of ``lasertrim-1``.

    Returns
    -------
    list of Finding
        Blocking: an error column that is exactly 0 on 10 rows and more (a template, not a
        measurement). Telling: missing errors, positions that are no numbers, repeat or do not
        rise, and a bare slope: the error is a straight line over position (R squared > 0.95) of a
        range above max(10 sigma thresholds, 0.02 V), as if the trim had not happened
        (formulas.md 3.8).
    """
    rules = parameters or PlausibilityParameters()
    if len(points) == 0:
        return []
    error, position = points.error, points.position
    complete, placed = all_usable(error), all_usable(position)
    findings = _position_findings(sweep, position, is_placed=placed)
    if not complete:
        missing = np.flatnonzero(~is_usable(error))
        sentence = f"{_plural(len(missing), 'point')} without an error, first point {missing[0]}."
        findings.append(
            _at(sweep, FindingCode.ERROR_MISSING, sentence, sweep.error, int(missing[0]))
        )
    elif len(error) >= rules.zero_error_rows and error.item(0) == 0.0 and not error.any():
        sentence = (
            f"The error is exactly 0 at all {len(error)} points: this is a template, "
            "not a measurement."
        )
        findings.append(_at(sweep, FindingCode.ERROR_ALL_ZERO, sentence, sweep.error, 0))
    if not (complete and placed):
        both = is_usable(error) & is_usable(position)
        position, error = position[both], error[both]
    slope = _bare_slope(position, error, slope_threshold, rules)
    if slope is not None:
        sentence = (
            f"The error is nearly a straight line (R squared {slope:.3f}): the trim may not have "
            "happened."
        )
        findings.append(Finding(FindingCode.BARE_SLOPE.value, sentence, sweep.sheet))
    return findings


def _position_findings(sweep: Sweep, position: FloatArray, *, is_placed: bool) -> list[Finding]:
    if not is_placed:
        row = int(is_usable(position).argmin())
        sentence = f"The position of point {row} is not a number."
        return [_at(sweep, FindingCode.POSITION_NOT_A_NUMBER, sentence, sweep.position, row)]
    steps = position[1:] - position[:-1]
    if len(steps) == 0 or smallest(steps) > 0.0:
        return []
    findings = []
    repeated, falling = np.flatnonzero(steps == 0.0) + 1, np.flatnonzero(steps < 0.0) + 1
    if len(repeated):
        sentence = (
            f"The position repeats at {_plural(len(repeated), 'point')}, first at {repeated[0]}."
        )
        code = FindingCode.POSITION_REPEATED
        findings.append(_at(sweep, code, sentence, sweep.position, int(repeated[0])))
    if len(falling):
        sentence = f"The position falls at {_plural(len(falling), 'point')}, first at {falling[0]}."
        code = FindingCode.POSITION_NOT_RISING
        findings.append(_at(sweep, code, sentence, sweep.position, int(falling[0])))
    return findings


def _bare_slope(
    position: FloatArray, error: FloatArray, threshold: float, rules: PlausibilityParameters
) -> float | None:
    """Return R squared where the error is a bare slope, else ``None``."""
    if len(error) < 3:
        return None
    smallest_range = max(rules.slope_range_sigmas * threshold, rules.slope_range)
    if not largest(error) - smallest(error) > smallest_range:
        return None
    x = position - np.add.reduce(position) / len(position)
    y = error - np.add.reduce(error) / len(error)
    xx, yy, xy = float(x.dot(x)), float(y.dot(y)), float(x.dot(y))
    if not (xx > 0.0 and yy > 0.0):
        return None
    determination = (xy / xx) * (xy / yy)
    return determination if determination > rules.slope_determination else None


def differing_limits(judged: Sweep, others: Collection[Sweep]) -> list[Finding]:
    """Tell of sheets whose limits are not those of the judged sheet, which are the ones used.

    Sheets of another number of rows are not compared: they have another grid (layouts.md 5, 18).
    """
    findings = []
    for other in others:
        if other.rows != judged.rows or other.is_template:
            continue
        for column, own in ((other.upper, judged.upper), (other.lower, judged.lower)):
            row = _first_difference(own, column)
            if row is not None:
                sentence = (
                    f"The limits of sheet {other.sheet} differ from those of {judged.sheet}, "
                    f"first at point {row}; {judged.sheet} is judged by its own."
                )
                findings.append(_at(other, FindingCode.LIMITS_DIFFER, sentence, column, row))
                break
    return findings


def _first_difference(one: Column, two: Column) -> int | None:
    count = min(len(one.values), len(two.values))
    if count == 0 or one.values.tobytes() == two.values.tobytes():
        return None
    first = np.frombuffer(one.values, dtype=np.float64)[:count]
    second = np.frombuffer(two.values, dtype=np.float64)[:count]
    differs = (first != second) & ~(np.isnan(first) & np.isnan(second))
    return int(differs.argmax()) if differs.any() else None
