"""Which specification is in force, what changed between two of them, and how they became so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from django.db.models import QuerySet

from analysis.models import Product, Specification
from analysis.models.specifications import SpecificationValues
from analysis.models.words import AngleTolerance, Linearity, SpecificationState
from analysis.numerics import specification as numeric
from analysis.numerics.specification_text import plain_number, points_text, read_points

_PEOPLE = ("author", "changed_by", "approved_by", "withdrawal_asked_by", "withdrawn_by")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two sets of values do not share, as a reader sees it."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """One revision in a history, and what it changed of the one before."""

    specification: Specification
    before: Specification | None
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The excluded points that are in force, and the revision that brought them."""

    specification: Specification
    since: Specification


def specification_in_force(*, product: Product, track: str, on_day: date) -> Specification | None:
    """Return the specification a run of this day is judged by; one of its track comes first.

    Of the approved revisions whose day has come the newest revision counts, so a later revision
    may also correct the past.
    """
    approved = Specification.objects.filter(product=product, state=SpecificationState.APPROVED)
    return choose_in_force(approved.filter(track__in=["", track]), track=track, on_day=on_day)


class Revision(Protocol):
    """What it takes to choose: a row, or as much of one."""

    @property
    def track(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def effective_from(self) -> date: ...


_R = TypeVar("_R", bound=Revision)


def choose_in_force(approved: Iterable[_R], *, track: str, on_day: date) -> _R | None:
    """Choose among approved revisions of one product, as ``specification_in_force`` does."""
    ready = [s for s in approved if s.track in ("", track) and s.effective_from <= on_day]
    return max(ready, key=lambda s: (s.track != "", s.revision), default=None)


def approved_by_product(products: Sequence[int] | None = None) -> dict[int, list[Specification]]:
    """Return the approved revisions of many products in one query, for ``choose_in_force``."""
    rows = Specification.objects.filter(state=SpecificationState.APPROVED).select_related("product")
    if products is not None:
        rows = rows.filter(product__in=products)
    found: dict[int, list[Specification]] = defaultdict(list)
    for row in rows:
        found[row.product_id].append(row)
    return dict(found)


def as_numeric(specification: Specification | None) -> numeric.Specification | None:
    """Return what the judge takes; None where nothing is specified."""
    if specification is None:
        return None
    kind = specification.linearity_kind
    return numeric.Specification(
        kind=numeric.LinearityKind(kind) if kind else None,
        angle=specification.angle,
        tolerance_kind=numeric.ToleranceKind(specification.tolerance_kind),
        tolerance=specification.tolerance,
        angle_bound=specification.angle_bound,
        excluded_points=read_points(specification.excluded_points),
        sigma_threshold=specification.sigma_threshold,
        revision=specification.revision_name,
    )


def differences(before: SpecificationValues, after: SpecificationValues) -> list[Difference]:
    """Return what two sets of values do not share, in the order of the form."""
    return [
        Difference(name, label, told(before), told(after))
        for name, label, fields, told in _SAID
        if any(getattr(before, part) != getattr(after, part) for part in fields)
    ]


def summary_of(values: SpecificationValues) -> list[tuple[str, str]]:
    """Return label and text of everything that is specified."""
    rows = [(label, told(values)) for _, label, _, told in _SAID]
    return [(label, text) for label, text in rows if text]


def angle_shown(values: SpecificationValues) -> str:
    """Return the electrical angle with its tolerance in one line, and how it was typed."""
    if values.angle is None:
        return ""
    unit = "°" if values.angle_unit == "deg" else " in"
    whole = f"{plain_number(values.angle)}{unit}"
    if values.tolerance_kind == AngleTolerance.RANGE and values.tolerance is not None:
        low, high = values.angle - values.tolerance, values.angle + values.tolerance
        whole = f"{plain_number(low)} to {plain_number(high)}{unit}"
    elif values.tolerance is not None:
        whole = f"{whole} ±{plain_number(values.tolerance)}{unit}"
    elif values.tolerance_kind == AngleTolerance.BILATERAL:
        whole = f"±{plain_number(values.angle / 2)}{unit}, {whole} in all"
    elif values.tolerance_kind == AngleTolerance.MINIMUM:
        whole = f"at least {whole}{_other_end(values, unit)}"
    elif values.tolerance_kind == AngleTolerance.MAXIMUM:
        whole = f"at most {whole}{_other_end(values, unit)}"
    else:
        whole = f"{whole}, no tolerance"
    return f"{whole} (“{values.angle_text}”)" if values.angle_text else whole


def _other_end(values: SpecificationValues, unit: str) -> str:
    if values.angle_bound is None:
        return ""
    return f", other end {plain_number(values.angle_bound)}{unit}"


def _linearity(values: SpecificationValues) -> str:
    kind = dict(Linearity.choices).get(values.linearity_kind) or values.linearity_word
    percent = (
        "" if values.linearity_percent is None else f"{plain_number(values.linearity_percent)} %"
    )
    return ", ".join(part for part in (kind, values.linearity_text, percent) if part)


def _resistance(values: SpecificationValues) -> str:
    low, high = values.resistance_minimum, values.resistance_maximum
    if low is not None and high is not None:
        return f"{plain_number(low)} to {plain_number(high)} Ω"
    if low is not None:
        return f"at least {plain_number(low)} Ω"
    return "" if high is None else f"at most {plain_number(high)} Ω"


def _one(name: str, label: str, end: str = "") -> _Said:
    """Describe a field that is told by itself."""

    def told(values: SpecificationValues) -> str:
        value = getattr(values, name)
        if value is None or value == "":
            return ""
        return f"{plain_number(value) if isinstance(value, float) else value}{end}"

    return name, label, (name,), told


_Said = tuple[str, str, tuple[str, ...], Callable[[SpecificationValues], str]]
_SAID: tuple[_Said, ...] = (
    _one("effective_from", "In force from"),
    (
        "linearity",
        "Linearity",
        ("linearity_kind", "linearity_word", "linearity_text", "linearity_percent"),
        _linearity,
    ),
    (
        "angle",
        "Electrical angle",
        ("angle", "angle_unit", "angle_text", "tolerance_kind", "tolerance", "angle_bound"),
        angle_shown,
    ),
    ("resistance", "Resistance", ("resistance_minimum", "resistance_maximum"), _resistance),
    _one("sigma_threshold", "Sigma threshold", " V per degree or inch"),
    _one("excluded_points", "Points left out"),
    _one("excluded_reason", "Why they are left out"),
    _one("output_smoothness", "Output smoothness"),
    _one("element_type", "Element type"),
    _one("product_class", "Product class"),
    _one("circuit", "Open or closed"),
    _one("notes", "Notes"),
)


def with_people(rows: QuerySet[Specification]) -> QuerySet[Specification]:
    """Fetch the product and everybody who signed with the rows."""
    return rows.select_related("product", *_PEOPLE)


def specifications_of(product: Product) -> list[Specification]:
    """Return every revision of a product, tracks in order, newest revision first."""
    rows = with_people(Specification.objects.filter(product=product))
    return list(rows.order_by("track", "-revision"))


def history_of(rows: Sequence[Specification]) -> list[Step]:
    """Put revisions (track by track, newest first) beside the ones they followed."""
    steps = []
    for index, row in enumerate(rows):
        older = rows[index + 1] if index + 1 < len(rows) else None
        before = older if older is not None and older.track == row.track else None
        changed = differences(before.values, row.values) if before is not None else []
        steps.append(Step(row, before, changed))
    return steps


def predecessor_of(specification: Specification) -> Specification | None:
    """Return the newest approved revision that this one would replace or replaced."""
    rows = Specification.objects.filter(
        product=specification.product_id,
        track=specification.track,
        revision__lt=specification.revision,
        state=SpecificationState.APPROVED,
    )
    return with_people(rows).order_by("-revision").first()


def exclusion_of(specification: Specification, rows: Sequence[Specification]) -> Exclusion | None:
    """Return which revision brought the excluded points of this one."""
    if not specification.excluded_points:
        return None
    since = specification
    older = [
        row
        for row in rows
        if row.track == specification.track
        and row.revision < specification.revision
        and row.state != SpecificationState.DRAFT
    ]
    for row in sorted(older, key=lambda row: -row.revision):
        if row.excluded_points != specification.excluded_points:
            break
        since = row
    return Exclusion(specification, since)


def canonical_points(text: str) -> str:
    """Return a list of points as it is stored. Raises NotUnderstood."""
    return points_text(read_points(text))
