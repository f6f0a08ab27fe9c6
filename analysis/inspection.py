"""Judge files from the command line without a database: ``manage.py inspect FILE…``.

Needs neither Django nor settings. Prints a JSON list with one object per file; the exit status is
0 when every file got an answer, whatever the answer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.formats.bounded import BoundedReader, Limits, Request
from analysis.formats.station_file import Layout, StationFile, UnreadableWorkbook

if TYPE_CHECKING:
    from analysis.numerics.evaluation import TrackEvaluation

ENDINGS = (".xls", ".xlsx")
QUARANTINED = "QUARANTINED"  # the state of a file that cannot be read


def main(arguments: list[str]) -> int:
    """Run the command; return the exit status."""
    options = _parser().parse_args(arguments)
    paths = list(_files(options.paths))
    answers = list(_inspect(paths))
    if options.json:
        lines = (json.dumps(answer, allow_nan=False) for answer in answers)
        sys.stdout.write("[" + ",\n".join(lines) + "]\n")
    else:
        sys.stdout.writelines(_line(answer) for answer in answers)
    return 0 if all(path.is_file() for path in paths) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="manage.py inspect",
        description="Read and judge workbooks without touching the database.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="file or folder")
    parser.add_argument("--json", action="store_true", help="print a JSON list, one object a file")
    return parser


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = (file for file in path.rglob("*") if file.suffix.lower() in ENDINGS)
            yield from sorted(file for file in found if file.is_file())
        else:
            yield path


def _inspect(paths: list[Path]) -> Iterator[dict[str, Any]]:
    requests = [Request(path.absolute(), path.name, str(path.parent)) for path in paths]
    with BoundedReader(Limits(files=5000)) as reader:
        results = reader.read_all(requests)
        for path, result in zip(paths, results, strict=True):
            answer = {"file": str(path), "sha256": _digest(path)}
            if isinstance(result, UnreadableWorkbook):
                yield answer | _unreadable(result)
            else:
                yield answer | _judged(result)


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _unreadable(failure: UnreadableWorkbook) -> dict[str, Any]:
    return {
        "layout": failure.layout,
        "state": QUARANTINED,
        "reason": failure.sentence,
        "model": None,
        "serial": None,
        "tested_at": None,
        "warnings": [],
        "tracks": [],
        "code": failure.code,
        "sheet": failure.sheet or None,
        "cell": failure.cell or None,
    }


def _judged(file: StationFile) -> dict[str, Any]:
    # Imported when the child is already reading: numpy takes as long as a dozen workbooks.
    from analysis.numerics.evaluate import evaluate_file

    evaluation = evaluate_file(file)
    return {
        "layout": file.layout,
        "state": evaluation.verdict,
        "reason": evaluation.reason,
        "model": file.model.value,
        "serial": _printed_serial(file),
        "tested_at": None if file.tested_at is None else file.tested_at.isoformat(),
        "warnings": [asdict(finding) for finding in (*file.findings, *evaluation.findings)],
        "tracks": [_track(track) for track in evaluation.tracks],
        "unit_serial": file.serial.value,
        "station": file.station,
        "clock_source": file.clock_source,
        "method": evaluation.method,
    }


def _printed_serial(file: StationFile) -> str | None:
    """Return the serial as Laser 1 prints it, "82_TA"; the unit's own serial is "82"."""
    serial = file.serial.value
    if serial is None:
        return None
    if file.layout is Layout.LTS and file.tracks:
        return f"{serial}_{file.tracks[0].name}"
    return str(serial)


def _track(track: TrackEvaluation) -> dict[str, Any]:
    fields = asdict(track)
    fields["state"] = fields.pop("verdict")
    return fields


def _line(answer: dict[str, Any]) -> str:
    return f"{answer['state']:<14} {answer['file']}\n               {answer['reason']}\n"
