"""A real site (web server, worker, database) and a real Chromium, for the journeys."""

from __future__ import annotations

import os
import shutil
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.integrity.real_site import RealSite, real_site

PASSWORD = "a password for journeys"
ADDRESS = "127.0.0.1:8766"
SITE = f"http://{ADDRESS}"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: object) -> Iterator[RealSite]:
    """Start the site as ``make run`` does, once for all journeys."""
    os.environ |= {"ADMIN_PASSWORD": PASSWORD}
    with real_site(tmp_path_factory.mktemp("site")) as site:
        site.environment["ADDRESS"] = ADDRESS
        site.start("serve")
        end = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{SITE}/health/ready", timeout=2)  # noqa: S310  our own site
                break
            except OSError:
                assert time.monotonic() < end, site.log.read_text()
                time.sleep(0.2)
        yield site
        assert site.stop() == 0


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("chromium is absent")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: console errors, script faults, foreign requests."""
    return []


def watched(context: BrowserContext, complaints: list[str]) -> Page:
    page = context.new_page()
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            complaints.append(f"foreign request: {request.url}")
            if not request.url.startswith((SITE, "data:", "blob:"))
            else None
        ),
    )
    return page


def sign_in(page: Page) -> None:
    page.goto(f"{SITE}/")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{SITE}/runs/")


@pytest.fixture
def desk(site: RealSite, chromium: Browser, complaints: list[str]) -> Iterator[Page]:
    """A signed-in page on a desktop screen; the browser must have nothing to complain of."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = watched(context, complaints)
    sign_in(page)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def offered(tmp_path: Path) -> Path:
    """A folder with good, bad and odd files."""
    from tests.workbooks import fleet  # imports numpy; only the journeys that upload need it

    folder = tmp_path / "LTS3"
    folder.mkdir()
    for workbook in fleet()[:8]:
        (folder / workbook.name).write_bytes(workbook.data)
    (folder / "twin.xls").write_bytes(fleet()[0].data)
    (folder / "text.xls").write_text("Model;Serial\n")
    (folder / "empty.xls").write_bytes(b"")
    (folder / "photo.jpg").write_bytes(b"picture")
    (folder / "قياس.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    return folder
