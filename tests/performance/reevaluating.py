"""Judging stored runs anew: runs a second of worker time, and what the worker then holds."""

from __future__ import annotations

import os
import time

import psutil

from tests.performance.site_in_process import site_in_process
from tests.performance.table import Line, at_least, at_most
from tests.workbooks import some

RUNS = int(os.environ.get("BENCH_REEVALUATED", "1000"))
_MB = 1024**2


def lines() -> list[Line]:
    """Store runs, judge them under another method, then again under the same one."""
    with site_in_process():
        _store_runs()
        seconds, grown = _judge_again("desktop-v5")
        again, _ = _judge_again("lasertrim-1")
    n = f"{RUNS} load runs, SQLite"
    return [
        Line("re-evaluation, another method", "runs/s CPU", n, RUNS / seconds, budget=at_least(60)),
        Line("re-evaluation, nothing new", "runs/s CPU", n, RUNS / again, budget=at_least(60)),
        Line("re-evaluation: growth", "MB, last half", n, grown, budget=at_most(5)),
    ]


def _store_runs() -> None:
    from accounts.audit.record import SITE  # only after Django is set up
    from analysis.models.words import Door
    from analysis.services import ingest, intake, jobs
    from analysis.storage import Incoming

    batch = intake.batch_create(actor=SITE, door=Door.COMMAND)
    for workbook in some(RUNS):
        incoming = Incoming()
        incoming.write(workbook.data)
        intake.file_take(batch=batch, actor=SITE, name=workbook.name, folder="", incoming=incoming)
    turn = ingest.Turn()
    while (claim := jobs.job_claim_next()) is not None:
        ingest._ingest(turn, claim)


def _judge_again(method_name: str) -> tuple[float, float]:
    """Return the processor seconds of all steps, and the growth over their last half in MB."""
    from accounts.audit.record import SITE  # only after Django is set up
    from analysis.numerics.method import METHODS
    from analysis.services import jobs, reevaluation

    asked = reevaluation.reevaluation_request(
        actor=SITE,
        scope=reevaluation.Scope(),
        scope_words="all runs",
        method=METHODS[method_name],
        specification=None,
        reason="bench",
    )
    claim = jobs.job_claim(job_id=asked.jobs.get().pk)
    if claim is None:
        raise RuntimeError("the job of the re-evaluation cannot be claimed")
    held = []
    start = time.process_time()
    while reevaluation._step(claim, asked.pk):
        held.append(psutil.Process().memory_info().rss / _MB)
    return time.process_time() - start, held[-1] - held[len(held) // 2]
