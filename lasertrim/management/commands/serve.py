"""Start the site: web server and worker together, in the foreground."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from lasertrim.supervisor import Supervisor


class Command(BaseCommand):
    help = "Run the web server and a worker until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor = Supervisor(with_web=True, say=self.stdout.write)
        scheme = "https" if settings.ENVIRONMENT.https else "http"
        self.stdout.write(
            f"Laser Trim Analyzer: {scheme}://{settings.ENVIRONMENT.address}/  (Ctrl-C stops it)"
        )
        self.stdout.flush()
        supervisor.run()
