"""Scenarios through the real recogniser, Rasa, the actions and a practice bank."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from pathlib import Path

import pytest

from assistant.bank.exchanges import Exchange, Recorder
from assistant.replay.cases import Case
from assistant.replay.reading import read_scenarios
from assistant.replay.replayer import Replayer, Setup
from assistant.replay.results import CaseResult, Kind
from assistant.replay.scenario import Given, SaidTurn, Scenario
from assistant.replay.variations import Variation
from assistant.replay.world import world
from assistant.settings import CHUNK_SECONDS


@pytest.fixture(scope="module")
def results(replayer: Replayer, suite: Path) -> dict[str, CaseResult]:
    return {each.name: replayer.run(Case(each)) for each in read_scenarios(suite)}


def test_what_is_right_passes_and_what_is_wrong_is_told(results: dict[str, CaseResult]) -> None:
    kinds = {name: result.kind for name, result in results.items()}
    assert kinds == {
        "balance": None,
        "wrong on purpose": Kind.MISUNDERSTOOD,
        "a bank is down": None,
        "and well again": None,
        "nobody's bank": None,
    }, [problem.text for result in results.values() for turn in result.turns for problem in turn.problems]


def test_a_spoken_turn_is_told_whole(results: dict[str, CaseResult]) -> None:
    (turn,) = results["balance"].turns
    assert turn.heard.split() == [word for word, _, _, _ in turn.words]
    assert turn.spoken
    assert turn.counts is not None
    assert turn.end is not None
    assert 0 < turn.end.wait < 3
    assert {"hear", "understand", "answer"} <= set(turn.stages)
    assert {kind for _, kind, _ in turn.timeline} >= {"TurnStarted", "Transcript", "BankCalled", "ReplyText"}
    assert CaseResult.from_json(results["balance"].as_json()) == results["balance"]


def test_the_same_case_has_the_same_result(
    replayer: Replayer, suite: Path, results: dict[str, CaseResult]
) -> None:
    for scenario in read_scenarios(suite)[:2]:
        again = replayer.run(Case(scenario))
        assert again.without_times() == results[scenario.name].without_times()


def test_what_a_scenario_changes_the_next_does_not_see(replayer: Replayer, tmp_path: Path) -> None:
    """At the bank, and in the customer's folder."""
    path = tmp_path / "freeze.scenario.yml"
    path.write_text(
        """\
scenario: freeze
turns:
  - {say: freeze my visa, asked: ["PUT *block"], replies: [utter_card_frozen: {}]}
  - {say: freeze my visa, replies: [utter_card_frozen_already: {}]}
""",
        encoding="utf-8",
    )
    (scenario,) = read_scenarios(path)
    for _ in range(3):
        result = replayer.run(Case(scenario))
        assert not result.crash
        assert [turn.problems for turn in result.turns] == [(), ()]


def test_names_are_read_once_and_known_in_every_scenario(replayer: Replayer) -> None:
    def read(exchanges: tuple[Exchange, ...]) -> int:
        return sum("/transactions" in each.url for each in exchanges)

    with world(replace(replayer.engines, recording=True), Given()) as place:
        assert place.desk.portfolio is not None
        known = place.desk.portfolio.vocabulary()
        assert "Tesco" in known
        place.desk.conversation(name="names").read("freeze my visa")
        place.put_back()
        assert place.desk.portfolio.vocabulary() == known
        assert place.desk.portfolio.paid()
        assert isinstance(place._tape, Recorder)
        before, asked = place._tape.kept()
        # What a failure's bundle needs to be played back without a bank is still there.
        assert (read(before) > 0, read(asked)) == (True, 0)


def test_noise_drowns_a_voice(replayer: Replayer, suite: Path) -> None:
    result = replayer.run(Case(read_scenarios(suite)[0], Variation(snr=-20)))
    assert result.kind in (Kind.NOT_HEARD, Kind.MISHEARD)
    assert result.variation == "snr -20"


def test_speaking_over_an_answer(replayer: Replayer, suite: Path) -> None:
    balance = read_scenarios(suite)[0]
    (first,) = balance.turns
    early, late = (SaidTurn(first.say, audio=first.audio, barge_in=at) for at in (0.5, 60.0))
    over = Scenario("over", suite, 1, balance.given, (first, early, late))
    turns = replayer.run(Case(over)).turns
    assert [turn.kind for turn in turns] == [None, None, Kind.LATE]
    assert "account" in turns[1].heard


def test_a_scenario_that_cannot_be_played_is_a_crash(replayer: Replayer, suite: Path) -> None:
    balance = read_scenarios(suite)[0]
    gone = replace(balance, turns=(replace(balance.turns[0], audio=suite.parent / "gone.wav"),))
    result = replayer.run(Case(gone))
    assert result.kind is Kind.CRASH
    assert "audio.bad_recording" in result.crash
    assert replayer.run(Case(balance)).passed


def test_at_a_microphones_pace_it_comes_to_the_same(
    setup: Setup, suite: Path, results: dict[str, CaseResult]
) -> None:
    """A pause before each chunk, as long as that takes to be said."""
    case = next(Case(each) for each in read_scenarios(suite) if each.name == "balance")
    pauses: list[float] = []
    with Replayer(replace(setup, paced=True), sleep=pauses.append).load() as replayer:
        result = replayer.run(case)
    assert result.without_times() == results["balance"].without_times()
    assert len(pauses) == ceil(result.turns[0].seconds / CHUNK_SECONDS)
    assert all(pause >= 0 for pause in pauses)
