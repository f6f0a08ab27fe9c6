"""Error against position: the curve, its limits, what fails and what decides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from reports.figures.plain_text import plain, wide_letters
from reports.figures.sweep_data import Curve, ErrorSweep, Frame, frame_of, usable
from reports.figures.sweep_words import describe, finding, footer, identity
from reports.figures.theme import DPI, HEIGHT, WIDTH, Theme
from reports.figures.thinning import FloatArray, RowArray, alone, column_bars, kept_rows

__all__ = ["Curve", "ErrorSweep", "describe", "draw_error_sweep", "finding_of"]

_AXES = (0.072, 0.172, 0.914, 0.605)  # left, bottom, width, height of the figure
_COLUMNS = round(WIDTH * _AXES[2])
_MARKERS = 400  # above, failing points are drawn as one bar per pixel column
_DOTTED = 130  # up to so many points each has a dot


def finding_of(data: ErrorSweep) -> str:
    """Return the figure's title."""
    return finding(data, frame_of(data))


def draw_error_sweep(data: ErrorSweep, theme: Theme) -> Figure:
    """Draw the error of a sweep against position.

    Parameters
    ----------
    data : ErrorSweep
        Of any size; a million points are thinned without losing an extreme or a failing point.
    theme : Theme

    Returns
    -------
    Figure
        Without canvas; render it with ``figure_file``. Never raises for data: a sweep with
        nothing to draw is a frame with a sentence.
    """
    frame = frame_of(data)
    with theme.applied(), np.errstate(invalid="ignore"):
        figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI)
        axes = figure.add_axes(_AXES)
        _write(figure, data, frame, theme)
        _prepare(axes, data, frame)
        if data.drawn().any():
            axes.axhline(0.0, color=theme.zero, linewidth=0.9, zorder=1.5)
            entries = _Drawing(axes, data, frame, theme).draw()
            _legend(figure, entries, theme)
        else:
            _empty(axes, theme)
    return figure


def _write(figure: Figure, data: ErrorSweep, frame: Frame, theme: Theme) -> None:
    left, right = 0.014, 0.986
    title = finding(data, frame).rstrip(".")
    heading = figure.text(left, 0.966, title, size=12.0, weight="bold", va="top", color=theme.text)
    name = figure.text(left, 0.893, identity(data), size=9.0, va="top", color=theme.quiet_text)
    source = figure.text(left, 0.022, footer(data), size=7.5, va="bottom", color=theme.quiet_text)
    room = (right - left) * WIDTH
    _fit(heading, room)
    _fit(name, room)
    if frame.notes:
        notes = "; ".join(frame.notes)
        note = figure.text(right, 0.022, f"{notes[:1].upper()}{notes[1:]}", size=7.5)
        note.set(va="bottom", ha="right", color=theme.quiet_text)
        _fit(note, room * 0.5)
        room *= 0.47
    _fit(source, room)


def _fit(text: Text, room: float) -> None:
    """Make a text smaller that is wider than its room, in pixels."""
    size = float(text.get_fontsize())
    if len(text.get_text()) * size * DPI / 72 < 0.85 * room:
        return  # no letter is wider than that: measuring it would be for nothing
    width = text.get_window_extent().width + wide_letters(text.get_text()) * size * DPI / 144
    if width > room:
        text.set_fontsize(size * room / width)


