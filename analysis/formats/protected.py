"""The refusal of a protected workbook: one wording for both containers."""

from __future__ import annotations

from analysis.formats.station_file import UnreadableWorkbook


def encrypted() -> UnreadableWorkbook:
    """Word the refusal of a protected workbook, the same for both containers."""
    return UnreadableWorkbook(
        "encrypted",
        "The workbook is protected by a password. Save it without a password and offer it again.",
    )
