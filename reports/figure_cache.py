"""Drawn figures on disk, by content: the key names everything the picture depends on.

A figure is never out of date; a new evaluation, theme or version of the code has another key, and
what nobody asks for any more is pruned by age. Everything here can be deleted at any time.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import time
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)
LIMIT_BYTES = 256 * 1024 * 1024
_ABANDONED = 3600.0  # seconds after which a half-written file has no writer any more


def figure_key(*parts: str) -> str:
    """Return the SHA-256 over the parts; no two different lists of parts share one."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def read_figure(key: str) -> bytes | None:
    """Return the stored bytes of a figure, None where there are none to be had."""
    try:
        return _path(key).read_bytes() or None
    except OSError:
        return None


def keep_figure(key: str, data: bytes) -> None:
    """Store a figure. A disk that is full or read-only costs speed, never the figure."""
    path = _path(key)
    part = path.with_name(f"{key}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                # a name without its bytes after a power loss would be served as an empty figure
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        # One key in 256 begins so: looked at rarely, without a counter that processes would share.
        if key.startswith("00"):
            prune_figures(limit_bytes=LIMIT_BYTES)
    except OSError as error:
        log.warning("Figure %s was not kept: %s", key, error)


def prune_figures(*, limit_bytes: int) -> int:
    """Remove the oldest figures above a limit, down to nine tenths of it. Return their number."""
    files, total, now = [], 0, time.time()
    for path in settings.FIGURES_ROOT.glob("*/*"):
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue  # another process prunes as well
        if path.suffix == ".part":
            if now - facts.st_mtime > _ABANDONED:
                path.unlink(missing_ok=True)
            continue
        files.append((facts.st_mtime, facts.st_size, path))
        total += facts.st_size
    if total <= limit_bytes:
        return 0
    removed = 0
    for _, size, path in sorted(files):
        path.unlink(missing_ok=True)
        total -= size
        removed += 1
        if total <= limit_bytes * 0.9:
            break
    return removed


def _path(key: str) -> Path:
    return Path(settings.FIGURES_ROOT) / key[:2] / f"{key}.svg.gz"
