"""What the pages of the models show: the list with its counts, and one model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, OuterRef, Subquery
from django.utils import timezone

from analysis.models import Product, ProductAlias, Run, Specification, TrackRecord, Unit
from analysis.models.products import title_of
from analysis.models.specifications import revision_name
from analysis.models.words import SpecificationState, StationName, Verdict
from analysis.queries.specifications import (
    Revision,
    choose_in_force,
    exclusion_of,
    history_of,
    specifications_of,
    summary_of,
    with_people,
)

PAGE_SIZE = 50
_YIELD = (Verdict.PASS, Verdict.WARNING, Verdict.FAIL)

NONE, DRAFT, APPROVED, WITHDRAWAL = "none", "draft", "approved", "withdrawal"
STATES = {
    NONE: "No specification",
    DRAFT: "Draft waits for approval",
    APPROVED: "In force",
    WITHDRAWAL: "Withdrawal asked for",
}
_R = TypeVar("_R", bound=Revision)
SORTS = ("model", "runs", "units", "last", "yield")


@dataclass(slots=True)
class ProductRow:
    """One model in the list."""

    pk: int
    number: str
    counts: dict[str, int] = field(default_factory=dict)  # verdict -> runs
    units: int = 0
    last_at: datetime | None = None
    states: frozenset[str] = frozenset({NONE})
    revisions: str = ""  # names of what is in force today

    @property
    def title(self) -> str:
        """Return the readable part of the address."""
        return title_of(self.number)

    @property
    def runs(self) -> int:
        """Count all runs."""
        return sum(self.counts.values())

    @property
    def judged(self) -> int:
        """Count the runs that enter a yield."""
        return sum(self.counts.get(verdict, 0) for verdict in _YIELD)

    @property
    def accepted(self) -> int:
        """Count the runs with an accepted part."""
        return self.counts.get(Verdict.PASS, 0) + self.counts.get(Verdict.WARNING, 0)

    @property
    def yield_percent(self) -> float | None:
        """Return accepted of judged runs in percent; None where none was judged."""
        return 100.0 * self.accepted / self.judged if self.judged else None

    @property
    def verdicts(self) -> list[tuple[str, str, int]]:
        """Return value, label and count of each verdict that occurs."""
        return [(v.value, v.label, self.counts[v]) for v in Verdict if self.counts.get(v)]


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """What a reader asked the list of models for."""

    q: str = ""
    state: str = ""
    sort: str = "model"
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Some models of the list."""

    page: Page[ProductRow]
    count: int
    site_is_empty: bool
    states: dict[str, int]  # how many models are in each state


def product_page(wanted: ProductFilter, number: int | str = 1) -> ProductPage:
    """Return one page of the list; every count comes from a few grouped queries."""
    rows = product_rows()
    tally = {state: sum(state in row.states for row in rows) for state in STATES}
    chosen = _chosen(rows, wanted)
    page = Paginator(_sorted(chosen, wanted), PAGE_SIZE).get_page(number)
    return ProductPage(page, len(chosen), not rows, tally)


def product_rows() -> list[ProductRow]:
    """Return every model with its counts, by number, in three queries without model instances."""
    newest = Run.objects.filter(product=OuterRef("pk")).order_by("-ordered_at", "-id")
    units = Unit.objects.filter(product=OuterRef("pk")).order_by().values("product")
    products = Product.objects.values_list(
        "pk",
        "number",
        Subquery(newest.values("ordered_at")[:1]),
        Subquery(units.annotate(count=Count("pk")).values("count")),
    )
    rows = {
        pk: ProductRow(pk, number, units=count or 0, last_at=last)
        for pk, number, last, count in products
    }
    counted = Run.objects.order_by().values_list("product", "verdict").annotate(Count("pk"))
    for product, verdict, count in counted:
        rows[product].counts[verdict] = count
    _attach_states(rows)
    return list(rows.values())


def products_to_export(wanted: ProductFilter) -> list[tuple[Product, Specification | None]]:
    """Return the chosen models with the newest revision of each track, drafts included."""
    chosen = _chosen(product_rows(), wanted)
    newest: dict[int, dict[str, Specification]] = defaultdict(dict)
    revisions = Specification.objects.exclude(state=SpecificationState.WITHDRAWN)
    for row in with_people(revisions).order_by("track", "revision"):
        newest[row.product_id][row.track] = row
    products = Product.objects.prefetch_related("aliases").in_bulk([row.pk for row in chosen])
    found: list[tuple[Product, Specification | None]] = []
    for row in chosen:
        specifications = newest.get(row.pk) or {"": None}
        found += [(products[row.pk], specification) for specification in specifications.values()]
    return found


