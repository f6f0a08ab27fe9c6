"""Thin doors for workers: ids in, one service call."""

from __future__ import annotations

from analysis.services import ingest, jobs, reevaluation


def read_source_file(job_id: int) -> None:
    """Read, judge and store this file and those that wait behind it."""
    ingest.source_files_ingest(job_id=job_id)


def reevaluate(job_id: int) -> None:
    """Judge the next stored runs of a re-evaluation anew."""
    reevaluation.reevaluation_work(job_id=job_id)


def beat() -> None:
    """Show that a worker lives and takes messages."""
    jobs.beat()
