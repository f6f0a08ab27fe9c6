"""Runs whose operator said something else than the verdict says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet, TextChoices
from django.utils.functional import cached_property

from analysis.formats.operator_words import Said, what_was_said
from analysis.models import Run
from analysis.models.words import Verdict
from analysis.queries.runs import RunFilter

PER_PAGE = 50


class Contradiction(TextChoices):
    """How the operator's words and the verdict contradict each other."""

    GOOD_FAILS = "good-fails", "Said good, fails"
    OUT_PASSES = "out-passes", "Said out, passes"
    SCRAP_PASSES = "scrap-passes", "Said scrap, passes"


_KIND = {
    (Said.GOOD, Verdict.FAIL): Contradiction.GOOD_FAILS,
    (Said.OUT, Verdict.PASS): Contradiction.OUT_PASSES,
    (Said.OUT, Verdict.WARNING): Contradiction.OUT_PASSES,
    (Said.SCRAP, Verdict.PASS): Contradiction.SCRAP_PASSES,
    (Said.SCRAP, Verdict.WARNING): Contradiction.SCRAP_PASSES,
}
_JUDGED = tuple({verdict for _, verdict in _KIND})


@dataclass(frozen=True, slots=True)
class Contradictions:
    """One page of contradictions, and how many there are of each kind."""

    page: Page[Run]
    counts: dict[Contradiction, int]  # without regard to the chosen kind
    compared: int  # runs whose words say good or bad and whose verdict is pass, warning or fail
    newest_at: datetime | None  # of all data


def contradiction_of(words: str, verdict: str) -> Contradiction | None:
    """Tell how the operator's words contradict a verdict; None where they do not."""
    said = what_was_said(words)
    if said is None or verdict not in Verdict.values:
        return None
    return _KIND.get((said, Verdict(verdict)))


def contradictions(wanted: RunFilter, *, kind: str = "", number: int | str = 1) -> Contradictions:
    """Return the runs of a filter whose operator said something else, newest first."""
    runs = wanted.apply(Run.objects.filter(verdict__in=_JUDGED))
    rows = (
        runs.exclude(operator_words="")
        .order_by()
        .values_list("operator_words", "verdict")
        .annotate(runs=Count("*"))
    )
    counts: Counter[Contradiction] = Counter()
    compared = 0
    words: dict[tuple[Contradiction, str], list[str]] = {}
    for said, verdict, runs_of in rows:
        compared += runs_of if what_was_said(said) else 0
        found = contradiction_of(said, verdict)
        if found is not None:
            counts[found] += runs_of
            words.setdefault((found, verdict), []).append(said)
    chosen = {key: said for key, said in words.items() if not kind or key[0] == kind}
    total = counts[Contradiction(kind)] if kind else counts.total()
    newest = Run.objects.order_by("-ordered_at").values_list("ordered_at", flat=True).first()
    return Contradictions(
        page=_page(runs, chosen, total, number),
        counts={name: counts[name] for name in Contradiction},
        compared=compared,
        newest_at=newest,
    )


def _page(
    runs: QuerySet[Run],
    chosen: dict[tuple[Contradiction, str], list[str]],
    total: int,
    number: int | str,
) -> Page[Run]:
    contradict = Q(pk__in=())
    for (_, verdict), words in chosen.items():
        contradict |= Q(verdict=verdict, operator_words__in=words)
    rows = runs.filter(contradict).select_related("product").defer("parameters", "findings")
    return _CountedPaginator(rows.order_by("-ordered_at", "-id"), total).get_page(number)


class _CountedPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator that is told how many rows there are: they have been counted already."""

    def __init__(self, rows: QuerySet[Run], total: int) -> None:
        super().__init__(rows, PER_PAGE)
        self._total = total

    @cached_property
    def count(self) -> int:
        """Return the number of rows."""
        return self._total
