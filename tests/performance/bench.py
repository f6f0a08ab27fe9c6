"""Print every budget beside its floor: ``python -m tests.performance.bench [SECTION…]``.

A report, not a test: the exit status is 0 whatever it says. Each section runs in a process of its
own, so that none measures the memory, the imports or the database of another.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.performance.table import Line, as_plain, from_plain, table

_PROJECT = Path(__file__).resolve().parent.parent.parent
SECTIONS = {
    "reading": "reading:lines",
    "judging": "judging:lines",
    "inspect": "inspecting:lines",
    "queue": "queueing:lines_on_sqlite",
    "postgresql": "queueing:lines_on_postgresql",
    "reevaluation": "reevaluating:lines",
    "upload": "uploading:lines",
    "memory": "memory:lines",
    "pages": "paging:lines",
    "figures": "drawing:lines",
}


def main() -> None:
    """Run the chosen sections, then print their table."""
    options = _options()
    if options.into:
        _measure_here(options.sections[0], options.into)
        return
    lines: list[Line] = []
    start = time.monotonic()
    for section in options.sections or SECTIONS:
        began = time.monotonic()
        _say(f"{section} …")
        lines += _measure(section, options)
        _say(f"{section} took {time.monotonic() - began:.0f} s")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    sys.stdout.write(
        f"{table(lines)}\n\n{platform.platform()}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, load {load}; {time.monotonic() - start:.0f} s\n"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.partition("\n")[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--files", type=int, help="files of the memory section (5000)")
    parser.add_argument("--runs", type=int, help="runs in the database of the pages (100000)")
    parser.add_argument("--figures", type=int, help="figures drawn for their memory (300)")
    parser.add_argument("--explain", action="store_true", help="plans of queries over 10 ms")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    return options


def _measure(section: str, options: argparse.Namespace) -> list[Line]:
    """Run one section in a process of its own."""
    chosen = {
        "BENCH_FILES": options.files,
        "BENCH_RUNS": options.runs,
        "BENCH_FIGURES": options.figures,
    }
    environment = os.environ | {name: str(value) for name, value in chosen.items() if value}
    environment["BENCH_EXPLAIN"] = "yes" if options.explain else ""
    with tempfile.TemporaryDirectory(prefix="lasertrim-bench-") as folder:
        answer = Path(folder, "lines.json")
        command = [sys.executable, "-m", "tests.performance.bench", section, "--into", str(answer)]
        status = subprocess.run(command, cwd=_PROJECT, env=environment, check=False).returncode
        if status:
            _say(f"{section} broke off with status {status}; see above.")
            return []
        return [from_plain(fields) for fields in json.loads(answer.read_text())]


def _measure_here(section: str, into: Path) -> None:
    module, _, function = SECTIONS[section].partition(":")
    measure = getattr(importlib.import_module(f"tests.performance.{module}"), function)
    lines: list[Line] = measure()
    into.write_text(json.dumps([as_plain(line) for line in lines]))


def _say(text: str) -> None:
    sys.stderr.write(f"[bench] {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
