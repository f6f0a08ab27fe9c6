"""Read workbooks in a bounded child process.

The child is reused while it is clean and replaced after any limit, any crash and every few hundred
files. Whatever a file does to it, the caller gets a StationFile or an UnreadableWorkbook.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType

from analysis.formats import wire
from analysis.formats.station_file import FACTORY_ZONE, StationFile, UnreadableWorkbook

_PROJECT = Path(__file__).resolve().parent.parent.parent
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from analysis.formats.child import main; main(int(sys.argv[2]), int(sys.argv[3]))"
)
_LONGEST_HEADER = 64
_AHEAD = 24  # answers of about 20 kB fit the pipe, so the child does not wait
_PIPE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use."""

    memory_mb: int = 1024
    processor_seconds: int = 30
    wall_seconds: int = 60
    answer_mb: int = 256
    files: int = 500  # after so many the child is replaced, whatever it leaked


@dataclass(frozen=True, slots=True)
class Request:
    """One workbook to read: where its bytes lie and under which name they were offered."""

    path: Path
    name: str
    folder: str = ""
    zone: str = FACTORY_ZONE  # of the stations' clocks


class BoundedReader:
    """One child process and the conversation with it. Not for use by several threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._received = bytearray()  # what the child said beyond the last answer

    def __enter__(self) -> BoundedReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def read(self, request: Request) -> StationFile:
        """Read one workbook. Raises UnreadableWorkbook."""
        self.ask(request)
        return self.answer()

    def read_all(self, requests: Iterable[Request]) -> Iterator[StationFile | UnreadableWorkbook]:
        """Read many; the child works ahead while the caller is busy with earlier ones."""
        coming = iter(requests)
        asked = deque(islice(coming, _AHEAD))
        self._ask_ahead(asked)
        while asked:
            result = self._outcome()
            asked.popleft()
            following = list(islice(coming, 1))
            asked.extend(following)
            # A child that was replaced has never heard of what its forerunner was asked.
            self._ask_ahead(following if self._child is not None else asked)
            yield result

    def ask(self, request: Request) -> None:
        """Send one request; ``answer`` fetches what comes of it."""
        if self._child is None or self._child.poll() is not None:
            self._start()
        try:
            self._send(request)
        except BrokenPipeError:  # it died since the last answer
            self._start()
            self._send(request)

    def _ask_ahead(self, requests: Iterable[Request]) -> None:
        for request in requests:
            if self._child is None:
                self._start()
            with contextlib.suppress(BrokenPipeError):  # the answer will tell what killed it
                self._send(request)

    def _send(self, request: Request) -> None:
        fields = asdict(request) | {"path": str(request.path)}
        self._pipe_in(json.dumps(fields).encode() + b"\n")

    def answer(self) -> StationFile:
        """Wait for the answer. Raises UnreadableWorkbook for the file's faults and limits."""
        deadline = time.monotonic() + self.limits.wall_seconds
        while b"\n" not in self._received and len(self._received) < _LONGEST_HEADER:
            self._received += self._chunk(deadline)
        header, _, rest = self._received.partition(b"\n")
        kind, _, length = header.decode("ascii", "replace").partition(" ")
        if not length.isdigit() or int(length) > self.limits.answer_mb * 1024**2:
            self.close()
            raise _broken("answer", "gave an answer that cannot be")
        size, self._received = int(length), rest
        while len(self._received) < size:
            self._received += self._chunk(deadline)
        block, self._received = bytes(self._received[:size]), self._received[size:]
        self._served += 1
        if kind in ("memory", "depth"):
            self.close()
            raise _broken(kind, "needs more memory than one workbook may use")
        if self._served >= self.limits.files:
            self.close()
        if kind == "failure":
            raise wire.decode_failure(block)
        try:
            return wire.decode(block)
        except ValueError:
            self.close()
            raise _broken("answer", "gave an answer that cannot be") from None

    def close(self) -> None:
        """End the child, at once."""
        child, self._child = self._child, None
        self._served = 0
        self._received = bytearray()
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()

    def _outcome(self) -> StationFile | UnreadableWorkbook:
        try:
            return self.answer()
        except UnreadableWorkbook as failure:
            return failure

    def _start(self) -> None:
        self.close()
        limits = self.limits
        self._child = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-c",
                _START,
                str(_PROJECT),
                str(limits.memory_mb * 1024**2),
                str(limits.processor_seconds),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pipesize=_PIPE_BYTES,
            env={"LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )

    def _pipe_in(self, data: bytes) -> None:
        pipe = self._child.stdin if self._child else None
        if pipe is None:
            raise BrokenPipeError
        pipe.write(data)
        pipe.flush()

    def _chunk(self, deadline: float) -> bytes:
        """Return the next bytes of the answer."""
        child = self._child
        if child is None or child.stdout is None:
            raise _broken("answer", "could not be opened")
        descriptor = child.stdout.fileno()
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            self.close()
            raise _broken("time", f"took longer than {self.limits.wall_seconds} seconds to open")
        chunk = os.read(descriptor, 1 << 20)
        if not chunk:
            raise self._death()
        return chunk

    def _death(self) -> UnreadableWorkbook:
        """Say what killed the child."""
        child = self._child
        code = child.wait() if child is not None else 0
        self.close()
        if code == -signal.SIGXCPU:
            seconds = self.limits.processor_seconds
            return _broken("time", f"took more than {seconds} seconds of processor time to open")
        return _broken("crash", "made the workbook reader crash")


def _broken(code: str, what: str) -> UnreadableWorkbook:
    return UnreadableWorkbook(
        f"reader-{code}",
        f"This file {what}. It is damaged or was not written by a station; the original is kept. "
        "Copy it again from the station.",
    )
