"""Rows: facts, constraints and cheap things that follow from one row. No business rules."""

from analysis.models.evaluations import Evaluation, MethodVersion
from analysis.models.jobs import Job, WorkerBeat
from analysis.models.products import Product, Unit
from analysis.models.runs import Run, SweepRecord, TrackRecord
from analysis.models.sources import Batch, BatchItem, SourceFile

__all__ = [
    "Batch",
    "BatchItem",
    "Evaluation",
    "Job",
    "MethodVersion",
    "Product",
    "Run",
    "SourceFile",
    "SweepRecord",
    "TrackRecord",
    "Unit",
    "WorkerBeat",
]
