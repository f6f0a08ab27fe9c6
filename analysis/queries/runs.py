"""What the list of runs and the page of a run show."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Prefetch, Q, QuerySet, Subquery
from django.db.models.expressions import Func, Value
from django.db.models.fields import BooleanField
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from analysis.models import (
    BatchItem,
    Evaluation,
    Product,
    Run,
    SourceFile,
    SweepRecord,
    TrackRecord,
)
from analysis.queries.proofs import DecidingPoint, deciding_points, judged_sweeps

PAGE_SIZE = 50
COUNT_CAP = 10_000
NAMES_SEARCHED = 100_000
"""How many files, the newest to arrive (by key), the list looks through for a part of a name."""


@dataclass(frozen=True, slots=True)
class RunFilter:
    """What a reader asked the list for; empty fields ask for nothing."""

    q: str = ""
    model: str = ""
    serial: str = ""
    verdict: str = ""
    station: str = ""
    since: date | None = None
    until: date | None = None

    def apply(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        """Narrow a queryset of runs; exact, however many files there are."""
        runs = self._narrow(runs)
        if self.q:
            serial, model, name = self._parts_of_search()
            runs = runs.filter(serial | model | name)
        return runs

    def _parts_of_search(self, after_file: int = 0) -> tuple[Q, Q, Q]:
        """Return what the search box looks at: a serial, the start of a model, part of a name."""
        products = Product.objects.filter(number__istartswith=self.q).order_by()
        files = SourceFile.objects.filter(name__icontains=self.q)
        if after_file:
            files = files.filter(pk__gt=after_file)
        return (
            Q(_has_serial(self.q)),
            Q(product__in=products.values("pk")),
            Q(source_file__in=files.values("pk")),  # a join might look up the name of every run
        )

    def _narrow(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        """Apply every field but the search box."""
        if self.model:
            # The keys, not a join: only a product that is named lets its index give the order.
            named = Product.objects.filter(number__iexact=self.model).order_by()
            runs = runs.filter(product__in=list(named.values_list("pk", flat=True)))
        if self.serial:
            runs = runs.filter(_has_serial(self.serial))
        if self.verdict:
            runs = runs.filter(verdict=self.verdict)
        if self.station:
            runs = runs.filter(station=self.station)
        if self.since:
            runs = runs.filter(ordered_at__gte=_midnight(self.since))
        if self.until:
            runs = runs.filter(ordered_at__lt=_midnight(self.until + timedelta(days=1)))
        return runs


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs, and how to reach their neighbours."""

    runs: list[Run]
    older: str = ""  # cursor of the next page, empty at the end
    newer: str = ""
    count: int = 0
    count_is_capped: bool = False
    first_at: datetime | None = None
    last_at: datetime | None = None
    newest_at: datetime | None = None  # of all data, whatever the filter
    site_is_empty: bool = False
    names_are_capped: bool = False  # older file names than NAMES_SEARCHED were not looked at

    @property
    def names_searched(self) -> int:
        """Tell how many file names were looked at where they are capped."""
        return NAMES_SEARCHED


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The runs a list is made of."""

    runs: QuerySet[Run]
    count: int | None = None  # where it is known without counting
    names_are_capped: bool = False


@dataclass(frozen=True, slots=True)
class TrackView:
    """One track of a run: the answer in force, the others beside it, and its sweeps."""

    track: TrackRecord
    evaluation: Evaluation | None
    others: list[Evaluation] = field(default_factory=list)
    sweeps: list[SweepRecord] = field(default_factory=list)  # without their arrays
    deciding: list[DecidingPoint] = field(default_factory=list)


def run_page(wanted: RunFilter, *, before: str = "", after: str = "") -> RunPage:
    """Return one page of the list, newest first, by keyset: no page costs more than another.

    The search box looks at whole serials and at the start of models of all runs, and at any part
    of the names of the newest ``NAMES_SEARCHED`` files; ``names_are_capped`` says there are older.
    """
    found = _choose(wanted)
    chosen = found.runs
    shown = chosen.select_related("product", "source_file").defer("parameters", "findings")
    backwards = bool(after) and not before
    cursor = _cursor(before or after)
    if backwards and cursor:
        rows = list(
            _beyond(shown, cursor, newer=True).order_by("ordered_at", "id")[: PAGE_SIZE + 1]
        )
        more_newer, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE][::-1]
        more_older = True
    else:
        if cursor:
            shown = _beyond(shown, cursor, newer=False)
        rows = list(shown.order_by("-ordered_at", "-id")[: PAGE_SIZE + 1])
        more_older, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
        more_newer = cursor is not None
    if cursor or more_older:
        count = found.count
        if count is None:
            count = chosen.order_by()[: COUNT_CAP + 1].count()
        newest, first, last = _times(chosen)
    else:  # everything is on this page
        count = len(rows)
        newest, first, last = _times()
        if rows:
            first, last = rows[-1].ordered_at, rows[0].ordered_at
    return RunPage(
        runs=rows,
        older=_token(rows[-1]) if rows and more_older else "",
        newer=_token(rows[0]) if rows and more_newer else "",
        count=min(count, COUNT_CAP),
        count_is_capped=count > COUNT_CAP,
        first_at=first,
        last_at=last,
        newest_at=newest,
        site_is_empty=newest is None,
        names_are_capped=found.names_are_capped,
    )


def _choose(wanted: RunFilter) -> _Chosen:
    """Return the runs of a filter.

    A search looks once and keeps the keys: as an OR over three tables no index helps, and every
    query of the page would look anew. What is found more often than counted is found anywhere in
    the order, so there the OR is quick.
    """
    runs = wanted._narrow(Run.objects.all())
    if not wanted.q:
        return _Chosen(runs)
    after_file = _files_not_searched()
    serial, model, name = wanted._parts_of_search(after_file)
    apart = (serial, model & ~serial, name & ~serial & ~model)  # nothing is found twice
    first, *rest = (Run.objects.filter(part).order_by().values_list("pk") for part in apart)
    keys = [pk for (pk,) in first.union(*rest, all=True)[: COUNT_CAP + 1]]
    if len(keys) <= COUNT_CAP:
        found = runs.filter(_AmongKeys(keys))
    else:
        joined = Q(source_file__name__icontains=wanted.q, source_file__gt=after_file)
        found = runs.filter(serial | model | joined)
    alone = wanted == RunFilter(q=wanted.q)
    return _Chosen(found, len(keys) if alone else None, names_are_capped=after_file > 0)


def _files_not_searched() -> int:
    """Return the key of the newest file whose name is not looked at; 0 where all names are."""
    keys = SourceFile.objects.order_by("pk").values("pk")
    ends = keys.reverse().values_list("pk", Subquery(keys[:1])).first()
    newest, oldest = ends or (0, 0)
    last = newest - NAMES_SEARCHED
    return last if last >= oldest else 0


def _times(
    chosen: QuerySet[Run] | None = None,
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return when the newest of all runs was, and the first and the last of the chosen ones.

    Ordered and cut each time: an index answers that at once, where MIN and MAX side by side scan.
    """
    columns: dict[str, F | Subquery] = {"newest": F("ordered_at")}
    if chosen is not None:
        at = chosen.order_by("ordered_at", "id").values("ordered_at")
        columns |= {"first": Subquery(at[:1]), "last": Subquery(at.reverse()[:1])}
    row = Run.objects.order_by("-ordered_at", "-id").values(**columns).first() or {}
    return row.get("newest"), row.get("first"), row.get("last")


