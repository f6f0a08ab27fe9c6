"""A real site in a folder of its own: real database, real worker processes, for tests that kill."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
from django.conf import settings

PROJECT = Path(__file__).resolve().parent.parent.parent
_COUNT = """
import json
from django.db.models import Count
from analysis.models import *
print(json.dumps({
    "sources": dict(SourceFile.objects.values_list("state").annotate(Count("pk")).order_by()),
    "jobs": dict(Job.objects.values_list("state").annotate(Count("pk")).order_by()),
    "runs": Run.objects.count(),
    "files_with_a_run": Run.objects.values("source_file").distinct().count(),
    "tracks": TrackRecord.objects.count(),
    "evaluations": Evaluation.objects.count(),
    "attempts": sum(Job.objects.values_list("attempts", flat=True)),
}))
"""


class RealSite:
    """Starts and stops commands of the site against one data folder and one database."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.environment = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL",)
        } | {
            "DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "lasertrim.settings",
            "ADDRESS": "127.0.0.1:8765",
        }
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        self.log = folder / "worker.log"
        self.worker: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> str:
        """Run one command of the site and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def start(self, what: str = "work") -> None:
        """Start the supervised worker (``serve``: the web server too)."""
        with self.log.open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "manage.py", what],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> int:
        """Stop the worker as Ctrl-C does; return its exit status."""
        assert self.worker is not None
        self.worker.send_signal(signal.SIGINT)
        return self.worker.wait(60)

    def processes(self) -> list[psutil.Process]:
        """Return the worker's processes, the supervisor first."""
        if self.worker is None:
            return []
        try:
            supervisor = psutil.Process(self.worker.pid)
            return [supervisor, *supervisor.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def counts(self) -> dict[str, Any]:
        """Return how far the site is."""
        answer: dict[str, Any] = json.loads(self.command("shell", "-v0", "-c", _COUNT))
        return answer

    def wait_until_settled(self, seconds: float) -> dict[str, Any]:
        """Wait until no file is waiting or being read."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            counts = self.counts()
            if not {"received", "reading"} & counts["sources"].keys():
                return counts
            time.sleep(1)
        raise AssertionError(f"Not settled: {self.counts()}\n{self.log.read_text()[-3000:]}")


@contextlib.contextmanager
def real_site(folder: Path) -> Iterator[RealSite]:
    """Yield a prepared site on the kind of database that the tests run on; clean up after it."""
    database = settings.DATABASES["default"]
    name, url = f"lasertrim_real_{uuid.uuid4().hex[:8]}", ""
    postgres = database["ENGINE"].endswith("postgresql")
    server = ""
    if postgres:
        user = database["USER"] + (f":{database['PASSWORD']}" if database["PASSWORD"] else "")
        server = f"postgresql://{user}@{database['HOST']}:{database['PORT'] or 5432}"
        url = f"{server}/{name}"
        _admin(server, f'CREATE DATABASE "{name}"')
    site = RealSite(folder, url)
    try:
        site.command("prepare")
        yield site
    finally:
        for process in site.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if postgres:
            _admin(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _admin(server: str, statement: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]
