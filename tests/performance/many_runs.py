"""A site with years of data: real runs of invented workbooks, repeated inside the database.

SQLite copies the rows itself (``INSERT … SELECT``), whatever columns the tables have; only what
must differ from run to run is written anew. Going through the ORM would take minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Min, Model
from django.utils import timezone

from accounts.audit.record import Actor
from accounts.models import User
from analysis.models import (
    Batch,
    BatchItem,
    Evaluation,
    Job,
    Product,
    Run,
    SourceFile,
    SweepRecord,
    TrackRecord,
    Unit,
)
from analysis.models.words import Door
from analysis.services import intake
from analysis.simulate.fleet import demo_fleet
from analysis.storage import Incoming
from analysis.tasks import read_source_file

TEMPLATES = 24
PRODUCTS = 300
BATCH = 500
WITH_CURVES = 2000
_FIRST = 1_000_000  # ids of copies begin here
_TRACKS = 8  # more than any run has: room for the ids of a copy's tracks
_PRODUCT = f"({_FIRST} + (s.unit * s.unit) % {PRODUCTS})"  # some models are made often, some seldom
_TRACK = f"(s.id * {_TRACKS} + t.id - s.track)"
_BATCH_OF_RUN = f"(SELECT b.id FROM b WHERE b.n = s.i / {BATCH})"  # noqa: S608
_DIGEST = "printf('%%064x', s.id)"
_NAME = "printf('%%d_%%d_TEST DATA.xls', s.unit %% 300, s.id)"


def read_demo_runs(count: int = TEMPLATES) -> None:
    """Take in invented workbooks and read them here, as a worker would."""
    actor = Actor(name="bench")
    batch = intake.batch_create(actor=actor, door=Door(Door.COMMAND))
    for workbook in demo_fleet(1, count):
        incoming = Incoming()
        incoming.write(workbook.data)
        intake.file_take(
            batch=batch, actor=actor, name=workbook.name, folder=workbook.folder, incoming=incoming
        )
    for job in list(Job.objects.values_list("pk", flat=True)):
        read_source_file(job)


def repeat_runs(count: int, *, owner: User) -> None:
    """Repeat the demo runs until there are ``count`` copies, seven minutes apart, up to today."""
    with transaction.atomic(), connection.cursor() as cursor:
        _plan(cursor, count)
        _repeat_files(cursor)
        _repeat_runs(cursor, count)
        _repeat_batches(cursor, count, owner)


def _plan(cursor: CursorWrapper, count: int) -> None:
    """Fill the table ``s``: one row per wanted run, with the rows it is a copy of."""
    start = timezone.now() - timedelta(minutes=7 * count)
    templates = Run.objects.order_by("pk").annotate(first=Min("tracks")).values_list("pk", "first")
    rows = [(number, run, first or 0) for number, (run, first) in enumerate(templates)]
    cursor.execute("CREATE TEMP TABLE template (n INTEGER PRIMARY KEY, run, track)")
    cursor.executemany("INSERT INTO template VALUES (%s, %s, %s)", rows)
    cursor.execute(
        "CREATE TEMP TABLE s (i INTEGER PRIMARY KEY, id INTEGER, run INTEGER, track INTEGER, "
        "source INTEGER, unit INTEGER, at TEXT)"
    )
    cursor.execute(
        f"WITH RECURSIVE many(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM many "  # noqa: S608
        f"WHERE i + 1 < {count}) INSERT INTO s SELECT i, {_FIRST} + i, run, track, source_file_id, "
        f"{_FIRST} + i * 4 / 5, datetime({int(start.timestamp())} + i * 420, 'unixepoch') "
        f"FROM many JOIN template ON n = i % {len(rows)} JOIN analysis_run r ON r.id = run"
    )


def _repeat_files(cursor: CursorWrapper) -> None:
    file = {"id": "s.id", "sha256": _DIGEST, "name": _NAME, "received_at": "s.at"}
    job = {"id": "s.id", "source_file_id": "s.id", "queued_at": "s.at", "finished_at": "s.at"}
    _copy(cursor, SourceFile, "JOIN {} x ON x.id = s.source", file)
    _copy(cursor, Job, "JOIN {} x ON x.source_file_id = s.source", job)


def _repeat_runs(cursor: CursorWrapper, count: int) -> None:
    Product.objects.bulk_create(
        Product(pk=_FIRST + number, number=f"{5000 + 7 * number}") for number in range(PRODUCTS)
    )
    cursor.execute(
        f"INSERT INTO {Unit._meta.db_table} (id, product_id, serial) "  # noqa: S608
        f"SELECT unit, {_PRODUCT}, unit - {_FIRST} FROM s GROUP BY unit"
    )
    run = {"id": "s.id", "source_file_id": "s.id", "product_id": _PRODUCT, "unit_id": "s.unit"}
    run |= {"serial": f"s.unit - {_FIRST}", "ordered_at": "s.at", "tested_at": "s.at"}
    _copy(cursor, Run, "JOIN {} x ON x.id = s.run", run)
    # An evaluation gets the id of its track, so that the track can name it as the one in force.
    track = {"id": _TRACK.replace("t.", "x."), "run_id": "s.id"}
    track["evaluation_id"] = track["id"]
    _copy(cursor, TrackRecord, "JOIN {} x ON x.run_id = s.run", track)
    of_track = f"JOIN {TrackRecord._meta.db_table} t ON t.run_id = s.run "
    of_track += "JOIN {} x ON x.track_id = t.id"
    _copy(cursor, Evaluation, of_track, {"id": _TRACK, "track_id": _TRACK})
    late = f"(SELECT * FROM s WHERE i >= {count - WITH_CURVES})"  # noqa: S608
    _copy(cursor, SweepRecord, of_track, {"track_id": _TRACK}, without="id", wanted=late)


def _repeat_batches(cursor: CursorWrapper, count: int, owner: User) -> None:
    now = timezone.now()
    batches = [
        Batch(door=Door.BROWSER, made_by=owner, made_at=now - timedelta(hours=number))
        for number in range(-(-count // BATCH))
    ]
    Batch.objects.bulk_create(batches)
    cursor.execute("CREATE TEMP TABLE b (n INTEGER PRIMARY KEY, id TEXT)")
    ids = [(number, batch.pk.hex) for number, batch in enumerate(batches)]
    cursor.executemany("INSERT INTO b VALUES (%s, %s)", ids)
    item = {"batch_id": _BATCH_OF_RUN, "source_file_id": "s.id", "name": _NAME}
    item["offered_at"] = "s.at"
    _copy(cursor, BatchItem, "JOIN {} x ON x.source_file_id = s.source", item, without="id")


def _copy(
    cursor: CursorWrapper,
    model: type[Model],
    template: str,
    changed: Mapping[str, str],
    *,
    without: str = "",
    wanted: str = "s",
) -> None:
    """Copy the template's rows (``x``) of a table once per wanted run (``s``)."""
    table = model._meta.db_table
    columns = [f.column for f in model._meta.concrete_fields if f.column != without]
    values = ", ".join(changed.get(column, f'x."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    # CROSS keeps SQLite from choosing another outer loop than the wanted runs, in their order.
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} "  # noqa: S608
        f"FROM {wanted} s CROSS {template.format(table)}",
        [],
    )
