"""Read workbooks of Laser 1: the sheets ``test``, ``Trim n`` and ``Lin Error``.

``test`` is the sweep before trimming, ``Trim n`` the sweep after pass n, ``Lin Error`` the final
one. Where nothing was cut the station still writes ``Lin Error``, as a template that shows a
perfect part; it must never be judged.

When ``Lin Error`` holds exactly the cells of the last ``Trim n`` (81 of 84 files) the two are one
measurement and only ``Lin Error`` is kept, under that pass number, so that a sweep of the record
is a sweep that was made. When it differs it is a later re-measurement and both are kept.
"""

from __future__ import annotations

from typing import NamedTuple

from analysis.formats.blocks import Block, BlockLayout, make_sweep, read_block, same_cells
from analysis.formats.cells import Rows, at, number_reading, resistance_reading, text, text_reading
from analysis.formats.comparisons import compare_sweeps
from analysis.formats.contents import (
    NO_MEASUREMENT,
    NOTHING,
    Contents,
    no_rows,
    unit_of,
)
from analysis.formats.detect import LTS_TRIM_SHEET
from analysis.formats.parameters import labelled_values
from analysis.formats.station_file import (
    Finding,
    Layout,
    Reading,
    Sweep,
    Track,
    TrackState,
)
from analysis.formats.workbook import Workbook

BLOCK = BlockLayout(position=4, measured=0, theory=2, error=3, upper=5, lower=6, first_row=1)

_HEADER_ROWS = 2
_K, _L, _M, _O, _R = 10, 11, 12, 14, 17
_EQUAL_TO_THEORY = 1e-9
_ANGLE_TOLERANCE = 0.2
"""Part by which test!K1 may differ from the travel; beyond, the cell holds something else."""


class Measured(NamedTuple):
    """One sweep sheet."""

    sheet: str
    pass_number: int
    header: Rows  # the first rows, with the cells right of the block
    block: Block
    is_template: bool


def read_lts(workbook: Workbook, track_in_name: str) -> Contents:
    """Read the one track of the workbook; its name comes from the file name or test!M2."""
    model_sheet = workbook.called("Model Parameters")
    model_rows = workbook.rows(model_sheet) if model_sheet else []
    unit, unit_findings = unit_of(text(at(model_rows, 2, 0)), model_sheet, "A2")
    model = text_reading(model_rows, model_sheet, 1, 0)
    parameters = labelled_values(model_rows, model_sheet, label=1, value=0)
    test = _open(workbook, workbook.called("test"), 0)
    trims = _trim_sheets(workbook)
    final = _open(workbook, workbook.called("Lin Error"), trims[-1].pass_number if trims else 0)
    sheets = [m for m in (test, *trims, final) if m is not None]
    if not sheets:
        return Contents(
            layout=Layout.LTS,
            position_unit=unit,
            reason=NO_MEASUREMENT,
            models=(model,),
            parameters=parameters,
            findings=unit_findings,
        )
    if not any(m.block.rows for m in sheets):
        raise no_rows(sheets[0].sheet)
    serial, track_cell = _identity_cell(test)
    name, track_findings = _track_name(track_in_name, track_cell)
    track = _read_track(workbook, name, test, trims, final)
    return Contents(
        layout=Layout.LTS,
        position_unit=unit,
        tracks=(track,),
        models=(model,),
        serials=(serial,) if serial.value is not None else (),
        parameters=parameters,
        findings=(*unit_findings, *track_findings),
    )


def _open(workbook: Workbook, sheet: str, pass_number: int) -> Measured | None:
    if not sheet:
        return None
    rows = workbook.take(sheet)
    block = read_block(rows, sheet, BLOCK)
    return Measured(sheet, pass_number, rows[:_HEADER_ROWS], block, _is_template(block))


def _trim_sheets(workbook: Workbook) -> list[Measured]:
    numbered = []
    for sheet in workbook.sheet_names:
        found = LTS_TRIM_SHEET.fullmatch(sheet.strip())
        if found:
            numbered.append((int(found[1]), sheet))
    opened = (_open(workbook, sheet, number) for number, sheet in sorted(numbered))
    return [m for m in opened if m is not None]


