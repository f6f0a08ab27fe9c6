"""Thousands of distinct files, quickly: a stream is written once and patched for every run.

A patched file holds the same cells ``write_workbook`` would write for the same story, but for the
details of the laser's work (cut lengths, currents, trim values), which stay those of the template.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from analysis.simulate import biff, dlts, lts, ole2
from analysis.simulate.catalogue import LOAD_BOW_TIE, LOAD_RUNNER
from analysis.simulate.cells import ErrorCode, column_index, excel_serial
from analysis.simulate.design import PartDesign
from analysis.simulate.expectation import expected
from analysis.simulate.factory_time import saved_at
from analysis.simulate.oracle import Values
from analysis.simulate.outcome import Outcome
from analysis.simulate.story import OutcomeNotReached, TrackPlan, UnitStory, tell_story
from analysis.simulate.workbook import FOLDERS, Layout, SyntheticWorkbook

FIRST_MOMENT = datetime(2026, 4, 6, 6, 0)
_FIRST_SERIAL = 10000
_SENTINEL = "77777"  # as long as every serial, found nowhere else in a stream
_TEMPLATE_MOMENT = datetime(2026, 1, 5, 8, 0)
_OUTCOMES = (
    (Outcome.AS_MEASURED, 0.62),
    (Outcome.WITH_OFFSET, 0.16),
    (Outcome.NEAR_MISS, 0.08),
    (Outcome.HARD_FAIL, 0.07),
    (Outcome.ROUGH, 0.07),
)
_INSIDE = int.from_bytes(biff.error_result(ErrorCode.NOT_AVAILABLE), "little")


def load_fleet(
    seed: int, count: int, *, first_moment: datetime = FIRST_MOMENT
) -> Iterator[SyntheticWorkbook]:
    """Yield distinct ``.xls`` files of both lasers, one a minute."""
    rng = np.random.default_rng(seed)
    templates = (Template(LOAD_RUNNER, "dlts"), Template(LOAD_BOW_TIE, "lts"))
    weights = [weight for _, weight in _OUTCOMES]
    for number in range(count):
        template = templates[number % len(templates)]
        outcome = _OUTCOMES[int(rng.choice(len(_OUTCOMES), p=weights))][0]
        moment = first_moment + timedelta(minutes=number)
        story = template.story(outcome, int(rng.integers(0, 2**31)), _FIRST_SERIAL + number, moment)
        yield template.file(story)


@dataclass(slots=True)
class Template:
    """A stream and the places in it that differ from run to run."""

    design: PartDesign
    layout: Layout
    stream: biff.Stream = field(init=False)
    texts: list[int] = field(init=False)
    columns: dict[tuple[str, str], npt.NDArray[np.int64]] = field(default_factory=dict)
    dates: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        story = self._tell(Outcome.AS_MEASURED, 1, _SENTINEL, _TEMPLATE_MOMENT)
        book = dlts.build(story) if self.layout == "dlts" else lts.build(story)
        self.stream = biff.workbook_stream(book, patchable=True)
        self.texts = _places(bytes(self.stream.data), _SENTINEL.encode())
        today = struct.pack("<d", excel_serial(_TEMPLATE_MOMENT.date()))
        self.dates = [at for at in self.stream.slots.values() if self._holds(at, today)]

    def story(self, outcome: Outcome, seed: int, serial: int, moment: datetime) -> UnitStory:
        """Tell a story that can be patched in; a warning this part cannot give becomes a pass."""
        try:
            return self._tell(outcome, seed, str(serial), moment)
        except OutcomeNotReached:
            return self._tell(Outcome.AS_MEASURED, seed, str(serial), moment)

    def _tell(self, outcome: Outcome, seed: int, serial: str, moment: datetime) -> UnitStory:
        decimals = 5 if self.layout == "dlts" else 6
        return tell_story(
            self.design,
            seed=seed,
            serial=serial,
            tested_at=moment,
            tracks=(TrackPlan(outcome),),
            decimals=decimals,
        )

    def file(self, story: UnitStory) -> SyntheticWorkbook:
        """Return the file of a story."""
        data = self.stream.data.copy()
        if self.layout == "dlts":
            columns, cells = _dlts_columns(story), _dlts_cells(story)
            name = dlts.file_name(story)
        else:
            columns, cells = _lts_columns(story), _lts_cells(story)
            name = lts.file_name(story)
        view = np.frombuffer(data, dtype=np.uint8)
        for key, values in columns.items():
            places = self._column(key, len(values))
            view[places[:, None] + np.arange(8)] = values.view(np.uint8).reshape(-1, 8)
        for (sheet, address), value in cells.items():
            struct.pack_into("<d", data, self._cell(sheet, address), value)
        for at in self.texts:
            data[at : at + len(_SENTINEL)] = story.serial.encode()
        today = excel_serial(story.tested_at.date())
        for at in self.dates:
            struct.pack_into("<d", data, at, today)
        packed = ole2.compound_file(
            bytes(data), last_saved=saved_at(story.tested_at), author=dlts.AUTHOR
        )
        expectation = expected(story, self.layout)
        return SyntheticWorkbook(f"{name}.xls", FOLDERS[self.layout], packed, expectation)

    def _holds(self, at: int, value: bytes) -> bool:
        return self.stream.data[at : at + 8] == value

    def _cell(self, sheet: str, address: str) -> int:
        letter = address.rstrip("0123456789")
        return self.stream.slots[sheet, int(address[len(letter) :]), column_index(letter)]

    def _column(self, key: tuple[str, str], count: int) -> npt.NDArray[np.int64]:
        """Return the byte offsets of a column, downwards from an address."""
        if key not in self.columns:
            sheet, address = key
            letter = address.rstrip("0123456789")
            first, column = int(address[len(letter) :]), column_index(letter)
            slots = self.stream.slots
            places = [slots[sheet, row, column] for row in range(first, first + count)]
            self.columns[key] = np.array(places)
        return self.columns[key]


def _places(data: bytes, wanted: bytes) -> list[int]:
    found, at = [], data.find(wanted)
    while at >= 0:
        found.append(at)
        at = data.find(wanted, at + 1)
    return found


def _dlts_columns(story: UnitStory) -> Mapping[tuple[str, str], Values]:
    track = story.tracks[0]
    columns: dict[tuple[str, str], Values] = {}
    for sweep in track.sweeps:
        sheet = dlts.sheet_name(track, sweep.pass_number)
        error = sweep.error(track.theory)
        columns[sheet, "D2"] = sweep.measured
        columns[sheet, "G2"] = error
        columns[sheet, "K2"] = _flags(error, track.upper)
    final = track.final.measured, track.final_error()
    for letters in ("CE", "KL"):
        for letter, values in zip(letters, final, strict=True):
            columns["Report Data", f"{letter}1"] = values
    return columns


def _flags(error: Values, upper: Values) -> Values:
    """Return the 8 bytes of each flag as a float64: the error outside, #N/A inside."""
    inside = np.abs(error) <= np.nan_to_num(upper)
    bits = error.view(np.uint64).copy()
    bits[inside] = _INSIDE
    return bits.view(np.float64)


