"""Recompute stored answers from the stored originals and compare them bit for bit."""

from __future__ import annotations

import random
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Prefetch

from analysis.formats.bounded import BoundedReader, Limits, Request
from analysis.formats.station_file import READER_VERSION, StationFile, UnreadableWorkbook
from analysis.models import Evaluation, Run
from analysis.numerics.evaluate import evaluate_track
from analysis.numerics.method import method_named
from analysis.queries.specifications import as_numeric
from analysis.services.evaluations import answer_columns
from analysis.storage import original_path


class Command(BaseCommand):
    help = "Recompute stored results from the stored originals; report any difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sample", type=int, default=0, metavar="N", help="only N runs, chosen at random"
        )

    def handle(self, *args: Any, sample: int, **options: Any) -> None:
        checked = differing = skipped = 0
        with BoundedReader(Limits(memory_mb=settings.READER_MEMORY_MB)) as reader:
            for run in _runs(sample):
                if run.reader_version != READER_VERSION:
                    skipped += 1
                    self.stdout.write(
                        f"run {run.pk}: read by reader {run.reader_version}, this is "
                        f"{READER_VERSION}; not comparable"
                    )
                    continue
                for difference in _differences(run, reader):
                    differing += 1
                    self.stdout.write(f"run {run.pk}: {difference}")
                checked += 1
        self.stdout.write(
            f"{checked} runs recomputed, {differing} differences, {skipped} not comparable."
        )
        if differing:
            raise CommandError("Stored results differ from the recomputed ones.", returncode=1)


def _runs(sample: int) -> Iterator[Run]:
    ids = list(Run.objects.order_by("pk").values_list("pk", flat=True))
    if sample and sample < len(ids):
        ids = sorted(random.SystemRandom().sample(ids, sample))
    evaluations = Evaluation.objects.select_related("method", "specification").order_by("id")
    for start in range(0, len(ids), 50):
        yield from (
            Run.objects.filter(pk__in=ids[start : start + 50])
            .select_related("product", "source_file")
            .prefetch_related("tracks", Prefetch("tracks__evaluations", evaluations))
            .order_by("pk")
        )


def _differences(run: Run, reader: BoundedReader) -> Iterator[str]:
    source = run.source_file
    try:
        file = reader.read(
            Request(
                path=original_path(source.sha256),
                name=source.name,
                folder=source.folder,
                zone=settings.TIME_ZONE,
            )
        )
    except UnreadableWorkbook as failure:
        yield f"the original cannot be read any more ({failure.code})"
        return
    tracks = {track.name: track for track in file.tracks}
    for row in run.tracks.all():
        if row.name not in tracks:
            yield f"{row.name}: not found in the original any more"
            continue
        for evaluation in row.evaluations.all():
            yield from _compare(file, run, row.name, evaluation)


def _compare(file: StationFile, run: Run, name: str, stored: Evaluation) -> Iterator[str]:
    method = method_named(stored.method.name)
    if method is None or method.digest != stored.method.digest:
        yield f"{name}: method {stored.method.name} is not in this release"
        return
    track = next(track for track in file.tracks if track.name == name)
    rules = as_numeric(stored.specification)
    answer = evaluate_track(track, method, rules, model=run.product.number, unit=run.position_unit)
    for column, value in answer_columns(answer).items():
        kept = getattr(stored, column)
        if _as_stored(value) != kept:
            yield f"{name}, {method.name}: {column} is {kept!r}, recomputed {value!r}"


def _as_stored(value: object) -> object:
    """Return a value as the database gives it back: JSON knows lists, not tuples."""
    if isinstance(value, dict):
        return {key: _as_stored(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_stored(part) for part in value]
    return value
