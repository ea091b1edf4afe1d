"""What stands around payments, in conversation: trained model, dialogue, actions, client, practice bank.

Every dialogue of `managing/` says what is answered and what the bank has in the end: the books, the standing
orders, the cards; and the list of payees. Steps beside `say`:

* `code`: give the one-time code that the practice bank shows, `right` or `wrong`;
* `fault`: the practice bank's next calls fail; `well`: they no longer do;
* `declined_behind`: a request to pay is declined where the assistant cannot see it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
from ruamel.yaml import YAML

from assistant.actions.services import Services, configure
from assistant.bank.connecting import connect
from assistant.bank.connections import Connections
from assistant.nlu.answer import Answer
from assistant.nlu.runtime import Dialogue
from assistant.nlu.values.today import TODAY as TODAY_VARIABLE
from assistant.practice import password_of
from assistant.replay.judging import wrong_replies
from assistant.replay.scenario import WantedReply
from assistant.sandbox.process import running_bank
from assistant.security.demands import Act
from assistant.security.guard import Guard
from assistant.security.rules import Rules
from assistant.settings import Settings
from tests.actions.conftest import PASSCODE, ROOM, SEED, TODAY, Anna, Practice, services_of
from tests.conftest import ROOT

DIALOGUES: dict[str, dict[str, Any]] = {
    f"{path.stem}: {dialogue['dialogue']}": dialogue
    for path in sorted((Path(__file__).parent / "managing").glob("*.yml"))
    for dialogue in YAML(typ="safe").load(path)
}

ACCOUNTS = {"everyday": "Everyday account", "savings": "Rainy day savings", "joint": "Joint account"}

# One customer lives through all of it, in this order.
pytestmark = pytest.mark.xdist_group("managing")


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    database = tmp_path_factory.mktemp("till") / "bank.sqlite"
    with running_bank(database, seed=SEED, today=TODAY) as bank:
        yield Practice(bank, database)


@dataclass
class Customer:
    """One conversation, with the practice bank's codes at hand."""

    name: str
    dialogue: Dialogue
    till: Practice
    services: Services

    def take(self, step: Mapping[str, Any]) -> Answer | None:
        """What is answered; None for what happens elsewhere."""
        if "say" in step or "code" in step:
            text = step["say"] if "say" in step else self.code(step["code"])
            return self.dialogue.handle(text, conversation=self.name)
        if "declined_behind" in step:
            payments = self.services.payments
            asked = payments.requests("Meadow Bank")
            payments.decline(next(each for each in asked if each.reference == step["declined_behind"]))
        elif "well" in step:
            self.till.relieve()
        else:
            self.till.order(**step["fault"])
        return None

    def code(self, kind: str) -> str:
        waiting = requests.get(f"{self.till.bank.base_url}/practice/otp", timeout=5).json()["codes"]
        right = str(waiting[0]["code"])
        return right if kind == "right" else f"{(int(right) + 1) % 10 ** len(right):0{len(right)}}"


@pytest.fixture(scope="module")
def wallet(till: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """One process all the time, as its customer has it."""
    settings = Settings(data=ROOT, home=tmp_path_factory.mktemp("wallet"), keyring=False)
    connections = Connections.from_settings(settings)
    for name, base_url in till.bank.banks.items():
        connect(connections, Anna(till.bank.base_url), name=name, base_url=base_url, psu_id="anna")
    guard = Guard.from_settings(settings)
    guard.set_rules(Rules({"EUR": ROOM}, answers_after=None))
    guard.set_passcode(PASSCODE)
    services = replace(services_of(settings), password=password_of)
    yield services
    services.portfolio.close()
    services.payments.close()


@pytest.fixture(scope="module")
def dialogue(nlu_model: Path) -> Iterator[Dialogue]:
    with Dialogue.load(nlu_model) as dialogue:
        yield dialogue


@pytest.fixture
def customer(
    request: pytest.FixtureRequest,
    wallet: Services,
    till: Practice,
    dialogue: Dialogue,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Customer]:
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
    yield Customer(name, dialogue, till, wallet)
    till.relieve()
    for known in wallet.payees.saved():
        wallet.payees.remove(known)
    dialogue.forget(name)
    configure(None)


def ask(till: Practice, what: str, **order: Any) -> None:
    url = f"{till.bank.base_url}/practice/{what}"
    requests.post(url, json=order, timeout=5).raise_for_status()


def rows(till: Practice, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{till.database}?mode=ro", uri=True)) as books:
        return books.execute(query, values).fetchall()


def booked_since(till: Practice, mark: int) -> list[dict[str, str]]:
    """What payments took from the customer's accounts, by the bank's own books."""
    query = """select accounts.key, entries.minor, entries.counterparty, entries.remittance
               from entries join accounts on accounts.id = entries.account_id
               where entries.rowid > ? and entries.minor < 0 and payment_id is not null
               order by entries.rowid"""
    return [
        {"from": ACCOUNTS[key], "amount": f"{Decimal(minor) / 100:.2f}", "to": to, "text": text or ""}
        for key, minor, to, text in rows(till, query, mark)
    ]


def last_entry(till: Practice) -> int:
    return int(rows(till, "select max(rowid) from entries")[0][0])


def standing_orders(till: Practice) -> list[dict[str, str]]:
    """Those that were ordered here and are still carried out, as the bank keeps them."""
    kept = rows(till, "select body from payments where service = 'periodic-payments' and next_on is not null")
    bodies = [json.loads(body) for (body,) in kept]
    return [
        {
            "frequency": body["frequency"],
            "startDate": body["startDate"],
            "amount": body["instructedAmount"]["amount"],
            "to": body["creditorName"],
        }
        for body in bodies
    ]


def test_there_are_enough_dialogues() -> None:
    assert len(DIALOGUES) >= 20
    assert all("booked" in dialogue for dialogue in DIALOGUES.values())


@pytest.mark.parametrize("customer", list(DIALOGUES), indirect=True)
def test_a_dialogue(customer: Customer) -> None:
    script = DIALOGUES[customer.name]
    till, payments = customer.till, customer.services.payments
    before, open_before = last_entry(till), payments.open_payments()
    orders_before = standing_orders(till)
    for step in script["turns"]:
        answer = customer.take(step)
        if answer is None or step["replies"] == "any":
            continue
        wanted = [
            WantedReply(each) if isinstance(each, str) else WantedReply(*next(iter(each.items())))
            for each in step["replies"]
        ]
        given = [(reply.response, reply.screen, reply.values) for reply in answer.replies]
        wrong = [problem.text for problem in wrong_replies(wanted, given)]
        assert not wrong, f"{step}: {answer.intent} {answer.entities}: {wrong}"
        assert all(reply.screen and reply.speech for reply in answer.replies)
        assert "{" not in "".join(reply.screen + reply.speech for reply in answer.replies)
    booked = booked_since(till, before)
    assert len(booked) == len(script["booked"]), booked
    for wanted_entry, entry in zip(script["booked"], booked, strict=True):
        assert wanted_entry.items() <= entry.items(), booked
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
