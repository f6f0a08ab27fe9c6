"""What people write for angles, points and linearity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.numerics.specification import LinearityKind, ToleranceKind
from analysis.numerics.specification_text import (
    Angle,
    LinearityWord,
    NotUnderstood,
    angle_sentence,
    angle_text,
    points_text,
    read_angle,
    read_linearity,
    read_points,
)

SYMMETRIC, RANGE, NONE = ToleranceKind.SYMMETRIC, ToleranceKind.RANGE, ToleranceKind.NONE
MINIMUM, MAXIMUM, BILATERAL = ToleranceKind.MINIMUM, ToleranceKind.MAXIMUM, ToleranceKind.BILATERAL


@pytest.mark.parametrize(
    ("text", "angle"),
    [
        ("351 deg +- 1", Angle(SYMMETRIC, 351.0, 1.0, "deg")),
        ("351±1", Angle(SYMMETRIC, 351.0, 1.0)),
        ("351 +/- 1", Angle(SYMMETRIC, 351.0, 1.0)),
        ("351 + - 1", Angle(SYMMETRIC, 351.0, 1.0)),
        ("351° ± 1°", Angle(SYMMETRIC, 351.0, 1.0, "deg")),
        ("340 plus/minus 4 degrees", Angle(SYMMETRIC, 340.0, 4.0, "deg")),
        ("1.5 in ± .01", Angle(SYMMETRIC, 1.5, 0.01, "in")),
        ("1.5” ±.01”", Angle(SYMMETRIC, 1.5, 0.01, "in")),
        ("1.5 inches ± .01 in.", Angle(SYMMETRIC, 1.5, 0.01, "in")),
        ("350 ± 0", Angle(SYMMETRIC, 350.0, 0.0)),
        ("89 - 91", Angle(RANGE, 90.0, 1.0)),
        ("89–91°", Angle(RANGE, 90.0, 1.0, "deg")),
        ("89 to 91 in", Angle(RANGE, 90.0, 1.0, "in")),
        ("350 Min", Angle(MINIMUM, 350.0)),
        ("min. 350 deg", Angle(MINIMUM, 350.0, None, "deg")),
        ("350 Max", Angle(MAXIMUM, 350.0)),
        ("350 deg maximum", Angle(MAXIMUM, 350.0, None, "deg")),
        ("+-45", Angle(BILATERAL, 90.0)),
        ("±45 deg", Angle(BILATERAL, 90.0, None, "deg")),
        ("350.", Angle(NONE, 350.0)),
        ("  350  deg ", Angle(NONE, 350.0, None, "deg")),
    ],
)
def test_every_form_of_an_angle_is_read(text: str, angle: Angle) -> None:
    assert read_angle(text) == angle
    assert read_angle(angle_text(angle)) == angle
    assert angle_sentence(angle)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Section A, B & C = 60 +-.3", "for each track"),
        ("TRK1 60 ±1", "for each track"),
        ("garbage", "not an angle"),
        ("", "no angle"),
        ("   ", "no angle"),
        ("351 ±", "not an angle"),
        ("-45", "not an angle"),
        ("10-3-2", "not an angle"),
        ("1e5", "not an angle"),
        ("nan", "not an angle"),
        ("1,5 in", "point and no comma"),
        ("350 min 355 max", "two limits"),
        ("350 +1 -2", "uneven"),
        ("±45 ±1", "each side or the whole"),
        ("91 - 89", "write “89 - 91”"),
        ("5 - 5", "the same"),
        ("90 deg - 91 in", "mixed"),
        ("0", "larger than 0"),
        ("10 ± 10", "smaller than the angle"),
        ("9" * 201, "longer than"),
    ],
)
def test_what_is_no_angle_is_answered_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(NotUnderstood, match=words):
        read_angle(text)


numbers = st.integers(1, 10**7).map(lambda n: n / 1000)


@given(numbers, st.integers(0, 999), st.sampled_from(["", "deg", "in"]))
def test_a_written_symmetric_angle_reads_the_same(angle: float, part: int, unit: str) -> None:
    written = Angle(SYMMETRIC, angle, round(angle * part / 1000, 9), unit)
    assert read_angle(angle_text(written)) == written


@given(st.integers(1, 10**7), st.integers(1, 10**7), st.sampled_from(["", "deg", "in"]))
def test_a_written_range_reads_the_same(low: int, width: int, unit: str) -> None:
    written = read_angle(f"{low / 1000} - {(low + width) / 1000} {unit}")
    assert read_angle(angle_text(written)) == written


@given(st.text(max_size=300))
def test_any_text_is_read_or_answered_with_a_sentence(text: str) -> None:
    for reader in (read_angle, read_points, read_linearity):
        try:
            reader(text)
        except NotUnderstood as answer:
            assert str(answer).endswith((".", "”."))


@pytest.mark.parametrize(
    ("text", "points", "written"),
    [
        ("", (), ""),
        ("5", (5,), "5"),
        ("0-2, 48-50", (0, 1, 2, 48, 49, 50), "0-2, 48-50"),
        ("48–50;0 - 2", (0, 1, 2, 48, 49, 50), "0-2, 48-50"),
        ("3, 1, 2, 2", (1, 2, 3), "1-3"),
        ("0-0, 7", (0, 7), "0, 7"),
    ],
)
def test_points_count_from_0_and_ranges_hold_both_ends(
    text: str, points: tuple[int, ...], written: str
) -> None:
    assert read_points(text) == points
    assert points_text(points) == written


@given(st.sets(st.integers(0, 3000), max_size=60))
def test_written_points_read_the_same(points: set[int]) -> None:
    assert read_points(points_text(points)) == tuple(sorted(points))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5-2", "write “2-5”"),
        ("a", "not a point"),
        ("1,,2", "not a point"),
        ("-3", "not a point"),
        ("1.5", "not a point"),
        ("0-9999999", "beyond"),
        ("0-20000", "More than"),
        ("1," * 1500, "at most"),
    ],
)
def test_what_is_no_list_of_points_is_answered(text: str, words: str) -> None:
    with pytest.raises(NotUnderstood, match=words):
        read_points(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Independent", LinearityWord(LinearityKind.INDEPENDENT)),
        ("ABSOLUTE", LinearityWord(LinearityKind.ABSOLUTE)),
        ("Term Base", LinearityWord(LinearityKind.TERMINAL_BASED)),
        ("terminal-based", LinearityWord(LinearityKind.TERMINAL_BASED)),
        ("Zero-Based", LinearityWord(LinearityKind.ZERO_BASED)),
        ("Independent Linearity", LinearityWord(LinearityKind.INDEPENDENT)),
        ("VR Max", LinearityWord(None, "VR Max")),
        ("custom", LinearityWord(None, "Custom")),
        (" ", LinearityWord(None)),
    ],
)
def test_words_for_linearity(text: str, word: LinearityWord) -> None:
    assert read_linearity(text) == word


def test_an_unknown_linearity_names_the_known_ones() -> None:
    with pytest.raises(NotUnderstood, match="Zero-Based, Term Base"):
        read_linearity("conformity")
