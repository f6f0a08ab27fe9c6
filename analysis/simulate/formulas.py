"""The few formulas the stations' sheets hold, as OOXML text and as BIFF8 tokens."""

from __future__ import annotations

import struct
from functools import cache

from analysis.simulate.cells import Formula, column_index

_SUBTRACT, _ADD, _LESS, _GREATER = b"\x04", b"\x03", b"\x09", b"\x0d"
_OR_OF_TWO = b"\x42\x02\x25\x00"
_IF_OF_THREE = b"\x42\x03\x01\x00"
_NOT_AVAILABLE = b"\x41\x0a\x00"


@cache
def _reference(letter: str, row: int, *, absolute: bool = False) -> bytes:
    column = column_index(letter) | (0 if absolute else 0xC000)
    return struct.pack("<BHH", 0x44, row - 1, column)


@cache
def dlts_error(row: int) -> Formula:
    """Return Lin Error: measured - theory + phase value."""
    tokens = (
        _reference("D", row)
        + _reference("F", row)
        + _SUBTRACT
        + _reference("B", 7, absolute=True)
        + _ADD
    )
    return Formula(f"D{row}-F{row}+$B$7", tokens)


@cache
def dlts_flag(row: int) -> Formula:
    """Return pass/fail?: the error where it is outside its limits, #N/A where it is inside."""
    error, upper, lower = (_reference(letter, row) for letter in "GIJ")
    condition = error + upper + _GREATER + error + lower + _LESS + _OR_OF_TWO
    # ptgAttr with the If and Goto bits holds jump lengths in bytes, the way Excel writes them
    when_true = error + struct.pack("<BBH", 0x19, 0x08, len(_NOT_AVAILABLE) + 7)
    when_false = _NOT_AVAILABLE + struct.pack("<BBH", 0x19, 0x08, 3)
    branch = struct.pack("<BBH", 0x19, 0x02, len(when_true))
    tokens = condition + branch + when_true + when_false + _IF_OF_THREE
    return Formula(f"IF(OR(G{row}>I{row},G{row}<J{row}),G{row},NA())", tokens)


@cache
def lts_error(row: int) -> Formula:
    """Return the error of a Laser 1 row: measured - theory."""
    tokens = _reference("A", row) + _reference("C", row) + _SUBTRACT
    return Formula(f"A{row}-C{row}", tokens)
