"""The set-up sheets of a Laser 1 workbook: the value stands left of its label."""

from __future__ import annotations

from analysis.simulate.cells import Cell, Sheet
from analysis.simulate.story import UnitStory

_PARAMETERS: tuple[tuple[str, str], ...] = (
    ("Model number", ""),
    ("Pot Type", ""),
    ("Pot Angle", "unit"),
    ("Start Position", "unit"),
    ("Stop Angle", "unit"),
    ("min elec. Angle", "unit"),
    ("max elec. Angle", "unit"),
    ("Max resistance", "Ohms"),
    ("Min Resistance", "Ohms"),
    ("Theo. Resistance", "Ohms"),
    ("Circle Cut Length", "unit"),
    ("Endset%", "%"),
    ("Laser Cut Segments", "scalar"),
    ("Laser Cut Length", "Counts"),
    ("Number of Readings (Lin)", "scalar"),
    ("Use Table Theory?", "yes/no"),
    ("Readings/Deg.", "scalar"),
    ("Laser Back Length", "counts"),
    ("Laser Start Position", "counts"),
    ("Number of Readings (trim)", "scalar"),
    ("Laser Speed High", "rev/sec"),
    ("Laser Speed Slow", "rev/sec"),
    ("Initial Points Ignored", "scalar"),
    ("Ending points Ignored", "scalar"),
    ("Response", "text"),
    ("Laser Current", "amps"),
    ("Laser Frequency", "Hertz"),
    ("End Degree Increment", "deg"),
    ("End Degree Start", "deg"),
    ("Vfinder Increment Multiplier", "scalar"),
    ("Start Point", "scalar"),
    ("End point", "scalar"),
    ("Coarse Trim Voltage", "volts"),
    ("Coarse Upper Tolerance", "scalar"),
    ("Coarse Lower Tolerance", "scalar"),
    ("Fine Trim Voltage", "volts"),
    ("Fine Upper Tolerance", "scalar"),
    ("Fine lower Tolerance", "scalar"),
    ("Delta Rank", "scalar"),
    ("Speed Crossover", "%"),
    ("Theory Delta Multiplier", "scalar"),
    ("Endset Voltage Tolerance", "volts"),
    ("Low End Volts", "volts"),
    ("Low End Position", "unit"),
    ("High End Volts", "volts"),
    ("high End Position", "unit"),
    ("Balance Ends?", "yes/no"),
    ("Auto-Retrim", "yes/no"),
    ("End Position", ""),
    ("Initial End-Balance?", "yes/no"),
    ("Establish Coordinates", ""),
    ("Absolute End Position", "unit"),
    ("Move plate during setup?", "yes/no"),
    ("Element Configuration", "List"),
    ("End-Balance Limit", "scalar"),
    ("Trim Range", "counts"),
    ("Source of trim deltas", "List"),
    ("<Reserved>", ""),
    ("<Reserved>", ""),
    ("Laser Power (0-255)", ""),
    ("Laser PRR (1600-1000000)", ""),
    ("Pulse Duration (4,8,14,20,30,50,100,200)", ""),
)
_TRIM_LABELS = (
    "Pass",
    "Laser Start Position",
    "Laser Cut Length",
    "Laser Cut Direction",
    "Laser Speed high",
    "Laser Speed Low",
    "SpeedXover",
    "TrimV",
    "Upper Trim Tolerance",
    "Lower Trim Tolerance",
    "Delta Rank",
    "Theory Delta Multiplier",
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


def model_parameters(story: UnitStory) -> Sheet:
    """Return the model's set-up: 62 rows of value, label, unit."""
    design = story.design
    unit = "in" if design.unit == "in" else "Deg"
    sheet = Sheet("Model Parameters")
    sheet.put_column("A1", _values(story))
    sheet.put_column("B1", [label for label, _ in _PARAMETERS])
    sheet.put_column("C1", [unit if u == "unit" else (u or None) for _, u in _PARAMETERS])
    sheet["D2"] = "Rotary or Linear"
    sheet["D13"] = "Laser Cut Length is divided by this number"
    sheet["D25"] = "Linear or Function"
    sheet.put_row("F1", ["Left Track", None, "Right Track"])
    for row, (left, tap, right) in enumerate(
        (
            ("pink", "Wiper", "white"),
            ("grey", "Low", "blue"),
            ("violet", "High", "black"),
        ),
        2,
    ):
        sheet.put_row(f"F{row}", [left, tap, right])
    return sheet


def _values(story: UnitStory) -> list[Cell | None]:
    design = story.design
    model: Cell = float(design.model) if design.model.isdigit() else design.model
    half, points = design.travel / 2, float(design.points)
    return [
        model,
        "Linear" if design.unit == "in" else "Rotary",
        *(-design.travel, half, -design.travel, None, None),
        round(design.resistance * 1.1),
        round(design.resistance * 0.9),
        design.resistance,
        *(
            round(design.travel * 0.9, 3),
            1.0,
            24.0,
            4200.0,
            points,
            "NO",
            1.0,
            1500.0,
            21000.0,
        ),
        *(
            points,
            0.07,
            0.007,
            6.0,
            6.0,
            "Linear",
            24.0,
            250.0,
            0.5,
            1.0,
            1.0,
            6.0,
            6.0,
            10.0,
        ),
        *(
            0.001,
            0.0,
            10.0,
            0.001,
            0.0,
            0.0,
            40.0,
            1.0,
            0.003,
            2.5,
            -half / 2,
            7.5,
            half / 2,
        ),
        *(
            "Yes",
            "No",
            "Custom",
            "No",
            "User-Select",
            half,
            "No",
            "Single",
            8.0,
            None,
            "MEAS",
        ),
        *(None, None, 48.0, 2200.0, 50.0),
    ]


def trim_parameters(story: UnitStory) -> Sheet:
    """Return the set-up of each pass: label left, one column per pass."""
    sheet = Sheet("Trim Parameters")
    sheet.put_column("A1", _TRIM_LABELS)
    sheet.put_row("B1", [1.0, 2.0, 3.0, 4.0, 5.0])
    sheet.put_row("B4", ["Forward"] * 5)
    quarter = story.design.travel / 4
    for index in range(max(story.tracks[0].trims, 1)):
        column = "BCDEF"[index] if index < 5 else None
        if column is None:
            break
        values: list[Cell] = [
            "Manual",
            4200.0,
            "Forward",
            0.07,
            0.007,
            40.0,
            10.0,
            0.001,
        ]
        values += [0.0, 0.0, 1.0, quarter, 7.5, 0.003, 1.0, 0.5, 8.0, 4200.0]
        values += [-quarter, 2.5, 0.003, 5.0, 0.5, 8.0, 4200.0]
        sheet.put_column(f"{column}2", values)
    return sheet