def _has_serial(serial: str) -> Exact:
    """Compare the serial, whatever its case, as the index has it."""
    return Exact(Upper("serial"), Upper(Value(serial)))


def run_tracks(run: Run) -> list[TrackView]:
    """Return the tracks of a run, in the order of the workbook."""
    answers = Evaluation.objects.select_related("method", "specification").order_by("-id")
    tracks = run.tracks.prefetch_related(
        Prefetch("evaluations", answers),
        Prefetch("sweeps", SweepRecord.objects.defer("arrays").order_by("place")),
    ).order_by("id")
    judged = judged_sweeps(run)
    return [_track_view(track, judged.get(track.pk)) for track in tracks]


def _track_view(track: TrackRecord, judged: SweepRecord | None) -> TrackView:
    """Put a track's page together; ``judged`` has its arrays, None where they are too long."""
    answers = list(track.evaluations.all())
    answer = next((row for row in answers if row.pk == track.evaluation_id), None)
    sweeps = list(track.sweeps.all())
    sweep = judged or next((row for row in sweeps if row.place == track.judged_sweep), None)
    deciding: list[DecidingPoint] = []
    if answer is not None and sweep is not None:
        deciding = deciding_points(answer, sweep, with_values=judged is not None)
    return TrackView(
        track=track,
        evaluation=answer,
        others=[row for row in answers if row.pk != track.evaluation_id],
        sweeps=sweeps,
        deciding=deciding,
    )


