"""The first road in a real Chromium, against a real web server and a real worker."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, SITE, sign_in, watched
from tests.integrity.real_site import RealSite

pytestmark = [pytest.mark.browser]
PATIENCE = 60_000  # ms; how long a journey waits for the worker, not a budget


def test_sign_in_upload_progress_verdict(desk: Page, offered: Path, site: RealSite) -> None:
    desk.get_by_role("link", name="Upload", exact=True).first.click()
    desk.locator("[data-folder-input]").set_input_files(str(offered))
    desk.wait_for_url(re.compile(r"/batches/[0-9a-f-]{36}/$"), timeout=PATIENCE)
    count = len(list(offered.iterdir()))
    expect(desk.get_by_text(f"All {count} files answered")).to_be_visible(timeout=PATIENCE)
    for name in ("empty.xls", "photo.jpg"):
        expect(desk.locator("tr", has_text=name)).to_contain_text("Refused")
    expect(desk.locator("tr", has_text="twin.xls")).to_contain_text("uplicate")
    for name in ("text.xls", "قياس.xls"):
        expect(desk.locator("tr", has_text=name)).to_contain_text("uarantined")
    desk.reload()
    expect(desk.get_by_text(f"All {count} files answered")).to_be_visible()

    desk.goto(f"{SITE}/runs/?verdict=PASS")
    desk.locator("table tbody a").first.click()
    expect(desk.locator("h1")).to_contain_text("Pass")
    figure = desk.locator("img[src*='figure.svg']").first
    expect(figure).to_be_visible()
    desk.wait_for_function(
        "image => image.complete && image.naturalWidth > 100", arg=figure.element_handle()
    )
    with desk.expect_download() as download:
        desk.get_by_role("link", name=re.compile("Original")).first.click()
    assert download.value.suggested_filename.endswith((".xls", ".xlsx"))


def test_many_files_are_sent_and_every_name_is_answered(
    desk: Page, tmp_path: Path, site: RealSite
) -> None:
    from tests.workbooks import some  # only here: numpy

    paths = []
    for workbook in some(120):
        path = tmp_path / workbook.name
        path.write_bytes(workbook.data)
        paths.append(str(path))
    desk.goto(f"{SITE}/upload/")
    desk.locator("input[name=files]").set_input_files(paths)
    desk.wait_for_url(re.compile(r"/batches/[0-9a-f-]{36}/$"), timeout=PATIENCE)
    expect(desk.get_by_text("All 120 files answered")).to_be_visible(timeout=PATIENCE)


def test_a_browser_without_scripts_uploads_too(
    site: RealSite, chromium: Browser, offered: Path
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto(f"{SITE}/upload/")
    chosen = sorted(str(path) for path in offered.glob("*.xls*"))[:4]
    page.locator("input[name=files]").set_input_files(chosen)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile(r"/batches/"))
    expect(page.locator("table tbody tr")).to_have_count(4)
    context.close()


def test_a_wrong_password_says_so_and_keeps_the_name(site: RealSite, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{SITE}/runs/")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("admin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{SITE}/runs/")
    context.close()


def test_the_keyboard_reaches_the_search_and_the_content(desk: Page, site: RealSite) -> None:
    desk.goto(f"{SITE}/runs/")
    desk.keyboard.press("Tab")
    expect(desk.locator(":focus")).to_contain_text("Skip")
    desk.locator("body").click(position={"x": 5, "y": 400})
    desk.keyboard.press("/")
    desk.keyboard.type("9101")
    desk.keyboard.press("Enter")
    desk.wait_for_url(re.compile(r"/runs/\?q=9101"))


def test_the_chosen_theme_stays(desk: Page, site: RealSite) -> None:
    desk.locator("details[data-menu] summary").last.click()
    desk.get_by_role("button", name=re.compile("Dark")).click()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
    desk.goto(f"{SITE}/batches/")
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")


def _addresses(page: Page) -> list[str]:
    page.goto(f"{SITE}/runs/")
    links = page.locator("table tbody a[href*='/runs/']").all()
    runs = [
        href
        for link in links
        if re.fullmatch(r"/runs/\d+/", href := link.get_attribute("href") or "")
    ]
    page.goto(f"{SITE}/batches/")
    batch = page.locator("a[href*='/batches/']").all()
    batches = [
        href
        for link in batch
        if re.fullmatch(r"/batches/[0-9a-f-]{36}/", href := link.get_attribute("href") or "")
    ]
    return ["/upload/", "/runs/", "/batches/", *runs[:1], *batches[:1]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_known_barrier(
    site: RealSite, chromium: Browser, complaints: list[str], theme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme="dark" if theme == "dark" else "light"
    )
    page = watched(context, complaints)
    page.goto(f"{SITE}/accounts/login/")
    found = {"/accounts/login/": _violations(page)}
    sign_in(page)
    site.command("demo")
    page.wait_for_timeout(3000)
    for address in _addresses(page):
        page.goto(SITE + address)
        found[address] = _violations(page)
    context.close()
    assert {address: faults for address, faults in found.items() if faults} == {}
    assert complaints == []


def _violations(page: Page) -> list[str]:
    results = Axe().run(
        page,
        options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    )
    return [
        f"{fault['id']}: {node['target']}"
        for fault in results.response["violations"]
        for node in fault["nodes"][:3]
    ]


def test_no_page_is_wider_than_a_phone(
    site: RealSite, chromium: Browser, complaints: list[str]
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = watched(context, complaints)
    sign_in(page)
    site.command("demo")
    page.wait_for_timeout(3000)
    wide = {}
    for address in _addresses(page):
        page.goto(SITE + address)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide[address] = width
    context.close()
    assert wide == {}
    assert complaints == []
