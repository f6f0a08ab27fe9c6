"""A StationFile as bytes: between processes, and beside the rows it became.

Layout, all little-endian::

    b"LTSF" | version u16 | kind u8 | reserved u8 | header length u32
    header: JSON, everything but the columns
    blocks: for every sweep in order: position, measured, theory, error, upper, lower (float64)
            and flags (uint8), one entry per row

Floats in blocks keep every bit, NaN payloads included. ``decode`` treats its input as untrusted:
whatever is wrong with it becomes a ``ValueError``, and nothing larger than the input is allocated.
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from analysis.formats.station_file import (
    ClockSource,
    Column,
    Finding,
    Layout,
    PointFlag,
    Reading,
    Station,
    StationFile,
    Sweep,
    Track,
    TrackState,
    UnreadableWorkbook,
)

VERSION = 1

_MAGIC = b"LTSF"
_HEAD = struct.Struct("<4sHBBI")
_FILE, _FAILURE = 1, 2
_COLUMNS = ("position", "measured", "theory", "error", "upper", "lower")
_BIG_ENDIAN = sys.byteorder == "big"
_ALL_FLAGS = sum(PointFlag)


def encode(file: StationFile) -> bytes:
    """Return the record as bytes; equal records give equal bytes."""
    blocks: list[bytes] = []
    header = {
        "layout": file.layout,
        "station": file.station,
        "model": _from_reading(file.model),
        "serial": _from_reading(file.serial),
        "tested_at": _from_moment(file.tested_at),
        "clock_source": file.clock_source,
        "position_unit": file.position_unit,
        "tracks": [_from_track(track, blocks) for track in file.tracks],
        "reason": file.reason,
        "operator_words": file.operator_words,
        "last_saved": _from_moment(file.last_saved),
        "parameters": _from_readings(file.parameters),
        "findings": _from_findings(file.findings),
        "reader_version": file.reader_version,
    }
    return _pack(_FILE, header, blocks)


def decode(data: bytes) -> StationFile:
    """Return the record in bytes made by ``encode``.

    Raises:
        ValueError: the bytes are damaged, of another version, or no such record.
    """
    header, blocks = _unpack(data, _FILE)
    try:
        file = _to_file(header, blocks)
    except (KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError("the record is incomplete") from error
    blocks.end()
    return file


def encode_failure(failure: UnreadableWorkbook) -> bytes:
    """Return a refusal as bytes."""
    header = {
        "code": failure.code,
        "sentence": failure.sentence,
        "sheet": failure.sheet,
        "cell": failure.cell,
        "layout": failure.layout,
    }
    return _pack(_FAILURE, header, [])


def decode_failure(data: bytes) -> UnreadableWorkbook:
    """Return the refusal in bytes made by ``encode_failure``.

    Raises:
        ValueError: the bytes are damaged, of another version, or no refusal.
    """
    header, blocks = _unpack(data, _FAILURE)
    blocks.end()
    try:
        return UnreadableWorkbook(
            _text(header["code"]),
            _text(header["sentence"]),
            sheet=_text(header["sheet"]),
            cell=_text(header["cell"]),
            layout=Layout(header["layout"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("the refusal is incomplete") from error


class _Blocks:
    """The binary part, read front to back; every read is checked against what is left."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def take(self, typecode: str, size: int, count: int) -> array[Any]:
        end = self._at + size * count
        if end > len(self._data):
            raise ValueError("a column ends early")
        values: array[Any] = array(typecode)
        values.frombytes(self._data[self._at : end])
        self._at = end
        if _BIG_ENDIAN and size > 1:
            values.byteswap()
        return values

    def end(self) -> None:
        if self._at != len(self._data):
            raise ValueError("bytes are left over")


def _pack(kind: int, header: dict[str, Any], blocks: list[bytes]) -> bytes:
    text = json.dumps(header, allow_nan=False, separators=(",", ":")).encode("ascii")
    return b"".join([_HEAD.pack(_MAGIC, VERSION, kind, 0, len(text)), text, *blocks])


