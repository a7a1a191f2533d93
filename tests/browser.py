"""A Chromium for tests of pages: Debian's where it is installed, else the one Playwright brought.

Use `launch_browser()` once and `new_page(browser, …)` for each test, or `open_page(…)` for both.
Every page must end without a script error: `new_page` raises AssertionError when one happened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, ConsoleMessage, Page, Playwright, async_playwright

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
    theme: Literal["light", "dark"] = "light",
    allowed_error: str | None = None,
) -> AsyncIterator[Page]:
    """A page in a profile of its own. Script errors and console errors fail the test at its end.

    `allowed_error` is a part of the console errors that the test provokes on purpose.
    """
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        locale="en-US",
        timezone_id="Europe/Lisbon",
    )
    context.set_default_timeout(TIMEOUT_MS)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"script error: {error}"))
    page.on("console", lambda message: _note_error(message, errors, allowed_error))
    try:
        yield page
    finally:
        await context.close()
    assert not errors, f"the page reported errors: {errors}"


def _note_error(message: ConsoleMessage, errors: list[str], allowed: str | None) -> None:
    if message.type == "error" and not (allowed and allowed in message.text):
        errors.append(f"console error: {message.text}")


@asynccontextmanager
async def open_page(
    url: str, *, width: int = 1280, height: int = 800, theme: Literal["light", "dark"] = "light"
) -> AsyncIterator[Page]:
    """A browser and one page at `url`, for a test that needs no more."""
    async with (
        launch_browser() as browser,
        new_page(browser, width=width, height=height, theme=theme) as page,
    ):
        await page.goto(url)
        yield page


async def save_picture(page: Page, name: str) -> Path:
    """Keep what the page looks like under build/pictures/, to be looked at by people."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    await page.screenshot(path=path)
    return path
