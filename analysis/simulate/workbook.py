"""The way in: a story becomes the bytes of a station workbook and what must be found in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from analysis.simulate import biff, container, dlts, lts, ooxml
from analysis.simulate.cells import Book
from analysis.simulate.expectation import Expectation, expected
from analysis.simulate.story import UnitStory

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


def encode(book: Book, kind: Container) -> bytes:
    """Return the bytes of a book; equal books make equal bytes."""
    if kind == "xlsx":
        return ooxml.package(book)
    stream = bytes(biff.workbook_stream(book).data)
    return container.compound_file(stream, last_saved=book.last_saved, author=book.author)