def _unpack(data: bytes, kind: int) -> tuple[dict[str, Any], _Blocks]:
    if len(data) < _HEAD.size:
        raise ValueError("the record is too short")
    magic, version, found, reserved, length = _HEAD.unpack_from(data)
    if magic != _MAGIC or found != kind or reserved:
        raise ValueError("the bytes are no such record")
    if version != VERSION:
        raise ValueError(f"the record has version {version}, this program reads {VERSION}")
    end = _HEAD.size + length
    if end > len(data):
        raise ValueError("the record ends early")
    try:
        header = json.loads(data[_HEAD.size : end].decode("ascii"), parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("the record is nested too deeply") from error
    if not isinstance(header, dict):
        raise ValueError("the record has no header")
    return header, _Blocks(memoryview(data)[end:])


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no number")


# From the record.


def _from_reading(reading: Reading) -> list[float | str | None]:
    return [reading.value, reading.sheet, reading.cell]


def _from_readings(readings: dict[str, Reading]) -> dict[str, list[float | str | None]]:
    return {label: [r.value, r.sheet, r.cell] for label, r in readings.items()}


def _from_findings(findings: tuple[Finding, ...]) -> list[list[str]]:
    return [[f.code, f.sentence, f.sheet, f.cell] for f in findings]


def _from_moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _from_track(track: Track, blocks: list[bytes]) -> dict[str, Any]:
    return {
        "name": track.name,
        "state": track.state,
        "reason": track.reason,
        "sweeps": [_from_sweep(sweep, blocks) for sweep in track.sweeps],
        "judged": track.judged,
        "trims": track.trims,
        "travel": _from_reading(track.travel),
        "resistance_before": _from_reading(track.resistance_before),
        "resistance_after": _from_reading(track.resistance_after),
        "parameters": _from_readings(track.parameters),
        "findings": _from_findings(track.findings),
    }


def _from_sweep(sweep: Sweep, blocks: list[bytes]) -> dict[str, Any]:
    columns = [getattr(sweep, name) for name in _COLUMNS]
    blocks.extend(_little_endian(column.values) for column in columns)
    blocks.append(sweep.flags.tobytes())
    return {
        "pass_number": sweep.pass_number,
        "sheet": sweep.sheet,
        "first_row": sweep.first_row,
        "rows": sweep.rows,
        "points_measured": sweep.points_measured,
        "letters": [column.letter for column in columns],
        "phase": _from_reading(sweep.phase),
        "resistance": _from_reading(sweep.resistance),
        "is_template": sweep.is_template,
        "is_remeasurement": sweep.is_remeasurement,
        "findings": _from_findings(sweep.findings),
    }


def _little_endian(values: array[float]) -> bytes:
    if not _BIG_ENDIAN:
        return values.tobytes()
    swapped = array(values.typecode, values)
    swapped.byteswap()
    return swapped.tobytes()


# To the record: every leaf is checked for its type.


def _to_file(header: dict[str, Any], blocks: _Blocks) -> StationFile:
    tested_at = _moment(header["tested_at"])
    last_saved = _moment(header["last_saved"])
    if tested_at is not None and tested_at.tzinfo is not None:
        raise ValueError("the time of the test carries a zone")
    if last_saved is not None and last_saved.utcoffset() != timedelta(0):
        raise ValueError("the last-saved time is not in UTC")
    return StationFile(
        layout=Layout(header["layout"]),
        station=Station(header["station"]),
        model=_reading(header["model"]),
        serial=_reading(header["serial"]),
        tested_at=tested_at,
        clock_source=ClockSource(header["clock_source"]),
        position_unit=_text(header["position_unit"]),
        tracks=tuple(_track(track, blocks) for track in _list(header["tracks"])),
        reason=_text(header["reason"]),
        operator_words=_text(header["operator_words"]),
        last_saved=None if last_saved is None else last_saved.astimezone(UTC),
        parameters=_readings(header["parameters"]),
        findings=_findings(header["findings"]),
        reader_version=_count(header["reader_version"]),
    )


def _track(header: dict[str, Any], blocks: _Blocks) -> Track:
    sweeps = tuple(_sweep(sweep, blocks) for sweep in _list(header["sweeps"]))
    judged = header["judged"]
    if judged is not None and _count(judged) >= len(sweeps):
        raise ValueError("the judged sweep does not exist")
    return Track(
        name=_text(header["name"]),
        state=TrackState(header["state"]),
        reason=_text(header["reason"]),
        sweeps=sweeps,
        judged=judged,
        trims=_count(header["trims"]),
        travel=_reading(header["travel"]),
        resistance_before=_reading(header["resistance_before"]),
        resistance_after=_reading(header["resistance_after"]),
        parameters=_readings(header["parameters"]),
        findings=_findings(header["findings"]),
    )


def _sweep(header: dict[str, Any], blocks: _Blocks) -> Sweep:
    rows, measured = _count(header["rows"]), _count(header["points_measured"])
    letters = [_text(letter) for letter in _list(header["letters"])]
    if measured > rows or len(letters) != len(_COLUMNS):
        raise ValueError("a sweep contradicts itself")
    columns = {
        name: Column(blocks.take("d", 8, rows), letter)
        for name, letter in zip(_COLUMNS, letters, strict=True)
    }
    flags: array[int] = blocks.take("B", 1, rows)
    if rows and max(flags) > _ALL_FLAGS:
        raise ValueError("a point carries an unknown flag")
    return Sweep(
        pass_number=_count(header["pass_number"]),
        sheet=_text(header["sheet"]),
        first_row=_count(header["first_row"]),
        points_measured=measured,
        **columns,
        flags=flags,
        phase=_reading(header["phase"]),
        resistance=_reading(header["resistance"]),
        is_template=_flag(header["is_template"]),
        is_remeasurement=_flag(header["is_remeasurement"]),
        findings=_findings(header["findings"]),
    )


def _reading(parts: object) -> Reading:
    # A hundred in a file, nearly half of the work: checked here without a call. JSON makes no
    # subclasses, so the exact type is asked for.
    if type(parts) is not list:
        raise ValueError("a list is missing")
    value, sheet, cell = parts
    if type(value) is float:
        if not isfinite(value):
            raise ValueError("a reading is no number")
    elif value is not None and type(value) is not str:
        raise ValueError("a reading is neither number nor text")
    if type(sheet) is not str or type(cell) is not str:
        raise ValueError("a text is missing")
    return Reading(value, sheet, cell)


def _readings(parts: dict[str, Any]) -> dict[str, Reading]:
    return {label: _reading(reading) for label, reading in parts.items()}


def _findings(parts: object) -> tuple[Finding, ...]:
    found = []
    for part in _list(parts):
        code, sentence, sheet, cell = _list(part)
        found.append(Finding(_text(code), _text(sentence), _text(sheet), _text(cell)))
    return tuple(found)


def _moment(value: object) -> datetime | None:
    return None if value is None else datetime.fromisoformat(_text(value))


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("a list is missing")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is missing")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1 << 31:
        raise ValueError("a count is missing")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("a yes or no is missing")
    return value
