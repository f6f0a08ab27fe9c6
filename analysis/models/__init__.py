"""Rows: facts, constraints and cheap things that follow from one row. No business rules."""

from analysis.models.evaluations import Evaluation, MethodActivation, MethodVersion
from analysis.models.jobs import Job, WorkerBeat
from analysis.models.products import Product, ProductAlias, Unit
from analysis.models.reevaluations import Reevaluation, ReevaluationChange
from analysis.models.runs import Run, SweepRecord, TrackRecord
from analysis.models.sources import Batch, BatchItem, SourceFile
from analysis.models.specifications import Specification, SpecificationImport

__all__ = [
    "Batch",
    "BatchItem",
    "Evaluation",
    "Job",
    "MethodActivation",
    "MethodVersion",
    "Product",
    "ProductAlias",
    "Reevaluation",
    "ReevaluationChange",
    "Run",
    "SourceFile",
    "Specification",
    "SpecificationImport",
    "SweepRecord",
    "TrackRecord",
    "Unit",
    "WorkerBeat",
]
