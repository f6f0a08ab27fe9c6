"""A folder dropped on the page of a real site: sign in, send file by file, watch the batch."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.integrity.real_site import RealSite
from tests.performance.browser_session import BrowserSession, wait_until_live
from tests.performance.running_site import ADMIN, PASSWORD, running_site, web_seconds
from tests.performance.station_files import typical_files, write_load
from tests.performance.table import Line, at_most

LOAD = 100
WARM = 12
_AT_ONCE = 3  # as many as the page's script sends at a time
_SHOWN = re.compile(rb'data-total="(\d+)" data-settled="(\d+)"')


@dataclass(frozen=True, slots=True)
class Hand:
    """What one hand-over took."""

    sent: float  # seconds until the last file was answered
    judged: float  # seconds until the page said that all are
    web_cpu: float


def lines() -> list[Line]:
    """Hand over quick synthetic files and the typical ones, to a site that is warm."""
    with (
        typical_files() as typical,
        TemporaryDirectory(prefix="lasertrim-bench-") as folder,
        running_site() as site,
    ):
        load = write_load(Path(folder), WARM + LOAD)
        site.start("serve")
        address = site.environment["ADDRESS"]
        wait_until_live(address)
        person = BrowserSession(address)
        person.sign_in(ADMIN, PASSWORD)
        _hand_over(site, person, load[:WARM])
        lines: list[Line] = []
        for paths, kind in ((load[WARM:], "load"), (typical.paths, typical.kind)):
            hand = _hand_over(site, person, paths)
            lines += _report(hand, paths, f"{len(paths)} {kind} files, SQLite")
        site.stop()
        return lines


def _report(hand: Hand, paths: Sequence[Path], n: str) -> list[Line]:
    floor = _floor_seconds(paths)
    files = len(paths)
    per_hundred = at_most(10 * files / 100)
    note = "floor: hash and write the same bytes to one file each, flushed"
    return [
        Line("upload: drop to verdicts", "s wall", n, hand.judged, budget=per_hundred),
        Line("upload: drop to last answer", "s wall", n, hand.sent),
        Line("upload: web processes", "ms CPU/file", n, hand.web_cpu / files * 1000,
             floor / files * 1000, note=note),
    ]  # fmt: skip


def _hand_over(site: RealSite, person: BrowserSession, paths: Sequence[Path]) -> Hand:
    cpu = web_seconds(site)
    start = time.perf_counter()
    batch = person.post_json("/batches/new/")
    people = [person.twin() for _ in range(_AT_ONCE)]

    def send(one: BrowserSession, share: Sequence[Path]) -> None:
        for path in share:
            one.post_file(batch["file_url"], path.name, path.read_bytes())

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        shares = [paths[first::_AT_ONCE] for first in range(_AT_ONCE)]
        list(pool.map(send, people, shares))
    sent = time.perf_counter() - start
    web = web_seconds(site) - cpu
    while not _is_finished(person.get(batch["url"] + "progress/"), len(paths)):
        if time.perf_counter() - start > 300:
            raise TimeoutError(site.log.read_text()[-2000:])
        time.sleep(0.25)
    return Hand(sent, time.perf_counter() - start, web)


def _is_finished(page: bytes, count: int) -> bool:
    shown = _SHOWN.search(page)
    return shown is not None and int(shown[1]) == int(shown[2]) == count


def _floor_seconds(paths: Sequence[Path]) -> float:
    with TemporaryDirectory(prefix="lasertrim-bench-") as folder:
        start = time.process_time()
        for path in paths:
            data = path.read_bytes()
            hashlib.sha256(data).hexdigest()
            with Path(folder, path.name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        return time.process_time() - start
