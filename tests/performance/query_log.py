"""Which statements a page sends, how long each takes, and how the database goes about it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class Query:
    """One statement that was sent."""

    sql: str
    parameters: Any
    ms: float

    @property
    def plan(self) -> str:
        """Return how SQLite would answer it."""
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {self.sql}", self.parameters)
            return "; ".join(row[-1] for row in cursor.fetchall())


@dataclass
class QueryLog:
    """All statements of a stretch of work."""

    queries: list[Query] = field(default_factory=list)

    @property
    def slowest(self) -> float:
        return max((query.ms for query in self.queries), default=0.0)

    def note(
        self, execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any
    ) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            self.queries.append(Query(sql, parameters, (time.perf_counter() - start) * 1000))


@contextlib.contextmanager
def query_log() -> Iterator[QueryLog]:
    """Note every statement of the default database."""
    log = QueryLog()
    with connection.execute_wrapper(log.note):
        yield log
