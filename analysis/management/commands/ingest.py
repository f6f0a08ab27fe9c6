"""Hand files over from the command line, through the same intake as every other door."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit.record import Actor
from analysis.models import Batch, BatchItem
from analysis.models.words import Door, Outcome
from analysis.queries.batches import batch_progress
from analysis.services import intake
from analysis.storage import CHUNK, Incoming


class Command(BaseCommand):
    help = "Take in workbooks (files or folders); exit status 1 if any name was refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument(
            "--wait", action="store_true", help="return when a worker has read every file"
        )

    def handle(self, *args: Any, paths: list[Path], wait: bool, **options: Any) -> None:
        actor = Actor(name="command line")
        batch = intake.batch_create(actor=actor, door=Door.COMMAND)
        outcomes: Counter[str] = Counter()
        for path, folder in _files(paths):
            item = _take(batch, actor, path, folder)
            outcomes[item.get_outcome_display().lower()] += 1
            self.stdout.write(_line(item))
        summary = ", ".join(f"{count} {word}" for word, count in sorted(outcomes.items()))
        self.stdout.write(f"{outcomes.total()} files: {summary or 'nothing found'}.")
        self.stdout.write(f"Batch {batch.pk}")
        if wait:
            self._wait(batch)
        if outcomes[Outcome.REFUSED.label.lower()]:
            raise CommandError("Some files were refused.", returncode=1)

    def _wait(self, batch: Batch) -> None:
        while not (progress := batch_progress(batch.pk)).finished:
            time.sleep(0.5)
        verdicts = ", ".join(f"{verdict.count} {verdict.label}" for verdict in progress.verdicts)
        self.stdout.write(
            f"Read: {verdicts or 'no verdicts'}; {progress.not_a_measurement} without a "
            f"measurement, {progress.quarantined} quarantined."
        )


def _files(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Yield each file with the folder it is shown under."""
    for path in paths:
        if path.is_dir():
            for file in sorted(found for found in path.rglob("*") if found.is_file()):
                yield file, str(file.parent)
        else:
            yield path, str(path.parent)


def _take(batch: Batch, actor: Actor, path: Path, folder: str) -> BatchItem:
    name = path.name
    try:
        refusal = intake.file_refusal(name=name, size=path.stat().st_size)
        if not refusal:
            return _stream(batch, actor, path, folder)
    except OSError as error:
        refusal = f"Cannot be read: {error.strerror}."
    return intake.file_refuse(batch=batch, actor=actor, name=name, folder=folder, reason=refusal)


def _stream(batch: Batch, actor: Actor, path: Path, folder: str) -> BatchItem:
    incoming = Incoming()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                incoming.write(chunk)
        return intake.file_take(
            batch=batch, actor=actor, name=path.name, folder=folder, incoming=incoming
        )
    finally:
        incoming.discard()


def _line(item: BatchItem) -> str:
    note = item.reason
    if item.outcome == Outcome.DUPLICATE and item.source_file is not None:
        note = f"same content as {item.source_file.name}"
    return f"{item.get_outcome_display():<10} {item.name}{'  ' + note if note else ''}"
