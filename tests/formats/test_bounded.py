"""Whatever a file does to the process that opens it, the caller gets an answer."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.formats import child, wire
from analysis.formats.bounded import BoundedReader, Limits, Request
from analysis.formats.read import read_station_file
from analysis.formats.station_file import StationFile, UnreadableWorkbook
from tests.workbooks import some


@pytest.fixture
def files(tmp_path: Path) -> list[Request]:
    requests = []
    for workbook in some(30):
        path = tmp_path / workbook.name
        path.write_bytes(workbook.data)
        requests.append(Request(path, workbook.name, workbook.folder))
    return requests


@pytest.fixture
def reader() -> Iterator[BoundedReader]:
    with BoundedReader() as reader:
        yield reader


def directly(request: Request) -> bytes:
    return said(read_station_file(request.path, name=request.name, folder=request.folder))


def said(result: StationFile | UnreadableWorkbook) -> bytes:
    """Return a record as bytes: NaN equals NaN there."""
    return wire.encode(result) if isinstance(result, StationFile) else result.code.encode()


def test_the_child_finds_what_a_direct_reading_finds(
    reader: BoundedReader, files: list[Request]
) -> None:
    assert said(reader.read(files[0])) == directly(files[0])


def test_many_are_read_in_their_order_by_one_child(
    reader: BoundedReader, files: list[Request]
) -> None:
    results = []
    children = set()
    for result in reader.read_all(files):
        results.append(result)
        assert reader._child is not None
        children.add(reader._child.pid)
    assert [said(result) for result in results] == [directly(request) for request in files]
    assert len(children) == 1


def test_a_child_is_replaced_after_so_many_files(files: list[Request]) -> None:
    with BoundedReader(Limits(files=4)) as reader:
        results = list(reader.read_all(files))
    assert [said(result) for result in results] == [directly(request) for request in files]


def test_a_bad_file_among_many_is_one_answer(
    reader: BoundedReader, files: list[Request], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.xls"
    bad.write_bytes(b"no workbook at all")
    results = list(reader.read_all([*files[:3], Request(bad, "bad.xls"), *files[3:6]]))
    assert [isinstance(result, StationFile) for result in results] == [True] * 3 + [False] + [
        True
    ] * 3


def test_a_child_that_is_killed_costs_one_file(files: list[Request]) -> None:
    with BoundedReader() as reader:
        results = []
        for number, result in enumerate(reader.read_all(files)):
            results.append(result)
            if number == 5 and reader._child is not None:
                os.kill(reader._child.pid, signal.SIGKILL)
                reader._child.wait()
    failed = [result for result in results if isinstance(result, UnreadableWorkbook)]
    assert len(results) == len(files)
    assert [failure.code for failure in failed] in ([], ["reader-crash"])


def test_a_child_that_died_between_two_files_is_not_the_next_files_fault(
    reader: BoundedReader, files: list[Request]
) -> None:
    reader.read(files[0])
    assert reader._child is not None
    os.kill(reader._child.pid, signal.SIGKILL)
    reader._child.wait()
    assert said(reader.read(files[1])) == directly(files[1])


def test_too_long_is_said_with_the_seconds(files: list[Request]) -> None:
    with (
        BoundedReader(Limits(wall_seconds=0)) as reader,
        pytest.raises(UnreadableWorkbook, match="0 seconds") as raised,
    ):
        reader.read(files[0])
    assert raised.value.code == "reader-time"


def test_an_answer_that_is_too_large_is_refused(files: list[Request]) -> None:
    with (
        BoundedReader(Limits(answer_mb=0)) as reader,
        pytest.raises(UnreadableWorkbook) as raised,
    ):
        reader.read(files[0])
    assert raised.value.code == "reader-answer"


def test_a_child_that_crashes_is_said_and_the_next_file_is_read(
    files: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis.formats import bounded  # what the child is started with

    with BoundedReader() as reader:
        monkeypatch.setattr(bounded, "_START", "import os; input(); os.abort()")
        with pytest.raises(UnreadableWorkbook) as raised:
            reader.read(files[0])
        assert raised.value.code == "reader-crash"
        monkeypatch.undo()
        assert said(reader.read(files[0])) == directly(files[0])


def test_a_child_that_computes_for_ever_is_ended_by_its_processor_limit(
    files: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis.formats import bounded  # what the child is started with

    endless = (
        "import resource, signal; resource.setrlimit(resource.RLIMIT_CPU, (1, 5)); input()\n"
        "while True: pass"
    )
    monkeypatch.setattr(bounded, "_START", endless)
    with BoundedReader() as reader, pytest.raises(UnreadableWorkbook) as raised:
        reader.read(files[0])
    assert raised.value.code == "reader-time"


def test_a_child_that_babbles_is_not_believed(
    files: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis.formats import bounded  # what the child is started with

    for babble in ("print('file 4\\n????')", "print('?' * 100)", "print('file -1')"):
        monkeypatch.setattr(bounded, "_START", f"input(); {babble}; input()")
        with BoundedReader() as reader, pytest.raises(UnreadableWorkbook) as raised:
            reader.read(files[0])
        assert raised.value.code == "reader-answer"


def test_the_child_answers_on_its_output_within_its_limits(files: list[Request]) -> None:
    """The real child, started by hand; it may write nothing, not even its own memory dump."""
    program = (
        f"import sys; sys.path.insert(0, {str(Path(child.__file__).parents[2])!r}); "
        "from analysis.formats.child import main; main(512 << 20, 5)\n"
        "import resource as r\n"
        "print([r.getrlimit(x)[0] for x in (r.RLIMIT_FSIZE, r.RLIMIT_CORE)], file=sys.stderr)"
    )
    line = f'{{"path": "{files[0].path}", "name": "a.xls", "folder": "", "zone": "UTC"}}\n'
    done = subprocess.run(
        [sys.executable, "-I", "-c", program],
        input=line.encode(),
        capture_output=True,
        check=True,
        env={"LC_ALL": "C.UTF-8"},  # as its parent starts it
    )
    assert done.stdout.startswith(b"file ")
    assert done.stderr.strip() == b"[0, 0]"


@pytest.mark.parametrize(
    ("fault", "said_of_it"),
    [
        (MemoryError(), b"memory 0\n"),
        (RecursionError(), b"depth 0\n"),
        (UnreadableWorkbook("empty-file", "The file is empty."), b"failure "),
    ],
)
def test_the_child_says_what_went_wrong(
    fault: Exception, said_of_it: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(child, "read_station_file", fail)
    answers = io.BytesIO()
    child._answer(answers, {"path": "x", "name": "x", "folder": "", "zone": "UTC"})
    assert answers.getvalue().startswith(said_of_it)
