"""Answers about tracks are stored, and the ones in force are named.

An evaluation is never changed. What a page shows as the verdict is the answer of the site's active
method under the specification in force; every other answer stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from django.utils import timezone

from analysis.models import Evaluation, MethodActivation, MethodVersion, Product, Run, TrackRecord
from analysis.models import Specification as SpecificationRow
from analysis.numerics.evaluation import TrackEvaluation
from analysis.numerics.method import LASERTRIM_1, METHODS, Method, method_named
from analysis.numerics.specification import Specification
from analysis.queries.specifications import as_numeric, specification_in_force

_OWN_COLUMNS = {
    field.name
    for field in Evaluation._meta.concrete_fields
    if field.name not in ("id", "track", "method", "specification", "made_at", "details")
}


class ChangedMethod(Exception):
    """This release would judge by other numbers than stored results say; it must not judge."""


@dataclass(frozen=True, slots=True)
class TrackRules:
    """The specification of one track: the revision and what it says; None: the file's limits."""

    row: SpecificationRow | None
    specification: Specification | None


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """What the tracks of a run are judged by."""

    method: Method
    tracks: dict[str, TrackRules]


def active_method() -> Method:
    """Return the method the site judges by: the last one that two people agreed on."""
    activation = (
        MethodActivation.objects.filter(approved_at__isnull=False)
        .select_related("method")
        .order_by("-approved_at", "-id")
        .first()
    )
    if activation is None:
        return LASERTRIM_1
    method = method_named(activation.method.name)
    if method is None or method.digest != activation.method.digest:
        raise ChangedMethod(f"The active method {activation.method.name} is not in this release.")
    return method


def rules_in_force(
    *, method: Method, product: Product | None, tracks: Iterable[str], day: date
) -> RulesInForce:
    """Return what the tracks of a product are judged by on a day."""
    return RulesInForce(method, {name: _track_rules(product, name, day) for name in tracks})


def _track_rules(product: Product | None, track: str, day: date) -> TrackRules:
    if product is None:
        return TrackRules(None, None)
    row = specification_in_force(product=product, track=track, on_day=day)
    return TrackRules(row, as_numeric(row))


def method_row(method: Method) -> MethodVersion:
    """Return the row of a method; a changed method without a new version is refused."""
    row, _ = MethodVersion.objects.get_or_create(
        name=method.name,
        version=method.version,
        defaults={"digest": method.digest, "parameters": asdict(method.parameters)},
    )
    if row.digest != method.digest:
        raise ChangedMethod(
            f"Method {method.name} version {method.version} was changed without a new version."
        )
    return row


def methods_register() -> None:
    """Store every profile of this release. Raises ChangedMethod; called before any work begins."""
    for method in METHODS.values():
        method_row(method)
    active_method()


def evaluation_of(
    *,
    track: TrackRecord,
    answer: TrackEvaluation,
    method: MethodVersion,
    specification: SpecificationRow | None,
) -> Evaluation:
    """Return the row of an answer, not saved yet."""
    return Evaluation(
        track=track,
        method=method,
        specification=specification,
        made_at=timezone.now(),
        **answer_columns(answer),
    )


def answer_columns(answer: TrackEvaluation) -> dict[str, object]:
    """Return an answer as columns of the row; what has no column of its own is in ``details``."""
    fields = asdict(answer)
    for elsewhere in ("name", "method", "specification"):
        fields.pop(elsewhere)
    window = fields.pop("offset_window")
    columns: dict[str, object] = {name: fields.pop(name) for name in _OWN_COLUMNS & fields.keys()}
    columns["offset_low"], columns["offset_high"] = window or (None, None)
    columns["details"] = fields
    return columns


def run_put_in_force(
    run: Run, evaluations: Iterable[Evaluation], *, verdict: str, reason: str
) -> None:
    """Name the evaluations that speak for a run, and its verdict that follows from them."""
    for evaluation in evaluations:
        TrackRecord.objects.filter(pk=evaluation.track_id).update(evaluation=evaluation)
    Run.objects.filter(pk=run.pk).update(verdict=verdict, reason=reason)
