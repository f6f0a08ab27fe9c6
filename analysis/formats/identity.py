"""Settle whose measurement it is and when it was made, from the name and the cells.

The workbook knows the model best, the name knows the serial and the time best; where they
disagree the record says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from analysis.formats.contents import Contents
from analysis.formats.names import NameParts
from analysis.formats.station_file import ClockSource, Finding, Reading

SAVED_AGAIN_AFTER = timedelta(minutes=30)
"""798 of 822 files were saved within 15 minutes of the time in their name, the rest much later."""
_SAVED_BEFORE = timedelta(minutes=90)  # clocks, and the hour that is repeated in autumn


def settle_model(contents: Contents, name: NameParts) -> tuple[Reading, list[Finding]]:
    """Return the model: Model Parameters, else a sheet header, else the name."""
    known = [reading for reading in contents.models if reading.value]
    if not known:
        return Reading(name.model or None), [
            Finding("model-missing", "No cell of the workbook names the model; the file name does.")
        ]
    model = known[0]
    findings = []
    other = next((r for r in known if _key(r.value) != _key(model.value)), None)
    if other is not None:
        findings.append(
            Finding(
                "model-disagrees",
                f"Cell {other.cell} of “{other.sheet}” names model {other.value}, “{model.sheet}” "
                f"names {model.value}; the latter is used.",
                other.sheet,
                other.cell,
            )
        )
    if name.model and _key(name.model) != _key(model.value):
        findings.append(
            Finding(
                "model-disagrees-with-name",
                f"The file name says model {name.model}, the workbook says {model.value}; the "
                "workbook is used.",
                model.sheet,
                model.cell,
            )
        )
    return model, findings


def settle_serial(contents: Contents, name: NameParts) -> tuple[Reading, list[Finding]]:
    """Return the serial: the name, else a cell. ``01`` in a name is the number 1 in a cell."""
    if not name.serial:
        if not contents.serials:
            return Reading(None), [
                Finding("serial-missing", "Neither the file name nor a cell holds a serial.")
            ]
        found = contents.serials[-1]
        return found, [
            Finding(
                "serial-from-cell",
                f"The file name holds no serial; {found.value} comes from cell {found.cell} of "
                f"“{found.sheet}”.",
                found.sheet,
                found.cell,
            )
        ]
    other = next((r for r in contents.serials if _key(r.value) != _key(name.serial)), None)
    if other is None:
        return Reading(name.serial), []
    return Reading(name.serial), [
        Finding(
            "serial-disagrees",
            f"The file name says serial {name.serial}, cell {other.cell} of “{other.sheet}” says "
            f"{other.value}; the name is used.",
            other.sheet,
            other.cell,
        )
    ]


def settle_time(
    contents: Contents, name: NameParts, last_saved: datetime | None, zone: str
) -> tuple[datetime | None, ClockSource, list[Finding]]:
    """Return the time of the test in factory time: the name, the date cell, or last saved."""
    if name.tested_at is not None:
        return name.tested_at, ClockSource.FILE_NAME, _check_name(contents, name, last_saved, zone)
    if contents.date is not None:
        return contents.date, ClockSource.CELL, []
    saved = _local(last_saved, zone)
    if saved is not None:
        return saved, ClockSource.LAST_SAVED, []
    return None, ClockSource.NONE, []


def _check_name(
    contents: Contents, name: NameParts, last_saved: datetime | None, zone: str
) -> list[Finding]:
    findings = []
    tested_at = name.tested_at
    if tested_at is not None and contents.date is not None:
        days = (tested_at.date() - contents.date.date()).days
        if days:
            findings.append(_date_finding(contents, days))
    saved = _local(last_saved, zone)
    if tested_at is not None and name.has_clock and saved is not None:
        late = saved - tested_at
        if late > SAVED_AGAIN_AFTER:
            findings.append(
                Finding(
                    "saved-after-test",
                    f"The workbook was saved again on {saved:%Y-%m-%d %H:%M}, "
                    f"{_span(late)} after the test; cells may have been edited since.",
                )
            )
        elif late < -_SAVED_BEFORE:
            findings.append(
                Finding(
                    "saved-before-test",
                    f"The workbook was last saved on {saved:%Y-%m-%d %H:%M}, {_span(-late)} before "
                    "the time in its name.",
                )
            )
    return findings


def _date_finding(contents: Contents, days: int) -> Finding:
    cell, sheet = contents.date_cell.cell, contents.date_cell.sheet
    if days == 1:
        sentence = (
            f"The date cell {cell} of “{sheet}” is one day older than the file name: the session "
            "was opened the day before."
        )
    else:
        sentence = (
            f"The date cell {cell} of “{sheet}” is {abs(days):,} day{'s'[: abs(days) != 1]} "
            f"{'older' if days > 0 else 'later'} than the date in the file name."
        )
    return Finding("date-disagrees", sentence, sheet, cell)


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} minutes"
    if minutes < 48 * 60:
        return f"{minutes // 60} hours"
    return f"{minutes // 1440:,} days"


def _key(value: float | str | None) -> str:
    """Make two spellings of one identity equal: capitals, blanks, leading zeros."""
    word = " ".join(str(value or "").split()).casefold()
    return (word.lstrip("0") or "0") if word.isdecimal() else word


def _local(moment: datetime | None, zone: str) -> datetime | None:
    """Return a moment in factory time, ``None`` on a machine without time zone data."""
    if moment is None:
        return None
    known = _zone(zone)
    return None if known is None else moment.astimezone(known).replace(tzinfo=None)


@lru_cache(maxsize=8)
def _zone(name: str) -> tzinfo | None:
    # Imported late: time zone data costs more to find than a workbook to read.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return None
