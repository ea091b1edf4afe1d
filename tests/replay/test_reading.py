"""Scenario files: what they say is read, and what is wrong with them is named with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.errors import ScenarioError
from assistant.replay.reading import read_scenarios
from assistant.replay.scenario import Given, Never, Scenario, Understanding, Voice, WantedReply

FULL = """\
given: {today: 2026-03-18, seed: 7}
voices:
  rms: {engine: flite, voice: rms}
scenarios:
  - scenario: A bank is down
    given:
      customer: conor
      banks: [harbour]
      quirks: {harbour: [germanMessages]}
      faults: [{bank: harbour, kind: reset, calls: 1000}]
    turns:
      - say: What is in my savings?
        voice: rms
        spell: What is in my sayvings?
        understood: {intent: [check_balance, refine], entities: {account: savings}, may: {count: 1}}
        asked: ["GET */accounts*"]
        replies:
          - utter_bank_not_answering: {bank: Harbour Bank}
          - utter_balance*: {amount: {contains: "€"}}
        never: {intents: [spending], asked: ["POST *"], replies: [utter_error]}
        within: {total: 800}
        faults: [{bank: harbour, kind: delay, seconds: 0.5}]
      - say: Stop.
        barge_in: 0.8
        asked: []
  - scenario: Short
    say: Hello.
"""


def written(folder: Path, text: str) -> list[Scenario]:
    path = folder / "some.scenario.yml"
    path.write_text(text, encoding="utf-8")
    return read_scenarios(path)


def test_everything_that_a_scenario_may_hold(tmp_path: Path) -> None:
    down, short = written(tmp_path, FULL)
    assert (down.name, down.line, short.line) == ("A bank is down", 5, 26)
    assert down.given == Given(
        "conor",
        date(2026, 3, 18),
        7,
        ("harbour",),
        (("harbour", ("germanMessages",)),),
        ({"bank": "harbour", "kind": "reset", "calls": 1000},),
    )
    assert short.given == Given(today=date(2026, 3, 18), seed=7)
    assert down.voices == {"rms": Voice("flite", "rms")}
    first, second = down.turns
    assert first.understood == Understanding(
        ("check_balance", "refine"), {"account": "savings"}, {"count": 1}
    )
    assert first.asked == ("GET */accounts*",)
    assert first.replies == (
        WantedReply("utter_bank_not_answering", {"bank": "Harbour Bank"}),
        WantedReply("utter_balance*", {"amount": {"contains": "€"}}),
    )
    assert first.never == Never(("spending",), ("POST *",), ("utter_error",))
    assert (first.within, first.spell, first.line) == ({"total": 800}, "What is in my sayvings?", 12)
    assert first.faults == ({"bank": "harbour", "kind": "delay", "seconds": 0.5},)
    assert (second.barge_in, second.asked) == (0.8, ())
    assert not short.turns[0].judged
    assert first.judged
    assert second.judged


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("scenario: a\nturns:\n  - sai: hello\n", 3, "did you mean say?"),
        ("scenario: a\nturns:\n  - voice: x\n", 3, "`say`, `audio` or both"),
        ("scenario: a\nturns:\n  - say: x\n  - say: y\n    voice: tom\n", 5, "'tom' is none"),
        ("scenario: a\nturns: []\n", 2, "turns"),
        ("scenario: a\n", 1, "`say`, `audio` or both"),
        ("scenario: a\nsay: x\nwithin: {hear: -1}\n", 3, "within.hear"),
        ("scenario: a\nsay: x\nwithin: {heard: 1}\n", 3, "did you mean hear?"),
        ("scenario: a\nsay: x\nunderstood:\n  entities: {}\n", 3, "'intent' is missing"),
        ("scenario: a\nsay: x\nunderstood: {intent: b, slots: {}}\n", 3, "'slots'"),
        ("scenario: a\nsay: x\ngiven: {today: 2026-13-01}\n", 1, "given:"),
        ("scenario: a\nsay: x\ngiven:\n  banks: [meadows]\n", 4, "did you mean meadow?"),
        ("scenario: a\nsay: x\ngiven: {quirks: {meadow: [odd]}}\n", 1, "odd"),
        ("scenario: a\nsay: x\nfaults: [{bank: meadow, kind: error, code: ODD}]\n", 1, "ODD"),
        ("scenario: a\nsay: x\naudio: [1]\n", 3, "audio"),
        ("scenario: a\naudio: missing.wav\n", 2, "there is no missing.wav"),
        ("scenario: a\nsay: x\nbarge_in: 1\n", 3, "no answer before it"),
        ("scenarios:\n  - scenario: a\n    say: x\n  - scenario: a\n    say: y\n", 4, "two scenarios"),
        ("- scenario: a\n", 1, "begins with"),
        ("scenario: [a\n", 2, "expected"),
        ("scenario: a\nsay: x\nturns:\n  - say: y\n", 2, "'say' is not known here"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        written(tmp_path, text)
    assert f"some.scenario.yml:{line}: " in caught.value.detail
    assert words in caught.value.detail


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        read_scenarios(tmp_path / "no.scenario.yml")
    (tmp_path / "odd.scenario.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="no text"):
        read_scenarios(tmp_path / "odd.scenario.yml")
