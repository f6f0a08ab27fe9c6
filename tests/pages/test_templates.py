"""Templates, styles and scripts keep the rules: nothing inline, nothing from elsewhere."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from django.template.loader import get_template

PROJECT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))
SCRIPTS = sorted((PROJECT / "static").rglob("*.js"))
STYLES = sorted((PROJECT / "static").rglob("*.css"))
DRAWINGS = sorted((PROJECT / "static").rglob("*.svg"))

INLINE = {
    "a script without a file": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "words inside a script element": re.compile(r"<script[^>]*>\s*[^\s<]", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "an htmx handler": re.compile(r"\shx-(on|vals|headers)\b", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
}
ELSEWHERE = re.compile(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}", re.IGNORECASE)
NAMESPACE = "http://www.w3.org/2000/svg"


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def comments_gone(text: str) -> str:
    text = re.sub(r"\{#.*?#\}", "", text)
    return re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to(PROJECT / "templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_holds_nothing_inline_and_nothing_from_elsewhere(path: Path) -> None:
    text = comments_gone(path.read_text(encoding="utf-8"))
    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []
    assert ELSEWHERE.findall(text.replace(NAMESPACE, "")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_comment_of_one_line_ends_on_it(path: Path) -> None:
    # "{# … #}" over two lines is not a comment: it would be shown on the page
    for line in path.read_text(encoding="utf-8").splitlines():
        assert line.count("{#") == line.count("#}"), line


@pytest.mark.parametrize("path", [*SCRIPTS, *STYLES, *DRAWINGS], ids=name_of)
def test_a_static_file_asks_nobody_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace(NAMESPACE, "")
    assert ELSEWHERE.findall(text) == []
    assert "@import" not in text


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_script_is_small_and_writes_no_markup(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    assert not re.search(r"\b(eval|innerHTML|outerHTML|insertAdjacentHTML|document\.write)\b", text)
    assert not re.search(r"\bnew Function\b|\.style\b", text)


def tokens(theme: int) -> dict[str, str]:
    """Return the colours of tokens.css in one theme, 0 = light, 1 = dark."""
    text = (PROJECT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    text = text.partition("@media")[0]
    colours = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", text))
    for name, *pair in re.findall(
        r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\);", text
    ):
        colours[name] = pair[theme]
    return colours


def linear(colour: str) -> list[float]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    light = sorted(
        (sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True)))
        for colour in (one, other)
    )
    return (light[1] + 0.05) / (light[0] + 0.05)


TONES = ("pass", "warning", "fail", "untrimmed", "neutral", "unsure")
GROUNDS = ("canvas", "surface", "sunken", "raised", "hover", "accent-wash")
READ = [
    *itertools.product(("text", "text-soft", "text-quiet"), GROUNDS),
    *itertools.product(("accent", "accent-strong"), GROUNDS),
    *((tone, f"{tone}-wash") for tone in TONES),
    *itertools.product(TONES, ("surface", "hover")),
    *(("text", f"{tone}-wash") for tone in TONES),
    *(("text-quiet", f"{tone}-wash") for tone in TONES),
    ("on-accent", "accent-fill"),
    ("on-accent", "accent-fill-hover"),
]
SEEN = [
    *((f"{tone}-mark", ground) for tone in TONES for ground in ("surface", f"{tone}-wash")),
    *itertools.product(("control-line", "focus"), ("canvas", "surface", "sunken")),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_and_marks_stand_out_from_their_ground(theme: int) -> None:
    colours = tokens(theme)
    low = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in READ}
    assert {pair: round(got, 2) for pair, got in low.items() if got < 4.5} == {}
    low = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in SEEN}
    assert {pair: round(got, 2) for pair, got in low.items() if got < 3} == {}


# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
BLINDNESS = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def seen_by(eye: str, colour: str) -> tuple[float, float, float]:
    """Return the colour as CIE L*a*b* of somebody with this colour vision."""
    rgb = [
        min(1.0, max(0.0, sum(w * part for w, part in zip(row, linear(colour), strict=True))))
        for row in BLINDNESS[eye]
    ]
    x = (0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.9505
    y = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]
    z = (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("eye", BLINDNESS)
def test_the_verdicts_of_a_yield_differ_for_every_eye(eye: str, theme: int) -> None:
    colours = tokens(theme)
    marks = {tone: seen_by(eye, colours[f"{tone}-mark"]) for tone in ("pass", "warning", "fail")}
    for one, other in itertools.combinations(marks, 2):
        apart = sum((a - b) ** 2 for a, b in zip(marks[one], marks[other], strict=True)) ** 0.5
        assert apart > 15, (one, other, round(apart, 1))
