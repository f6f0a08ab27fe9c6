"""Start a worker without a web server: on a second host, or beside an own gunicorn."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lasertrim.supervisor import Supervisor


class Command(BaseCommand):
    help = "Run a supervised worker until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        Supervisor(with_web=False, say=self.stdout.write).run()
