"""Read workbooks of Laser 2, and of Laser 3 where its sheets say so: ``SEC1 TRK1 0`` and its kin.

A measurement sheet begins as a copy of the sheet ``ref``; the station overwrites as many rows as
it measures and writes their number to B14. Everything difficult here follows from that: rows
behind the number, or whole sheets, can still be the template.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from analysis.formats.blocks import Block, BlockLayout, make_sweep, read_block
from analysis.formats.cells import (
    Rows,
    at,
    moment,
    number,
    number_reading,
    numbers,
    text,
    text_reading,
)
from analysis.formats.comparisons import compare_sweeps
from analysis.formats.contents import NO_MEASUREMENT, Contents, labelled_values, unit_of
from analysis.formats.detect import DLTS_SHEET
from analysis.formats.station_file import (
    Finding,
    Layout,
    Reading,
    Sweep,
    Track,
    TrackState,
    UnreadableWorkbook,
)
from analysis.formats.workbook import Workbook

BLOCK = BlockLayout(position=7, measured=3, theory=5, error=6, upper=8, lower=9, first_row=2)

_B = 1  # the column of the header cells
_MODEL, _SHOP, _TRACK_ID, _DATE, _PHASE = 1, 2, 4, 6, 7
_LENGTH, _ANGLE, _RESISTANCE, _POINTS, _CALCULATED_ANGLE = 8, 9, 10, 14, 26
_HEADER_PARAMETERS = (_LENGTH, 11, 12, 13, 21, _CALCULATED_ANGLE)


@dataclass(frozen=True, slots=True, order=True)
class SheetName:
    """A measurement sheet, ordered as measured: by pass, then by parameter set."""

    pass_number: int
    parameter_set: int
    sheet: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement sheet and how much of it the station wrote."""

    name: SheetName
    rows: Rows
    block: Block
    declared: int | None  # B14, None where it is empty or no count


def read_dlts(workbook: Workbook) -> Contents:
    """Read all tracks of the workbook, in the order of their sections and numbers."""
    model_sheet = workbook.called("Model Parameters")
    model_rows = workbook.rows(model_sheet) if model_sheet else []
    unit, findings = unit_of(text(at(model_rows, 2, _B)), model_sheet, "B2")
    groups = _sheets_by_track(workbook)
    parameters = labelled_values(model_rows, model_sheet, label=0, value=1)
    model = text_reading(model_rows, model_sheet, 1, _B)
    if not groups:
        return Contents(
            layout=Layout.DLTS,
            position_unit=unit,
            reason=NO_MEASUREMENT,
            models=(model,),
            parameters=parameters,
            findings=findings,
        )
    sheets = {key: [_open(workbook, name) for name in names] for key, names in groups.items()}
    everything = [measured for group in sheets.values() for measured in group]
    if not any(measured.block.rows for measured in everything):
        raise UnreadableWorkbook(
            "no-rows",
            f"Sheet “{everything[0].name.sheet}” and its kin hold no row with a position, so "
            "there is nothing to read. Export the measurement again at the station.",
            sheet=everything[0].name.sheet,
        )
    tracks = tuple(
        _read_track(workbook, section, track, group) for (section, track), group in sheets.items()
    )
    judged = _dated_sheet(tracks, everything)
    return Contents(
        layout=Layout.DLTS,
        position_unit=unit,
        tracks=tracks,
        models=(model, *_header_texts(everything, _MODEL)),
        serials=_header_texts(everything, _SHOP),
        date=moment(at(judged.rows, _DATE, _B)),
        date_cell=text_reading(judged.rows, judged.name.sheet, _DATE, _B),
        parameters=parameters,
        findings=findings,
    )


def _sheets_by_track(workbook: Workbook) -> dict[tuple[int, int], list[SheetName]]:
    """Group the measurement sheets by section and track, each group in the order of measurement.

    Old workbooks end a track with ``SEC1 TRK1 TRM``, without numbers: the last pass.
    """
    groups: dict[tuple[int, int], list[tuple[int | None, int, str]]] = defaultdict(list)
    for sheet in workbook.sheet_names:
        found = DLTS_SHEET.fullmatch(sheet.strip())
        if not found:
            continue
        section, track, pass_text, set_text = found.groups()
        number = int(pass_text) if pass_text else None
        groups[int(section), int(track)].append((number, int(set_text or 0), sheet))
    ordered = {}
    for key in sorted(groups):
        last = max((n for n, _, _ in groups[key] if n is not None), default=0)
        names = [
            SheetName(max(last, 1) if n is None else n, parameter_set or (n is None) * 999, sheet)
            for n, parameter_set, sheet in groups[key]
        ]
        ordered[key] = sorted(names)
    return ordered


def _open(workbook: Workbook, name: SheetName) -> Measured:
    rows = workbook.rows(name.sheet)
    declared = number(at(rows, _POINTS, _B))
    count = int(declared) if declared >= 1 and declared == int(declared) else None
    return Measured(name, rows, read_block(rows, name.sheet, BLOCK), count)


