"""A site with years of data: real runs of invented workbooks, repeated inside the database.

SQLite copies the rows itself (``INSERT … SELECT``), whatever columns the tables have; only what
must differ from run to run is written anew. Going through the ORM would take minutes.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Model
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
_BATCH_OF_RUN = f"(SELECT b.id FROM b WHERE b.n = s.i / {BATCH})"  # noqa: S608
_PRODUCT = f"({_FIRST} + (s.unit * s.unit) % {PRODUCTS})"  # some models are made often, some seldom


def read_demo_runs(count: int = TEMPLATES) -> None:
    """Take in invented workbooks and read them here, as a worker would."""
    actor = Actor(name="bench")
    batch = intake.batch_create(actor=actor, door=Door.COMMAND)
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
    templates = list(Run.objects.order_by("pk").values_list("pk", flat=True))
    start = timezone.now() - timedelta(minutes=7 * count)
    with transaction.atomic(), connection.cursor() as cursor:
        Product.objects.bulk_create(
            Product(pk=_FIRST + number, number=f"{5000 + 7 * number}") for number in range(PRODUCTS)
        )
        cursor.execute("CREATE TEMP TABLE template (n INTEGER PRIMARY KEY, run INTEGER)")
        cursor.executemany("INSERT INTO template VALUES (%s, %s)", list(enumerate(templates)))
        cursor.execute(
            "CREATE TEMP TABLE s (i INTEGER PRIMARY KEY, id INTEGER, run INTEGER, source INTEGER, "
            "unit INTEGER, at TEXT)"
        )
        cursor.execute(
            f"WITH RECURSIVE many(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM many "  # noqa: S608
            f"WHERE i + 1 < {count}) INSERT INTO s SELECT i, {_FIRST} + i, run, source_file_id, "
            f"{_FIRST} + i * 4 / 5, datetime({int(start.timestamp())} + i * 420, 'unixepoch') "
            f"FROM many JOIN template ON n = i % {len(templates)} "
            f"JOIN analysis_run ON analysis_run.id = run"
        )
        _repeat_rows(cursor, count, owner)


def _repeat_rows(cursor, count: int, owner: User) -> None:  # type: ignore[no-untyped-def]
    digest, name = "printf('%%064x', s.id)", "printf('%%d_%%d_TEST DATA.xls', s.unit %% 300, s.id)"
    _copy(
        cursor,
        SourceFile,
        "x.id = s.source",
        {"id": "s.id", "sha256": digest, "name": name, "received_at": "s.at"},
    )
    _copy(
        cursor,
        Job,
        "x.source_file_id = s.source",
        {"id": "s.id", "source_file_id": "s.id", "queued_at": "s.at", "finished_at": "s.at"},
    )
    cursor.execute(
        f"INSERT INTO {Unit._meta.db_table} (id, product_id, serial) "  # noqa: S608
        f"SELECT unit, {_PRODUCT}, unit - {_FIRST} FROM s GROUP BY unit"
    )
    _copy(
        cursor,
        Run,
        "x.id = s.run",
        {
            "id": "s.id",
            "source_file_id": "s.id",
            "product_id": _PRODUCT,
            "unit_id": "s.unit",
            "serial": f"s.unit - {_FIRST}",
            "ordered_at": "s.at",
            "tested_at": "s.at",
        },
    )
    _copy(cursor, TrackRecord, "x.run_id = s.run", {"run_id": "s.id"}, without="id")
    of_track = (
        "nt.run_id = s.id JOIN analysis_track tt ON tt.run_id = s.run AND tt.name = nt.name "
        "JOIN {table} x ON x.track_id = tt.id"
    )
    for model, rows in ((Evaluation, "s"), (SweepRecord, _last(count))):
        _copy(
            cursor,
            model,
            of_track,
            {"track_id": "nt.id"},
            without="id",
            rows=rows,
            first="analysis_track nt",
        )
    batches = [
        Batch(
            pk=uuid.uuid4(),
            door=Door.BROWSER,
            made_by=owner,
            made_at=timezone.now() - timedelta(hours=number),
        )
        for number in range(-(-count // BATCH))
    ]
    Batch.objects.bulk_create(batches)
    cursor.execute("CREATE TEMP TABLE b (n INTEGER PRIMARY KEY, id TEXT)")
    cursor.executemany(
        "INSERT INTO b VALUES (%s, %s)", [(n, batch.pk.hex) for n, batch in enumerate(batches)]
    )
    _copy(cursor, BatchItem, "x.source_file_id = s.source",
          {"batch_id": _BATCH_OF_RUN, "source_file_id": "s.id",
           "name": name, "offered_at": "s.at"}, without="id")  # fmt: skip


def _last(count: int) -> str:
    return f"(SELECT * FROM s WHERE i >= {count - WITH_CURVES})"  # noqa: S608


def _copy(  # type: ignore[no-untyped-def]
    cursor,
    model: type[Model],
    on: str,
    changed: Mapping[str, str],
    *,
    without: str = "",
    rows: str = "s",
    first: str = "",
) -> None:
    """Copy the rows of a template's table once per wanted run."""
    table = model._meta.db_table
    columns = [f.column for f in model._meta.concrete_fields if f.column != without]
    values = [changed.get(column, f'x."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    # CROSS keeps SQLite from choosing another outer loop than the wanted runs, in their order.
    joined = f"CROSS JOIN {first or table + ' x'} ON {on.format(table=table)}"
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} "  # noqa: S608
        f"FROM {rows} s {joined}",
        [],
    )
