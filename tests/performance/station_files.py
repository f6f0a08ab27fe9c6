"""The files that are measured with: the real corpus where it is present, else invented ones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis.simulate.fleet import demo_fleet, load_fleet

CORPUS = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "corpus"
CORPUS_FILES = 48


@dataclass(frozen=True, slots=True)
class StationFiles:
    """Workbooks on the disk and what to call them in the report."""

    folder: Path
    paths: tuple[Path, ...]
    kind: str


@contextmanager
def typical_files() -> Iterator[StationFiles]:
    """Yield the corpus, or as many synthetic workbooks."""
    paths = tuple(sorted(CORPUS.rglob("*.xls")))
    if paths:
        yield StationFiles(CORPUS, paths, "corpus")
        return
    with tempfile.TemporaryDirectory(prefix="lasertrim-bench-") as name:
        folder = Path(name)
        for workbook in demo_fleet(1, CORPUS_FILES):
            (folder / workbook.name).write_bytes(workbook.data)
        yield StationFiles(folder, tuple(sorted(folder.iterdir())), "synthetic")


def write_load(folder: Path, count: int, *, seed: int = 7) -> tuple[Path, ...]:
    """Write distinct small synthetic files, quickly."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for workbook in load_fleet(seed, count):
        path = folder / workbook.name
        path.write_bytes(workbook.data)
        paths.append(path)
    return tuple(paths)