def _read_track(workbook: Workbook, section: int, number: int, group: list[Measured]) -> Track:
    """Read the sheets of one track; the last one that was measured is judged."""
    declared = next((m.declared for m in reversed(group) if m.declared is not None), None)
    template = _Template(workbook)
    sweeps = [_read_sweep(m, declared, template) for m in group if m.block.rows]
    measured = [i for i, sweep in enumerate(sweeps) if sweep.points_measured]
    judged = measured[-1] if measured else None
    trims = sum(1 for i in measured if sweeps[i].pass_number > 0)
    last = sweeps[judged] if judged is not None else None
    state, reason = _state(sweeps, last)
    source = next((m for m in group if last is not None and m.name.sheet == last.sheet), group[-1])
    name = f"TRK{number}" if section == 1 else f"SEC{section} TRK{number}"
    parameters = _header_parameters(source) | _track_parameters(workbook, section, number)
    return Track(
        name=name,
        state=state,
        reason=reason,
        sweeps=tuple(sweeps),
        judged=judged,
        trims=trims,
        travel=_travel(source) if last is not None else Reading(None),
        resistance_before=_resistance([s for s in sweeps if s.pass_number == 0]),
        resistance_after=_resistance(
            [s for s in sweeps if s.pass_number > 0 and not s.is_template]
        ),
        parameters=parameters,
        findings=(*_group_findings(group), *compare_sweeps(sweeps, judged)),
    )


def _read_sweep(source: Measured, sibling_count: int | None, template: _Template) -> Sweep:
    """Decide which rows of a sheet were measured: B14, else its siblings', else the template."""
    block, sheet = source.block, source.name.sheet
    findings = list(_header_findings(source))
    count = source.declared if source.declared is not None else sibling_count
    copied = template.trailing_copies(block)
    is_template = copied == block.rows
    if is_template:
        measured = 0
        findings.append(_template_finding(sheet))
    elif count is not None:
        measured = min(count, block.rows)
        findings.extend(_count_findings(source, count, copied))
    else:
        measured = block.rows - copied
        if copied:
            findings.append(_stale_finding(sheet, block.rows, measured, "the template shows it"))
    return make_sweep(
        block,
        pass_number=source.name.pass_number,
        measured_rows=measured,
        phase=number_reading(source.rows, sheet, _PHASE, _B),
        resistance=_positive(number_reading(source.rows, sheet, _RESISTANCE, _B)),
        is_template=is_template,
        findings=findings,
    )


class _Template:
    """The sheet ``ref``: what every measurement sheet looks like before it is measured."""

    def __init__(self, workbook: Workbook) -> None:
        self._voltages: list[float] = []
        sheet = workbook.called("ref")
        if sheet:
            rows = workbook.rows(sheet)
            width = len(rows[0]) if rows else 0
            if width > BLOCK.measured:
                self._voltages = numbers([row[BLOCK.measured] for row in rows[1:]])

    def trailing_copies(self, block: Block) -> int:
        """Count the rows at the end of a block whose voltage is bit-identical to the template."""
        voltages = block.measured.values
        index = len(voltages)
        if index > len(self._voltages):
            return 0
        while index and voltages[index - 1] == self._voltages[index - 1]:
            index -= 1
        return len(voltages) - index


def _state(sweeps: list[Sweep], judged: Sweep | None) -> tuple[TrackState, str]:
    if judged is None:
        if sweeps:
            return (
                TrackState.NOT_MEASURED,
                "Every sheet of this track is an untouched copy of the template: it was never "
                "measured.",
            )
        return TrackState.NOT_MEASURED, "The sheets of this track hold no rows."
    if judged.pass_number > 0:
        return TrackState.TRIMMED, ""
    if len(sweeps) > 1:
        return (
            TrackState.UNTRIMMED,
            "Only the sweep before trimming was measured; the sheets of later passes are untouched "
            "copies of the template.",
        )
    return TrackState.UNTRIMMED, "Only the sweep before trimming was measured."


def _travel(source: Measured) -> Reading:
    """Return the measured angle or length, from B9, else from B26 which repeats it."""
    angle = number_reading(source.rows, source.name.sheet, _ANGLE, _B)
    if angle.value is not None:
        return angle
    again = number_reading(source.rows, source.name.sheet, _CALCULATED_ANGLE, _B)
    label = text(at(source.rows, _CALCULATED_ANGLE, 0)).lower()
    return again if again.value is not None and label.startswith("calc") else angle


def _positive(reading: Reading) -> Reading:
    """Drop a resistance of zero or less: the cell was never written."""
    if isinstance(reading.value, float) and reading.value > 0:
        return reading
    return Reading(None, reading.sheet, reading.cell)


def _resistance(sweeps: list[Sweep]) -> Reading:
    readings = [sweep.resistance for sweep in sweeps]
    return next((r for r in reversed(readings) if r.value is not None), Reading(None))


