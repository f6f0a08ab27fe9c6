"""The figure of a track: found by its rows, read from the cache, drawn where it is missing.

Nothing here imports Matplotlib before a figure has to be drawn.
"""

from __future__ import annotations

import gzip
import os
import threading
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from analysis.models import TrackRecord
from analysis.models.words import Clock
from reports.figure_cache import figure_key, keep_figure, read_figure

KIND = "error-sweep"
FIGURE_VERSION = 3
"""Raised with every change of what is drawn from the same rows."""

_drawing = threading.Lock()  # Matplotlib's defaults and font cache belong to the whole process


_FACTS = {
    "track_id": "pk",
    "track": "name",
    "model": "run__product__number",
    "serial": "run__serial",
    "position_unit": "run__position_unit",
    "tested_at": "run__tested_at",
    "clock": "run__clock",
    "reader_version": "run__reader_version",
    "sha256": "run__source_file__sha256",
    "evaluation_id": "evaluation__pk",
    "evaluated_at": "evaluation__made_at",
    "method_name": "evaluation__method__name",
    "method_version": "evaluation__method__version",
    "method_digest": "evaluation__method__digest",
}


@dataclass(frozen=True, slots=True)
class TrackFigure:
    """Whose figure it is: a track, and the evaluation in force if there is one.

    Only what the key is made of. The rows behind it are wide and read when a figure is drawn.
    """

    track_id: int
    track: str
    model: str
    serial: str
    position_unit: str
    tested_at: datetime | None
    clock: str
    reader_version: int
    sha256: str
    evaluation_id: int | None
    evaluated_at: datetime | None
    method_name: str | None
    method_version: int | None
    method_digest: str | None

    @property
    def when(self) -> str:
        """Return the words for the time of the test, in the factory's zone."""
        if self.tested_at is None:
            return "Test time unknown"
        local = timezone.localtime(self.tested_at)
        if self.clock == Clock.CELL:
            return f"Tested {local:%Y-%m-%d}"
        word = "Last saved" if self.clock == Clock.LAST_SAVED else "Tested"
        return f"{word} {local:%Y-%m-%d %H:%M}"

    @property
    def method(self) -> str:
        """Return the name of the method, with its version where it is not the first."""
        if self.method_name is None or self.method_version == 1:
            return self.method_name or ""
        return f"{self.method_name} v{self.method_version}"

    def key(self, theme: str) -> str:
        """Return the content address: everything that is drawn follows from these parts."""
        return figure_key(
            KIND,
            str(FIGURE_VERSION),
            _matplotlib_version(),
            theme,
            self.sha256,
            str(self.reader_version),
            self.model,
            self.serial,
            self.track,
            self.when,
            str(self.evaluation_id),
            str(self.evaluated_at),
            str(self.method_digest),
        )


def find_track_figure(*, run_id: int, name: str) -> TrackFigure | None:
    """Return the figure's subject, None where the run or the track is unknown. One query."""
    facts = (
        TrackRecord.objects.filter(run_id=run_id, name=name).values_list(*_FACTS.values()).first()
    )
    return None if facts is None else TrackFigure(**dict(zip(_FACTS, facts, strict=True)))


def compressed_svg(subject: TrackFigure, *, theme: str) -> bytes:
    """Return the figure as gzipped SVG."""
    key = subject.key(theme)
    kept = read_figure(key)
    if kept is not None:
        return kept
    with _drawing:
        kept = read_figure(key)  # somebody else may have drawn it while this thread waited
        if kept is None:
            kept = gzip.compress(_draw(subject, theme), compresslevel=6, mtime=0)
            keep_figure(key, kept)
    return kept


def _draw(subject: TrackFigure, theme: str) -> bytes:
    # The home of a service may be read-only; Matplotlib keeps its list of fonts in this folder.
    folder = Path(settings.DATA_DIR) / "matplotlib"
    os.environ.setdefault("MPLCONFIGDIR", str(folder))
    # Here and not above: Matplotlib costs half a second and 60 MB, which a web process pays with
    # the first figure that is not in the cache, not with its start.
    from reports.drawing import error_sweep_svg

    return error_sweep_svg(subject, theme)


@cache
def _matplotlib_version() -> str:
    return version("matplotlib")
