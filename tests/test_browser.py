"""The browser of the tests shows pages, and complains where a page does."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import browser, overflow, shown

__all__ = ["browser"]


def test_a_page_is_shown_and_measured(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<h1>Here</h1><div style='width:500px'>wide</div>", "utf-8")
    with shown(browser, page, width=400) as narrow:
        assert narrow.inner_text("h1") == "Here"
        assert overflow(narrow) > 0
    with shown(browser, page) as wide:
        assert overflow(wide) == 0


def test_an_error_in_a_page_fails(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<script>nosuch()</script>", "utf-8")
    with pytest.raises(AssertionError, match="nosuch"), shown(browser, page):
        pass
