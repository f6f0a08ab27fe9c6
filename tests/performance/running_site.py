"""A real site for a measurement: a folder of its own, a free port, a known administrator."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django

from tests.integrity.real_site import RealSite, real_site
from tests.performance.processor_time import seconds_by_role

ADMIN, PASSWORD = "bench", "a long word for measuring"


@contextlib.contextmanager
def running_site(database_url: str = "") -> Iterator[RealSite]:
    """Yield a prepared site on SQLite, or on the server of the given address."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "ADMIN_USERNAME": ADMIN,
        "ADMIN_PASSWORD": PASSWORD,
    }
    os.environ.pop("DATABASE_URL", None)
    if database_url:
        os.environ["DATABASE_URL"] = database_url
    django.setup()
    with tempfile.TemporaryDirectory(prefix="lasertrim-bench-") as name:
        folder = Path(name, "var")
        folder.mkdir()
        with real_site(folder) as site:
            site.environment["ADDRESS"] = f"127.0.0.1:{free_port()}"
            yield site


def postgresql() -> str:
    """Return the address of a PostgreSQL server for measuring; empty where none answers."""
    given = os.environ.get("TEST_POSTGRESQL", "")
    if given:
        return given
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", 54390), 1):
        return "postgresql://postgres@127.0.0.1:54390/postgres"  # what .ci/postgresql starts
    return ""


def web_seconds(site: RealSite) -> float:
    """Return what the web server's processes have used."""
    return seconds_by_role(site.processes()).get("web", 0.0)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
