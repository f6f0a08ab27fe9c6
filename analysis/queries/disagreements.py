"""Models whose files lie beyond what their specification says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from analysis.models import Product, Run, Specification, TrackRecord
from analysis.models.words import SpecificationState
from analysis.numerics.resistance import usable_number
from analysis.queries.specifications import approved_by_product, choose_in_force

RUNS_COMPARED = 50
DISAGREES_FROM = 0.05


@dataclass(slots=True)
class Disagreement:
    """Runs of one model and track whose files lie beyond what is specified."""

    product: Product
    track: str
    what: str  # "Electrical angle", "Resistance"
    unit: str
    specified: str
    revision: str
    specification_id: int
    compared: int = 0
    beyond: int = 0
    measured: list[float] = field(default_factory=list)  # of the runs beyond
    examples: list[int] = field(default_factory=list)

    @property
    def typical(self) -> float:
        """Return the median of what the files say where they disagree."""
        return median(self.measured)


def disagreements() -> list[Disagreement]:
    """Return where the newest runs' files and the specifications in force are 5 % apart.

    Only like is compared with like: degrees with degrees, inches with inches, ohms with ohms. A
    linearity in percent is never compared with errors in volts.
    """
    approved = approved_by_product()
    found: dict[tuple[int, str, str], Disagreement] = {}
    for track in _newest_tracks(list(approved)):
        day = timezone.localdate(track["run__ordered_at"])
        limits = choose_in_force(
            approved[track["run__product_id"]], track=track["name"], on_day=day
        )
        if limits is not None:
            _compare_angle(found, limits, track)
            _compare_resistance(found, limits, track)
    beyond = [row for row in found.values() if row.beyond]
    return sorted(beyond, key=lambda row: (row.product.number, row.track, row.what))


def products_specified() -> int:
    """Count the models with an approved specification."""
    approved = Specification.objects.filter(state=SpecificationState.APPROVED)
    return approved.order_by().values("product").distinct().count()


def _newest_tracks(products: list[int]) -> Iterable[dict[str, Any]]:
    """Return the tracks of the newest runs of each product that has a specification."""
    if not products:
        return []
    newest = Window(
        RowNumber(), partition_by=[F("product")], order_by=[F("ordered_at").desc(), F("id").desc()]
    )
    ranked = Run.objects.filter(product__in=products).annotate(place=newest)
    runs = ranked.filter(place__lte=RUNS_COMPARED).order_by().values("pk")
    return (
        TrackRecord.objects.filter(run__in=runs)
        .order_by("-run__ordered_at", "-run_id")
        .values(
            "name",
            "run_id",
            "run__product_id",
            "run__ordered_at",
            "run__position_unit",
            "travel",
            "resistance_after",
        )
    )


def _compare_angle(
    found: dict[tuple[int, str, str], Disagreement], limits: Specification, track: dict[str, Any]
) -> None:
    measured = usable_number((track["travel"] or {}).get("value"))
    if measured is None or limits.angle is None:
        return
    if limits.angle_unit != track["run__position_unit"]:
        return  # degrees and inches are not one kind of number
    low, high = angle_range(limits)
    unit = "°" if limits.angle_unit == "deg" else " in"
    row = _row(found, limits, track["name"], "Electrical angle", unit, (low, high))
    _note(row, abs(measured), low, high, track["run_id"])


def _compare_resistance(
    found: dict[tuple[int, str, str], Disagreement], limits: Specification, track: dict[str, Any]
) -> None:
    measured = usable_number((track["resistance_after"] or {}).get("value"))
    low, high = limits.resistance_minimum, limits.resistance_maximum
    if measured is None or measured <= 0 or (low is None and high is None):
        return
    row = _row(found, limits, track["name"], "Resistance", " Ω", (low, high))
    _note(row, measured, low, high, track["run_id"])


def angle_range(limits: Specification) -> tuple[float | None, float | None]:
    """Return the smallest and largest angle a specification allows; None where it is open."""
    angle, tolerance = limits.angle, limits.tolerance or 0.0
    if angle is None:
        return None, None
    if limits.tolerance_kind == "minimum":
        return angle, limits.angle_bound
    if limits.tolerance_kind == "maximum":
        return limits.angle_bound, angle
    return angle - tolerance, angle + tolerance


def _row(
    found: dict[tuple[int, str, str], Disagreement],
    limits: Specification,
    track: str,
    what: str,
    unit: str,
    ends: tuple[float | None, float | None],
) -> Disagreement:
    key = (limits.pk, track, what)
    if key not in found:
        found[key] = Disagreement(
            product=limits.product,
            track=track,
            what=what,
            unit=unit,
            specified=_ends(*ends),
            revision=limits.revision_name,
            specification_id=limits.pk,
        )
    return found[key]


def _ends(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}"
    return f"at least {low:.6g}" if low is not None else f"at most {high:.6g}"


def _note(
    row: Disagreement, measured: float, low: float | None, high: float | None, run_id: int
) -> None:
    """Count a run; beyond is further outside than 5 % of the end it is outside of."""
    row.compared += 1
    too_low = low is not None and measured < low * (1.0 - DISAGREES_FROM)
    too_high = high is not None and measured > high * (1.0 + DISAGREES_FROM)
    if too_low or too_high:
        row.beyond += 1
        row.measured.append(measured)
        if len(row.examples) < 3:
            row.examples.append(run_id)
