"""A real browser for tests of pages: Debian's Chromium, headless, driven by Playwright.

`bootstrap.py --dev` installs both. A test module that shows pages imports `browser`; nothing is skipped
where the browser is missing, since a page that nobody has looked at is not tested.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox",  # tests may run as root
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
]
WIDTHS = (400, 1600)
"""Pixels: a telephone held upright, and a large screen."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "no Chromium: apt-get install chromium"
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=FLAGS) as started,
    ):
        yield started


@contextmanager
def shown(browser: Browser, page: Path | str, *, width: int = 1600, height: int = 900) -> Iterator[Page]:
    """A file or an address in a window of that size.

    The test fails when the page complains on its console, or when something of it does not load.
    """
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": height})
    try:
        tab = context.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on(
            "console",
            lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None,
        )
        tab.on("requestfailed", lambda request: complaints.append(f"{request.url} did not load"))
        tab.goto(page.resolve().as_uri() if isinstance(page, Path) else page)
        yield tab
        assert not complaints, complaints
    finally:
        context.close()


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window; 0 when nobody has to scroll sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
