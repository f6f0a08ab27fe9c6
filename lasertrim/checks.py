"""What must hold around the site, checked by ``manage.py check`` and at every start."""

from __future__ import annotations

import os
import sqlite3
from typing import Any

from django.conf import settings
from django.core.checks import Error, Warning, register


@register()
def data_folder(**_: Any) -> list[Error]:
    """The folder of the data must be writable."""
    folder = settings.DATA_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return [Error(f"DATA_DIR {folder} cannot be made: {error.strerror}.", id="lasertrim.E001")]
    if not os.access(folder, os.W_OK):
        return [
            Error(
                f"DATA_DIR {folder} is not writable.",
                hint="Give it to the account that runs the site.",
                id="lasertrim.E001",
            )
        ]
    return []


@register()
def one_worker_on_sqlite(**_: Any) -> list[Error]:
    """SQLite has one writer; more workers only wait for each other."""
    if settings.ENVIRONMENT.database.engine == "sqlite3" and settings.ENVIRONMENT.workers > 1:
        return [
            Error(
                "WORKERS is above 1 on SQLite.",
                hint="Set DATABASE_URL to a PostgreSQL database, or WORKERS to 1.",
                id="lasertrim.E002",
            )
        ]
    return []


@register()
def queue_limits_in_order(**_: Any) -> list[Error]:
    """A job must not be handed to a second worker while the first may still be at it."""
    cluster = settings.Q_CLUSTER
    guard_kill = cluster["timeout"] + 3
    in_order = (
        settings.READER_SECONDS < cluster["timeout"] < settings.LEASE_SECONDS < cluster["retry"]
    )
    if in_order and guard_kill % cluster["guard_cycle"] == 0:
        return []
    return [
        Error(
            "The time limits of reader, task, lease and retry are not in order.",
            hint="reader < task < lease < retry, and the guard cycle divides task + 3 s.",
            id="lasertrim.E003",
        )
    ]


@register()
def no_pool_outside_the_web(**_: Any) -> list[Error]:
    """A connection pool does not survive the fork of a worker."""
    pooled = "pool" in settings.DATABASES["default"].get("OPTIONS", {})
    if pooled and settings.ENVIRONMENT.process_role != "web":
        return [Error("A database pool outside the web process.", id="lasertrim.E004")]
    return []


@register(deploy=True)
def sqlite_library(**_: Any) -> list[Warning]:
    """Name the SQLite versions with the known WAL-reset fault."""
    if settings.ENVIRONMENT.database.engine != "sqlite3" or sqlite3.sqlite_version_info >= (
        3,
        51,
        3,
    ):
        return []
    return [
        Warning(
            f"SQLite {sqlite3.sqlite_version} has the rare WAL-reset fault (mended in 3.51.3).",
            hint="Use PostgreSQL in production.",
            id="lasertrim.W001",
        )
    ]
