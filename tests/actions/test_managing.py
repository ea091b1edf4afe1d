"""What stands around payments, in conversation: trained model, dialogue, actions, client, practice bank.

Every dialogue of `managing/` says what is answered and what the bank has in the end: the books, the standing
orders, the cards; and the list of payees. A step beside those of `customer.py`:

* `declined_behind`: a request to pay is declined where the assistant cannot see it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import requests

from assistant.actions.services import Services, configure
from assistant.nlu.answer import Answer
from assistant.nlu.runtime import Dialogue
from assistant.nlu.values.today import TODAY as TODAY_VARIABLE
from assistant.practice import password_of
from assistant.security.demands import Act
from tests.actions.conftest import PASSCODE, TODAY, Practice, connected_home, services_of
from tests.actions.customer import Customer
from tests.actions.scripts import hold, scripts
from tests.actions.till import hold_booked, last_entry, rows

DIALOGUES = scripts("managing")

# One customer lives through all of it, in this order.
pytestmark = pytest.mark.xdist_group("managing")


class Manager(Customer):
    """Gives the passcode where the script does."""

    def take(self, step: Mapping[str, Any]) -> Answer | None:
        if "declined_behind" not in step:
            return super().take(step)
        payments = self.services.payments
        asked = payments.requests("Meadow Bank")
        payments.decline(next(each for each in asked if each.reference == step["declined_behind"]))
        return None

    def hear(self, text: str) -> Answer:
        return self.answered(text)


@pytest.fixture(scope="module")
def wallet(till: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """One process all the time, as its customer has it."""
    settings = connected_home(till, tmp_path_factory.mktemp("wallet"), "EUR")
    services = replace(services_of(settings), password=password_of)
    yield services
    services.portfolio.close()
    services.payments.close()


@pytest.fixture
def customer(
    request: pytest.FixtureRequest,
    wallet: Services,
    till: Practice,
    dialogue: Dialogue,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Manager]:
    name = str(request.param)
    script = DIALOGUES[name]
    monkeypatch.setenv(TODAY_VARIABLE, TODAY.isoformat())
    configure(wallet)
    for payee in script.get("payees", ()):
        wallet.payees.add(**payee)
    if "asked" in script:
        ask(till, "payment-requests", **script["asked"])
    if "passcode" not in script:
        wallet.guard.demand(Act.CHANGE, conversation=name)
        wallet.guard.answer(name, PASSCODE, typed=True)
    yield Manager(name, dialogue, till, wallet)
    till.relieve()
    for known in wallet.payees.saved():
        wallet.payees.remove(known)
    dialogue.forget(name)
    configure(None)


def ask(till: Practice, what: str, **order: Any) -> None:
    url = f"{till.bank.base_url}/practice/{what}"
    requests.post(url, json=order, timeout=5).raise_for_status()


def standing_orders(till: Practice) -> list[dict[str, str]]:
    """Those that were ordered here and are still carried out, as the bank keeps them."""
    kept = rows(till, "select body from payments where service = 'periodic-payments' and next_on is not null")
    bodies = [json.loads(body) for (body,) in kept]
    return [
        {
            "frequency": body["frequency"],
            "startDate": body["startDate"],
            **({"endDate": body["endDate"]} if "endDate" in body else {}),
            "amount": body["instructedAmount"]["amount"],
            "to": body["creditorName"],
        }
        for body in bodies
    ]


def test_there_are_enough_dialogues() -> None:
    assert len(DIALOGUES) >= 20
    assert all("booked" in dialogue for dialogue in DIALOGUES.values())


@pytest.mark.parametrize("customer", list(DIALOGUES), indirect=True)
def test_a_dialogue(customer: Manager) -> None:
    script = DIALOGUES[customer.name]
    till, payments = customer.practice, customer.services.payments
    before, open_before = last_entry(till), payments.open_payments()
    orders_before = standing_orders(till)
    for step in script["turns"]:
        answer = customer.take(step)
        if answer is None or step["replies"] == "any":
            continue
        hold(answer, step["replies"], step)
        assert all(reply.speech for reply in answer.replies)
    hold_booked(till, before, script["booked"])
    opened = [each for each in payments.open_payments() if each not in open_before]
    assert sum(each.state.value != "on its way" for each in opened) == script.get("open", 0), opened
    if "orders" in script:
        assert [each for each in standing_orders(till) if each not in orders_before] == script["orders"]
    if "kept" in script:
        assert {each.name: each.iban for each in customer.services.payees.saved()} == script["kept"]
    cards = {card.account: card for card in payments.cards("Harbour Bank")}
    for account, status in script.get("cards", {}).items():
        assert cards[account].blocked is (status == "blocked")
    for account, limit in script.get("limits", {}).items():
        assert f"{cards[account].daily_limit.amount:.2f}" == limit
