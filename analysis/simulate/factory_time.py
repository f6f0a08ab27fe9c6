"""When a station saves: the property in the container is UTC, the name says factory time.

The factory is in US Eastern time. The rule is written out so that a machine without a zone
database makes the same bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def saved_at(tested_at: datetime, *, later: timedelta = timedelta(seconds=20)) -> datetime:
    """Return the UTC moment of saving for a factory time."""
    hours = 4 if _is_summer(tested_at) else 5
    return (tested_at + timedelta(hours=hours) + later).replace(tzinfo=UTC)


def _is_summer(moment: datetime) -> bool:
    start = _sunday(moment.year, 3, 2) + timedelta(hours=2)
    end = _sunday(moment.year, 11, 1) + timedelta(hours=2)
    return start <= moment < end


def _sunday(year: int, month: int, nth: int) -> datetime:
    first = datetime(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))


def name_moment(moment: datetime) -> str:
    """Spell a moment the way file names do: ``3-2-2026_9-15 AM``."""
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}-{moment.day}-{moment.year}_{hour}-{moment.minute:02d} {half}"
