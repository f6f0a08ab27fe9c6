"""Figures on disk are a convenience: bounded, whole or absent, never in the way."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from reports import figure_cache
from reports.figure_cache import figure_key, keep_figure, prune_figures, read_figure


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    settings.FIGURES_ROOT = tmp_path / "figures"
    return tmp_path / "figures"


def test_what_is_kept_is_read_back(root: Path) -> None:
    key = figure_key("a")
    assert read_figure(key) is None
    keep_figure(key, b"picture")
    assert read_figure(key) == b"picture"
    assert [path.suffix for path in root.rglob("*") if path.is_file()] == [".gz"]


def test_keys_tell_their_parts_apart() -> None:
    keys = {
        figure_key("ab", "c"),
        figure_key("a", "bc"),
        figure_key("abc"),
        figure_key("ab", "c", ""),
    }
    assert len(keys) == 4


def test_an_empty_file_is_no_figure(root: Path) -> None:
    key = figure_key("a")
    keep_figure(key, b"x")
    next(root.rglob("*.gz")).write_bytes(b"")
    assert read_figure(key) is None


def test_a_disk_that_takes_nothing_is_no_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(figure_cache.os, "fsync", full)
    keep_figure(figure_key("a"), b"picture")
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_a_root_that_is_a_file_is_no_error(root: Path) -> None:
    root.write_bytes(b"")
    keep_figure(figure_key("a"), b"picture")
    assert read_figure(figure_key("a")) is None


def test_the_oldest_go_first(root: Path) -> None:
    keys = [figure_key(str(number)) for number in range(10)]
    for age, key in enumerate(keys):
        keep_figure(key, b"x" * 100)
        os.utime(root / key[:2] / f"{key}.svg.gz", (1000 + age, 1000 + age))
    assert prune_figures(limit_bytes=2000) == 0
    assert prune_figures(limit_bytes=500) == 6
    assert [read_figure(key) is not None for key in keys] == [False] * 6 + [True] * 4


def test_half_written_files_go_when_nobody_writes_them_any_more(root: Path) -> None:
    folder = root / "ab"
    folder.mkdir(parents=True)
    old, young = folder / "old.part", folder / "young.part"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    os.utime(old, (time.time() - 7200,) * 2)
    prune_figures(limit_bytes=0)
    assert (old.exists(), young.exists()) == (False, True)


def test_one_key_in_256_looks_at_the_size(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure_cache, "LIMIT_BYTES", 10)
    keep_figure("ff" + "0" * 62, b"x" * 100)
    assert read_figure("ff" + "0" * 62) is not None
    keep_figure("00" + "f" * 62, b"y")
    assert read_figure("ff" + "0" * 62) is None
