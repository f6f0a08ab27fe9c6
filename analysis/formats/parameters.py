"""The set-up of the laser: numbers, and words of a machine, never of a person.

Parameter sheets are also where somebody noted the customer and the drawing (a block "REPORT INFO"
below the model's own rows). So a number is kept under any label above such a block, a word only
under a label known to choose between the settings of the machine.
"""

from __future__ import annotations

from math import isfinite

from analysis.formats.cells import Rows, letter, number, text
from analysis.formats.station_file import Reading

MAX_ROWS = 200

_REPORT = "report"
_NEVER = ("customer", "drawing", "model", "operator", "note", "comment", "p/n", "part")
_WORDS = frozenset(
    {
        "auto-retrim",
        "auto-retrim?",
        "balance ends?",
        "element configuration",
        "end collet release?",
        "end position",
        "establish coordinates",
        "indexing method",
        "initial end-balance?",
        "laser cut direction",
        "laser direction",
        "laser start position",
        "move plate during setup",
        "move plate during setup?",
        "plate move during setup?",
        "pot type",
        "response",
        "response (linear or function)",
        "source of trim deltas",
        "trim delta source",
        "trim range",
        "type",
        "use table theory?",
    }
)


def labelled_values(
    rows: Rows, sheet: str, *, label: int, value: int, first: int = 1, prefix: str = ""
) -> dict[str, Reading]:
    """Read a block of labels and values; blank values are left out, a repeated label gets its cell.

    ``label`` and ``value`` are zero-based columns, ``first`` is an Excel row number.
    """
    found: dict[str, Reading] = {}
    column = letter(value)
    wide = max(label, value)
    for row, cells in enumerate(rows[first - 1 : MAX_ROWS], first):
        if len(cells) <= wide:
            break  # rows of a sheet are equally long
        if cells[label] == "":
            continue
        content, name = cells[value], text(cells[label])
        lower = name.lower()
        if content == "" or not name:
            if lower.startswith(_REPORT):
                break
            continue
        if type(content) is float:
            kept: float | str = content
        else:
            kept = text(content) if lower in _WORDS else number(content)
        if isinstance(kept, float) and not isfinite(kept):
            continue
        if kept == "" or lower.startswith(_NEVER):
            continue
        cell = f"{column}{row}"
        key = prefix + name
        found[key if key not in found else f"{key} ({cell})"] = Reading(kept, sheet, cell)
    return found
