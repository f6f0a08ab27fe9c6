"""What a file name and a folder say: model, serial, track, time, the operator's words, the station.

A name is whatever somebody typed: every expression here runs in linear time over a bounded text,
and nothing found is used as a path.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import NamedTuple

from analysis.formats.station_file import Layout, Station

MAX_NAME = 300

_SUFFIX = re.compile(r"\.xlsx?$", re.IGNORECASE)
_COPY = re.compile(r"(?: ?\(\d{1,3}\)| - Copy)$", re.IGNORECASE)
_MARKER = re.compile(r"_TEST DATA(?=_|$)", re.IGNORECASE)
_TRACK = re.compile(r"_(T[A-Z])$", re.IGNORECASE)
_SHOP = re.compile(r"(?:[-_ ]|(?<=\d))(?:SHOP|SN)[-_ #]?(?=\d)", re.IGNORECASE)
_SERIAL = re.compile(r"[^_ ]{1,60}")
_DATE = re.compile(
    r"(?<!\d)(?:(?P<m>\d{1,2})-(?P<d>\d{1,2})-(?P<y>\d{4})|(?P<y2>\d{4})-(?P<m2>\d\d)-(?P<d2>\d\d))"
    r"(?!\d)"
)
_CLOCK = re.compile(r"[_ ](\d{1,2})-(\d\d)(?:-(\d\d))? ?([AP]M)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\\/]")


class NameParts(NamedTuple):
    """The parts of a file name; "" or ``None`` where the name does not say."""

    model: str = ""
    serial: str = ""
    track: str = ""  # TA, TB
    tested_at: datetime | None = None
    has_clock: bool = False
    operator_words: str = ""
    regular: bool = False  # the station's own pattern: model and serial are certain


def parse_name(name: str) -> NameParts:
    """Take a file name apart.

    Regular: ``{model}_{serial}[_{TA|TB}]_TEST DATA_{M-D-YYYY}_{h-mm AM}{operator's words}.xls``.
    The model may contain underscores, the serial may be empty or several words.
    """
    stem = _stem(name)
    markers = list(_MARKER.finditer(stem))
    if not markers:
        return _irregular(stem)
    marker = markers[-1]  # what stands before the last one belongs to model and serial
    head, tail = stem[: marker.start()], stem[marker.end() :]
    track = _TRACK.search(head)
    if track:
        head = head[: track.start()]
    model, underscore, serial = head.rpartition("_")
    if not underscore:
        model, serial = head, ""
    tested_at, has_clock, end = _time(tail)
    return NameParts(
        model=model.strip(),
        serial=serial.strip(),
        track=track[1].upper() if track else "",
        tested_at=tested_at,
        has_clock=has_clock,
        operator_words=tail[end:].strip(" _"),
        regular=True,
    )


def station_for(layout: Layout, folder: str) -> Station:
    """Name the machine: Laser 3 only by its folder, the others by the layout they write."""
    if any(segment.upper().startswith("LTS3") for segment in _SEPARATORS.split(folder)):
        return Station.LASER_3
    return {Layout.DLTS: Station.LASER_2, Layout.LTS: Station.LASER_1}.get(layout, Station.UNKNOWN)


def split_path(name: str, folder: str) -> tuple[str, str]:
    """Move directories that were offered as part of the name to the folder."""
    parts = _SEPARATORS.split(name)
    return parts[-1], "/".join([folder, *parts[:-1]])


def _stem(name: str) -> str:
    shown = "".join(
        c if c.isprintable() else " " for c in unicodedata.normalize("NFC", name[:MAX_NAME])
    )
    return _COPY.sub("", _SUFFIX.sub("", shown.strip()).strip())


def _irregular(stem: str) -> NameParts:
    """Read a name somebody typed: ``8736_Shop18_initial lin``, ``8340sn209``."""
    tested_at, has_clock, end = _time(stem)
    dated = _DATE.search(stem)
    head = stem[: dated.start()] if dated and tested_at else stem
    shop = _SHOP.search(head)
    if shop:
        serial = _SERIAL.match(head, shop.end())
        model = head[: shop.start()]
        words = head[serial.end() :] if serial else ""
    else:
        model, _, rest = head.partition("_")
        serial_text, _, words = rest.partition("_")
        serial = _SERIAL.match(serial_text)
    if tested_at:
        words = f"{words} {stem[end:]}"
    return NameParts(
        model=model.strip(" _-"),
        serial=serial[0].strip(" -") if serial else "",
        tested_at=tested_at,
        has_clock=has_clock,
        operator_words=words.strip(" _-"),
    )


def _time(text: str) -> tuple[datetime | None, bool, int]:
    """Return the moment in a name, whether it has a time of day, and where it ends."""
    found = _DATE.search(text)
    if not found:
        return None, False, 0
    year, month, day = (int(found[k] or found[k + "2"]) for k in ("y", "m", "d"))
    if not 1990 <= year <= 2100:
        return None, False, 0
    clock = _CLOCK.match(text, found.end())
    hour = minute = second = 0
    if clock:
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        if not 1 <= hour <= 12:
            clock, hour, minute, second = None, 0, 0, 0
        else:
            hour = hour % 12 + (12 if clock[4].upper() == "PM" else 0)
    try:
        moment = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None, False, 0
    return moment, clock is not None, clock.end() if clock else found.end()
