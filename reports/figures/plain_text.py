"""Words for a figure: any text of a workbook made safe to draw, numbers made fit to read."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"
MINUS = "−"
# Controls break XML, surrogates break UTF-8, format characters (bidirectional overrides among
# them) would let a serial number rearrange the words beside it.
_UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def plain(text: str, longest: int | None = None) -> str:
    """Return text as one line without controls, its middle cut out where it is too long.

    Parameters
    ----------
    text : str
        As read from a workbook.
    longest : int, optional
        Characters to keep, the ellipsis included.
    """
    kept = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in _UNWANTED
    )
    line = " ".join(kept.split())
    if longest is None or len(line) <= longest:
        return line
    head = (longest - 1) * 2 // 3
    return line[:head] + ELLIPSIS + line[len(line) - (longest - 1 - head) :]


def wide_letters(text: str) -> int:
    """Count the letters as wide as high, which our own font measures as narrow boxes."""
    return sum(unicodedata.east_asian_width(character) in "WF" for character in text)


def points(count: int) -> str:
    """Write a number of points."""
    return "1 point" if count == 1 else f"{count:,} points"


def number(value: float) -> str:
    """Write a number with three or four significant digits and a real minus sign."""
    size = abs(value)
    if size == 0.0:
        return "0"
    if size < 0.01 or size >= 1e6:
        text = f"{value:.2g}"
    elif size < 10.0:
        text = f"{value:.2f}"
    else:
        text = f"{value:.1f}" if size < 1000.0 else f"{value:,.0f}"
    return text.replace("-", MINUS)


def signed(value: float) -> str:
    """Write a number with its sign, a plus for zero."""
    return number(value) if value < 0.0 else f"+{number(value)}"


def words_of(parts: list[str]) -> str:
    """Join sentences' parts that are not empty by a middle dot."""
    return " · ".join(part for part in parts if part)
