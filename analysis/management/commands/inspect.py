"""Judge files without a database. ``manage.py`` runs it before it loads Django; see there."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from analysis.inspection import main


class Command(BaseCommand):
    help = "Read and judge workbooks without touching the database (--json for scripts)."

    def run_from_argv(self, argv: list[str]) -> None:
        sys.exit(main(argv[2:]))

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(main(list(args)))
