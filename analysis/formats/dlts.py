"""Read workbooks of Laser 2, and of Laser 3 where its sheets say so: ``SEC1 TRK1 0`` and its kin.

A measurement sheet begins as a copy of the sheet ``ref``; the station overwrites as many rows as
it measures and writes their number to B14. Everything difficult here follows from that: rows
behind the number, or whole sheets, can still be the template.
"""

from __future__ import annotations

from analysis.formats.blocks import make_sweep
from analysis.formats.cells import (
    at,
    moment,
    number_reading,
    resistance_reading,
    text,
    text_reading,
)
from analysis.formats.comparisons import compare_sweeps
from analysis.formats.contents import (
    NO_MEASUREMENT,
    NOTHING,
    Contents,
    no_rows,
    unit_of,
)
from analysis.formats.dlts_findings import (
    count_findings,
    group_findings,
    header_findings,
    stale_finding,
    template_finding,
)
from analysis.formats.dlts_sheets import VALUES, Measured, Template, open_sheet, sheets_by_track
from analysis.formats.parameters import labelled_values
from analysis.formats.station_file import Layout, Reading, Sweep, Track, TrackState
from analysis.formats.workbook import Workbook

_MODEL, _SHOP, _DATE, _PHASE = 1, 2, 6, 7
_LENGTH, _ANGLE, _RESISTANCE, _CALCULATED_ANGLE = 8, 9, 10, 26
_HEADER_PARAMETERS = (_LENGTH, 11, 12, 13, 21, _CALCULATED_ANGLE)


def read_dlts(workbook: Workbook) -> Contents:
    """Read all tracks of the workbook, in the order of their sections and numbers."""
    model_sheet = workbook.called("Model Parameters")
    model_rows = workbook.rows(model_sheet) if model_sheet else []
    unit, findings = unit_of(text(at(model_rows, 2, VALUES)), model_sheet, "B2")
    groups = sheets_by_track(workbook)
    parameters = labelled_values(model_rows, model_sheet, label=0, value=1)
    model = text_reading(model_rows, model_sheet, 1, VALUES)
    if not groups:
        return Contents(
            layout=Layout.DLTS,
            position_unit=unit,
            reason=NO_MEASUREMENT,
            models=(model,),
            parameters=parameters,
            findings=findings,
        )
    sheets = {key: [open_sheet(workbook, name) for name in names] for key, names in groups.items()}
    everything = [measured for group in sheets.values() for measured in group]
    if not any(measured.block.rows for measured in everything):
        raise no_rows(everything[0].name.sheet)
    template = Template(workbook)
    tracks = tuple(
        _read_track(
            group,
            template,
            name=f"TRK{number}" if section == 1 else f"SEC{section} TRK{number}",
            parameters=_track_parameters(workbook, section, number),
        )
        for (section, number), group in sheets.items()
    )
    judged = _dated_sheet(tracks, everything)
    return Contents(
        layout=Layout.DLTS,
        position_unit=unit,
        tracks=tracks,
        models=(model, *_header_texts(everything, _MODEL)),
        serials=_header_texts(everything, _SHOP),
        date=moment(at(judged.header, _DATE, VALUES)),
        date_cell=text_reading(judged.header, judged.name.sheet, _DATE, VALUES),
        parameters=parameters,
        findings=findings,
    )


def _read_track(
    group: list[Measured], template: Template, *, name: str, parameters: dict[str, Reading]
) -> Track:
    """Read the sheets of one track; the last one that was measured is judged."""
    declared = next((m.declared for m in reversed(group) if m.declared is not None), None)
    sweeps = [_read_sweep(m, declared, template) for m in group if m.block.rows]
    measured = [i for i, sweep in enumerate(sweeps) if sweep.points_measured]
    judged = measured[-1] if measured else None
    trims = sum(1 for i in measured if sweeps[i].pass_number > 0)
    last = sweeps[judged] if judged is not None else None
    state, reason = _state(sweeps, last)
    source = next((m for m in group if last is not None and m.name.sheet == last.sheet), group[-1])
    return Track(
        name=name,
        state=state,
        reason=reason,
        sweeps=tuple(sweeps),
        judged=judged,
        trims=trims,
        travel=_travel(source) if last is not None else NOTHING,
        resistance_before=_resistance([s for s in sweeps if s.pass_number == 0]),
        resistance_after=_resistance(
            [s for s in sweeps if s.pass_number > 0 and not s.is_template]
        ),
        parameters=_header_parameters(source) | parameters,
        findings=(*group_findings(group), *compare_sweeps(sweeps, judged)),
    )


def _read_sweep(source: Measured, sibling_count: int | None, template: Template) -> Sweep:
    """Decide which rows of a sheet were measured: B14, else its siblings', else the template."""
    block, sheet = source.block, source.name.sheet
    findings = list(header_findings(source))
    count = source.declared if source.declared is not None else sibling_count
    copied = template.trailing_copies(block)
    is_template = copied == block.rows
    if is_template:
        measured = 0
        findings.append(template_finding(sheet))
    elif count is not None:
        measured = min(count, block.rows)
        findings.extend(count_findings(source, count, copied))
    else:
        measured = block.rows - copied
        if copied:
            findings.append(stale_finding(sheet, block.rows, measured, "the template shows it"))
    return make_sweep(
        block,
        pass_number=source.name.pass_number,
        measured_rows=measured,
        phase=number_reading(source.header, sheet, _PHASE, VALUES),
        resistance=resistance_reading(source.header, sheet, _RESISTANCE, VALUES),
        is_template=is_template,
        findings=findings,
    )


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
    if any(sweep.is_template for sweep in sweeps):
        return (
            TrackState.UNTRIMMED,
            "Only the sweep before trimming was measured; the sheets of later passes are untouched "
            "copies of the template.",
        )
    return TrackState.UNTRIMMED, "Only the sweep before trimming was measured."


def _travel(source: Measured) -> Reading:
    """Return the measured angle or length, from B9, else from B26 which repeats it."""
    angle = number_reading(source.header, source.name.sheet, _ANGLE, VALUES)
    if angle.value is not None:
        return angle
    again = number_reading(source.header, source.name.sheet, _CALCULATED_ANGLE, VALUES)
    label = text(at(source.header, _CALCULATED_ANGLE, 0)).lower()
    return again if again.value is not None and label.startswith("calc") else angle


def _resistance(sweeps: list[Sweep]) -> Reading:
    readings = [sweep.resistance for sweep in sweeps]
    return next((r for r in reversed(readings) if r.value is not None), NOTHING)


def _dated_sheet(tracks: tuple[Track, ...], everything: list[Measured]) -> Measured:
    """Return the judged sheet that was measured last: its date is the date of the run."""
    judged = {track.judged_sweep.sheet for track in tracks if track.judged_sweep is not None}
    return next((m for m in reversed(everything) if m.name.sheet in judged), everything[-1])


def _header_texts(sheets: list[Measured], row: int) -> tuple[Reading, ...]:
    readings = (text_reading(m.header, m.name.sheet, row, VALUES) for m in sheets)
    return tuple(reading for reading in readings if reading.value is not None)


def _header_parameters(source: Measured) -> dict[str, Reading]:
    found = {}
    for row in _HEADER_PARAMETERS:
        label = text(at(source.header, row, 0))
        reading = number_reading(source.header, source.name.sheet, row, VALUES)
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