def _dlts_cells(story: UnitStory) -> Mapping[tuple[str, str], float]:
    track = story.tracks[0]
    cells: dict[tuple[str, str], float] = {}
    for sweep in track.sweeps:
        sheet = dlts.sheet_name(track, sweep.pass_number)
        cells |= {
            (sheet, "B2"): float(story.serial),
            (sheet, "B9"): track.travel_measured,
            (sheet, "B10"): sweep.resistance,
            (sheet, "B26"): track.travel_measured,
        }
        if sweep.pass_number:
            addresses = ("B11", "B12", "B23", "B24", "B25")
            values = dlts.predictions(track, sweep)
            cells |= {(sheet, at): value for at, value in zip(addresses, values, strict=True)}
    cells["Report Data", "A2"] = float(story.serial)
    cells["Report Data", "A6"] = cells["Report Data", "A10"] = track.travel_measured
    return cells


def _lts_columns(story: UnitStory) -> Mapping[tuple[str, str], Values]:
    track = story.tracks[0]
    before, final = track.sweeps[0].measured, track.final.measured
    columns: dict[tuple[str, str], Values] = {}
    for sheet, measured in (("test", before), ("Lin Error", final), ("Trim 1", final)):
        columns[sheet, "A1"] = measured
        columns[sheet, "D1"] = measured - track.theory
    columns["VOLTAGES", "A1"] = before
    columns["ERRORS", "A1"] = np.round(before - track.theory, 6)
    columns["ERRORS", "B1"] = np.round(final - track.theory, 6)
    return columns


def _lts_cells(story: UnitStory) -> Mapping[tuple[str, str], float]:
    track = story.tracks[0]
    cells = {("test", "K1"): track.travel_measured, ("test", "R1"): track.sweeps[0].resistance}
    for sheet in ("Lin Error", "Trim 1"):
        cells[sheet, "R1"] = track.final.resistance
    for sheet in ("test", "Lin Error", "Trim 1"):
        cells[sheet, "N4"] = track.travel_measured
    return cells