def _dated_sheet(tracks: tuple[Track, ...], everything: list[Measured]) -> Measured:
    """Return the judged sheet that was measured last: its date is the date of the run."""
    judged = {track.judged_sweep.sheet for track in tracks if track.judged_sweep is not None}
    return next((m for m in reversed(everything) if m.name.sheet in judged), everything[-1])


def _header_texts(sheets: list[Measured], row: int) -> tuple[Reading, ...]:
    readings = (text_reading(m.rows, m.name.sheet, row, _B) for m in sheets)
    return tuple(reading for reading in readings if reading.value is not None)


def _header_parameters(source: Measured) -> dict[str, Reading]:
    found = {}
    for row in _HEADER_PARAMETERS:
        label = text(at(source.rows, row, 0))
        reading = number_reading(source.rows, source.name.sheet, row, _B)
        if label and reading.value is not None:
            found[label] = reading
    return found


def _track_parameters(workbook: Workbook, section: int, track: int) -> dict[str, Reading]:
    """Read the columns of the two parameter sheets that name this track in their first row."""
    found: dict[str, Reading] = {}
    wanted = f"SEC{section}-TRK{track}"
    for name in ("Track Parameters", "Trim Parameters"):
        sheet = workbook.called(name)
        rows = workbook.rows(sheet) if sheet else []
        for column in range(1, len(rows[0]) if rows else 0):
            header = text(rows[0][column]).upper()
            if header == wanted:
                found |= labelled_values(rows, sheet, label=0, value=column, first=2)
            elif header.startswith(f"{wanted}-TRM"):
                prefix = header.removeprefix(f"{wanted}-") + ": "
                found |= labelled_values(rows, sheet, label=0, value=column, first=2, prefix=prefix)
    return found


def _header_findings(source: Measured) -> list[Finding]:
    if at(source.rows, _TRACK_ID, _B) != "" or source.declared is not None:
        return []
    return [
        Finding(
            "header-missing",
            f"The station never wrote the header of “{source.name.sheet}”; identity and number "
            "of points come from the other sheets and the file name.",
            source.name.sheet,
            f"B{_TRACK_ID}",
        )
    ]


def _count_findings(source: Measured, count: int, copied: int) -> list[Finding]:
    """Report what does not fit between B14 and the rows of a sheet."""
    block, sheet = source.block, source.name.sheet
    findings = []
    if count < block.rows:
        why = f"the station counted {count}"
        findings.append(_stale_finding(sheet, block.rows, count, why))
        if copied < block.rows - count:
            findings.append(
                Finding(
                    "rows-after-count",
                    f"Behind the {count} points the station counted in “{sheet}” stand voltages "
                    "that are not the template's. They are left out; somebody should look.",
                    sheet,
                    f"B{_POINTS}",
                )
            )
    elif count > block.rows + block.voltages_below:
        findings.append(
            Finding(
                "points-missing",
                f"The station counted {count} points in “{sheet}”, but the sheet has only "
                f"{block.rows} rows.",
                sheet,
                f"B{_POINTS}",
            )
        )
    doubtful = copied - max(block.rows - count, 0)
    if doubtful >= 3:  # one or two equal voltages can be chance, at the ends of the travel
        findings.append(
            Finding(
                "template-rows-counted",
                f"The last {doubtful} points the station counted in “{sheet}” still hold the "
                "template's voltages. They are treated as measured; somebody should look.",
                sheet,
                block.measured.cell(BLOCK.first_row + min(count, block.rows) - doubtful),
            )
        )
    return findings


def _group_findings(group: list[Measured]) -> list[Finding]:
    findings = []
    for before, after in pairwise(group):
        if before.name.pass_number == after.name.pass_number:
            findings.append(
                Finding(
                    "same-pass-number",
                    f"“{before.name.sheet}” and “{after.name.sheet}” carry the same pass number; "
                    "they are taken in the order of their parameter sets.",
                    after.name.sheet,
                )
            )
    for measured in group:
        if not measured.block.rows:
            findings.append(
                Finding(
                    "sheet-without-rows",
                    f"Sheet “{measured.name.sheet}” holds no row with a position.",
                    measured.name.sheet,
                )
            )
    return findings


def _template_finding(sheet: str) -> Finding:
    return Finding(
        "template-sheet",
        f"Every voltage of “{sheet}” equals the template: the sheet was never measured.",
        sheet,
        BLOCK_START,
    )


def _stale_finding(sheet: str, rows: int, measured: int, why: str) -> Finding:
    first, last = BLOCK.first_row + measured, BLOCK.first_row + rows - 1
    span = f"Row {first}" if first == last else f"Rows {first} to {last}"
    return Finding(
        "stale-rows",
        f"{span} of “{sheet}” were never measured ({why}); they still hold the template's "
        "voltages and are left out.",
        sheet,
        f"D{first}",
    )


BLOCK_START = f"D{BLOCK.first_row}"
