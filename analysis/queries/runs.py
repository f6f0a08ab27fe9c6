"""What the list of runs and the page of a run show."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Max, Min, Prefetch, Q, QuerySet
from django.db.models.expressions import Func, Value
from django.db.models.fields import BooleanField

from analysis.models import BatchItem, Evaluation, Run, SweepRecord, TrackRecord
from analysis.queries.proofs import DecidingPoint, deciding_points, judged_sweeps

PAGE_SIZE = 50
COUNT_CAP = 10_000


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
        """Narrow a queryset of runs."""
        if self.q:
            runs = runs.filter(
                Q(serial__iexact=self.q)
                | Q(product__number__istartswith=self.q)
                | Q(source_file__name__icontains=self.q)
            )
        if self.model:
            runs = runs.filter(product__number__iexact=self.model)
        if self.serial:
            runs = runs.filter(serial__iexact=self.serial)
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


@dataclass(frozen=True, slots=True)
class TrackView:
    """One track of a run: the answer in force, the others beside it, and its sweeps."""

    track: TrackRecord
    evaluation: Evaluation | None
    others: list[Evaluation] = field(default_factory=list)
    sweeps: list[SweepRecord] = field(default_factory=list)  # without their arrays
    deciding: list[DecidingPoint] = field(default_factory=list)


def run_page(wanted: RunFilter, *, before: str = "", after: str = "") -> RunPage:
    """Return one page of the list, newest first, by keyset: no page costs more than another."""
    chosen = wanted.apply(Run.objects.all())
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
    count = chosen.order_by()[: COUNT_CAP + 1].count()
    span = chosen.aggregate(first=Min("ordered_at"), last=Max("ordered_at"))
    newest = Run.objects.order_by("-ordered_at").values_list("ordered_at", flat=True).first()
    return RunPage(
        runs=rows,
        older=_token(rows[-1]) if rows and more_older else "",
        newer=_token(rows[0]) if rows and more_newer else "",
        count=min(count, COUNT_CAP),
        count_is_capped=count > COUNT_CAP,
        first_at=span["first"],
        last_at=span["last"],
        newest_at=newest,
        site_is_empty=newest is None,
    )


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
