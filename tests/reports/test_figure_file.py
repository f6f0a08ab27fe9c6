"""What leaves as a file: real text, nothing hostile, equal bytes for equal figures."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from reports.figures.error_sweep import draw_error_sweep
from reports.figures.figure_file import png_bytes, svg_bytes
from reports.figures.plain_text import number, plain, signed
from tests.reports.sweeps import LIGHT, drawn, parsed, sweep

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>\"'&",
    "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>",
    '" style="fill:red" onload="alert(1)',
    "$x^2$ and $\\frac{unclosed",
    "שלום 8340 עולם",
    "\u202e8340\u202c\u2066x",
    "a\x00b\x07c\ud800d\ufffee",
    "多圈電位器 🎛",
    "M 1\nL 2\r\nz",
    "9" * 200,
    "=HYPERLINK(1)",
    "../../etc/passwd",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.filterwarnings("error")
def test_a_hostile_name_is_text_and_nothing_else(name: str) -> None:
    data = sweep(model=name, serial=name, track=name, reason=name, tested_at=name, method=name)
    root = parsed(drawn(data))
    plain_root = parsed(drawn(sweep()))
    kinds = {node.tag for node in root.iter()}
    assert kinds <= {node.tag for node in plain_root.iter()}
    known = {key for node in plain_root.iter() for key in node.keys()}  # noqa: SIM118
    assert {key for node in root.iter() for key in node.keys()} <= known  # noqa: SIM118
    texts = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    assert any(text.startswith(f"Model {plain(name, 36)}") for text in texts)
    assert plain(name) in root.findtext(f"{SVG}desc", "")
    assert png_bytes(draw_error_sweep(data, LIGHT), LIGHT).startswith(b"\x89PNG")


def test_a_long_name_does_not_leave_the_figure() -> None:
    data = sweep(model="W" * 200, serial="W" * 200, track="W" * 200)
    figure = draw_error_sweep(data, LIGHT)
    with LIGHT.applied():
        figure.draw_without_rendering()
        width = figure.bbox.width
        for text in figure.texts:
            assert text.get_window_extent().x1 <= width


def test_the_longest_legend_and_title_stay_in_the_figure() -> None:
    rows = tuple(range(120))
    data = sweep(
        161, failing_as_measured=rows, failing_corrected=rows, deciding=(1,), offset=-0.1234,
        before_trim=True, reason="x" * 300,
    )  # fmt: skip
    figure = draw_error_sweep(data, LIGHT)
    with LIGHT.applied():
        figure.draw_without_rendering()
        for artist in (*figure.texts, *figure.legends):
            box = artist.get_window_extent()
            assert (box.x0 >= 0, box.x1 <= figure.bbox.width) == (True, True), artist


def test_equal_figures_are_equal_bytes() -> None:
    assert drawn(sweep()) == drawn(sweep())
    first, second = (png_bytes(draw_error_sweep(sweep(), LIGHT), LIGHT) for _ in range(2))
    assert first == second


def test_the_svg_is_described_and_refers_to_nothing_outside() -> None:
    svg = drawn(sweep())
    root = parsed(svg)
    assert root.get("role") == "img"
    ids = {node.get("id") for node in root.iter()}
    assert set((root.get("aria-labelledby") or "").split()) <= ids
    assert root.findtext(f"{SVG}title") == "All 161 points inside the limits as measured"
    assert (root.findtext(f"{SVG}desc") or "").startswith("Error against position, track TRK1")
    assert "style" not in svg  # the site's content security policy allows no inline style
    assert "DOCTYPE" not in svg
    assert "dc:date" not in svg
    assert set(re.findall(r'"(https?://[^"]*)"', svg)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_title_and_description_are_escaped() -> None:
    figure = draw_error_sweep(sweep(), LIGHT)
    svg = svg_bytes(figure, LIGHT, title="<b>&", description="</desc><script/>").decode()
    root = parsed(svg)
    assert root.findtext(f"{SVG}title") == "<b>&"
    assert root.findtext(f"{SVG}desc") == "</desc><script/>"


def test_pyplot_is_never_imported() -> None:
    script = (
        "import sys; from tests.reports.sweeps import drawn, sweep; drawn(sweep()); "
        "sys.exit('matplotlib.pyplot' in sys.modules or 'django' in sys.modules)"
    )
    project = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=project, check=False).returncode == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (3.1, "3.10"), (-12.34, "−12.3"), (1234.5, "1,234"), (1e-5, "1e−05")],
)
def test_numbers_are_fit_to_read(value: float, text: str) -> None:
    assert number(value) == text


def test_signs_are_written() -> None:
    assert [signed(value) for value in (1.0, 0.0, -1.0)] == ["+1.00", "+0", "−1.00"]


def test_a_long_text_loses_its_middle() -> None:
    assert plain("abcdefghij", 5) == "ab…ij"
    assert plain(" a \n\t b\x00 ", 5) == "a b"
