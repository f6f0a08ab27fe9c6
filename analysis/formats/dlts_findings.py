"""What a reader of Laser 2 and 3 workbooks has to tell a person, in words."""

from __future__ import annotations

from itertools import pairwise

from analysis.formats.cells import at
from analysis.formats.dlts_sheets import BLOCK, POINTS_ROW, VALUES, Measured
from analysis.formats.station_file import Finding

_TRACK_ID_ROW = 4
_FIRST_VOLTAGE = f"D{BLOCK.first_row}"
_DOUBTFUL_RUN = 3
"""One or two voltages equal to the template can be chance, at the ends of the travel."""


def header_findings(source: Measured) -> list[Finding]:
    if at(source.header, _TRACK_ID_ROW, VALUES) != "" or source.declared is not None:
        return []
    return [
        Finding(
            "header-missing",
            f"The station never wrote the header of “{source.name.sheet}”; identity and number "
            "of points come from the other sheets and the file name.",
            source.name.sheet,
            f"B{_TRACK_ID_ROW}",
        )
    ]


def count_findings(source: Measured, count: int, copied: int) -> list[Finding]:
    """Report what does not fit between B14 and the rows of a sheet."""
    block, sheet = source.block, source.name.sheet
    findings = []
    if count < block.rows:
        why = f"the station counted {count}"
        findings.append(stale_finding(sheet, block.rows, count, why))
        if copied < block.rows - count:
            findings.append(
                Finding(
                    "rows-after-count",
                    f"Behind the {count} points the station counted in “{sheet}” stand voltages "
                    "that are not the template's. They are left out; somebody should look.",
                    sheet,
                    f"B{POINTS_ROW}",
                )
            )
    elif count > block.rows + block.voltages_below:
        findings.append(
            Finding(
                "points-missing",
                f"The station counted {count} points in “{sheet}”, but the sheet has only "
                f"{block.rows} rows.",
                sheet,
                f"B{POINTS_ROW}",
            )
        )
    doubtful = copied - max(block.rows - count, 0)
    if doubtful >= _DOUBTFUL_RUN:
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


def group_findings(group: list[Measured]) -> list[Finding]:
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


def template_finding(sheet: str) -> Finding:
    return Finding(
        "template-sheet",
        f"Every voltage of “{sheet}” equals the template: the sheet was never measured.",
        sheet,
        _FIRST_VOLTAGE,
    )


def stale_finding(sheet: str, rows: int, measured: int, why: str) -> Finding:
    first, last = BLOCK.first_row + measured, BLOCK.first_row + rows - 1
    span = f"Row {first}" if first == last else f"Rows {first} to {last}"
    return Finding(
        "stale-rows",
        f"{span} of “{sheet}” were never measured ({why}); they still hold the template's "
        "voltages and are left out.",
        sheet,
        f"D{first}",
    )