def _prepare(axes: Axes, data: ErrorSweep, frame: Frame) -> None:
    axes.set_xlim(frame.left, frame.right)
    axes.set_ylim(frame.bottom * frame.scale, frame.top * frame.scale)
    axes.set_xlabel(f"Position ({plain(data.position_unit, 8) or 'no unit'})", labelpad=3)
    axes.set_ylabel(f"Error ({frame.unit})", labelpad=4)
    axes.xaxis.set_major_locator(MaxNLocator(10, steps=[1, 2, 3, 5, 6, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.grid(visible=True, axis="y")


def _empty(axes: Axes, theme: Theme) -> None:
    axes.text(
        0.5, 0.5, "Nothing to draw", transform=axes.transAxes, ha="center", va="center",
        size=11, color=theme.quiet_text,
    )  # fmt: skip
    axes.set(xlabel="", ylabel="")
    axes.set_xticks([])
    axes.set_yticks([])


def _legend(figure: Figure, entries: Sequence[Artist], theme: Theme) -> None:
    legend = figure.legend(
        handles=list(entries),
        loc="center left",
        bbox_to_anchor=(0.0095, 0.819),
        ncols=max(1, len(entries)),
        fontsize=8.0 if len(entries) < 7 else 7.4,
        handlelength=1.5,
        handletextpad=0.5,
        columnspacing=1.4,
        borderaxespad=0.0,
    )
    for text in legend.get_texts():
        text.set_color(theme.text)


class _Drawing:
    """Puts one sweep into its axes, from back to front; ``draw`` returns the legend's entries."""

    def __init__(self, axes: Axes, data: ErrorSweep, frame: Frame, theme: Theme) -> None:
        self._axes = axes
        self._data = data
        self._frame = frame
        self._theme = theme
        self._entries: list[Artist] = []
        self._x = data.position
        self._error = usable(data.error) * frame.scale
        self._upper = usable(data.upper) * frame.scale
        self._lower = usable(data.lower) * frame.scale

    def draw(self) -> list[Artist]:
        data, theme = self._data, self._theme
        self._limits()
        self._window()
        self._before()
        error, words = self._error, "Before trim" if data.before_trim else "As measured"
        if not data.shift_decides:
            self._curve(error, words, theme.curve, 1.5)
            self._excluded(error)
            self._outside(error, data.failing_as_measured, "Outside")
            if data.judged:
                self._deciding(error)
            return self._entries
        self._curve(error, words, theme.faded_curve, 1.1)
        shifted = usable(data.corrected()) * self._frame.scale
        self._curve(shifted, "Corrected" if data.rotation else "Shifted", theme.curve, 1.5)
        self._excluded(shifted)
        self._outside(error, data.failing_as_measured, "Outside as measured", hollow=True)
        self._outside(shifted, data.failing_corrected, "Outside shifted")
        self._deciding(shifted)
        return self._entries

    def _limits(self) -> None:
        drawn = self._data.drawn()
        x, upper, lower = self._x[drawn], self._upper[drawn], self._lower[drawn]
        if np.isnan(upper).all() and np.isnan(lower).all():
            return
        rows = kept_rows((upper, lower), _COLUMNS)
        x, upper, lower = x[rows], upper[rows], lower[rows]
        theme = self._theme
        both = ~np.isnan(upper) & ~np.isnan(lower)
        self._axes.fill_between(
            x, lower, upper, where=both, color=theme.band, linewidth=0, zorder=1
        )
        for edge in (upper, lower):
            self._axes.plot(x, edge, color=theme.limit, linewidth=1.1, zorder=2)
            self._lonely_limits(x, edge)
        self._entries.append(
            Patch(facecolor=theme.band, edgecolor=theme.limit, linewidth=1.0, label="Limits")
        )

    def _window(self) -> None:
        """Shade where the graded curve may lie: every offset of the window keeps it inside."""
        data = self._data
        if data.window is None or data.rotation or not data.judged:
            return
        low, high = (end * self._frame.scale for end in data.window)
        drawn = data.drawn()
        graded = data.inspected() & ~np.isnan(self._upper) & ~np.isnan(self._lower)
        x, y = self._x[drawn], np.where(graded, self._error, np.nan)[drawn]
        if not high > low or np.isnan(y).all():
            return
        rows = kept_rows((y,), _COLUMNS)
        x, y = x[rows], y[rows]
        color = self._theme.curve
        self._axes.fill_between(
            x,
            y + low,
            y + high,
            where=~np.isnan(y),
            color=color,
            alpha=0.13,
            linewidth=0,
            zorder=1.5,
        )
        self._entries.append(Patch(color=color, alpha=0.13, linewidth=0, label="Shifts that pass"))

    def _excluded(self, values: FloatArray) -> None:
        rows = self._data.rows(self._data.excluded)
        rows = rows[~np.isnan(values[rows])]
        if len(rows) == 0:
            return
        (line,) = self._axes.plot(
            self._x[rows], values[rows], linestyle="none", marker="o", markersize=4.5,
            color=self._theme.before, markeredgewidth=0, zorder=3.5,
        )  # fmt: skip
        self._add(line, f"Excluded ({len(rows):,})")

    def _lonely_limits(self, x: FloatArray, edge: FloatArray) -> None:
        """Draw a limit without neighbours as a dash, half a step to both sides."""
        lonely = alone(edge)
        if not lonely.any():
            return
        steps = np.abs(np.diff(x))
        half = float(np.median(steps)) / 2.0 if len(steps) else 0.25
        half = half or (self._frame.right - self._frame.left) / 40.0
        self._axes.hlines(
            edge[lonely], x[lonely] - half, x[lonely] + half,
            colors=self._theme.limit, linewidth=1.1, zorder=2,
        )  # fmt: skip

    def _before(self) -> None:
        before = self._data.before
        if before is None:
            return
        x, y = usable(before.position), usable(before.error) * self._frame.scale
        placed = ~np.isnan(x)
        x, y = x[placed], y[placed]
        if len(y) == 0 or np.isnan(y).all():
            return
        rows = kept_rows((y,), _COLUMNS)
        (line,) = self._axes.plot(
            x[rows], y[rows], color=self._theme.before, linewidth=0.9, zorder=2.5
        )
        self._add(line, "Before trim")

    def _curve(self, values: FloatArray, label: str, color: str, width: float) -> None:
        drawn = self._data.drawn()
        x, y = self._x[drawn], values[drawn]
        if np.isnan(y).all():
            return
        rows = kept_rows((y,), _COLUMNS)
        x, y = x[rows], y[rows]
        dotted = len(self._x) <= _DOTTED
        (line,) = self._axes.plot(
            x, y, color=color, linewidth=width, zorder=3,
            marker="o" if dotted else None, markersize=2.4, markeredgewidth=0,
        )  # fmt: skip
        lonely = alone(y)
        if lonely.any():
            self._axes.plot(
                x[lonely], y[lonely], "o", color=color, markersize=4, markeredgewidth=0, zorder=3
            )
        self._add(line, label)

    def _outside(
        self, values: FloatArray, chosen: tuple[int, ...], label: str, *, hollow: bool = False
    ) -> None:
        rows = self._data.rows(chosen)
        blank = np.isnan(values[rows])
        if not hollow:
            self._without_value(rows[blank])
        rows = rows[~blank]
        if len(rows) == 0:
            return
        label = f"{label} ({len(rows):,})"
        x, y = self._x[rows], values[rows]
        if len(rows) > _MARKERS:
            self._bars(x, y, rows, label)
            return
        theme = self._theme
        (line,) = self._axes.plot(
            x, y, linestyle="none", marker="D" if hollow else "X",
            markersize=(4.2 if hollow else 7.0) * (1.0 if len(rows) < 100 else 0.75),
            markerfacecolor=theme.surface if hollow else theme.outside,
            markeredgecolor=theme.outside if hollow else theme.surface,
            markeredgewidth=1.0 if hollow else 0.6, zorder=4 if hollow else 5,
        )  # fmt: skip
        self._add(line, label)

    def _bars(self, x: FloatArray, y: FloatArray, rows: RowArray, label: str) -> None:
        above = y > self._upper[rows]
        for side in (above, ~above):
            at, bar = column_bars(x[side], y[side], self._frame.left, self._frame.right, _COLUMNS)
            (line,) = self._axes.plot(
                at, bar, color=self._theme.outside, linewidth=1.0, zorder=4, solid_capstyle="round"
            )
        self._add(line, label)

    def _without_value(self, rows: RowArray) -> None:
        if len(rows) == 0:
            return
        middle = (self._upper[rows] + self._lower[rows]) / 2.0
        x = self._x[rows]
        if len(rows) > _MARKERS:
            wanted = np.linspace(0, len(rows) - 1, _MARKERS).astype(np.intp)
            x, middle = x[wanted], middle[wanted]
        (line,) = self._axes.plot(
            x, middle, linestyle="none", marker="x", markersize=5,
            color=self._theme.outside, markeredgewidth=1.2, zorder=5,
        )  # fmt: skip
        self._add(line, f"No value ({len(rows):,})")

    def _deciding(self, values: FloatArray) -> None:
        rows = self._data.rows(self._data.deciding)
        rows = rows[~np.isnan(values[rows])][:_MARKERS]
        if len(rows) == 0:
            return
        (line,) = self._axes.plot(
            self._x[rows], values[rows], linestyle="none", marker="o", markersize=11,
            markerfacecolor="none", markeredgecolor=self._theme.deciding, markeredgewidth=1.2,
            zorder=6,
        )  # fmt: skip
        self._add(line, "Deciding")

    def _add(self, line: Line2D, label: str) -> None:
        line.set_label(label)
        self._entries.append(line)