def runs_of_same_unit(run: Run, *, most: int = 20) -> list[Run]:
    """Return other runs of the unit, newest first."""
    if run.unit_id is None:
        return []
    others = Run.objects.filter(unit=run.unit_id).exclude(pk=run.pk)
    return list(others.select_related("product").defer("parameters", "findings")[:most])


def offers_of(run: Run, *, most: int = 20) -> list[BatchItem]:
    """Return the hand-overs that brought this run's file, first one first."""
    offers = BatchItem.objects.filter(source_file=run.source_file_id)
    return list(offers.select_related("batch", "batch__made_by").order_by("id")[:most])


def _beyond(runs: QuerySet[Run], cursor: tuple[datetime, int], *, newer: bool) -> QuerySet[Run]:
    """Keep the runs beyond a place in the order, as a row comparison that an index can answer."""
    return runs.filter(_RowBeyond(cursor, newer=newer))


class _RowBeyond(Func):
    """``(ordered_at, id) < (x, y)``: written as OR, both databases would scan."""

    output_field = BooleanField()
    arg_joiner = ", "

    def __init__(self, cursor: tuple[datetime, int], *, newer: bool) -> None:
        at, pk = cursor
        run = Run._meta
        super().__init__(
            F("ordered_at"),
            F("id"),
            Value(at, output_field=run.get_field("ordered_at")),
            Value(pk, output_field=run.get_field("id")),
        )
        self.sign = ">" if newer else "<"

    def as_sql(self, compiler, connection, **_):  # type: ignore[no-untyped-def]
        parts, values = [], []
        for expression in self.get_source_expressions():
            sql, parameters = compiler.compile(expression)
            parts.append(sql)
            values.extend(parameters)
        return f"({parts[0]}, {parts[1]}) {self.sign} ({parts[2]}, {parts[3]})", values


class _AmongKeys(Func):
    """``id`` is one of many keys, as one value: thousands of placeholders cost more than the rows.

    Few keys are looked up. Many are met soon by walking in the order of the list, which both
    databases do where no index of the left side offers itself.
    """

    output_field = BooleanField()
    many = 500

    def __init__(self, keys: Sequence[int]) -> None:
        super().__init__(F("id"))
        self.keys = list(keys)

    def as_sql(self, compiler, connection, **_):  # type: ignore[no-untyped-def]
        sql, values = compiler.compile(self.get_source_expressions()[0])
        if len(self.keys) > self.many:
            sql = f"({sql} + 0)"
        # ``sql`` is a compiled column; the keys are a parameter.
        if connection.vendor == "sqlite":
            listed = " IN (SELECT value FROM json_each(%s))"
            return sql + listed, [*values, json.dumps(self.keys)]
        return sql + " = ANY(%s::bigint[])", [*values, self.keys]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(settings.TIME_ZONE))


def _token(run: Run) -> str:
    text = json.dumps([run.ordered_at.isoformat(), run.pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _cursor(token: str) -> tuple[datetime, int] | None:
    """Return the place a cursor names; None for an empty or a foreign one."""
    if not token:
        return None
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        moment = datetime.fromisoformat(at)
        return (moment, int(pk)) if moment.tzinfo else None
    except (ValueError, TypeError, binascii.Error):
        return None