def _is_template(block: Block) -> bool:
    """Tell whether no voltage was measured: all blank, or all exactly on theory."""
    measured, theory = block.measured.values, block.theory.values
    if all(value != value for value in measured):
        return True
    return all(abs(m - t) <= _EQUAL_TO_THEORY for m, t in zip(measured, theory, strict=True))


def _read_track(
    workbook: Workbook,
    name: str,
    test: Measured | None,
    trims: list[Measured],
    final: Measured | None,
) -> Track:
    cut = [m for m in trims if not m.is_template]
    repeats = bool(cut) and final is not None and same_cells(cut[-1].block, final.block)
    kept = [m for m in (test, *trims, final) if m is not None and m.block.rows]
    if repeats:
        kept.remove(cut[-1])
    again = final if cut and final is not None and not final.is_template and not repeats else None
    sweeps = [_sweep(m, is_remeasurement=m is again) for m in kept]
    judged = _judged(kept, was_cut=bool(cut))
    state, reason = _state(judged, was_cut=bool(cut))
    findings = [
        *_special_findings(kept, cut, final),
        *compare_sweeps(sweeps, judged),
    ]
    travel, travel_findings = _travel(test, sweeps[judged] if judged is not None else None)
    after = [m for m in (*cut, final) if m is not None and not m.is_template] if cut else []
    return Track(
        name=name,
        state=state,
        reason=reason,
        sweeps=tuple(sweeps),
        judged=judged,
        trims=len(cut),
        travel=travel,
        resistance_before=_resistance([test] if test is not None else []),
        resistance_after=_resistance(after),
        parameters=_parameters(workbook, final),
        findings=(*findings, *travel_findings),
    )


def _sweep(source: Measured, *, is_remeasurement: bool) -> Sweep:
    block, findings = source.block, []
    if source.is_template:
        findings.append(
            Finding(
                "template-sheet",
                f"Every voltage of “{source.sheet}” is blank or exactly on theory: nothing was "
                "measured there.",
                source.sheet,
                block.measured.cell(BLOCK.first_row),
            )
        )
    elif any(value != value for value in block.measured.values):
        first = next(i for i, value in enumerate(block.measured.values) if value != value)
        findings.append(
            Finding(
                "voltage-missing",
                f"A measured voltage of “{source.sheet}” is missing; a graded point without a "
                "value cannot pass.",
                source.sheet,
                block.measured.cell(BLOCK.first_row + first),
            )
        )
    if is_remeasurement:
        findings.append(
            Finding(
                "remeasured",
                f"“{source.sheet}” differs from the sheet of the last pass: the part was measured "
                "once more after it, and that last measurement counts.",
                source.sheet,
            )
        )
    return make_sweep(
        block,
        pass_number=source.pass_number,
        measured_rows=0 if source.is_template else block.rows,
        phase=NOTHING,
        resistance=resistance_reading(source.header, source.sheet, 1, _R),
        is_template=source.is_template,
        is_remeasurement=is_remeasurement,
        findings=findings,
    )


def _judged(kept: list[Measured], *, was_cut: bool) -> int | None:
    """Choose Lin Error after a cut (the last pass where it is a template), else ``test``."""
    candidates = [
        index
        for index, source in enumerate(kept)
        if not source.is_template and (was_cut or source.sheet.strip().lower() == "test")
    ]
    return candidates[-1] if candidates else None


def _state(judged: int | None, *, was_cut: bool) -> tuple[TrackState, str]:
    if judged is None:
        return TrackState.NOT_MEASURED, "No sheet of this workbook holds measured voltages."
    if was_cut:
        return TrackState.TRIMMED, ""
    return TrackState.UNTRIMMED, (
        "Nothing was trimmed: there is no measured “Trim n” sheet. Shown is the sweep of “test”."
    )


