"""The page of a run in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from assistant.replay.cases import Case
from assistant.replay.measures import Measures
from assistant.replay.page import command_of, write_page
from assistant.replay.results import CaseResult, Kind, Problem, TurnResult
from assistant.replay.scenario import Given, SaidTurn, Scenario
from assistant.replay.variations import Variation
from tests.asr.speech import BALANCE
from tests.browser import WIDTHS, browser, overflow, shown

__all__ = ["browser"]

SAID = "How much have I got in my everyday account?"
NASTY = "</script><script>nosuch()</script><b>bold"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenario = Scenario(NASTY, Path("a.scenario.yml"), 1, Given(), (SaidTurn(SAID, audio=BALANCE),))
    case = Case(scenario, Variation(snr=10))
    turn = TurnResult(
        number=1,
        said=SAID,
        spoken=True,
        heard="how much have i got in my every day",
        words=(("how", 0.3, 0.5, 1.0), ("much", 0.5, 0.8, 0.4)),
        intent="spending",
        problems=(Problem(Kind.MISHEARD, "heard something else"),),
        judged=True,
        timeline=((0.0, "TurnStarted", ""), (120.0, "Transcript", NASTY)),
    )
    results = [
        CaseResult(case.id, "a.scenario.yml", NASTY, "snr 10", 1, (turn,)),
        CaseResult("other", "a.scenario.yml", "broken", "", 1, crash="it broke " + "x" * 300),
        CaseResult("good", "a.scenario.yml", "good", "", 1),
    ]
    measures = Measures()
    for result in results:
        measures.add(result)
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_page(path, results, [case], measures)
    return path


def becomes_true(tab: Page, condition: str) -> bool:
    """Asked again and again from here: the page's own policy lets nobody evaluate texts in it."""
    for _ in range(200):
        if tab.evaluate(condition):
            return True
        tab.wait_for_timeout(50)
    return False


def test_a_failed_turn_can_be_heard(browser: Browser, page: Path) -> None:
    with shown(browser, page) as tab:
        assert "1 passed, 2 failed" in tab.inner_text("h1")
        assert tab.locator("audio").count() == 1
        tab.evaluate("document.querySelector('audio').play()")
        assert becomes_true(tab, "document.querySelector('audio').currentTime > 0.3")
        assert tab.evaluate("document.querySelector('audio').duration") > 1


def test_it_is_seen_and_its_command_can_be_copied(browser: Browser, page: Path) -> None:
    with shown(browser, page) as tab:
        assert tab.locator("svg path").bounding_box()
        assert tab.inner_text(".unsure").startswith("much")
        assert NASTY in tab.inner_text("h3 >> nth=1")
        assert tab.locator("b").count() == 0
        command = tab.get_attribute("button[data-command]", "data-command")
        assert command
        assert "--snr=10" in command
        tab.click("button[data-command]")
        assert becomes_true(tab, "document.querySelector('button[data-command]').textContent !== 'Copy'")
        tab.click("summary")
        assert "120 ms" in tab.inner_text(".times")


@pytest.mark.parametrize("width", WIDTHS)
def test_nobody_scrolls_sideways(browser: Browser, page: Path, width: int) -> None:
    with shown(browser, page, width=width) as tab:
        assert overflow(tab) == 0
        assert float(tab.evaluate("getComputedStyle(document.body).fontSize").removesuffix("px")) >= 16


def test_a_command_names_the_very_case() -> None:
    scenario = Scenario("two words", Path("a b.yml"), 3, Given(), (SaidTurn("x"),))
    command = command_of(Case(scenario, Variation(gain=-6)))
    assert command == "assistant replay 'a b.yml' --gain=-6 '--only=two words' --results=out/again"
