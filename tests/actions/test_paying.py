"""Payments in conversation: trained model, dialogue, actions and client, and a practice bank's books.

Every dialogue of `paying/` says what is answered and what the bank booked in the end; for the steps beside
`say` see `customer.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from assistant.asr.graph_text import DIGITS
from assistant.bank.payees import FILE_NAME
from assistant.nlu.runtime import Dialogue
from assistant.nlu.values.today import TODAY as TODAY_VARIABLE
from assistant.settings import Settings
from tests.actions.conftest import TODAY, Practice
from tests.actions.customer import Customer, prepared
from tests.actions.scripts import hold, scripts
from tests.actions.till import hold_booked, last_entry
from tests.memory import remembered, without_chance

DIALOGUES = scripts("paying")


@pytest.fixture
def customer(
    request: pytest.FixtureRequest,
    wallet: Settings,
    till: Practice,
    dialogue: Dialogue,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Customer]:
    name = str(request.param)
    script = DIALOGUES[name]
    monkeypatch.setenv(TODAY_VARIABLE, TODAY.isoformat())
    with prepared(script, wallet, till) as services:
        yield Customer(name, dialogue, till, services)
    dialogue.forget(name)


def test_there_are_enough_dialogues() -> None:
    assert len(DIALOGUES) >= 40
    assert all("booked" in dialogue for dialogue in DIALOGUES.values())


@pytest.mark.parametrize("customer", list(DIALOGUES), indirect=True)
def test_a_payment(customer: Customer, caplog: pytest.LogCaptureFixture) -> None:
    script = DIALOGUES[customer.name]
    caplog.set_level(logging.DEBUG)
    before, open_before = last_entry(customer.practice), customer.services.payments.open_payments()
    said = memory = ""
    for step in script["turns"]:
        answer = customer.take(step)
        if answer is None:
            continue
        said += "".join(f"{each.screen}\n{each.speech}\n{dict(each.values)}\n" for each in answer.replies)
        said += f"{answer.entities}"
        memory += remembered(customer.dialogue, customer.name)
        if step["replies"] == "any":
            continue
        hold(answer, step["replies"], step, said)
    hold_booked(customer.practice, before, script["booked"])
    opened = [each for each in customer.services.payments.open_payments() if each not in open_before]
    unsettled = [each for each in opened if each.state.value != "on its way"]
    assert len(unsettled) == script.get("open", 0), opened
    places = [without_chance(text) for text in (memory, said, caplog.text)]
    for code in customer.codes:
        spoken = " ".join(DIGITS[int(digit)] for digit in code) if code.isdigit() else code
        for place in places:
            assert code not in place
            assert spoken not in place


HEARD = {"certainty": 0.95}
"""What is known of words that were not typed."""


@pytest.fixture
def waiting(
    request: pytest.FixtureRequest,
    dialogue: Dialogue,
    wallet: Settings,
    till: Practice,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Customer]:
    """A payment waits at the bank for its approval in the app."""
    name = request.node.name
    monkeypatch.setenv(TODAY_VARIABLE, TODAY.isoformat())
    with prepared({"confirm": "app"}, wallet, till) as services:
        customer = Customer(name, dialogue, till, services)
        before = last_entry(till)
        customer.hear("send forty six euros to marie from my everyday account")
        customer.hear("yes")
        hold_booked(till, before, [])
        yield customer
    dialogue.forget(name)


def test_a_name_that_nobody_has_gives_nothing_up_when_it_was_heard(waiting: Customer) -> None:
    """ "Done" may be heard as "Dunnes", a shop."""
    answer = waiting.dialogue.handle("dunnes", conversation=waiting.name, metadata=HEARD)
    assert [each.response for each in answer.replies] == [
        "utter_payment_unknown_payee",
        "utter_payment_wait_app",
    ]
    answer = waiting.hear("dunnes")  # typed, it is meant
    assert "utter_payment_withdrawn" in [each.response for each in answer.replies]


def test_a_payee_list_that_cannot_be_read_is_told_while_the_bank_waits(waiting: Customer) -> None:
    """Whether anybody has the name that was heard is not known then: nothing is given up, the remedy said."""
    before = last_entry(waiting.practice)
    book = waiting.services.settings.connections / FILE_NAME
    whole = book.read_bytes()
    book.write_bytes(b"no database")
    try:
        answer = waiting.dialogue.handle("dunnes", conversation=waiting.name, metadata=HEARD)
    finally:
        book.write_bytes(whole)
    assert [each.response for each in answer.replies] == ["utter_error", "utter_payment_wait_app"]
    assert "[storage.payees]" in answer.replies[0].screen
    hold_booked(waiting.practice, before, [])
