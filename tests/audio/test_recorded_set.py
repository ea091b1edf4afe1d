"""The recorded set is what it says it is."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.replay.periods import period, same_period
from assistant.replay.reading import read_scenarios

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "voices" / "en" / "demo"
COMMANDS = read_scenarios(HERE / "commands.scenario.yml")
CONVERSATION = read_scenarios(DEMO / "conversation.scenario.yml")
RECORDED = [turn for each in (*COMMANDS, *CONVERSATION) for turn in each.turns if turn.audio]
INTENTS = {
    *("check_balance", "list_accounts", "list_transactions", "search_transactions", "spending"),
    *("compare_spending", "card_usage", "income", "upcoming_payments", "recurring_payments"),
    *("account_details", "refine", "help", "repeat", "slower", "faster", "more", "stop", "cancel", "affirm"),
    *("deny", "greet", "thank", "goodbye", "out_of_scope"),
    *("pay", "change_payment", "standing_order", "pending_payments", "cancel_order", "payment_arrived"),
    *("list_payees", "add_payee", "remove_payee", "pay_again", "open_bills", "pay_bill", "top_up"),
    *("freeze_card", "unfreeze_card", "limit_card"),
}
SLOTS = {
    *(
        "account",
        "bank",
        "merchant",
        "category",
        "place",
        "direction",
        "period",
        "against",
        "amount",
        "count",
    ),
    "instant",
}


def test_enough_commands_in_enough_voices() -> None:
    said = [scenario.turns[-1] for scenario in COMMANDS]
    assert len(said) >= 120
    assert len({turn.say for turn in said}) == len(said)
    voices = Counter(turn.voice for turn in said)
    assert len(voices) >= 6
    assert min(voices.values()) >= 15
    assert {turn.understood.intents[0] for turn in said if turn.understood} == INTENTS
    assert [len(scenario.turns) for scenario in CONVERSATION] == [10]


def test_every_file_is_listed_once_and_there() -> None:
    listed = [turn.audio for turn in RECORDED if turn.audio]
    assert sorted(listed) == sorted([*HERE.rglob("*.flac"), *DEMO.rglob("*.flac")])
    assert sum(path.stat().st_size for path in listed) < 6_000_000


def test_every_recorded_turn_is_judged_by_what_was_understood() -> None:
    for turn in RECORDED:
        assert turn.understood is not None
        assert set(turn.understood.intents) <= {*INTENTS, "nlu_fallback"}
        entities = {**(turn.understood.entities or {}), **turn.understood.may}
        assert set(entities) <= SLOTS
        for name in ("period", "against"):
            if name in entities:
                first, last = period(entities[name], date(2026, 3, 31))
                assert first <= last


@pytest.mark.parametrize("path", [turn.audio for turn in RECORDED], ids=lambda path: path.stem)
def test_a_recording_sounds_like_one(path: Path) -> None:
    sound, rate = soundfile.read(path, dtype="float64", always_2d=True)
    assert (rate, sound.shape[1]) == (16_000, 1)
    assert soundfile.info(path).subtype == "PCM_16"
    samples = np.abs(sound[:, 0])
    assert 10 ** (-26 / 20) < samples.max() < 10 ** (-3 / 20)
    loud = np.flatnonzero(samples > samples.max() / 100)
    for silence in (loud[0], len(samples) - loud[-1]):
        assert 0.19 * rate < silence < 0.9 * rate
    assert 0.2 < (loud[-1] - loud[0]) / rate < 6


@pytest.mark.parametrize(
    ("name", "today", "first", "last"),
    [
        ("last_month", "2026-01-15", "2025-12-01", "2025-12-31"),
        ("month_before_last", "2026-03-31", "2026-01-01", "2026-01-31"),
        ("this_month", "2028-02-03", "2028-02-01", "2028-02-29"),
        ("last_week", "2026-03-02", "2026-02-23", "2026-03-01"),
        ("this_week", "2026-03-01", "2026-02-23", "2026-03-01"),
        ("march", "2026-02-28", "2025-03-01", "2025-03-31"),
        ("march", "2026-03-01", "2026-03-01", "2026-03-31"),
        ("since_january", "2026-03-05", "2026-01-01", "2026-03-05"),
    ],
)
def test_names_of_periods(name: str, today: str, first: str, last: str) -> None:
    assert period(name, date.fromisoformat(today)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_a_running_period_may_end_today() -> None:
    today = date(2026, 3, 5)
    assert same_period((date(2026, 3, 1), today), "this_month", today)
    assert same_period((date(2026, 3, 1), date(2026, 3, 31)), "this_month", today)
    assert not same_period((date(2026, 3, 1), date(2026, 3, 4)), "this_month", today)
    assert not same_period((date(2026, 2, 1), today), "last_month", today)
