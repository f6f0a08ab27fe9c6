"""What people and drawings write in a specification, turned into numbers and back.

Angle texts ("351 deg +- 1", "350 Min", "89 - 91", "+-45"), lists of points ("0-2, 48-50") and the
words for linearity. Texts are short and bounded, every expression is linear in them, and whatever
is not understood is answered with a sentence that says what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.numerics.columns import LARGEST_VALUE
from analysis.numerics.specification import LinearityKind, ToleranceKind

DEGREES, INCHES = "deg", "in"
LARGEST_POINT = 999_999
MOST_POINTS = 10_000
LONGEST_TEXT = 200
LONGEST_POINTS = 2_000

_NUMBER = r"(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})"
_UNIT = r"(?:\s*(deg|in))?"
_SPELLINGS = (
    (re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"), "-"),  # every dash and minus
    (re.compile(r"\+\s?/?\s?-|plus\s?(?:or|/)\s?minus"), "±"),
    (re.compile("[°º˚]|degrees?|degs?\\.?"), "deg"),
    (re.compile('["”“″]|inch(?:es)?|ins?\\.?(?![a-z])'), "in"),
    (re.compile(r"minimum|min\.?(?![a-z])"), "min"),
    (re.compile(r"maximum|max\.?(?![a-z])"), "max"),
    (re.compile(r"[\s\u00a0]+"), " "),
)
_SECTIONS = re.compile(r"=|&|;|\b(?:sections?|sect?|tracks?|trk|cup)(?![a-z])")
_SYMMETRIC = re.compile(rf"{_NUMBER}{_UNIT}\s*±\s*{_NUMBER}{_UNIT}")
_RANGE = re.compile(rf"{_NUMBER}{_UNIT}\s*(?:-|to)\s*{_NUMBER}{_UNIT}")
_BILATERAL = re.compile(rf"±\s*{_NUMBER}{_UNIT}")
_ONE_SIDED = re.compile(rf"{_NUMBER}{_UNIT}\s*(min|max)|(min|max)\s*{_NUMBER}{_UNIT}")
_PLAIN = re.compile(rf"{_NUMBER}{_UNIT}")
_TWO_LIMITS = re.compile(r"min.*max|max.*min")
_UNEVEN = re.compile(r"\+\s?[\d.]+.*-\s?[\d.]|-\s?[\d.]+.*\+\s?[\d.]")
_EXAMPLES = "Write it as “351 deg ±1”, “350 min”, “350 max”, “89 - 91”, “±45” or “1.5 in ±.01”."

_POINT_RANGE = re.compile(r"(\d{1,7})(?:\s?(?:-|\.\.|to)\s?(\d{1,7}))?")

_KINDS = {
    "independent": LinearityKind.INDEPENDENT,
    "absolute": LinearityKind.ABSOLUTE,
    "zerobased": LinearityKind.ZERO_BASED,
    "zerobase": LinearityKind.ZERO_BASED,
    "zero": LinearityKind.ZERO_BASED,
    "terminalbased": LinearityKind.TERMINAL_BASED,
    "terminalbase": LinearityKind.TERMINAL_BASED,
    "terminal": LinearityKind.TERMINAL_BASED,
    "termbased": LinearityKind.TERMINAL_BASED,
    "termbase": LinearityKind.TERMINAL_BASED,
    "term": LinearityKind.TERMINAL_BASED,
}
_OTHER_WORDS = {"vrmax": "VR Max", "custom": "Custom"}


class NotUnderstood(ValueError):
    """A text that cannot be read; the message tells the person what to write."""


@dataclass(frozen=True, slots=True)
class Angle:
    """An electrical angle or length with its tolerance; no tolerance where none was written."""

    kind: ToleranceKind
    angle: float  # nominal, above zero
    tolerance: float | None = None  # symmetric and range
    unit: str = ""  # "deg", "in", or "" where the text does not say


@dataclass(frozen=True, slots=True)
class LinearityWord:
    """A word for linearity: one of the four kinds, or a word that is kept as it is."""

    kind: LinearityKind | None
    word: str = ""


def read_angle(text: str) -> Angle:
    """Read an angle text. Raises NotUnderstood.

    A range becomes its middle and half of it; "±45" is 45 to each side, so 90 in all.
    """
    if len(text) > LONGEST_TEXT:
        raise NotUnderstood(f"That is longer than {LONGEST_TEXT} characters. {_EXAMPLES}")
    plain = _plain(text)
    _refuse_known_troubles(plain)
    for form, reader in _FORMS:
        found = form.fullmatch(plain)
        if found:
            return _checked(reader(found))
    raise NotUnderstood(f"“{text.strip()}” is not an angle that can be read. {_EXAMPLES}")


def angle_text(angle: Angle) -> str:
    """Write an angle so that ``read_angle`` reads the same one."""
    unit = f" {angle.unit}" if angle.unit else ""
    number, tolerance = plain_number(angle.angle), plain_number(angle.tolerance or 0.0)
    if angle.kind is ToleranceKind.SYMMETRIC:
        return f"{number}{unit} ±{tolerance}"
    if angle.kind is ToleranceKind.RANGE:
        half = angle.tolerance or 0.0
        low, high = round(angle.angle - half, 9), round(angle.angle + half, 9)
        return f"{plain_number(low)} - {plain_number(high)}{unit}"
    if angle.kind is ToleranceKind.BILATERAL:
        return f"±{plain_number(angle.angle / 2.0)}{unit}"
    if angle.kind is ToleranceKind.NONE:
        return f"{number}{unit}"
    return f"{number}{unit} {'min' if angle.kind is ToleranceKind.MINIMUM else 'max'}"


def angle_sentence(angle: Angle) -> str:
    """Say what was understood, for a preview."""
    unit = {DEGREES: "°", INCHES: " in"}.get(angle.unit, "")
    whole, half = f"{plain_number(angle.angle)}{unit}", plain_number(angle.tolerance or 0.0)
    low = plain_number(round(angle.angle - (angle.tolerance or 0.0), 9))
    high = plain_number(round(angle.angle + (angle.tolerance or 0.0), 9))
    return {
        ToleranceKind.NONE: f"{whole}, no tolerance: no rotation is allowed.",
        ToleranceKind.SYMMETRIC: f"{whole} ±{half}{unit}: from {low} to {high}{unit}.",
        ToleranceKind.RANGE: f"From {low} to {high}{unit}: nominal {whole} ±{half}{unit}.",
        ToleranceKind.BILATERAL: (
            f"{plain_number(angle.angle / 2.0)}{unit} to each side, {whole} in all, no tolerance: "
            "no rotation is allowed."
        ),
        ToleranceKind.MINIMUM: (
            f"At least {whole}. A rotation is allowed only up to a stated largest angle."
        ),
        ToleranceKind.MAXIMUM: (
            f"At most {whole}. A rotation is allowed only down to a stated smallest angle."
        ),
    }[angle.kind]


def read_points(text: str) -> tuple[int, ...]:
    """Read a list of 0-based points, both ends of a range included. Raises NotUnderstood."""
    if len(text) > LONGEST_POINTS:
        raise NotUnderstood(f"A list of points has at most {LONGEST_POINTS} characters.")
    plain = _plain(text)
    points: set[int] = set()
    for part in re.split(r"[,;]", plain) if plain else ():
        found = _POINT_RANGE.fullmatch(part.strip())
        if not found:
            raise NotUnderstood(
                f"“{part.strip()[:60]}” is not a point or a range of points. Write “0-2, 48-50”, "
                "counted from 0."
            )
        first = int(found[1])
        last = first if found[2] is None else int(found[2])
        if last < first:
            raise NotUnderstood(f"“{part.strip()}” runs backwards; write “{last}-{first}”.")
        if last > LARGEST_POINT:
            raise NotUnderstood(f"Point {last} is beyond {LARGEST_POINT}, the last possible one.")
        if len(points) + last - first >= MOST_POINTS:
            raise NotUnderstood(f"More than {MOST_POINTS} points cannot be excluded.")
        points.update(range(first, last + 1))
    return tuple(sorted(points))


def points_text(points: Iterable[int]) -> str:
    """Write points as ``read_points`` reads them, neighbours joined to ranges."""
    ranges: list[list[int]] = []
    for point in sorted(set(points)):
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return ", ".join(f"{low}" if low == high else f"{low}-{high}" for low, high in ranges)


def read_linearity(text: str) -> LinearityWord:
    """Read the word for a kind of linearity; blank is no kind. Raises NotUnderstood.

    "VR Max" and "Custom" are known words without a kind of their own: they are kept.
    """
    key = re.sub(r"[^a-z]", "", text.lower().removesuffix("linearity"))[:LONGEST_TEXT]
    if not text.strip():
        return LinearityWord(None)
    if key in _KINDS:
        return LinearityWord(_KINDS[key])
    if key in _OTHER_WORDS:
        return LinearityWord(None, _OTHER_WORDS[key])
    raise NotUnderstood(
        f"“{text.strip()[:60]}” is no known kind of linearity. Known are Independent, Absolute, "
        "Zero-Based, Term Base, VR Max and Custom."
    )


def plain_number(value: float) -> str:
    """Write a number shortly and without an exponent."""
    return f"{value:.9f}".rstrip("0").rstrip(".")


def _plain(text: str) -> str:
    plain = text.lower()
    for spelling, mark in _SPELLINGS:
        plain = spelling.sub(mark, plain)
    return plain.strip(" .") if plain.strip(" ").endswith(" .") else plain.strip()


def _refuse_known_troubles(plain: str) -> None:
    if not plain:
        raise NotUnderstood(f"There is no angle in it. {_EXAMPLES}")
    if _SECTIONS.search(plain):
        raise NotUnderstood(
            "This names sections. Write one specification for each track instead, with that "
            "track's angle alone, as “60 deg ±.3”."
        )
    if "," in plain:
        raise NotUnderstood("Write decimals with a point and no comma, as “1.5 in ±.01”.")
    if _TWO_LIMITS.search(plain):
        raise NotUnderstood(
            "This gives two limits. Write a range, as “89 - 91”; or “350 min” with the largest "
            "angle in its own field, where 350 is the nominal one."
        )
    if plain.count("±") > 1 or (plain.startswith("±") and plain.count("±") + plain.count("+") > 1):
        raise NotUnderstood(
            "A tolerance on a two-sided angle can mean each side or the whole. Write the whole "
            "angle, as “90 deg ±1”."
        )
    if _UNEVEN.search(plain):
        raise NotUnderstood("The tolerance is uneven. Write the two ends, as “349 - 352”.")


def _symmetric(found: re.Match[str]) -> Angle:
    unit = _one_unit(found[2], found[4])
    return Angle(ToleranceKind.SYMMETRIC, float(found[1]), float(found[3]), unit)


def _range(found: re.Match[str]) -> Angle:
    low, high, unit = float(found[1]), float(found[3]), _one_unit(found[2], found[4])
    if high <= low:
        raise NotUnderstood(
            f"The range runs backwards; write “{plain_number(high)} - {plain_number(low)}”."
            if high < low
            else "Both ends of the range are the same; write the angle alone."
        )
    middle, half = round((low + high) / 2.0, 9), round((high - low) / 2.0, 9)
    return Angle(ToleranceKind.RANGE, middle, half, unit)


def _bilateral(found: re.Match[str]) -> Angle:
    return Angle(ToleranceKind.BILATERAL, 2.0 * float(found[1]), None, found[2] or "")


def _one_sided(found: re.Match[str]) -> Angle:
    word = found[3] or found[4]
    kind = ToleranceKind.MINIMUM if word == "min" else ToleranceKind.MAXIMUM
    return Angle(kind, float(found[1] or found[5]), None, found[2] or found[6] or "")


def _no_tolerance(found: re.Match[str]) -> Angle:
    return Angle(ToleranceKind.NONE, float(found[1]), None, found[2] or "")


_FORMS = (
    (_SYMMETRIC, _symmetric),
    (_RANGE, _range),
    (_BILATERAL, _bilateral),
    (_ONE_SIDED, _one_sided),
    (_PLAIN, _no_tolerance),
)


def _one_unit(first: str | None, second: str | None) -> str:
    if first and second and first != second:
        raise NotUnderstood("Degrees and inches are mixed. Write both numbers in one unit.")
    return first or second or ""


def _checked(angle: Angle) -> Angle:
    if not 0.0 < angle.angle < LARGEST_VALUE:
        raise NotUnderstood("The angle has to be larger than 0.")
    if angle.tolerance is not None and angle.tolerance >= angle.angle:
        raise NotUnderstood("The tolerance has to be smaller than the angle.")
    return angle
