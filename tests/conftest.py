"""What many tests need: people, corpus, and a queue that is worked off in the test's process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase

from accounts.audit.record import Actor
from accounts.models import User

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by name what needs the real workbooks where they are absent."""
    if CORPUS.is_dir():
        return
    absent = pytest.mark.skip(reason="the corpus of real workbooks is absent")
    for item in items:
        if "corpus" in item.keywords:
            item.add_marker(absent)


@pytest.fixture(autouse=True, scope="session")
def protected_rows_may_be_emptied_between_tests() -> Iterator[None]:
    """Let transactional tests flush SQLite: triggers refuse DELETE of what must not change."""
    flush = TransactionTestCase._fixture_teardown

    def teardown(test: TransactionTestCase) -> None:
        if connection.vendor != "sqlite":
            flush(test)
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        flush(test)
        with connection.cursor() as cursor:
            for _, sql in triggers:
                cursor.execute(sql)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]


@pytest.fixture
def engineer(db: None) -> User:
    return User.objects.create_user("ann", password="correct horse battery")


@pytest.fixture
def actor(engineer: User) -> Actor:
    return Actor(user=engineer, name="ann", address="192.0.2.7")


@pytest.fixture
def page(engineer: User) -> Client:
    """A browser in which the engineer is signed in."""
    client = Client()
    client.force_login(engineer, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def work_off() -> Callable[[], int]:
    """Do every queued job here and now, as a worker would."""
    from analysis.models import Job
    from analysis.tasks import read_source_file

    def run() -> int:
        ids = list(Job.objects.filter(state="queued").values_list("pk", flat=True))
        for job_id in ids:
            read_source_file(job_id)
        return len(ids)

    return run


@pytest.fixture(scope="session")
def corpus() -> Path:
    return CORPUS
