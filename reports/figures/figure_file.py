"""A Figure as the bytes of a file; equal figures give equal bytes.

SVG carries real text, a title and a description for those who do not see it, and no inline style:
colours are presentation attributes, which the site's content security policy allows everywhere.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from reports.figures.plain_text import plain
from reports.figures.theme import HEIGHT, SCREEN_FONTS, WIDTH, Theme

_TAG = re.compile(r"<[a-z][^<>]*>")  # names and values are escaped: "<" only ever begins a tag
_STYLE = re.compile(r' style="([^"]*)"')
_NO_TURN = re.compile(r' transform="rotate\(-0 [^"]*\)"')
_BREAK_IN_PATH = re.compile(r" ?\n(?=[MLCQz\"])")
_HEAD = re.compile(r"^.*?<svg [^>]*>\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", re.DOTALL)


def svg_bytes(figure: Figure, theme: Theme, *, title: str, description: str) -> bytes:
    """Render a figure as SVG.

    Parameters
    ----------
    figure : Figure
        Of ``WIDTH`` x ``HEIGHT`` pixels.
    theme : Theme
        The one it was drawn with.
    title, description : str
        Any text; controls are dropped and markup is escaped.

    Returns
    -------
    bytes
        UTF-8, without date, document type or reference to another place.
    """
    text = _rendered(
        figure,
        theme,
        lambda out: FigureCanvasSVG(figure).print_svg(  # type: ignore[no-untyped-call]
            out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        ),
    ).decode("utf-8")
    body = _HEAD.sub("", text, count=1)
    if body == text:
        raise RuntimeError("Matplotlib writes another kind of SVG than this module knows.")
    body = _BREAK_IN_PATH.sub(" ", _TAG.sub(_without_style, body))
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {_inner(figure)}" role="img" '
        'aria-labelledby="figure-title figure-description" stroke-linejoin="round" '
        f'stroke-linecap="butt" font-family="{SCREEN_FONTS}">\n'
        f'<title id="figure-title">{html.escape(plain(title))}</title>\n'
        f'<desc id="figure-description">{html.escape(plain(description))}</desc>'
    )
    return ('<?xml version="1.0" encoding="utf-8"?>\n' + head + body).encode("utf-8")


def png_bytes(figure: Figure, theme: Theme) -> bytes:
    """Render a figure as PNG."""
    return _rendered(
        figure,
        theme,
        lambda out: FigureCanvasAgg(figure).print_png(  # type: ignore[no-untyped-call]
            out, metadata={"Software": None}
        ),
    )


def _inner(figure: Figure) -> str:
    width, height = figure.get_size_inches()
    return f"{width * 72:g} {height * 72:g}"


def _rendered(figure: Figure, theme: Theme, render: Callable[[io.BytesIO], None]) -> bytes:
    out = io.BytesIO()
    with theme.applied():
        render(out)
    return out.getvalue()


def _without_style(tag: re.Match[str]) -> str:
    return _NO_TURN.sub("", _STYLE.sub(_attributes, tag.group()))


def _attributes(style: re.Match[str]) -> str:
    """Turn declarations into presentation attributes; the font's family is the root's."""
    written = []
    for declaration in style.group(1).split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip()
        if name and name != "font-family":
            written.append(f' {name}="{value.strip()}"')
    return "".join(written)