def _special_findings(
    kept: list[Measured], cut: list[Measured], final: Measured | None
) -> list[Finding]:
    findings = []
    if cut and (final is None or final.is_template):
        findings.append(
            Finding(
                "final-sweep-missing",
                f"There is no measured “Lin Error” sheet; the last pass, “{cut[-1].sheet}”, is "
                "judged instead.",
                cut[-1].sheet,
            )
        )
    if not cut and final is not None and not final.is_template:
        findings.append(
            Finding(
                "final-sweep-without-trim",
                f"“{final.sheet}” holds measured voltages although no pass was made; “test” is "
                "shown.",
                final.sheet,
            )
        )
    numbers = [m.pass_number for m in cut]
    if len(set(numbers)) < len(numbers):
        findings.append(
            Finding("same-pass-number", "Two “Trim n” sheets carry the same number.", cut[-1].sheet)
        )
    return findings


def _travel(test: Measured | None, judged: Sweep | None) -> tuple[Reading, list[Finding]]:
    """Return test!K1 if it can be the measured travel: in 13 of 90 files it is something else."""
    if test is None or judged is None or judged.rows < 2:
        return NOTHING, []
    found = number_reading(test.header, test.sheet, 1, _K)
    if not isinstance(found.value, float):
        return found, []
    travel = judged.position.values[-1] - judged.position.values[0]
    if abs(found.value - travel) <= _ANGLE_TOLERANCE * abs(travel):
        return found, []
    return Reading(None, found.sheet, found.cell), [
        Finding(
            "travel-cell-unusable",
            f"Cell {found.cell} of “{found.sheet}” should hold the measured travel but says "
            f"{found.value:g} where the positions span {travel:g}; it is left out.",
            found.sheet,
            found.cell,
        )
    ]


def _resistance(sheets: list[Measured]) -> Reading:
    """Return the last usable R1, the unusable cell itself where there is none."""
    readings = [resistance_reading(m.header, m.sheet, 1, _R) for m in reversed(sheets)]
    return next((r for r in readings if r.value is not None), readings[0] if readings else NOTHING)


def _identity_cell(test: Measured | None) -> tuple[Reading, str]:
    """Return the serial and the track of test!M2, which says ``48_TA``."""
    if test is None:
        return NOTHING, ""
    found = text_reading(test.header, test.sheet, 2, _M)
    words = str(found.value or "")
    head, _, track = words.rpartition("_")
    if len(track) == 2 and track[0] in "Tt" and track[1].isalpha():
        return Reading(head.strip() or None, found.sheet, found.cell), track.upper()
    return found, ""


def _track_name(in_name: str, in_cell: str) -> tuple[str, list[Finding]]:
    if in_name and in_cell and in_name != in_cell:
        return in_name, [
            Finding(
                "track-disagrees",
                f"The file name says track {in_name}, the workbook {in_cell}; the name is used.",
                "test",
                "M2",
            )
        ]
    if in_name or in_cell:
        return in_name or in_cell, []
    return "TA", [
        Finding(
            "track-unknown",
            "Neither the file name nor the workbook says whether this is track TA or TB; it is "
            "taken as TA.",
            "test",
            "M2",
        )
    ]


def _parameters(workbook: Workbook, final: Measured | None) -> dict[str, Reading]:
    """Read the set-up of each pass, the theoretical angle and the compensation."""
    found: dict[str, Reading] = {}
    if final is not None:
        angle = number_reading(final.header, final.sheet, 1, _L)
        if angle.value is not None:
            found["Theoretical angle"] = angle
    chart = workbook.called("Lin Chart")
    if chart:
        compensation = number_reading(workbook.rows(chart), chart, 1, _O)
        if compensation.value is not None:
            found["Compensation"] = compensation
    sheet = workbook.called("Trim Parameters")
    rows = workbook.rows(sheet) if sheet else []
    for column in range(1, len(rows[0]) if rows else 0):
        header = text(rows[0][column])
        if header:
            prefix = f"Pass {header}: "
            found |= labelled_values(rows, sheet, label=0, value=column, first=2, prefix=prefix)
    return found
