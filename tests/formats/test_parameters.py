"""The set-up is kept, the people and customers beside it are not."""

from __future__ import annotations

from analysis.formats.parameters import labelled_values
from tests.formats import books
from tests.formats.conftest import Reader


def read(rows: books.Sheet, **where: object) -> dict[str, object]:
    found = labelled_values(rows, "Set-up", label=0, value=1, **where)  # type: ignore[arg-type]
    assert all(reading.sheet == "Set-up" for reading in found.values())
    return {label: reading.value for label, reading in found.items()}


def test_numbers_are_kept_under_any_label_and_words_only_under_known_ones() -> None:
    rows = [
        ["Laser Power (0-255)", 62.0],
        ["Trim Range", ">32.512"],
        ["Center-Tap Target", "5.000"],
        ["Anything", "a word"],
        ["Nothing", ""],
        ["", 5.0],
        ["Not a number", "NaN"],
        ["Whole", 4],
        ["Zero", 0.0],
    ]
    assert read(rows) == {
        "Laser Power (0-255)": 62.0,
        "Trim Range": ">32.512",
        "Center-Tap Target": 5.0,
        "Whole": 4.0,
        "Zero": 0.0,
    }


def test_customer_and_drawing_are_never_kept(read_dlts: Reader) -> None:
    sheets = books.dlts()
    sheets["Model Parameters"] += [
        ["Customer", "Invented Ltd"],
        ["REPORT INFO", ""],
        ["Anything", 1234.0],
        ["Drawing", 5678.0],
    ]
    shown = repr(read_dlts(sheets))
    assert "Invented" not in shown
    assert "1234" not in shown
    assert "5678" not in shown


def test_a_repeated_label_carries_its_cell() -> None:
    assert read([["Length", 1.0], ["Length", 2.0]], prefix="TRM1: ") == {
        "TRM1: Length": 1.0,
        "TRM1: Length (B2)": 2.0,
    }


def test_a_narrow_or_endless_sheet_is_no_trouble() -> None:
    assert read([["Length"]]) == {}
    assert len(read([[f"L{i}", 1.0] for i in range(5000)])) == 200