def _attach_states(rows: dict[int, ProductRow]) -> None:
    approved: dict[int, list[_Light]] = defaultdict(list)
    states: dict[int, set[str]] = defaultdict(set)
    revisions = Specification.objects.exclude(state=SpecificationState.WITHDRAWN).order_by("pk")
    columns = ("product", "state", "withdrawal_asked_by", "track", "revision", "effective_from")
    for product, state, asked_by, *light in revisions.values_list(*columns):
        if state == SpecificationState.DRAFT:
            states[product].add(DRAFT)
            continue
        approved[product].append(_Light(*light))
        if asked_by is not None:
            states[product].add(WITHDRAWAL)
    for product, mine in approved.items():
        here = in_force_today(mine)
        if here:
            states[product].add(APPROVED)
            rows[product].revisions = ", ".join(row.revision_name for row in here)
    for product, found_states in states.items():
        rows[product].states = frozenset(found_states)


class _Light(NamedTuple):
    """As much of an approved revision as it takes to choose the one in force."""

    track: str
    revision: int
    effective_from: date

    @property
    def revision_name(self) -> str:
        return revision_name(self.track, self.revision)


def _chosen(rows: Iterable[ProductRow], wanted: ProductFilter) -> list[ProductRow]:
    words = wanted.q.lower()
    spelled = set()
    if words:
        aliases = ProductAlias.objects.filter(alias__icontains=wanted.q)
        spelled = set(aliases.values_list("product", flat=True))
    return [
        row
        for row in rows
        if (not words or words in row.number.lower() or row.pk in spelled)
        and (not wanted.state or wanted.state in row.states)
    ]


def _sorted(rows: list[ProductRow], wanted: ProductFilter) -> list[ProductRow]:
    """Sort; models that have no such value stand last whichever way the rest runs."""
    keys: dict[str, Any] = {
        "runs": lambda row: row.runs,
        "units": lambda row: row.units,
        "last": lambda row: row.last_at,
        "yield": lambda row: row.yield_percent,
    }
    key = keys.get(wanted.sort)
    if key is None:
        return sorted(rows, key=lambda row: row.number, reverse=wanted.backwards)
    with_value = [row for row in rows if key(row) is not None]
    without = [row for row in rows if key(row) is None]
    return sorted(with_value, key=key, reverse=wanted.backwards) + without


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What the page of a model tells."""

    row: ProductRow
    stations: list[tuple[str, int, datetime]]
    tracks: list[str]
    aliases: list[str]
    in_force: list[tuple[Specification, list[tuple[str, str]]]]  # with what each says
    drafts: list[Specification]
    asked: list[Specification]  # whose withdrawal is asked for
    history: list[Any]
    exclusions: list[Any]
    recent: list[Run]


def product_facts(product: Product, *, recent: int = 10) -> ProductFacts:
    """Gather what the page of a model shows."""
    runs = Run.objects.filter(product=product)
    row = ProductRow(product.pk, product.number)
    stations: dict[str, tuple[int, datetime]] = {}
    grouped = runs.order_by().values_list("verdict", "station")
    for verdict, station, count, last in grouped.annotate(Count("pk"), Max("ordered_at")):
        row.counts[verdict] = row.counts.get(verdict, 0) + count
        row.last_at = max(filter(None, (row.last_at, last)), default=None)
        had, when = stations.get(station, (0, last))
        stations[station] = (had + count, max(when, last))
    row.units = Unit.objects.filter(product=product).count()
    newest = list(runs.select_related("source_file").defer("parameters", "findings")[:recent])
    names = TrackRecord.objects.filter(run__in=[run.pk for run in newest]).values_list("name")
    specifications = specifications_of(product)
    here = in_force_today([row for row in specifications if row.is_approved])
    return ProductFacts(
        row=row,
        stations=sorted(
            ((dict(StationName.choices)[name], *told) for name, told in stations.items()),
            key=lambda told: -told[1],
        ),
        tracks=sorted({name for (name,) in names} | {s.track for s in specifications if s.track}),
        aliases=list(product.aliases.values_list("alias", flat=True)),
        in_force=[(row, summary_of(row.values)) for row in here],
        drafts=[row for row in specifications if row.is_draft],
        asked=[row for row in specifications if row.is_approved and row.withdrawal_asked_at],
        history=history_of(specifications),
        exclusions=[
            found for row in here if (found := exclusion_of(row, specifications)) is not None
        ],
        recent=newest,
    )


def known_tracks(product: Product) -> list[str]:
    """Return the names of tracks that the newest runs of a model have."""
    newest = list(Run.objects.filter(product=product).values_list("pk", flat=True)[:20])
    names = TrackRecord.objects.filter(run__in=newest).order_by("name").distinct()
    return list(names.values_list("name", flat=True))


def in_force_today(approved: Sequence[_R]) -> list[_R]:
    """Return what is in force today: the general specification and those of tracks."""
    today = timezone.localdate()
    tracks = sorted({row.track for row in approved})
    found = (choose_in_force(approved, track=track, on_day=today) for track in tracks)
    return list(dict.fromkeys(row for row in found if row is not None))
