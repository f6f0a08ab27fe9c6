"""What an error figure is made of, and the frame that shows what matters of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reports.figures.plain_text import number, signed
from reports.figures.thinning import BoolArray, FloatArray, RowArray

LARGEST_VALUE = 1e9
"""A magnitude from here on is no reading of a volt meter or an encoder: a gap."""
ABSURD_LIMIT = 1.0  # volts
LIMIT_DWARFS = 12.0  # times the curve
FRAME_STRETCH = 3.0  # times what matters, to show the rest as well


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Curve:
    """Another sweep to compare with: (m,) positions and errors in volts."""

    position: FloatArray
    error: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ErrorSweep:
    """One judged sweep and what was said of it; plain values only.

    The four arrays and the mask have shape (n,), NaN = no value (a limit of NaN is no limit). Rows
    are 0-based indices into them. Nothing is computed from the limits here: which points fail and
    which decide is taken as it was judged.
    """

    position: FloatArray  # degrees or inches
    error: FloatArray  # volts
    upper: FloatArray  # volts
    lower: FloatArray  # volts
    measured: BoolArray
    position_unit: str
    model: str
    serial: str
    track: str
    verdict: str  # as printed: "Fail"
    reason: str = ""
    remark: str = ""  # what else decided: ends the title
    judged: bool = True  # False: there is no verdict by these limits
    before_trim: bool = False  # the judged sweep is the one before any cut
    points_graded: int = 0
    failing_as_measured: tuple[int, ...] = ()
    failing_corrected: tuple[int, ...] = ()
    deciding: tuple[int, ...] = ()
    offset: float | None = None  # volts, added to the error
    window: tuple[float, float] | None = None  # volts, the offsets that pass without a rotation
    rotation: float = 0.0  # volts per volt of theory, added to the error
    theory: FloatArray | None = None  # volts, shape (n,); needed where there is a rotation
    excluded: tuple[int, ...] = ()  # rows the specification leaves out of the verdict
    before: Curve | None = None
    tested_at: str = ""
    method: str = ""
    file_digest: str = ""  # the first characters of the SHA-256

    @property
    def points_measured(self) -> int:
        """Count the measured rows."""
        return int(np.count_nonzero(self.measured))

    @property
    def shift_decides(self) -> bool:
        """Tell whether the shifted curve is the one that decides."""
        return self.judged and self.offset is not None and bool(self.failing_as_measured)

    def corrected(self) -> FloatArray:
        """Return the errors after the offset and the rotation, volts."""
        shifted = self.error + (self.offset or 0.0)
        return shifted if self.theory is None else shifted + self.rotation * self.theory

    def inspected(self) -> BoolArray:
        """Mark the rows that can be drawn and that no specification excludes."""
        mask = self.drawn()
        mask[self.rows(self.excluded)] = False
        return mask

    def drawn(self) -> BoolArray:
        """Mark the rows that have a place in the figure: measured, with a usable position."""
        return self.measured & (np.abs(self.position) < LARGEST_VALUE)

    def rows(self, chosen: tuple[int, ...]) -> RowArray:
        """Return the chosen rows that can be drawn."""
        rows = np.asarray(chosen, dtype=np.intp)
        rows = rows[(rows >= 0) & (rows < len(self.position))]
        return rows[self.drawn()[rows]]


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the plane that is shown, in units of travel and in volts."""

    left: float
    right: float
    bottom: float
    top: float
    notes: tuple[str, ...]  # what leaves it

    @property
    def unit(self) -> str:
        """Return the unit of the error axis."""
        return "mV" if max(abs(self.bottom), abs(self.top)) < 1.0 else "V"

    @property
    def scale(self) -> float:
        """Return the number of units in a volt."""
        return 1000.0 if self.unit == "mV" else 1.0


def usable(values: FloatArray) -> FloatArray:
    """Return the values with everything that is not a reading as NaN."""
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(values) < LARGEST_VALUE, values, np.nan)


def frame_of(data: ErrorSweep) -> Frame:
    """Choose the frame: graded points, their shifted places and limits always; the rest if it fits.

    A curve before trimming can be fifty times as large as the limits. It is shown whole only where
    that leaves the band at least a third of the height; otherwise it runs out of the frame and a
    note says so. The same holds for points without limits, and for limits of 1 V and more that
    would press the curve flat.
    """
    drawn = data.drawn()
    x, error = data.position[drawn], usable(data.error[drawn])
    upper, lower = usable(data.upper[drawn]), usable(data.lower[drawn])
    graded = ~np.isnan(upper) & ~np.isnan(lower) & data.inspected()[drawn]
    core = graded if bool((graded & ~np.isnan(error)).any()) else np.ones_like(graded)
    extent = _Extent().of(error[core])
    if data.shift_decides:
        extent = extent.of(usable(data.corrected()[drawn])[core])
    notes: list[str] = []
    limits = _Extent().of(upper).of(lower)
    if extent.empty or limits.largest < max(ABSURD_LIMIT, LIMIT_DWARFS * extent.largest):
        extent = extent.joined(limits)
    else:
        notes.append(f"limits leave the frame ({limits.words})")
    essential = extent
    left_right = _Extent().of(x)
    others = [("points that are not graded leave", error)]
    if data.before is not None:
        others.append(("before trim leaves", usable(data.before.error)))
        left_right = left_right.of(usable(data.before.position))
    for what, values in others:
        rest = _Extent().of(values)
        whole = extent.joined(rest)
        if essential.empty or whole.span <= FRAME_STRETCH * essential.span:
            extent = whole
        elif not extent.holds(rest):
            notes.append(f"{what} the frame ({rest.words})")
    bottom, top = extent.padded(0.08, 1e-3)
    left, right = left_right.padded(0.012, 1.0)
    return Frame(left, right, bottom, top, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Extent:
    """From the smallest to the largest of some values; empty at first."""

    low: float = np.inf
    high: float = -np.inf

    def of(self, values: FloatArray) -> _Extent:
        present = values[~np.isnan(values)]
        if len(present) == 0:
            return self
        return self.joined(_Extent(float(present.min()), float(present.max())))

    def joined(self, other: _Extent) -> _Extent:
        return _Extent(min(self.low, other.low), max(self.high, other.high))

    def holds(self, other: _Extent) -> bool:
        return other.empty or (self.low <= other.low and other.high <= self.high)

    @property
    def empty(self) -> bool:
        return self.low > self.high

    @property
    def span(self) -> float:
        return max(0.0, self.high - self.low)

    @property
    def largest(self) -> float:
        return 0.0 if self.empty else max(abs(self.low), abs(self.high))

    @property
    def words(self) -> str:
        unit, scale = ("mV", 1000.0) if self.largest < 1.0 else ("V", 1.0)
        if self.low == -self.high:
            return f"±{number(self.high * scale)} {unit}"
        return f"{signed(self.low * scale)} to {signed(self.high * scale)} {unit}"

    def padded(self, fraction: float, smallest: float) -> tuple[float, float]:
        if self.empty:
            return -smallest, smallest
        room = self.span * fraction
        # a flat line, or one whose span is lost in its size, gets a frame of its own
        if self.span <= 1e-12 * self.largest or self.span == 0.0:
            room = max(smallest, 0.1 * self.largest) if smallest < 1.0 else smallest
        return self.low - room, self.high + room
