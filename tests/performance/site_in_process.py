"""The site inside this process, with its production settings, on a folder that vanishes."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django

ADMIN, PASSWORD = "bench", "a long word for measuring"


@contextlib.contextmanager
def site_in_process() -> Iterator[Path]:
    """Set Django up on an empty prepared site; yield its folder. Once per process."""
    with tempfile.TemporaryDirectory(prefix="lasertrim-bench-", ignore_cleanup_errors=True) as name:
        os.environ.pop("DATABASE_URL", None)
        os.environ |= {
            "DATA_DIR": name,
            "DJANGO_SETTINGS_MODULE": "lasertrim.settings",
            "ADMIN_USERNAME": ADMIN,
            "ADMIN_PASSWORD": PASSWORD,
        }
        django.setup()
        from django.core.management import call_command  # only after the set-up
        from django.db import connection

        call_command("prepare", stdout=io.StringIO())
        yield Path(name)
        connection.close()
