"""The words of an error figure: what it found, whose it is, and its text alternative."""

from __future__ import annotations

import numpy as np

from reports.figures.plain_text import number, plain, points, signed, words_of
from reports.figures.sweep_data import ErrorSweep, Frame, frame_of, usable


def finding(data: ErrorSweep, frame: Frame) -> str:
    """Say in one line what the figure shows."""
    if not data.drawn().any():
        return plain(data.reason, 110) or "No point of this track was measured."
    if not data.judged:
        return f"{plain(data.verdict, 20)}: {_uncapital(plain(data.reason, 100))}".rstrip(": ")
    if data.points_graded == 0:
        return "No point has limits to be judged by"
    said = "; ".join(part for part in (_linearity(data, frame), plain(data.remark, 60)) if part)
    return f"Before trimming: {_uncapital(said)}" if data.before_trim else said


def _linearity(data: ErrorSweep, frame: Frame) -> str:
    graded, raw = data.points_graded, len(data.failing_as_measured)
    if raw == 0:
        if graded == 1:
            return "The only graded point is inside its limits as measured"
        return f"All {points(graded)} inside the limits as measured"
    outside = f"{raw:,} of {points(graded)} outside"
    stay = len(data.failing_corrected)
    if data.offset is None:
        return f"{outside}; no shift helps"
    shift = f"{signed(data.offset * frame.scale)} {frame.unit}"
    if data.rotation:
        turned = f"{data.rotation:+.4g}".replace("-", "−")
        shift += f" and a rotation of {turned}"
    if stay == 0:
        return f"{outside}; passes with a shift of {shift}"
    verb = "stays" if stay == 1 else "stay"
    return f"{outside}; {stay:,} {verb} outside at the best shift, {shift}"


def identity(data: ErrorSweep) -> str:
    """Name the part, the track and the verdict."""
    return words_of(
        [
            f"Model {plain(data.model, 36)}" if plain(data.model) else "",
            f"Serial {plain(data.serial, 30)}" if plain(data.serial) else "",
            plain(data.track, 16),
            plain(data.verdict, 20),
        ]
    )


def footer(data: ErrorSweep) -> str:
    """Say where the numbers come from."""
    counted = points(data.points_measured)
    if data.points_graded not in (0, data.points_measured):
        counted += f", {data.points_graded:,} graded"
    if data.excluded:
        counted += f", {len(data.excluded):,} excluded"
    digest = plain(data.file_digest, 16)
    return words_of(
        [
            counted,
            plain(data.tested_at, 60),
            f"Method {plain(data.method, 30)}" if data.method else "",
            f"File {digest}" if digest else "",
        ]
    )


def describe(data: ErrorSweep) -> str:
    """Return the text alternative of the figure: what it shows, with its numbers."""
    frame = frame_of(data)
    name = plain(data.model, 200) or "without a number"
    serial = f", serial {plain(data.serial, 200)}" if plain(data.serial) else ""
    whose = f"track {plain(data.track, 40)} of model {name}{serial}"
    found = finding(data, frame).rstrip(".")
    drawn = data.drawn()
    if not drawn.any():
        return f"Empty figure of {whose}: {_uncapital(found)}."
    x, error = data.position[drawn], usable(data.error[drawn])
    error = error[~np.isnan(error)] * frame.scale
    unit = plain(data.position_unit, 8)
    spread = (
        f"error from {signed(float(error.min()))} to {signed(float(error.max()))} {frame.unit}"
        if len(error)
        else "none with an error value"
    )
    return (
        f"Error against position, {whose}: {points(data.points_measured)} from "
        f"{number(float(x.min()))} to {number(float(x.max()))} {unit}, {spread}. "
        f"{found}. Verdict: {plain(data.verdict, 20)}."
    )


def _uncapital(sentence: str) -> str:
    """Write the first word small, unless it is all capitals or a number."""
    if sentence[1:2].islower() or sentence[:2] == "A ":
        return sentence[:1].lower() + sentence[1:]
    return sentence
