"""The way in: a path becomes a StationFile."""

from __future__ import annotations

from pathlib import Path

from analysis.formats.detect import detect
from analysis.formats.dlts import read_dlts
from analysis.formats.identity import settle_model, settle_serial, settle_time
from analysis.formats.lts import read_lts
from analysis.formats.names import parse_name, split_path, station_for
from analysis.formats.station_file import FACTORY_ZONE, Layout, StationFile
from analysis.formats.workbook import open_workbook


def read_station_file(
    path: Path, *, name: str, folder: str = "", zone: str = FACTORY_ZONE
) -> StationFile:
    """Read one station workbook.

    ``path`` holds the bytes and may be called anything; ``name`` and ``folder`` are what the file
    was offered as. ``zone`` is the factory's, needed to compare the last-saved time (UTC) with the
    time in the name.

    Raises:
        UnreadableWorkbook: with a code, a sentence, and the sheet and cell where one is to blame.
    """
    name, folder = split_path(name, folder)
    parts = parse_name(name)
    workbook = open_workbook(path)
    layout = detect(workbook)
    contents = read_dlts(workbook) if layout is Layout.DLTS else read_lts(workbook, parts.track)
    model, model_findings = settle_model(contents, parts)
    serial, serial_findings = settle_serial(contents, parts)
    tested_at, clock_source, time_findings = settle_time(contents, parts, workbook.last_saved, zone)
    return StationFile(
        layout=layout,
        station=station_for(layout, folder),
        model=model,
        serial=serial,
        tested_at=tested_at,
        clock_source=clock_source,
        position_unit=contents.position_unit,
        tracks=contents.tracks,
        reason=contents.reason,
        operator_words=parts.operator_words,
        last_saved=workbook.last_saved,
        parameters=contents.parameters,
        findings=(*contents.findings, *model_findings, *serial_findings, *time_findings),
    )
