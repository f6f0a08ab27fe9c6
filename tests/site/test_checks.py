"""System checks refuse what would lose work."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pytest_django import Settings

from lasertrim import checks


def test_the_shipped_settings_pass() -> None:
    for check in (
        checks.data_folder,
        checks.one_worker_on_sqlite,
        checks.queue_limits_in_order,
        checks.no_pool_outside_the_web,
    ):
        assert check() == []


def test_two_workers_on_sqlite_are_refused(settings: Settings) -> None:
    environment = settings.ENVIRONMENT
    sqlite = dataclasses.replace(environment.database, engine="sqlite3")
    settings.ENVIRONMENT = dataclasses.replace(environment, workers=2, database=sqlite)
    assert [error.id for error in checks.one_worker_on_sqlite()] == ["lasertrim.E002"]


@pytest.mark.parametrize(("name", "value"), [("timeout", 10), ("retry", 60), ("guard_cycle", 0.4)])
def test_limits_out_of_order_are_refused(settings: Settings, name: str, value: float) -> None:
    settings.Q_CLUSTER = settings.Q_CLUSTER | {name: value}
    assert [error.id for error in checks.queue_limits_in_order()] == ["lasertrim.E003"]


def test_a_pool_in_a_worker_is_refused(settings: Settings) -> None:
    databases = {"default": {"OPTIONS": {"pool": {"max_size": 4}}}}
    settings.DATABASES = databases
    assert [error.id for error in checks.no_pool_outside_the_web()] == ["lasertrim.E004"]


def test_a_data_folder_that_cannot_be_made_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings.DATA_DIR = tmp_path / "file" / "var"
    assert [error.id for error in checks.data_folder()] == ["lasertrim.E001"]


def test_a_read_only_data_folder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.os, "access", lambda *_: False)
    assert [error.id for error in checks.data_folder()] == ["lasertrim.E001"]


def test_the_sqlite_fault_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = settings.ENVIRONMENT
    sqlite = dataclasses.replace(environment.database, engine="sqlite3")
    settings.ENVIRONMENT = dataclasses.replace(environment, database=sqlite)
    monkeypatch.setattr(checks.sqlite3, "sqlite_version_info", (3, 40, 1))
    assert [warning.id for warning in checks.sqlite_library()] == ["lasertrim.W001"]
    monkeypatch.setattr(checks.sqlite3, "sqlite_version_info", (3, 51, 3))
    assert checks.sqlite_library() == []
