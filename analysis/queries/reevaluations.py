"""What the pages of methods and re-evaluations show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from analysis.models import Evaluation, MethodActivation, Reevaluation, ReevaluationChange
from analysis.models.words import Verdict
from analysis.numerics.method import METHODS, Method

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """How many tracks went from one verdict to another."""

    before: str
    after: str
    tracks: int

    @property
    def before_label(self) -> str:
        """Return the word of the old verdict."""
        return Verdict(self.before).label

    @property
    def after_label(self) -> str:
        """Return the word of the new verdict."""
        return Verdict(self.after).label

    @property
    def is_verdict_change(self) -> bool:
        """Tell whether the verdict itself changed, not only a number."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class MethodView:
    """One profile of this release and how much it has judged."""

    method: Method
    evaluations: int
    is_active: bool
    open_activation: MethodActivation | None


def reevaluations(number: int | str = 1) -> Page[Reevaluation]:
    """Return one page of re-evaluations, newest first, each with its ``verdicts_changed``."""
    changed = (
        ReevaluationChange.objects.filter(reevaluation=OuterRef("pk"))
        .exclude(verdict_before=F("verdict_after"))
        .order_by()
        .values("reevaluation")
        .annotate(tracks=Count("pk"))
        .values("tracks")
    )
    rows = Reevaluation.objects.select_related("method", "requested_by", "specification").annotate(
        verdicts_changed=Coalesce(Subquery(changed), 0)
    )
    return Paginator(rows.order_by("-id"), PER_PAGE).get_page(number)


def verdict_changes(reevaluation: Reevaluation) -> list[VerdictChange]:
    """Count the differences by verdict before and after, changed verdicts first."""
    rows = (
        reevaluation.changes.order_by()
        .values_list("verdict_before", "verdict_after")
        .annotate(tracks=Count("pk"))
    )
    changes = [VerdictChange(*row) for row in rows]
    return sorted(changes, key=lambda change: (not change.is_verdict_change, -change.tracks))


def changes(
    reevaluation: Reevaluation, *, before: str = "", after: str = ""
) -> QuerySet[ReevaluationChange]:
    """Return the differences, other verdicts first, each with its run and both answers."""
    rows = reevaluation.changes.select_related(
        "track__run__product", "track__run__source_file", "before", "after"
    ).defer("track__run__parameters", "track__run__findings", "before__details", "after__details")
    if before:
        rows = rows.filter(verdict_before=before)
    if after:
        rows = rows.filter(verdict_after=after)
    same = ExpressionWrapper(Q(verdict_before=F("verdict_after")), BooleanField())
    return rows.order_by(same, "pk")


def change_rows(reevaluation: Reevaluation) -> Iterator[list[object]]:
    """Yield the difference report as rows of a table, its head first."""
    numbers = (
        "failing_as_measured",
        "failing_corrected",
        "offset",
        "rotation",
        "sigma_gradient",
        "sigma_threshold",
    )
    yield [
        *("run", "model", "serial", "track", "tested_at", "verdict_before", "verdict_after"),
        *(f"{name}_{when}" for name in numbers for when in ("before", "after")),
        *("reason_before", "reason_after"),
    ]
    for change in changes(reevaluation).order_by("pk").iterator(chunk_size=500):
        run = change.track.run
        yield [
            run.pk,
            run.product.number,
            run.serial,
            change.track.name,
            run.tested_at.isoformat() if run.tested_at else None,
            change.verdict_before,
            change.verdict_after,
            *(getattr(side, name) for name in numbers for side in (change.before, change.after)),
            change.before.reason,
            change.after.reason,
        ]


def methods(active: Method) -> list[MethodView]:
    """Return the profiles of this release, the one in force first."""
    counts = dict(Evaluation.objects.order_by().values_list("method__digest").annotate(Count("pk")))
    waiting = {
        activation.method.digest: activation
        for activation in MethodActivation.objects.filter(
            approved_at=None, declined_at=None
        ).select_related("method", "proposed_by")
    }
    ordered = sorted(METHODS.values(), key=lambda method: method.digest != active.digest)
    return [
        MethodView(
            method=method,
            evaluations=counts.get(method.digest, 0),
            is_active=method.digest == active.digest,
            open_activation=waiting.get(method.digest),
        )
        for method in ordered
    ]
