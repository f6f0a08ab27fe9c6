"""The set-up sheets of a Laser 2 workbook: everything around the measurement."""

from __future__ import annotations

from datetime import date
from math import isnan

from analysis.simulate.cells import Cell, Sheet, dated
from analysis.simulate.design import TheoryShape
from analysis.simulate.outcome import Outcome
from analysis.simulate.story import TrackStory, UnitStory

TEMPLATE_DAY = date(2013, 5, 2)

_TRACK_LABELS = (
    "TRACK PARAMETERS",
    "# of Trim Parameters",
    "Initial Resistance Upper Limit",
    "Initial Resistance Lower Limit",
    "Final Resistance Upper Limit",
    "Final Resistance Lower Limit",
    "Length Minimum",
    "Length Theoretical",
    "Length Mamimum",  # spelled like this at the station
    "Starting Position",
    "Response (Linear or Function)",
    "Laser Power (0-255)",
    "Laser Duration (ns)",
    "Laser Pulse Repetition Rate (Hz)",
    "Test Voltage",
    "Error Split Low Voltage",
    "Error Split Low Position",
    "Error Split High Voltage",
    "Error Split High Position",
    "Indexing Method",
    "End Position",
    "Plate Move During Setup?",
    "Center-Tap Target",
    "Center-Tap Upper Limit",
    "Center-Tap Lower Limit",
    "# of Lin Positions",
    "Linearity Velocity",
    "Alias",
    "Index Voltage",
    "Index Position",
    "Outer Edge Position",
    "Inner Edge Position",
    "Resistance Threshold %",
    "Theoretical Resistance",
    "Laser Height",
    "End Collet Release?",
    "Next Position",
    "Next Position Index",
)
_TRIM_LABELS = (
    "TRIM PARAMETERS",
    "Laser Cut Length (mm)",
    "# of Linear Positions",
    "# of Trim Positions",
    "Laser Speed High",
    "Laser Speed Low",
    "Initial Linearity Points Ignored",
    "Final Linearity Points Ignored",
    "Vfinder Increment Multiplier",
    "Initial Trim Points Ignored",
    "Final Trim Points Ignored",
    "Trim Volts",
    "Trim Upper Tolerance",
    "Trim Lower Tolerance",
    "Delta Rank",
    "Speed Crossover",
    "Theory Delta Multiplier",
    "Balance Ends?",
    "Auto-Retrim?",
    "Initial End-Balance?",
    "Trim Range",
    "Trim Delta Source",
    "Laser Direction",
    "Trim Velocity",
    "Alias",
    "High Position",
    "High Value",
    "High Value Tolerance",
    "High Start",
    "High Increment",
    "High Limit",
    "High Cut Length",
    "Low Position",
    "Low Value",
    "Low Value Tolerance",
    "Low Start",
    "Low Increment",
    "Low Limit",
    "Low Cut Length",
)
ALIASES = {"TRK1": "Primary", "TRK2": "Redundant"}


def setup_sheets(story: UnitStory) -> list[Sheet]:
    """Return the sheets in front of ``ref``."""
    return [
        _model_parameters(story),
        _track_parameters(story),
        _trim_parameters(story),
        _notes(),
        _process(),
    ]


def report_sheets(story: UnitStory) -> list[Sheet]:
    """Return the sheets between ``ref`` and the measurements."""
    return [_stats(), _report(story), _report_data(story)]


def _model_parameters(story: UnitStory) -> Sheet:
    sheet = Sheet("Model Parameters")
    sheet.put_column(
        "A1",
        [
            "Model",
            "Type",
            "# of Sections",
            "# of Tracks",
            "X-Axis Current Limit",
            "Y-Axis Current Limit",
            "A-Axis Current Limit",
            "Z-Axis Current Limit",
        ],
    )
    kind = "Linear" if story.design.unit == "in" else "Rotary"
    tracks = 2.0 if any(track.name == "TRK2" for track in story.tracks) else 1.0
    sheet.put_column("B1", [story.design.model, kind, 1.0, tracks, 2.4, 0.4, 2.4, 2.4])
    return sheet


def _track_parameters(story: UnitStory) -> Sheet:
    design = story.design
    sheet = Sheet("Track Parameters")
    sheet.put_column("A1", _TRACK_LABELS)
    half, end = (
        design.travel / 2,
        design.travel / 2 - design.travel / (design.points - 1),
    )
    low = 10.0 * (half - end) / design.travel
    response = "FUNCTION" if design.theory is TheoryShape.FUNCTION else "LINEAR"
    names = ["TRK1"] if all(track.name == "TRK1" for track in story.tracks) else ["TRK1", "TRK2"]
    for column, name in zip("BC", names, strict=False):
        values: list[Cell | None] = [
            f"SEC1-{name}",
            1.0,
            round(design.resistance * 0.92),
            round(design.resistance * 0.78),
            round(design.resistance * 1.1),
            round(design.resistance * 0.93),
            round(design.travel * 0.995, 4),
            design.travel,
            round(design.travel * 1.01, 4),
            -half,
            response,
            *(96.0, 50.0, 8000.0, 10.0, low, -end, 10.0 - low, end),
            *("ERROR-SPLIT", "CENTER", "YES", None, None, None),
            *(float(design.points), 18.0, ALIASES[name], 0.005, -half - 1.0),
            *(31.25, 28.5, 1.0, design.resistance, -95.5, "NO"),
        ]
        sheet.put_column(f"{column}1", values)
    return sheet


