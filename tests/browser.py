"""A Chromium for tests of pages: Debian's where it is installed, else the one Playwright brought.

The fixture `browser` is one for all tests of a worker; `new_page(browser, …)` is for each test.
Most of what such a test costs is the new page: a process of its own, with nothing in its cache.
Many tests of one server are five times cheaper on one page of `make_page`, with `wipe` after each.
Every page must end without a script error: `new_page` and `without_errors` raise AssertionError
when one happened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, ConsoleMessage, Error, Page, Playwright, async_playwright

DEBIAN_CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = Path(__file__).resolve().parent.parent / "build" / "pictures"
TIMEOUT_MS = 10_000
BLANK = '<!doctype html><link rel="icon" href="data:,">'

Theme = Literal["light", "dark"]


class NoBrowserError(RuntimeError):
    """There is no Chromium on this machine."""


def find_chromium(playwright: Playwright) -> Path:
    """Which Chromium tests use. Raises NoBrowserError when there is none."""
    for path in (DEBIAN_CHROMIUM, Path(playwright.chromium.executable_path)):
        if path.exists():
            return path
    raise NoBrowserError(
        "The browser tests need Chromium and found none: install Debian's with"
        " 'apt-get install chromium', or Playwright's with 'playwright install chromium'."
        " To leave them out, run pytest with -m 'not browser'."
    )


@asynccontextmanager
async def launch_browser() -> AsyncIterator[Browser]:
    """A headless Chromium. Which one was picked is printed (shown with pytest -s or on failure)."""
    async with async_playwright() as playwright:
        path = find_chromium(playwright)
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        print(f"browser: {path} {browser.version}")
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def new_page(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 800,
    theme: Theme = "light",
    allowed_error: str | None = None,
) -> AsyncIterator[Page]:
    """A page in a profile of its own. Script errors and console errors fail the test at its end.

    `allowed_error` is a part of the console errors that the test provokes on purpose.
    """
    page = await make_page(browser, width=width, height=height, theme=theme)
    async with without_errors(page, allowed_error):
        try:
            yield page
        finally:
            await page.context.close()


async def make_page(
    browser: Browser, *, width: int = 1280, height: int = 800, theme: Theme = "light"
) -> Page:
    """A page in a profile of its own, for as long as its context is not closed."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        locale="en-US",
        timezone_id="Europe/Lisbon",
    )
    context.set_default_timeout(TIMEOUT_MS)
    return await context.new_page()


@asynccontextmanager
async def without_errors(page: Page, allowed: str | None = None) -> AsyncIterator[None]:
    """Fails at its end when the page had script errors or console errors meanwhile."""
    errors: list[str] = []

    def note_failure(error: Error) -> None:
        errors.append(f"script error: {error}")

    def note_words(message: ConsoleMessage) -> None:
        if message.type == "error" and not (allowed and allowed in message.text):
            errors.append(f"console error: {message.text}")

    page.on("pageerror", note_failure)
    page.on("console", note_words)
    try:
        yield
    finally:
        page.remove_listener("pageerror", note_failure)
        page.remove_listener("console", note_words)
    assert not errors, f"the page reported errors: {errors}"


async def wipe(page: Page, url: str, *, width: int = 1280, height: int = 800) -> None:
    """Puts a page of `make_page` back to how it was made: nothing is kept, nothing runs.

    Storage can only be cleared from its own origin: from an address that the server does not have,
    where no script runs that could write to it again. A clock that was installed stays: a test
    of time needs a page of its own.
    """
    blank = f"{url}/blank"
    await page.route(blank, lambda route: route.fulfill(body=BLANK, content_type="text/html"))
    await page.goto(blank)
    await page.evaluate("localStorage.clear(); sessionStorage.clear()")
    await page.unroute(blank)
    await page.context.clear_cookies()
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": width, "height": height})
    await page.mouse.move(0, 0)


async def save_picture(page: Page, name: str) -> Path:
    """Keep what the page looks like under build/pictures/, to be looked at by people."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    await page.screenshot(path=path)
    return path
