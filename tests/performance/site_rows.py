"""How far a real site is, asked of its database directly: starting Django would cost a second."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.integrity.real_site import RealSite


class SiteRows:
    """Reads the rows of a site that runs elsewhere."""

    def __init__(self, site: RealSite) -> None:
        self._url = site.environment.get("DATABASE_URL", "")
        self._file = Path(site.environment["DATA_DIR"], "db.sqlite3")

    def finished_jobs(self) -> int:
        """Count the jobs that are done, well or badly."""
        return int(
            self._rows("SELECT count(*) FROM analysis_job WHERE finished_at IS NOT NULL")[0][0]
        )

    def wait_for(self, jobs: int, *, seconds: float = 300) -> int:
        """Wait until so many jobs are finished; return how many are."""
        end = time.monotonic() + seconds
        while (done := self.finished_jobs()) < jobs:
            if time.monotonic() > end:
                raise TimeoutError(f"{done} of {jobs} files after {seconds:.0f} s.")
            time.sleep(0.1)
        return done

    def job_times(self) -> list[tuple[datetime, datetime]]:
        """Return start and end of each finished job, in the order of their ends."""
        rows = self._rows(
            "SELECT started_at, finished_at FROM analysis_job "
            "WHERE finished_at IS NOT NULL ORDER BY finished_at"
        )
        return [(_moment(start), _moment(end)) for start, end in rows]

    def _rows(self, statement: str) -> Sequence[tuple[Any, ...]]:
        if self._url:
            with psycopg.connect(self._url) as server:
                return server.execute(statement.encode()).fetchall()
        file = sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=20)
        with contextlib.closing(file):
            return file.execute(statement).fetchall()


def _moment(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
