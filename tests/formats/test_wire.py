"""A record survives the way through bytes; damaged bytes become a ValueError and nothing else."""

from __future__ import annotations

import struct
from array import array
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.formats import wire
from analysis.formats.station_file import (
    ClockSource,
    Column,
    Finding,
    Layout,
    Reading,
    Station,
    StationFile,
    Sweep,
    Track,
    TrackState,
    UnreadableWorkbook,
)
from tests.formats import books
from tests.formats.conftest import Reader

words = st.text(max_size=20)
moments = st.datetimes(allow_imaginary=False).map(lambda moment: moment.replace(fold=0))
readings = st.builds(
    Reading,
    value=st.none() | words | st.floats(allow_nan=False, allow_infinity=False),
    sheet=words,
    cell=words,
)
findings = st.lists(st.builds(Finding, words, words, words, words), max_size=3).map(tuple)
parameters = st.dictionaries(words, readings, max_size=3)


@st.composite
def sweeps(draw: st.DrawFn) -> Sweep:
    rows = draw(st.integers(0, 6))
    measured = draw(st.integers(0, rows))
    floats = st.floats(allow_nan=True, allow_infinity=True)
    columns = [
        Column(array("d", draw(st.lists(floats, min_size=rows, max_size=rows))), draw(words))
        for _ in range(6)
    ]
    flags = array("B", draw(st.lists(st.integers(0, 7), min_size=rows, max_size=rows)))
    return Sweep(
        draw(st.integers(0, 99)),
        draw(words),
        draw(st.integers(1, 9)),
        measured,
        *columns,
        flags=flags,
        phase=draw(readings),
        resistance=draw(readings),
        is_template=draw(st.booleans()),
        is_remeasurement=draw(st.booleans()),
        findings=draw(findings),
    )


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    made = tuple(draw(st.lists(sweeps(), max_size=3)))
    judged = draw(st.integers(0, len(made) - 1)) if made else None
    return Track(
        draw(words),
        draw(st.sampled_from(TrackState)),
        draw(words),
        made,
        judged,
        draw(st.integers(0, 9)),
        draw(readings),
        draw(readings),
        draw(readings),
        draw(parameters),
        draw(findings),
    )


files = st.builds(
    StationFile,
    layout=st.sampled_from(Layout),
    station=st.sampled_from(Station),
    model=readings,
    serial=readings,
    tested_at=st.none() | moments,
    clock_source=st.sampled_from(ClockSource),
    position_unit=st.sampled_from(["deg", "in"]),
    tracks=st.lists(tracks(), max_size=2).map(tuple),
    reason=words,
    operator_words=words,
    last_saved=st.none() | moments.map(lambda moment: moment.replace(tzinfo=UTC)),
    parameters=parameters,
    findings=findings,
)


@given(files)
@settings(max_examples=60, deadline=None)
def test_every_record_survives(file: StationFile) -> None:
    data = wire.encode(file)
    again = wire.decode(data)
    assert wire.encode(again) == data
    assert repr(again) == repr(file)


def test_a_float_keeps_every_bit() -> None:
    payload = struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_BEEF))[0]
    column = Column(array("d", [payload, -0.0, 5e-324]), "D")
    sweep = Sweep(0, "s", 2, 3, *[column] * 6, flags=array("B", [0, 2, 0]))
    track = Track("TRK1", TrackState.UNTRIMMED, "", (sweep,), 0, 0)
    file = record(tracks=(track,))
    again = wire.decode(wire.encode(file)).tracks[0].sweeps[0]
    assert again.measured.values.tobytes() == column.values.tobytes()


def record(**changes: object) -> StationFile:
    values: dict[str, object] = {
        "layout": Layout.DLTS,
        "station": Station.LASER_2,
        "model": Reading("9001-1", "Model Parameters", "B1"),
        "serial": Reading("7"),
        "tested_at": datetime(2024, 3, 4, 14, 5),
        "clock_source": ClockSource.FILE_NAME,
        "position_unit": "deg",
        "tracks": (),
    }
    return StationFile(**(values | changes))  # type: ignore[arg-type]


def test_every_truncation_of_a_record_is_refused(read_dlts: Reader) -> None:
    data = wire.encode(read_dlts(books.dlts()))
    for end in range(0, len(data), 97):
        with pytest.raises(ValueError, match=r"\w"):
            wire.decode(data[:end])
    with pytest.raises(ValueError, match="left over"):
        wire.decode(data + b"\0")


def test_changed_bytes_are_refused_or_read_but_never_crash(read_dlts: Reader) -> None:
    data = wire.encode(read_dlts(books.dlts()))
    for position in range(0, len(data), 13):
        for value in (0, 0x22, 0x5B, 0xFF):
            changed = bytearray(data)
            changed[position] = value
            try:
                wire.decode(bytes(changed))
            except ValueError:
                continue


HEADERS = [
    b"[]",
    b"{}",
    b"null",
    b"[" * 100_000,
    b'{"layout":NaN}',
    b'{"a":' + b"9" * 10_000 + b"}",
    b"\xff",
]


@pytest.mark.parametrize("text", HEADERS, ids=range(len(HEADERS)))
def test_a_header_that_is_no_header_is_refused(text: bytes) -> None:
    for kind, decode in ((1, wire.decode), (2, wire.decode_failure)):
        data = struct.pack("<4sHBBI", b"LTSF", wire.VERSION, kind, 0, len(text)) + text
        with pytest.raises(ValueError, match=r"\w"):
            decode(data)


def test_another_version_is_refused_by_name() -> None:
    data = bytearray(wire.encode(record()))
    data[4] = 99
    with pytest.raises(ValueError, match="version 99"):
        wire.decode(bytes(data))


def test_a_refusal_survives() -> None:
    failure = UnreadableWorkbook("no-rows", "Ä sentence.", sheet="s", cell="A1", layout=Layout.LTS)
    again = wire.decode_failure(wire.encode_failure(failure))
    assert [getattr(again, name) for name in ("code", "sentence", "sheet", "cell", "layout")] == [
        "no-rows",
        "Ä sentence.",
        "s",
        "A1",
        Layout.LTS,
    ]


def test_a_refusal_is_no_record() -> None:
    with pytest.raises(ValueError, match="no such record"):
        wire.decode(wire.encode_failure(UnreadableWorkbook("a", "b")))
    with pytest.raises(ValueError, match="no such record"):
        wire.decode_failure(wire.encode(record()))