def _trim_parameters(story: UnitStory) -> Sheet:
    design = story.design
    sheet = Sheet("Trim Parameters")
    sheet.put_column("A1", _TRIM_LABELS)
    points, end = float(design.points), design.travel / 2 - 1.0
    for column, track in zip("BC", story.tracks, strict=False):
        values: list[Cell | None] = [
            f"SEC1-{track.name}-TRM1",
            *(
                1.75,
                points,
                points,
                0.55,
                0.2,
                1.0,
                1.0,
                4.0,
                1.0,
                1.0,
                10.0,
                0.001,
                0.0,
                0.0,
                30.0,
            ),
            *(1.0, "NO", "NO", "NO", ">30.1", "MEAS", "FORWARD", 10.0, "Outer Edge"),
            *(
                end,
                9.94,
                0.001,
                0.5,
                0.5,
                3.0,
                1.15,
                -end,
                0.06,
                0.001,
                0.5,
                0.5,
                3.0,
                1.15,
            ),
        ]
        sheet.put_column(f"{column}1", values)
    return sheet


def _notes() -> Sheet:
    sheet = Sheet("Notes")
    sheet["A1"], sheet["E1"] = "WIRING", "TRIM NOTES"
    row = 2
    for track in (1, 2):
        for tap, colour in (
            ("Low Tap", "grey"),
            ("High Tap", "violet"),
            ("Wiper", "pink"),
        ):
            sheet.put_row(f"A{row}", [f"Track {track}", tap, colour])
            row += 1
    sheet["E2"] = "Invented note: this workbook was made by a simulator"
    sheet["E3"] = "Operator of the day: N. O. Body"
    return sheet


def _process() -> Sheet:
    sheet = Sheet("Process")
    sheet["A1"] = "process after initial linearity is taken:"
    sheet["A2"] = "Determine trim criteria"
    sheet["B2"] = (
        "{max meas delta, indexed meas delta, indiv theory deltas, indiv meas deltas, "
        "max theory delta}"
    )
    sheet.put_row("A3", ["Trim", "Profile ID"])
    sheet.put_row(
        "A4",
        [
            "check total resistance",
            "Low limit val",
            "high limit val",
            "stop on low warning",
            "stop on high warning",
            "retrim on low warning",
        ],
    )
    sheet.put_row("A5", ["run linearity", "phase?", "Angle adjust?"])
    sheet.put_row("A7", ["end-balance", "limit n"])
    sheet["A8"] = "next track?"
    return sheet


def _stats() -> Sheet:
    sheet = Sheet("Stats")
    for row, track in ((1, "A"), (10, "B")):
        sheet.put_row(f"A{row}", [f"Section1Track{track}", "<iter#>", "<iter#>"])
        labels = ["TrimParamID", "Meas Length", "Resistance", "Lin Max", "Lin Min"]
        sheet.put_column(f"A{row + 1}", [*labels, "Lin Median", "Lin Std-Dev"])
    return sheet


def _report(story: UnitStory) -> Sheet:
    """Return the report sheet: two pages, an invented customer, a verdict nobody may believe."""
    sheet = Sheet("Report")
    sheet.put_column(
        "A1",
        [
            "Customer: Nowhere Instruments",
            "Drawing: NW-00000 Rev. A",
            f"Model: NW{story.design.model}",
        ],
    )
    for first, track in zip((6, 27), _twice(story), strict=False):
        sheet[f"B{first}"] = f"MODEL: {story.design.model}"
        sheet[f"D{first}"] = f"SHOP: {story.serial}-{ALIASES[track.name]}"
        sheet[f"G{first}"] = dated(story.tested_at.date())
        sheet[f"D{first + 17}"] = f"LINEARITY: {_reported(track)}"
    return sheet


def _twice(story: UnitStory) -> tuple[TrackStory, TrackStory]:
    return story.tracks[0], story.tracks[-1]


def _reported(track: TrackStory) -> str:
    return "FAILED" if track.outcome in (Outcome.NEAR_MISS, Outcome.HARD_FAIL) else "PASSED"


def _report_data(story: UnitStory) -> Sheet:
    sheet = Sheet("Report Data")
    track, other = _twice(story)
    serial: Cell = float(story.serial) if story.serial.isdigit() else story.serial
    day = dated(story.tested_at.date())
    heads: list[Cell] = [
        story.design.model,
        serial,
        day,
        ALIASES[track.name],
        track.final.phase,
    ]
    heads += [track.travel_measured, 10.0, ALIASES[other.name], other.final.phase]
    sheet.put_column("A1", [*heads, other.travel_measured, 10.0])
    error = track.final_error()
    sheet.put_column("B1", map(float, range(len(error))))
    sheet.put_column("C1", track.final.measured.tolist())
    sheet.put_column("D1", track.theory.tolist())
    sheet.put_column("E1", error.tolist())
    sheet.put_column("F1", track.position.tolist())
    put_limits(sheet, "G1", track.upper.tolist())
    put_limits(sheet, "H1", track.lower.tolist())
    sheet.put_column("I1", (track.position - track.position[0]).tolist())
    sheet.put_column("K1", other.final.measured.tolist())
    sheet.put_column("L1", other.final_error().tolist())
    sheet.put_column("M1", other.position.tolist())
    put_limits(sheet, "N1", other.upper.tolist())
    put_limits(sheet, "O1", other.lower.tolist())
    sheet.put_column("P1", [1.0] * len(error))
    shop = f"SHOP: {story.serial}-"
    sheet.put_column(
        "Q1",
        [
            f"MODEL: {story.design.model}",
            shop + ALIASES[track.name],
            shop + ALIASES[other.name],
            f"LINEARITY: {_reported(track)}",
            f"LINEARITY: {_reported(other)}",
        ],
    )
    return sheet


def put_limits(sheet: Sheet, first: str, limits: list[float]) -> None:
    """Write a column of limits; a point without one is left out."""
    sheet.put_column(first, [None if isnan(limit) else limit for limit in limits])
