"""The process that opens workbooks: a loop over requests on its standard input.

Uploaded bytes are hostile and the reader is a C extension that a crafted file can abort, so no
other process ever parses one. This one has limits on memory, processor time and open files, an
empty environment, and can write nothing. It answers each request with one header line and a block
of bytes (``wire``).
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import BinaryIO

from analysis.formats import wire
from analysis.formats.read import read_station_file
from analysis.formats.station_file import UnreadableWorkbook


def main(memory_bytes: int, processor_seconds: int) -> None:
    """Serve until the standard input ends, that is until the parent is gone."""
    _limit(memory_bytes)
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints may get between the answers
    for line in requests:
        request = json.loads(line)
        _allow_processor_time(processor_seconds)
        _answer(answers, request)


def _answer(answers: BinaryIO, request: dict[str, str]) -> None:
    try:
        record = read_station_file(
            Path(request["path"]),
            name=request["name"],
            folder=request["folder"],
            zone=request["zone"],
        )
        kind, block = "file", wire.encode(record)
    except UnreadableWorkbook as failure:
        kind, block = "failure", wire.encode_failure(failure)
    except MemoryError:
        kind, block = "memory", b""
    except RecursionError:
        kind, block = "depth", b""
    answers.write(f"{kind} {len(block)}\n".encode())
    answers.write(block)
    answers.flush()


def _limit(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    try:
        # Where the machine runs out of memory the kernel shall take this process, not the worker.
        with open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
            score.write("1000")
    except OSError:
        pass  # not on Linux, or not allowed: the other limits hold


def _allow_processor_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, hard))
