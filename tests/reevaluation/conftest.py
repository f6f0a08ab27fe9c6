"""Stored runs of the demo fleet, and two people."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.audit.record import Actor
from accounts.models import User
from analysis.models import Job, Run
from analysis.tasks import reevaluate
from tests.integrity.test_ingest import take
from tests.workbooks import fleet


@pytest.fixture
def runs(actor: Actor, work_off: Callable[[], int]) -> list[Run]:
    for workbook in fleet():
        take(actor, workbook.name, workbook.data, workbook.folder)
    work_off()
    return list(Run.objects.order_by("pk"))


@pytest.fixture
def second(db: None) -> Actor:
    return Actor(user=User.objects.create_user("bob"), name="bob", address="192.0.2.8")


@pytest.fixture
def judge_again() -> Callable[[], None]:
    """Work on every queued re-evaluation, as workers would, until none is left."""

    def run() -> None:
        while ids := list(
            Job.objects.filter(state="queued", reevaluation__isnull=False).values_list(
                "pk", flat=True
            )
        ):
            for job_id in ids:
                reevaluate(job_id)

    return run
