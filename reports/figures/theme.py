"""How figures look: one set of colours for a light page, a dark page and paper.

Surfaces, texts and fonts are those of the site's ``tokens.css``, so that a figure has no edge.

Colours are those of Okabe and Ito, told apart by people with any colour vision; whatever decides
is told apart by shape and by words as well, so that a black and white print says the same.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import matplotlib

FONT = "DejaVu Sans"  # comes with matplotlib: no system font is needed to measure text
SCREEN_FONTS = (
    "ui-sans-serif, system-ui, -apple-system, 'Segoe UI Variable Text', 'Segoe UI', Roboto, "
    "'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, 'DejaVu Sans', sans-serif"
)
"""What a browser writes with. All are as wide as ``FONT`` or narrower: nothing can overlap."""

WIDTH, HEIGHT = 960, 420  # pixels
DPI = 100


class ThemeName(StrEnum):
    """Where a figure is looked at."""

    LIGHT = "light"
    DARK = "dark"
    PRINT = "print"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by what they mean."""

    name: ThemeName
    surface: str
    text: str
    quiet_text: str
    grid: str
    zero: str
    limit: str
    band: str
    before: str
    curve: str  # the curve that decides
    faded_curve: str  # as measured, where a shift decides
    outside: str
    deciding: str

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Set Matplotlib's defaults for a block.

        They belong to the process: draw in one thread at a time. Ticks and legends are made late,
        so drawing and rendering both need it.
        """
        with matplotlib.rc_context(self._settings()), warnings.catch_warnings():
            # letters that our font lacks: boxes in PNG, the browser's own font in SVG
            warnings.filterwarnings("ignore", message=r"Glyph \d+")
            yield

    def _settings(self) -> dict[Any, Any]:
        return {
            "font.family": [FONT],
            "font.size": 8.5,
            "text.color": self.text,
            "text.parse_math": False,  # a serial may hold dollar signs
            "text.usetex": False,
            "axes.formatter.use_mathtext": False,
            "axes.formatter.useoffset": False,
            "axes.unicode_minus": True,
            "axes.facecolor": self.surface,
            "axes.edgecolor": self.grid,
            "axes.labelcolor": self.quiet_text,
            "axes.linewidth": 0.8,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.spines.left": False,
            "figure.facecolor": self.surface,
            "figure.dpi": DPI,
            "savefig.dpi": DPI,
            "xtick.color": self.grid,
            "xtick.labelcolor": self.quiet_text,
            "ytick.color": self.grid,
            "ytick.labelcolor": self.quiet_text,
            "xtick.major.size": 4.0,
            "ytick.major.size": 0.0,
            "grid.color": self.grid,
            "grid.linewidth": 0.6,
            "lines.solid_joinstyle": "round",
            "legend.frameon": False,
            "path.simplify": True,
            "svg.fonttype": "none",
            "svg.hashsalt": "lasertrim",  # ids by content: equal figures are equal bytes
            "svg.image_inline": True,
        }


_LIGHT = Theme(
    name=ThemeName.LIGHT,
    surface="#ffffff",
    text="#17202a",
    quiet_text="#5a6672",
    grid="#e2e6eb",
    zero="#b4bec9",
    limit="#00855f",
    band="#e4f4ee",
    before="#9aa5b1",
    curve="#0064b0",
    faded_curve="#86bde6",
    outside="#c94a00",
    deciding="#17202a",
)
_DARK = Theme(
    name=ThemeName.DARK,
    surface="#151a21",
    text="#e7ecf1",
    quiet_text="#98a4b1",
    grid="#2a333d",
    zero="#4b5866",
    limit="#2fbf8f",
    band="#15302a",
    before="#6f7c89",
    curve="#5cb8f2",
    faded_curve="#3a76a6",
    outside="#ff8a3d",
    deciding="#e7ecf1",
)
_PRINT = Theme(
    name=ThemeName.PRINT,
    surface="#ffffff",
    text="#000000",
    quiet_text="#333333",
    grid="#dddddd",
    zero="#999999",
    limit="#444444",
    band="#eeeeee",
    before="#aaaaaa",
    curve="#000000",
    faded_curve="#888888",
    outside="#b03a00",
    deciding="#000000",
)
THEMES = MappingProxyType({theme.name: theme for theme in (_LIGHT, _DARK, _PRINT)})
