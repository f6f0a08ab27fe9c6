"""What the batch pages show."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Q, QuerySet

from analysis.models import Batch, BatchItem
from analysis.models.words import Outcome, SourceState, Verdict

ITEMS_PER_PAGE = 100
BATCHES_PER_PAGE = 50

# What became of an item: its outcome at the door, then how far its file has come.
WAITING = "waiting"
DONE = "judged"
NO_MEASUREMENT = "not a measurement"
QUARANTINED = "quarantined"
DUPLICATE = "duplicate"
REFUSED = "refused"
STATES = (WAITING, DONE, NO_MEASUREMENT, QUARANTINED, DUPLICATE, REFUSED)

_TAKEN = Q(outcome=Outcome.ACCEPTED)
_OPEN = Q(source_file__state__in=[SourceState.RECEIVED, SourceState.READING])
_DONE = Q(source_file__state=SourceState.DONE)
_EMPTY = Q(source_file__reason_code="no-measurement")


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """How many runs have a verdict."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is."""

    total: int
    waiting: int
    judged: int
    not_a_measurement: int
    quarantined: int
    duplicates: int
    refused: int
    verdicts: tuple[VerdictCount, ...]
    marker: str  # changes whenever the page would look different

    @property
    def settled(self) -> int:
        """Count the items that will not change by themselves."""
        return self.total - self.waiting

    @property
    def finished(self) -> bool:
        """Tell whether nothing is waited for."""
        return self.waiting == 0

    @property
    def percent(self) -> int:
        """Return the settled share, 0 to 100."""
        return 100 if not self.total else self.settled * 100 // self.total


def batch_progress(batch_id: UUID) -> Progress:
    """Count a batch's items by what became of them, in two queries."""
    items = BatchItem.objects.filter(batch=batch_id)
    counts = items.aggregate(
        total=Count("pk"),
        newest=Max("pk"),
        waiting=Count("pk", filter=_OPEN & ~Q(outcome=Outcome.REFUSED)),
        judged=Count("pk", filter=_TAKEN & _DONE & ~_EMPTY),
        not_a_measurement=Count("pk", filter=_TAKEN & _DONE & _EMPTY),
        quarantined=Count("pk", filter=_TAKEN & Q(source_file__state=SourceState.QUARANTINED)),
        duplicates=Count("pk", filter=Q(outcome=Outcome.DUPLICATE) & ~_OPEN),
        refused=Count("pk", filter=Q(outcome=Outcome.REFUSED)),
        reading=Count("pk", filter=Q(source_file__state=SourceState.READING)),
    )
    newest, reading = counts.pop("newest"), counts.pop("reading")
    found = dict(
        items.filter(_TAKEN & _DONE & ~_EMPTY)
        .values_list("source_file__run__verdict")
        .annotate(Count("pk"))
    )
    verdicts = tuple(
        VerdictCount(word.value, word.label, found[word]) for word in Verdict if found.get(word)
    )
    marker = "-".join(str(part) for part in (newest or 0, reading, *counts.values()))
    return Progress(**counts, verdicts=verdicts, marker=marker)


def batch_items(batch_id: UUID, *, state: str = "", number: int | str = 1) -> Page[BatchItem]:
    """Return one page of a batch's items, in the order they were offered.

    ``first_batch`` lands on each duplicate without a run: the batch that brought its file.
    """
    items = (
        BatchItem.objects.filter(batch=batch_id)
        .filter(_state_filter(state))
        .select_related("source_file", "source_file__run", "source_file__run__product")
        .defer("source_file__run__parameters", "source_file__run__findings")
        .order_by("id")
    )
    page = Paginator(items, ITEMS_PER_PAGE).get_page(number)
    page.object_list = list(page.object_list)
    _attach_first_batches(page.object_list)
    return page


def _attach_first_batches(shown: list[BatchItem]) -> None:
    open_duplicates = [
        item
        for item in shown
        if item.outcome == Outcome.DUPLICATE and getattr(item.source_file, "run", None) is None
    ]
    if not open_duplicates:
        return
    files = {item.source_file_id for item in open_duplicates}
    offers = BatchItem.objects.filter(_TAKEN, source_file__in=files).order_by("-id")
    first = dict(offers.values_list("source_file", "batch"))  # the first one is written last
    for item in open_duplicates:
        item.first_batch = first.get(item.source_file_id)  # type: ignore[attr-defined]


def _state_filter(state: str) -> Q:
    return {
        WAITING: _OPEN & ~Q(outcome=Outcome.REFUSED),
        DONE: _TAKEN & _DONE & ~_EMPTY,
        NO_MEASUREMENT: _TAKEN & _DONE & _EMPTY,
        QUARANTINED: _TAKEN & Q(source_file__state=SourceState.QUARANTINED),
        DUPLICATE: Q(outcome=Outcome.DUPLICATE),
        REFUSED: Q(outcome=Outcome.REFUSED),
    }.get(state, Q())


def batches(number: int | str = 1) -> Page[Batch]:
    """Return one page of hand-overs, newest first, each with its counts."""
    offered: QuerySet[Batch] = Batch.objects.select_related("made_by").order_by("-made_at", "-pk")
    page = Paginator(offered, BATCHES_PER_PAGE).get_page(number)
    _attach_counts(list(page.object_list))
    return page


def _attach_counts(shown: list[Batch]) -> None:
    """Count the items of the shown batches in one query; ``counts`` lands on each batch."""
    rows = (
        BatchItem.objects.filter(batch__in=shown)
        .values("batch")
        .annotate(
            total=Count("pk"),
            waiting=Count("pk", filter=_OPEN),
            quarantined=Count("pk", filter=_TAKEN & Q(source_file__state=SourceState.QUARANTINED)),
            duplicates=Count("pk", filter=Q(outcome=Outcome.DUPLICATE)),
            refused=Count("pk", filter=Q(outcome=Outcome.REFUSED)),
        )
    )
    counts = {row.pop("batch"): row for row in rows}
    empty = dict.fromkeys(("total", "waiting", "quarantined", "duplicates", "refused"), 0)
    for batch in shown:
        batch.counts = counts.get(batch.pk, empty)  # type: ignore[attr-defined]
