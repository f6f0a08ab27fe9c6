"""Twenty people with a second between clicks, on the site's own web server."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from tests.integrity.real_site import RealSite
from tests.performance.browser_session import BrowserSession, wait_until_live
from tests.performance.running_site import free_port, web_seconds
from tests.performance.table import Line, at_most

if TYPE_CHECKING:
    from accounts.models import User

PEOPLE = 20
SECONDS = 20.0
_THINK = 1.0


def lines_of_people(folder: Path, owner: User, paths: Sequence[str]) -> list[Line]:
    """Start the site on a folder that is full already, and browse it."""
    from tests.performance.page_addresses import signed_in  # models: only after the set-up

    cookies = []
    for _ in range(PEOPLE):
        client = signed_in(owner)
        cookies.append({name: morsel.value for name, morsel in client.cookies.items()})
    site = RealSite(folder, "")
    site.environment["ADDRESS"] = f"127.0.0.1:{free_port()}"
    site.start("serve")
    try:
        wait_until_live(site.environment["ADDRESS"])
        _browse(site, cookies, paths, 2 * _THINK)  # warm
        before = web_seconds(site)
        took = _browse(site, cookies, paths, SECONDS)
        web = (web_seconds(site) - before) / len(took) * 1000
    finally:
        site.stop()
    n = f"{PEOPLE} people, {len(took)} pages"
    cuts = quantiles(took, n=100)
    return [
        Line("people: median page", "ms wall", n, cuts[49]),
        Line("people: p95 page", "ms wall", n, cuts[94], budget=at_most(50)),
        Line("people: p99 page", "ms wall", n, cuts[98]),
        Line("people: web processes", "ms CPU/page", n, web),
    ]


def _browse(
    site: RealSite, cookies: Sequence[dict[str, str]], paths: Sequence[str], seconds: float
) -> list[float]:
    """Let everybody click until time is up; return the milliseconds of every page."""
    took: list[float] = []
    failures: list[BaseException] = []
    end = time.monotonic() + seconds

    def person(number: int) -> None:
        dice = random.Random(number)
        browser = BrowserSession(site.environment["ADDRESS"], cookies[number])
        time.sleep(dice.uniform(0, _THINK))
        try:
            while time.monotonic() < end:
                start = time.perf_counter()
                browser.get(dice.choice(paths))
                took.append((time.perf_counter() - start) * 1000)
                time.sleep(dice.uniform(0.5, 1.5) * _THINK)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return took
