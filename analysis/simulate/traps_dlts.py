"""Traps in the cells of a Laser 2 workbook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta

from analysis.simulate import dlts
from analysis.simulate.cells import Formatted, NumberFormat, Sheet, dated
from analysis.simulate.expectation import ExpectedTrack
from analysis.simulate.judge import NOT_MEASURED, UNTRIMMED
from analysis.simulate.story import SweepStory, TrackStory
from analysis.simulate.trap import Mechanism, Scene, Trap, TrapDoesNotFit
from analysis.simulate.traps_story import second_pass

_STALE = 3  # template rows behind the measured ones
_GAP = 62  # rows between the block and the isolated row
_EXTRA_LABELS = (
    ("deg btwn pnts", 0.5),
    ("meas length", 16.0),
    ("even # of pnts", 540.0),
    ("deg from end", 0.5),
    ("meas start ang", -7.5),
    ("meas start V", 0.3125),
    ("meas end ang", 7.5),
    ("meas end V", 9.6875),
)


def _sweep_sheets(scene: Scene) -> Iterable[tuple[Sheet, TrackStory, SweepStory]]:
    for track in scene.story.tracks:
        for sweep in track.sweeps:
            yield scene.book[dlts.sheet_name(track, sweep.pass_number)], track, sweep


def _sheets(scene: Scene) -> list[Sheet]:
    return [sheet for sheet, _, _ in _sweep_sheets(scene)]


def _rows(scene: Scene) -> int:
    return len(scene.story.tracks[0].position)


def _stale_rows(scene: Scene) -> None:
    """Lengthen the template: every sheet keeps its last rows, the station counts fewer."""
    design, measured = scene.story.design, _rows(scene)
    total = measured + _STALE
    voltages = dlts.template_voltages(total)
    first = scene.story.tracks[0]
    for index in range(measured):
        points = dlts.points_of(first, index)
        start = float(first.position[0])
        dlts.put_row(scene.book["ref"], index, voltages[index], *points, phase=0.0, first=start)
    targets = [(scene.book["ref"], first, 0.0, False)]
    targets += [(s, t, w.phase, bool(w.pass_number)) for s, t, w in _sweep_sheets(scene)]
    for sheet, track, phase, was_cut in targets:
        step = float(track.position[-1] - track.position[-2])
        for index in range(measured, total):
            position = float(track.position[-1]) + step * (index - measured + 1)
            theory = float(design.voltages(track.position[-1:] * 0 + position)[0])
            limits = float(track.upper[-1]), float(track.lower[-1])
            start = float(track.position[0])
            dlts.put_row(
                sheet, index, voltages[index], position, theory, *limits, phase=phase, first=start
            )
            if was_cut:
                sheet.put_row(f"P{index + 2}", [sheet["P3"], sheet["Q3"], None, 31.25])
    scene.expectation = scene.expectation.with_tracks(rows=total)


def _stale_rows_uncounted(scene: Scene) -> None:
    _stale_rows(scene)
    _no_point_count(scene)


def _stale_rows_sibling(scene: Scene) -> None:
    """Leave the count to the sheet before trimming."""
    _stale_rows(scene)
    for sheet, _, sweep in _sweep_sheets(scene):
        if sweep.pass_number:
            sheet["B14"] = None


def _template_copy(scene: Scene, name: str) -> Sheet:
    sheet = scene.book["ref"].copy(name)
    sheet["B6"] = dated(scene.story.tested_at.date())
    return sheet


def _template_pass(scene: Scene) -> None:
    for track in scene.story.tracks:
        last = track.final.pass_number
        name = dlts.sheet_name(track, max(last, 1), 2 if last else 1)
        sheet = _template_copy(scene, name)
        sheet["B5"] = name[-4:]
        scene.book.insert_after(dlts.sheet_name(track, last), sheet)


def _template_only_pass(scene: Scene) -> None:
    """Show a file saved while the laser was at work: three targets, no voltage."""
    for track in scene.story.tracks:
        if track.trims != 1:
            raise TrapDoesNotFit("the only pass: the story must have exactly one")
        name = dlts.sheet_name(track, 1)
        sheet = _template_copy(scene, name)
        sheet.put_column("L2", ["NaN", *track.theory[1:4].round(6).tolist()])
        scene.book.sheets[scene.book.sheets.index(scene.book[name])] = sheet
        scene.expectation = scene.expectation.with_track(
            track.name,
            verdict=UNTRIMMED,
            trims=0,
            judged_sheet=dlts.sheet_name(track, 0),
            error=track.sweeps[0].error(track.theory),
            resistance_after=None,
        )


def _template_track(scene: Scene) -> None:
    if any(track.name == "TRK2" for track in scene.story.tracks):
        raise TrapDoesNotFit("the second track of this story was measured")
    scene.book.sheets.append(_template_copy(scene, "SEC1 TRK2 0"))
    rows = _rows(scene)
    track = ExpectedTrack("TRK2", NOT_MEASURED, rows, 0, 0, "", None, None, None, None)
    tracks = (*scene.expectation.tracks, track)
    scene.expectation = replace(scene.expectation, tracks=tracks)


def _parameters_only(scene: Scene) -> None:
    for sheet in _sheets(scene):
        scene.book.remove(sheet.name)
    scene.expectation = replace(scene.expectation, tracks=())


def _blank_errors(scene: Scene) -> None:
    for sheet in _sheets(scene):
        for row in (2, _rows(scene) + 1):
            sheet[f"G{row}"] = None


def _limits_differ(scene: Scene) -> None:
    for sheet, track, sweep in _sweep_sheets(scene):
        if sweep.pass_number or not track.trims:
            continue
        error = sweep.error(track.theory).tolist()
        for row, value in enumerate(error, 2):
            sheet[f"I{row}"], sheet[f"J{row}"] = 0.001, -0.001
            sheet[f"K{row}"] = dlts.flag(row, value, 0.001, -0.001)


def _text_nan(scene: Scene) -> None:
    for sheet in _sheets(scene):
        sheet["B9"] = "NaN"
        if sheet["B26"] is not None:
            sheet["B26"] = "NaN"
    scene.expectation = scene.expectation.with_tracks(travel=None)


def _text_infinite(scene: Scene) -> None:
    for sheet in _sheets(scene):
        sheet["B11"] = "Inf"


def _date_typed(scene: Scene) -> None:
    for sheet in _sheets(scene):
        sheet["B21"] = Formatted(4.99, NumberFormat.SHORT_DATE)


def _empty_header(scene: Scene) -> None:
    for sheet, _, sweep in _sweep_sheets(scene):
        if not sweep.pass_number:
            for row in (2, 4, 5, 14, 15, 16, 19, 20):
                sheet[f"B{row}"] = None
            sheet["B3"] = 1.0


def _edited_later(scene: Scene) -> None:
    """Change the serial of the last sheet and save, three months after the test."""
    scene.book.last_saved += timedelta(days=97, hours=3)
    scene.book.sheets[-1]["B2"] = 7777.0


def _no_point_count(scene: Scene) -> None:
    for sheet in _sheets(scene):
        sheet["B14"] = None


def _lone_voltage(scene: Scene) -> None:
    rows = _rows(scene)
    for sheet in _sheets(scene):
        sheet[f"D{rows + 2}"] = 4.99871
        sheet["B14"] = float(rows + 1)


def _isolated_row(scene: Scene) -> None:
    index = _rows(scene) + _GAP
    for sheet, track, sweep in _sweep_sheets(scene):
        step = float(track.position[-1] - track.position[-2])
        position = float(track.position[-1]) + step * (_GAP + 1)
        limits = float(track.upper[-1]), float(track.lower[-1])
        start = float(track.position[0])
        dlts.put_row(sheet, index, 5.0, position, 9.5, *limits, phase=sweep.phase, first=start)


def _second_parameter_set(scene: Scene) -> None:
    for track in scene.story.tracks:
        sheet = scene.book[dlts.sheet_name(track, 2)]
        sheet.name = dlts.sheet_name(track, 2, 2)
        sheet["B5"] = "TRM2"
        scene.expectation = scene.expectation.with_track(track.name, judged_sheet=sheet.name)
    parameters = scene.book["Trim Parameters"]
    parameters["D1"] = "SEC1-TRK1-TRM2"
    for row in range(2, 40):
        parameters[f"D{row}"] = parameters[f"B{row}"]


def _no_flags(scene: Scene) -> None:
    for sheet in _sheets(scene):
        sheet.clear_rows(2, sheet.last_row, "K")


def _zero_start_shifted(scene: Scene) -> None:
    for sheet, track, _ in _sweep_sheets(scene):
        shifted = track.position - track.position[0] + 0.8
        sheet.put_column("O2", shifted.tolist())


def _upper_case_labels(scene: Scene) -> None:
    for sheet in _sheets(scene):
        sheet["A1"], sheet["A2"] = "MODEL# ", "SHOP# "


def _other_angle_label(scene: Scene) -> None:
    for sheet in _sheets(scene):
        sheet["A9"] = "calc length"


def _extra_labels(scene: Scene) -> None:
    for sheet in (scene.book["ref"], *_sheets(scene)):
        for row, (label, value) in enumerate(_EXTRA_LABELS, 27):
            sheet[f"A{row}"], sheet[f"B{row}"] = label, value


def _model_with_blank(scene: Scene) -> None:
    spelled = f"{scene.story.design.model} "
    for sheet in (scene.book["Model Parameters"], scene.book["ref"], *_sheets(scene)):
        sheet["B1"] = spelled


def _other_model(scene: Scene) -> None:
    _sheets(scene)[0]["B1"] = "9999"


def _empty_serial(scene: Scene) -> None:
    """Leave the serial out of the name; the cell still has it."""
    scene.book.name = dlts.file_name(replace(scene.story, serial=""))


def _name_without_date(scene: Scene) -> None:
    story = scene.story
    scene.book.name = f"{story.design.model}_Shop{story.serial}_initial lin"
    midnight = datetime.combine(story.tested_at.date(), time())
    scene.expectation = replace(
        scene.expectation, tested_at=midnight, clock="cell", words="initial lin"
    )


def _session_day_before(scene: Scene) -> None:
    for sheet in _sheets(scene):
        sheet["B6"] = dated(scene.story.tested_at.date() - timedelta(days=1))


def _print_page(scene: Scene) -> None:
    sheet = Sheet("Print Page")
    serial = scene.story.serial
    sheet["C7"] = f"Model {scene.story.design.model}"
    sheet.put_row("G7", ["Shop", serial, "printed", 1.0, dated(scene.story.tested_at)])
    scene.book.insert_after("ref", sheet)


def _foreign_report(scene: Scene) -> None:
    report = scene.book["Report"]
    report["A1"], report["A3"] = "Customer: Elsewhere Avionics", "Model: EA9999"
    for row in (6, 27):
        report[f"B{row}"] = "MODEL: 9999"
        report[f"D{row + 17}"] = "LINEARITY: FAILED"


def _no_trim_columns(scene: Scene) -> None:
    for sheet in _sheets(scene):
        sheet.clear_rows(2, sheet.last_row, "LMN")


def _unnumbered_pass(scene: Scene) -> None:
    for track in scene.story.tracks:
        if track.trims != 1:
            raise TrapDoesNotFit("an unnumbered pass: the story must have exactly one")
        sheet = scene.book[dlts.sheet_name(track, 1)]
        sheet.name = f"SEC1 {track.name} TRM"
        scene.expectation = scene.expectation.with_track(track.name, judged_sheet=sheet.name)


MECHANISMS = {
    Trap.STALE_ROWS: Mechanism(on_book=_stale_rows),
    Trap.STALE_ROWS_UNCOUNTED: Mechanism(on_book=_stale_rows_uncounted),
    Trap.STALE_ROWS_SIBLING: Mechanism(on_book=_stale_rows_sibling),
    Trap.TEMPLATE_EXTRA: Mechanism(on_book=_template_pass),
    Trap.TEMPLATE_INSTEAD: Mechanism(on_book=_template_only_pass),
    Trap.TEMPLATE_TRACK: Mechanism(on_book=_template_track),
    Trap.PARAMETERS_ONLY: Mechanism(on_book=_parameters_only),
    Trap.BLANK_ERRORS: Mechanism(on_book=_blank_errors),
    Trap.LIMITS_DIFFER: Mechanism(on_book=_limits_differ),
    Trap.TEXT_NAN: Mechanism(on_book=_text_nan),
    Trap.TEXT_INFINITE: Mechanism(on_book=_text_infinite),
    Trap.DATE_TYPED: Mechanism(on_book=_date_typed),
    Trap.EMPTY_HEADER: Mechanism(on_book=_empty_header),
    Trap.EDITED_LATER: Mechanism(on_book=_edited_later),
    Trap.NO_POINT_COUNT: Mechanism(on_book=_no_point_count),
    Trap.LONE_VOLTAGE: Mechanism(on_book=_lone_voltage),
    Trap.ISOLATED_ROW: Mechanism(on_book=_isolated_row),
    Trap.SECOND_PARAMETER_SET: Mechanism(second_pass, _second_parameter_set),
    Trap.NO_FLAGS: Mechanism(on_book=_no_flags),
    Trap.ZERO_START_SHIFTED: Mechanism(on_book=_zero_start_shifted),
    Trap.UPPER_CASE_LABELS: Mechanism(on_book=_upper_case_labels),
    Trap.OTHER_ANGLE_LABEL: Mechanism(on_book=_other_angle_label),
    Trap.EXTRA_LABELS: Mechanism(on_book=_extra_labels),
    Trap.MODEL_WITH_BLANK: Mechanism(on_book=_model_with_blank),
    Trap.OTHER_MODEL: Mechanism(on_book=_other_model),
    Trap.EMPTY_SERIAL: Mechanism(on_book=_empty_serial),
    Trap.NAME_WITHOUT_DATE: Mechanism(on_book=_name_without_date),
    Trap.SESSION_DAY_BEFORE: Mechanism(on_book=_session_day_before),
    Trap.PRINT_PAGE: Mechanism(on_book=_print_page),
    Trap.FOREIGN_REPORT: Mechanism(on_book=_foreign_report),
    Trap.NO_TRIM_COLUMNS: Mechanism(on_book=_no_trim_columns),
    Trap.UNNUMBERED_SHEET: Mechanism(on_book=_unnumbered_pass),
}
