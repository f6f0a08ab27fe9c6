"""What the reader's child brings along when it starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
HEAVY = ("numpy", "zipfile", "shutil", "subprocess", "zoneinfo", "hashlib", "django")


def test_the_child_starts_without_modules_an_xls_does_not_need() -> None:
    names = "import analysis.formats.child, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", names],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        env={"LC_ALL": "C.UTF-8"},  # as its parent starts it
    ).stdout.split()
    assert not set(HEAVY) & set(loaded)
