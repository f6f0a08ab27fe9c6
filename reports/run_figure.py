"""The figure of a track: found by its rows, read from the cache, drawn where it is missing.

Nothing here imports Matplotlib before a figure has to be drawn.
"""

from __future__ import annotations

import gzip
import os
import threading
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from analysis.models import Evaluation, Run, TrackRecord
from analysis.models.words import Clock
from reports.figure_cache import figure_key, keep_figure, read_figure

KIND = "error-sweep"
FIGURE_VERSION = 1
"""Raised with every change of what is drawn from the same rows."""

_drawing = threading.Lock()  # Matplotlib's defaults and font cache belong to the whole process


@dataclass(frozen=True, slots=True)
class TrackFigure:
    """Whose figure it is: the track with its run, and the newest evaluation if there is one."""

    track: TrackRecord
    evaluation: Evaluation | None

    @property
    def run(self) -> Run:
        """Return the run of the track, with its product and source file loaded."""
        return self.track.run

    @property
    def when(self) -> str:
        """Return the words for the time of the test, in the factory's zone."""
        tested_at = self.run.tested_at
        if tested_at is None:
            return "Test time unknown"
        local = timezone.localtime(tested_at)
        if self.run.clock == Clock.CELL:
            return f"Tested {local:%Y-%m-%d}"
        word = "Last saved" if self.run.clock == Clock.LAST_SAVED else "Tested"
        return f"{word} {local:%Y-%m-%d %H:%M}"

    @property
    def method(self) -> str:
        """Return the name of the method, with its version where it is not the first."""
        if self.evaluation is None:
            return ""
        method = self.evaluation.method
        return method.name if method.version == 1 else f"{method.name} v{method.version}"

    def key(self, theme: str) -> str:
        """Return the content address: everything that is drawn follows from these parts."""
        run, evaluation = self.run, self.evaluation
        judged = ("", "", "")
        if evaluation is not None:
            judged = (
                str(evaluation.pk),
                evaluation.made_at.isoformat(),
                evaluation.method.digest,
            )
        return figure_key(
            KIND,
            str(FIGURE_VERSION),
            _matplotlib_version(),
            theme,
            run.source_file.sha256,
            str(run.reader_version),
            run.product.number,
            run.serial,
            self.track.name,
            self.when,
            *judged,
        )


def find_track_figure(*, run_id: int, name: str) -> TrackFigure | None:
    """Return the figure's subject, None where the run or the track is unknown."""
    track = (
        TrackRecord.objects.select_related("run__product", "run__source_file")
        .filter(run_id=run_id, name=name)
        .first()
    )
    if track is None:
        return None
    newest = Evaluation.objects.select_related("method").filter(track=track).order_by("-id").first()
    return TrackFigure(track, newest)


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
