"""What is said of a track and of a file. Plain data; ``evaluate`` makes it."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.formats.station_file import Finding
from analysis.numerics.certificate import Certificate
from analysis.numerics.decomposition import PassShape, TrimEffect
from analysis.numerics.verdict import Verdict


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
    rotation: float | None = None  # volts per volt of theory; 0 where only an offset is allowed
    specification: str = ""  # revision that was judged by, "" for the file's own limits
    certificate: Certificate | None = None
    linearity_kind: str = ""  # of the specification
    linearity_error: float | None = None  # volts, under that kind; independent where none is named
    shapes: tuple[PassShape, ...] = ()  # one per measured sweep, in the order of the record
    trim_effect: TrimEffect | None = None


@dataclass(frozen=True, slots=True)
class FileEvaluation:
    """What is said of a file: derived from its tracks, and from nothing else."""

    verdict: Verdict
    reason: str
    method: str
    method_digest: str
    tracks: tuple[TrackEvaluation, ...]
    findings: tuple[Finding, ...] = ()  # about the file as a whole
