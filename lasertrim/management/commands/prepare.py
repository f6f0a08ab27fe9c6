"""Make a site ready to start: folders, migrations, static files, the first administrator."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from lasertrim.version import VERSION


class Command(BaseCommand):
    help = "Migrate, collect static files where they changed, create the first administrator."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        self._collect_static()
        call_command("first_admin", stdout=self.stdout)

    def _collect_static(self) -> None:
        """Collect only what changed: compressing everything takes seconds at each start."""
        stamp = Path(settings.STATIC_ROOT) / ".made-from"
        wanted = _static_digest()
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(wanted)


def _static_digest() -> str:
    """Digest names, sizes and times of all static files."""
    digest = hashlib.sha256(VERSION.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
