"""The figure shows what was judged, whatever was judged."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from reports.figures.error_sweep import Curve, describe, draw_error_sweep, finding_of
from reports.figures.figure_file import png_bytes
from reports.figures.sweep_data import frame_of
from reports.figures.theme import THEMES, ThemeName
from tests.reports.sweeps import LIGHT, drawn, parsed, sweep

NAN = float("nan")


def words(svg: str) -> list[str]:
    root = parsed(svg)
    return ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]


def line_of(data: Any, label: str) -> tuple[np.ndarray, np.ndarray]:
    figure = draw_error_sweep(data, LIGHT)
    for line in figure.axes[0].lines:
        if str(line.get_label()).startswith(label):
            return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    raise AssertionError(f"no line {label!r}")


def test_title_axes_and_footer_say_what_it_is() -> None:
    said = words(drawn(sweep()))
    assert "All 161 points inside the limits as measured" in said
    assert "Position (deg)" in said
    assert "Error (mV)" in said
    assert "Model 8340-1 · Serial 246 · TRK1 · Pass" in said
    footer = "161 points · Tested 2025-05-28 06:34 · Method lasertrim-1 · File 3fa9c1d20b7e"
    assert footer in said


def test_where_a_shift_decides_both_curves_and_their_failing_points_are_drawn() -> None:
    data = sweep(failing_as_measured=(3, 5), failing_corrected=(5,), deciding=(5, 9), offset=0.0031)
    said = words(drawn(data))
    assert "2 of 161 points outside; 1 stays outside at the best shift, +3.10 mV" in said
    labels = ["Limits", "As measured", "Shifted", "Outside as measured (2)", "Outside shifted (1)"]
    for label in [*labels, "Deciding"]:
        assert label in said
    x, y = line_of(data, "Outside shifted")
    assert x == pytest.approx([data.position[5]])
    assert y == pytest.approx([(data.error[5] + 0.0031) * 1000])
    x, _ = line_of(data, "Deciding")
    assert x == pytest.approx(data.position[[5, 9]])


def test_passing_after_a_shift_says_so() -> None:
    data = sweep(failing_as_measured=tuple(range(8)), offset=0.0031)
    assert finding_of(data) == "8 of 161 points outside; passes with a shift of +3.10 mV"


def test_a_warning_says_what_made_it() -> None:
    data = sweep(verdict="Warning", remark="sigma gradient above its threshold")
    assert finding_of(data) == (
        "All 161 points inside the limits as measured; sigma gradient above its threshold"
    )


def test_as_measured_decides_alone_where_it_passes() -> None:
    said = words(drawn(sweep(offset=0.001, deciding=(1, 2))))
    assert "Shifted" not in said
    assert "Deciding" in said, "they set the ends of the window, drawn on the curve that decides"


def test_the_band_of_shifts_that_pass_is_shaded() -> None:
    assert "Shifts that pass" in words(drawn(sweep(window=(-0.003, 0.003))))
    for without in ({"window": None}, {"window": (0.0, 0.0)}, {"judged": False}):
        said = words(drawn(sweep(**({"window": (-0.003, 0.003)} | without))))
        assert "Shifts that pass" not in said


def test_a_rotation_is_drawn_and_said() -> None:
    data = sweep(
        failing_as_measured=(3,), offset=0.001, rotation=-0.0151, theory=np.linspace(0, 10, 161)
    )
    said = words(drawn(data))
    assert "Corrected" in said
    assert "rotation of −0.0151" in finding_of(data)
    assert np.allclose(data.corrected(), data.error + 0.001 - 0.0151 * np.linspace(0, 10, 161))


def test_excluded_points_are_grey_counted_and_do_not_stretch_the_frame() -> None:
    data = sweep(excluded=(0, 1))
    assert "Excluded (2)" in words(drawn(data))
    wild = data.error.copy()
    wild[0] = -10.0
    assert frame_of(sweep(error=wild, excluded=(0, 1))).bottom > -0.1
    assert frame_of(sweep(error=wild)).bottom < -9.0


def test_points_without_limits_are_a_gap_in_the_band() -> None:
    upper = np.full(161, 0.01)
    upper[:20] = NAN
    upper[50] = NAN
    upper[52] = NAN  # row 51 has a limit and no neighbour with one
    data = sweep(upper=upper, lower=-upper, points_graded=139)
    figure = draw_error_sweep(data, LIGHT)
    edges = [line for line in figure.axes[0].lines if line.get_color() == LIGHT.limit]
    assert np.isnan(edges[0].get_ydata()[:20]).all()
    dashes = [artist for artist in figure.axes[0].collections if len(artist.get_paths()) == 1]
    assert dashes
    assert "161 points, 139 graded" in drawn(data)


def test_a_before_trim_curve_that_dwarfs_the_band_leaves_the_frame_and_it_says_so() -> None:
    before = Curve(position=np.linspace(-160, 160, 50), error=np.linspace(-0.096, 0.055, 50))
    data = sweep(before=before)
    frame = frame_of(data)
    assert frame.top < 0.02
    assert "Before trim leaves the frame (−96.0 to +55.0 mV)" in words(drawn(data))


def test_a_before_trim_curve_that_fits_is_shown_whole() -> None:
    before = Curve(position=np.linspace(-160, 160, 50), error=np.linspace(-0.02, 0.02, 50))
    frame = frame_of(sweep(before=before))
    assert (frame.bottom < -0.02, frame.top > 0.02, frame.notes) == (True, True, ())


def test_a_failing_point_is_never_outside_the_frame() -> None:
    error = np.zeros(161)
    error[7] = 4.0
    frame = frame_of(sweep(error=error, failing_as_measured=(7,), offset=-0.1))
    assert frame.top > 4.0
    assert frame.unit == "V"


def test_limits_of_volts_do_not_press_the_curve_flat() -> None:
    upper = np.arange(161.0)
    data = sweep(upper=upper, lower=-upper, judged=False, verdict="Not evaluable", reason="A row.")
    assert frame_of(data).top < 0.1
    assert "Limits leave the frame (±160.0 V)" in words(drawn(data))
    assert "Not evaluable: a row" in words(drawn(data))


def test_an_untrimmed_track_is_named_before_trimming() -> None:
    data = sweep(before_trim=True, verdict="Untrimmed", failing_as_measured=(1,), offset=0.001)
    assert finding_of(data).startswith("Before trimming: 1 of 161 points outside")


NOTHING = np.empty(0)
BAD: dict[str, dict[str, Any]] = {
    "no points": {
        "position": NOTHING,
        "error": NOTHING,
        "upper": NOTHING,
        "lower": NOTHING,
        "verdict": "Not measured",
        "judged": False,
        "reason": "Every sheet of this track is a copy of the template.",
    },
    "nothing measured": {"measured": np.zeros(161, bool), "points_graded": 0},
    "one point": {
        "position": np.array([3.0]),
        "error": np.array([0.001]),
        "upper": np.array([0.01]),
        "lower": np.array([-0.01]),
    },
    "one point without a limit": {
        "position": np.array([0.0]),
        "error": np.array([0.0]),
        "upper": np.array([NAN]),
        "lower": np.array([NAN]),
        "points_graded": 0,
    },
    "errors are NaN": {
        "error": np.full(161, NAN),
        "failing_as_measured": tuple(range(161)),
        "failing_corrected": tuple(range(161)),
    },
    "everything is NaN": {
        "position": np.full(161, NAN),
        "error": np.full(161, NAN),
        "upper": np.full(161, NAN),
        "lower": np.full(161, NAN),
        "points_graded": 0,
    },
    "no limits": {"upper": np.full(161, NAN), "lower": np.full(161, NAN), "points_graded": 0},
    "constant position": {"position": np.full(161, 12.0)},
    "falling and repeated positions": {"position": np.repeat(np.arange(23.0), 7)[::-1]},
    "flat error": {
        "error": np.full(161, 0.25),
        "upper": np.full(161, NAN),
        "lower": np.full(161, NAN),
    },
    "infinite and absurd": {
        "error": np.resize([np.inf, -np.inf, 1e300, 0.0], 161),
        "upper": np.full(161, 1e308),
        "lower": np.full(161, -1e308),
    },
    "limits of zero width": {"upper": np.zeros(161), "lower": np.zeros(161)},
    "tiny numbers": {"error": np.full(161, 1e-300), "upper": np.full(161, 2e-300)},
    "rows beyond the sweep": {
        "failing_as_measured": (-1, 500),
        "failing_corrected": (161,),
        "deciding": (-5, 10**6),
        "offset": 0.001,
    },
    "before trim of NaN": {"before": Curve(position=np.full(9, NAN), error=np.full(9, NAN))},
    "before trim of nothing": {"before": Curve(position=NOTHING, error=NOTHING)},
    "lower above upper": {"upper": np.full(161, -0.01), "lower": np.full(161, 0.01)},
    "no unit": {"position_unit": ""},
    "no names": {"model": "", "serial": "", "track": "", "method": "", "tested_at": ""},
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.filterwarnings("error")
def test_bad_data_is_a_figure_with_a_sentence(name: str) -> None:
    data = sweep(**BAD[name])
    assert len(words(drawn(data))) > 2
    assert describe(data).endswith(".")
    for theme in THEMES.values():
        assert png_bytes(draw_error_sweep(data, theme), theme).startswith(b"\x89PNG")


def test_a_million_points_keep_their_extremes_and_every_failing_point() -> None:
    rows = 1_000_000
    seed = np.random.default_rng(7)
    position = np.linspace(0.0, 340.0, rows)
    error = seed.normal(0.0, 0.002, rows)
    lonely = int(rows * 0.61803)
    error[lonely] = 0.5
    outside = np.flatnonzero(np.abs(error) > 0.006)
    data = sweep(
        position=position,
        error=error,
        upper=np.full(rows, 0.006),
        lower=np.full(rows, -0.006),
        measured=np.ones(rows, bool),
        points_graded=rows,
        failing_as_measured=tuple(outside.tolist()),
        failing_corrected=tuple(outside.tolist()),
    )
    svg = drawn(data)
    assert len(svg) < 400_000
    assert f"Outside ({len(outside):,})" in words(svg)
    x, y = line_of(data, "As measured")
    assert len(x) < 10_000
    assert {error.max() * 1000, error.min() * 1000} <= set(y)
    figure = draw_error_sweep(data, LIGHT)
    bars = [line for line in figure.axes[0].lines if line.get_color() == LIGHT.outside]
    pixel = 340.0 / 800
    for row in outside[:: max(1, len(outside) // 200)]:
        assert any(_covers(bar, position[row], error[row] * 1000, pixel) for bar in bars)


def _covers(bar: Any, x: float, y: float, pixel: float) -> bool:
    at, ends = bar.get_xdata()[::3], bar.get_ydata()
    low, high = ends[0::3], ends[1::3]
    return bool(((np.abs(at - x) <= pixel) & (low <= y) & (y <= high)).any())


def test_the_alternative_text_has_the_numbers() -> None:
    data = sweep(failing_as_measured=(1, 2), offset=0.0031, verdict="Pass")
    assert describe(data) == (
        "Error against position, track TRK1 of model 8340-1, serial 246: 161 points from −160.0 to "
        "160.0 deg, error from −7.00 to +7.00 mV. 2 of 161 points outside; passes with a shift of "
        "+3.10 mV. Verdict: Pass."
    )


def test_every_theme_has_its_own_colours() -> None:
    pictures = {name: drawn(sweep(), theme) for name, theme in THEMES.items()}
    assert len(set(pictures.values())) == len(ThemeName)
    for name, theme in THEMES.items():
        assert re.search(rf'fill="{theme.surface}"', pictures[name])
