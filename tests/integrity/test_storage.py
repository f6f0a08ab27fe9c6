"""Originals: whole, under their digest, never half."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from analysis import storage


@pytest.fixture(autouse=True)
def originals(settings: Settings, tmp_path: Path) -> Path:
    settings.ORIGINALS_ROOT = tmp_path / "originals"
    return tmp_path / "originals"


def _keep(data: bytes) -> storage.Kept:
    incoming = storage.Incoming()
    for start in range(0, len(data), 7):
        incoming.write(data[start : start + 7])
    return incoming.keep()


def test_bytes_come_back_whole_under_their_digest() -> None:
    data = os.urandom(100_000)
    kept = _keep(data)
    assert kept == storage.Kept(hashlib.sha256(data).hexdigest(), len(data))
    with storage.open_original(kept.sha256) as file:
        assert file.read() == data


def test_an_original_is_read_only_and_nothing_else_is_left(originals: Path) -> None:
    kept = _keep(b"workbook")
    path = storage.original_path(kept.sha256)
    assert stat.S_IMODE(path.stat().st_mode) == 0o440
    assert [file for file in originals.rglob("*") if file.is_file()] == [path]


def test_the_same_bytes_are_kept_once(originals: Path) -> None:
    first = storage.original_path(_keep(b"workbook").sha256).stat()
    second = storage.original_path(_keep(b"workbook").sha256).stat()
    assert (first.st_ino, first.st_mtime_ns) == (second.st_ino, second.st_mtime_ns)
    assert len([file for file in originals.rglob("*") if file.is_file()]) == 1


def test_a_truncated_original_is_mended_when_it_is_offered_again() -> None:
    kept = _keep(b"workbook")
    path = storage.original_path(kept.sha256)
    path.chmod(0o640)
    path.write_bytes(b"work")
    _keep(b"workbook")
    assert path.read_bytes() == b"workbook"


def test_discarded_bytes_leave_nothing(originals: Path) -> None:
    incoming = storage.Incoming()
    incoming.write(b"half a workb")
    incoming.discard()
    incoming.discard()
    assert [file for file in originals.rglob("*") if file.is_file()] == []


def test_a_file_is_ended_once() -> None:
    incoming = storage.Incoming()
    incoming.keep()
    with pytest.raises(ValueError, match="already"):
        incoming.keep()
    with pytest.raises(ValueError, match="already"):
        incoming.write(b"more")


def test_the_bytes_are_on_the_disk_before_the_name_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []
    flush, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("flush"), flush(fd))[1])
    monkeypatch.setattr(
        Path, "rename", lambda self, to: (order.append("rename"), rename(self, to))[1]
    )
    _keep(b"workbook")
    assert order[:2] == ["flush", "rename"]
    assert order[2:] == ["flush", "flush"], "the new folder and its parent are flushed too"


def test_only_a_digest_is_a_place(tmp_path: Path) -> None:
    for wrong in ("", "../../etc/passwd", "A" * 64, "a" * 63, "g" * 64):
        with pytest.raises(ValueError, match="digest"):
            storage.original_path(wrong)


def test_what_interrupted_uploads_left_is_cleared_after_a_day(originals: Path) -> None:
    assert storage.clear_abandoned() == 0
    young, old = storage.Incoming(), storage.Incoming()
    yesterday = time.time() - 25 * 3600
    os.utime(old._path, (yesterday, yesterday))
    assert storage.clear_abandoned() == 1
    assert young._path.exists()
    assert not old._path.exists()
    young.discard()
    old.discard()
