"""Give an empty site something to look at: synthetic workbooks through the real intake."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.audit.record import Actor
from analysis.models.words import Door
from analysis.queries.site import worker_state
from analysis.services import intake
from analysis.simulate.fleet import demo_fleet
from analysis.storage import Incoming


class Command(BaseCommand):
    help = "Hand over synthetic workbooks of an invented factory."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=24)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, count: int, seed: int, **options: Any) -> None:
        actor = Actor(name="demo")
        batch = intake.batch_create(actor=actor, door=Door.COMMAND)
        for workbook in demo_fleet(seed, count):
            incoming = Incoming()
            incoming.write(workbook.data)
            item = intake.file_take(
                batch=batch,
                actor=actor,
                name=workbook.name,
                folder=workbook.folder,
                incoming=incoming,
            )
            self.stdout.write(f"{item.get_outcome_display():<10} {item.name}")
        self.stdout.write(f"{count} synthetic workbooks handed over (batch {batch.pk}).")
        if worker_state().last_beat is None:
            self.stdout.write("They are analysed as soon as the site runs: make run")
