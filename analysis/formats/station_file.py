"""The neutral record of one station workbook.

Everything a reader found, typed, with its unit and the sheet and cell it came from, and nothing
it did not find: a missing number is NaN in a column and ``None`` in a reading, never 0. The record
holds no customer name (sheets Report, Notes) and no login name (OLE properties); readers never
look at them.

The record is plain data: numerics judge it, services store it, ``wire`` carries it between
processes. It has no behaviour beyond facts that follow from its own fields.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag, StrEnum

READER_VERSION = 1
"""Raised with every change of what a reader finds in the same bytes."""


FACTORY_ZONE = "America/New_York"
"""Where the stations' clocks are, unless the caller says otherwise."""


class Layout(StrEnum):
    """How the workbook is laid out. Says nothing about which machine wrote it."""

    DLTS = "dlts"  # sheets "SEC1 TRK1 0": Laser 2, and Laser 3 where its sheets say so ("System A")
    LTS = "lts"  # sheets "test" and "Lin Error": Laser 1 ("System B")
    FINAL_TEST = "final_test"
    SMOOTHNESS = "smoothness"
    UNKNOWN = "unknown"


class Station(StrEnum):
    """The machine, by the name printed on the shop floor."""

    LASER_1 = "laser-1"
    LASER_2 = "laser-2"
    LASER_3 = "laser-3"
    UNKNOWN = "unknown"


class ClockSource(StrEnum):
    """Where ``tested_at`` was found, best first."""

    FILE_NAME = "name"
    CELL = "cell"  # a date without a time of day
    LAST_SAVED = "saved"  # the OLE or OPC property, shown in factory time
    NONE = "none"


class PointFlag(IntFlag):
    """Facts about one row of a sweep."""

    NONE = 0
    NOT_MEASURED = 1  # a template row the station never overwrote
    ERROR_COMPUTED = 2  # the error cell was unusable: measured - theory + phase value
    STATION_OUTSIDE = 4  # the station's own pass/fail column calls it outside; reference only


class TrackState(StrEnum):
    """What can be judged of a track, before anyone judges it."""

    TRIMMED = "trimmed"
    UNTRIMMED = "untrimmed"  # only the sweep before trimming was measured
    NOT_MEASURED = "not_measured"  # every sheet is a copy of the template


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a cell, exactly as read; ``None`` where the cell holds no usable value."""

    value: float | str | None
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know: a stable code, a sentence, and where it was seen."""

    code: str
    sentence: str
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sweep: float64 values, NaN where the cell holds no number."""

    values: array[float]
    letter: str  # the sheet column it was read from, "" where it was computed

    def cell(self, row: int) -> str:
        """Name the cell of an Excel row number."""
        return f"{self.letter}{row}" if self.letter else ""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One measurement pass over the travel.

    All columns and ``flags`` have one entry per row of the data block, template rows included;
    a row that was never measured carries ``PointFlag.NOT_MEASURED``. Those rows are always the
    tail, so the measured ones are ``[:points_measured]``.
    """

    pass_number: int  # 0 = before trimming, n = after trim pass n
    sheet: str
    first_row: int  # Excel row number of the first point
    points_measured: int
    position: Column  # degrees or inches, see StationFile.position_unit
    measured: Column  # volts
    theory: Column  # volts
    error: Column  # volts, measured - theory + phase value
    upper: Column  # volts, NaN = the point has no limit
    lower: Column  # volts
    flags: array[int]  # PointFlag, typecode "B"
    phase: Reading = Reading(None)  # volts, already inside ``error``
    resistance: Reading = Reading(None)  # ohms
    is_template: bool = False  # every voltage equals the template: nothing was measured
    is_remeasurement: bool = False  # swept again after the last pass (Lin Error of Laser 1)
    findings: tuple[Finding, ...] = ()

    @property
    def rows(self) -> int:
        """Count the rows of the data block, measured or not."""
        return len(self.position.values)


@dataclass(frozen=True, slots=True)
class Track:
    """One resistive element: its sweeps in the order they were made."""

    name: str  # TRK1, TRK2, TA, TB
    state: TrackState
    reason: str  # a sentence where the state is not TRIMMED, else ""
    sweeps: tuple[Sweep, ...]
    judged: int | None  # index into ``sweeps`` of the one to judge, None when nothing was measured
    trims: int  # trim passes that were really measured
    travel: Reading = Reading(None)  # electrical angle or length as measured by the station
    resistance_before: Reading = Reading(None)  # ohms, before the first cut
    resistance_after: Reading = Reading(None)  # ohms, after the last cut; None when untrimmed
    # Label as printed -> reading; the set-up of one pass carries "TRM1: " or "Pass 1: " before it.
    parameters: dict[str, Reading] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def judged_sweep(self) -> Sweep | None:
        """Return the sweep a verdict is about."""
        return None if self.judged is None else self.sweeps[self.judged]


@dataclass(frozen=True, slots=True)
class StationFile:
    """One station workbook, read."""

    layout: Layout
    station: Station
    model: Reading
    serial: Reading
    tested_at: datetime | None  # as printed by the station: factory time, without a zone
    clock_source: ClockSource
    position_unit: str  # "deg" or "in"
    tracks: tuple[Track, ...]
    reason: str = ""  # a sentence where there is no track to judge
    operator_words: str = (
        ""  # what the operator chose at the laser; reference only, never a verdict
    )
    last_saved: datetime | None = None  # UTC, aware
    parameters: dict[str, Reading] = field(default_factory=dict)  # laser and model set-up
    findings: tuple[Finding, ...] = ()
    reader_version: int = READER_VERSION


class UnreadableWorkbook(Exception):
    """The bytes cannot become a StationFile.

    ``code`` is stable and for machines; ``sentence`` tells a person what is wrong and what to do.
    """

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        sheet: str = "",
        cell: str = "",
        layout: Layout = Layout.UNKNOWN,
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.sheet = sheet
        self.cell = cell
        self.layout = layout
