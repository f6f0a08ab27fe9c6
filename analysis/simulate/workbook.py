"""The way in: a story becomes the bytes of a station workbook and what must be found in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from analysis.simulate import biff, dlts, lts, ole2, ooxml
from analysis.simulate.cells import Book
from analysis.simulate.expectation import Expectation, expected
from analysis.simulate.story import UnitStory
from analysis.simulate.trap import Scene, Trap
from analysis.simulate.traps import set_in_book, set_in_story

Layout = Literal["dlts", "lts"]
Container = Literal["xls", "xlsx"]
FOLDERS = {"dlts": "DLTS", "lts": "LTS"}


@dataclass(frozen=True, slots=True)
class SyntheticWorkbook:
    """One file as a station would have left it."""

    name: str
    folder: str  # "LTS", "DLTS" or "LTS3": the only place that knows Laser 3
    data: bytes
    expectation: Expectation


def write_workbook(
    story: UnitStory,
    *,
    layout: Layout,
    container: Container = "xls",
    traps: Iterable[Trap] = (),
    folder: str = "",
) -> SyntheticWorkbook:
    """Write the workbook of a run, with traps.

    Equal arguments make equal bytes.

    Raises
    ------
    TrapDoesNotFit
        where a trap does not exist in the layout or does not fit the story.
    OutcomeNotReached
        where a trap retells the story and it cannot end as asked.
    """
    chosen = tuple(traps)
    told = set_in_story(story, layout, chosen)
    book = dlts.build(told) if layout == "dlts" else lts.build(told)
    scene = Scene(told, book, expected(told, layout))
    set_in_book(scene, layout, chosen)
    expectation = replace(scene.expectation, traps=tuple(trap.name for trap in chosen))
    name = f"{scene.book.name}.{container}"
    return SyntheticWorkbook(
        name, folder or FOLDERS[layout], encode(scene.book, container), expectation
    )


def encode(book: Book, kind: Container) -> bytes:
    """Return the bytes of a book; equal books make equal bytes."""
    if kind == "xlsx":
        return ooxml.package(book)
    stream = bytes(biff.workbook_stream(book).data)
    return ole2.compound_file(stream, last_saved=book.last_saved, author=book.author)
