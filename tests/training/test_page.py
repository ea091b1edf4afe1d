"""The page of an evaluation, looked at in a real browser."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assistant.errors import StorageError
from assistant.training.evaluation.page import write_page
from assistant.training.evaluation.scores import Result
from tests.browser import WIDTHS, browser, overflow, shown
from tests.training.evaluation_examples import result

__all__ = ["browser"]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of recordings, the richest kind: with an accepted model before and the same as text."""
    folder = tmp_path_factory.mktemp("page")
    heard = replace(result(), sentences=tuple(replace(s, heard="what was heard") for s in result().sentences))
    return write_page(folder, heard, accepted=result(20), as_text=result(3))


@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_readable_on_every_screen(browser: Browser, page: Path, width: int) -> None:
    with shown(browser, page, width=width) as tab:
        assert overflow(tab) == 0
        assert tab.inner_text("h1") == "Evaluation: sample"
        assert tab.locator("svg").count() == 3
        for plot in tab.locator("svg").all():
            box = plot.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) > 100
        size = tab.evaluate("parseFloat(getComputedStyle(document.querySelector('td')).fontSize)")
        assert size >= 12


def test_what_it_says(browser: Browser, page: Path) -> None:
    with shown(browser, page) as tab:
        text = tab.inner_text("body")
        assert "188 of 200" in text
        assert "7 got better and 0 worse" in text or re.search(r"\d+ got better and 0 worse", text)
        assert "<b>odd & long_name_of_an_intent</b>" in text  # shown, not obeyed
        assert tab.locator("b, i").count() == 0
        assert tab.locator("table.better tbody tr").count() > 0
        assert "What recognition costs" in text
        matrix = tab.locator("svg").nth(2)
        assert "check balance" in (matrix.text_content() or "")


def test_it_needs_nothing_else(page: Path) -> None:
    text = re.sub(
        r"http://www\.w3\.org/\S+|http://purl\.org/\S+|http://creativecommons\.org/\S+",
        "",
        page.read_text("utf-8"),
    )
    assert not re.search(r"https?://|<script|src=|url\((?!#)|@import", text)
    plots = sorted(path.name for path in page.parent.glob("*.png"))
    assert plots == ["sample-confidence.png", "sample-confusion.png", "sample-errors.png"]
    assert all((page.parent / name).read_bytes().startswith(b"\x89PNG") for name in plots)


def test_the_same_result_is_the_same_page(tmp_path: Path) -> None:
    one, two = (write_page(tmp_path / name, result()).read_text("utf-8") for name in ("one", "two"))
    assert one == two


def test_nothing_wrong_and_many_intents(browser: Browser, tmp_path: Path) -> None:
    """A page with empty tables, and a matrix of more intents than it can show."""
    sentences = tuple(
        replace(each, meant=f"intent_{n % 90}", intent=f"intent_{n % 90}", taken=f"intent_{n % 90}")
        for n, each in enumerate(result(0).sentences)
    )
    with shown(browser, write_page(tmp_path, Result("many", sentences)), width=400) as tab:
        assert overflow(tab) == 0
        assert "None." in tab.inner_text("body")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StorageError):
        write_page(tmp_path / "file" / "below", result())
