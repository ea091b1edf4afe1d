"""Payments of which every message reaches another server than the one before: two dialogues and two sets of
services on one real store, one home, and a practice bank's books.

Where a server dies, what it had not written down yet is taken away from the next: that is all that a death is
to those who stay. Servers that are really killed are in `tests/rooms/test_workers.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from assistant.actions.services import Services, configure
from assistant.bank.payment import PaymentState
from assistant.nlu.answer import Answer
from assistant.nlu.runtime import Dialogue
from assistant.nlu.stores import shelf_of
from assistant.nlu.stores.sealed import name_of
from assistant.nlu.values.today import TODAY as TODAY_VARIABLE
from assistant.security.keys import conversation_key
from assistant.settings import Settings
from tests.actions.conftest import TODAY, Practice, connected_home
from tests.actions.customer import Customer, configured, prepared
from tests.actions.scripts import hold, scripts
from tests.actions.till import booked_since, hold_booked, last_entry
from tests.store_servers import StoreServer

DIALOGUES = {name: script for name, script in scripts("paying").items() if name.startswith("whole")}
pytestmark = pytest.mark.xdist_group("moving")  # servers and dialogues are started once

ORDER = "send {} euros to marie from the joint account"


@dataclass(frozen=True)
class House:
    settings: Settings
    dialogues: tuple[Dialogue, Dialogue]
    till: Practice


@dataclass
class Mover(Customer):
    """Goes to the other server with every message."""

    others: list[tuple[Dialogue, Services]] = field(default_factory=list)

    def hear(self, text: str) -> Answer:
        self.move()
        return super().hear(text)

    def move(self) -> None:
        self.others.append((self.dialogue, self.services))
        self.dialogue, self.services = self.others.pop(0)
        configure(self.services)


@pytest.fixture(scope="module")
def house(
    store: StoreServer, till: Practice, nlu_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    settings = replace(connected_home(till, tmp_path_factory.mktemp("house"), "EUR", "GBP"), store=store.url)
    key = conversation_key(settings)
    with (
        Dialogue.load(nlu_model, store=store.url, key=key) as one,
        Dialogue.load(nlu_model, store=store.url, key=key) as other,
    ):
        yield House(settings, (one, other), till)


@pytest.fixture
def mover(request: pytest.FixtureRequest, house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mover]:
    name = str(getattr(request, "param", request.node.name))
    script = DIALOGUES.get(name, {})
    monkeypatch.setenv(TODAY_VARIABLE, TODAY.isoformat())
    one, other = house.dialogues
    with prepared(script, house.settings, house.till) as services:
        settings = services.settings
        others = configured(settings, script.get("keyboard", True))
        yield Mover(name, one, house.till, services, others=[(other, others)])
    one.forget(name)


@pytest.mark.parametrize("mover", list(DIALOGUES), indirect=True)
def test_a_payment(mover: Mover) -> None:
    script = DIALOGUES[mover.name]
    before, open_before = last_entry(mover.practice), mover.services.payments.open_payments()
    for step in script["turns"]:
        answer = mover.take(step)
        if answer is not None and step["replies"] != "any":
            hold(answer, step["replies"], step)
    hold_booked(mover.practice, before, script["booked"])
    opened = [each for each in mover.services.payments.open_payments() if each not in open_before]
    assert len([each for each in opened if each.state.value != "on its way"]) == script.get("open", 0), opened


def responses(answer: Answer) -> list[str]:
    return [each.response for each in answer.replies]


@dataclass
class Death:
    """What a server has not written down when it dies."""

    mover: Mover
    store: StoreServer

    def __enter__(self) -> None:
        self._shelf = shelf_of(self.store.url)
        self._name = name_of(self.mover.name, conversation_key(self.mover.services.settings))
        self._kept = self._shelf.get(self._name)

    def __exit__(self, *_: object) -> None:
        now = self._shelf.get(self._name)
        assert now is not None
        assert self._kept is not None
        assert now != self._kept
        assert self._shelf.put(self._name, self._kept, now.version)
        self._shelf.close()


def payments_of(mover: Mover, amount: str) -> list[PaymentState]:
    history = mover.services.payments.history()
    return [each.state for each in history if f"{each.order.money.amount:.2f}" == amount]


def test_a_yes_that_was_heard_by_a_server_which_died_is_one_payment(mover: Mover, store: StoreServer) -> None:
    """It handed the order over and wrote down what the bank wants: the other goes on with that."""
    before = last_entry(mover.practice)
    mover.hear(ORDER.format("three hundred and one"))
    with Death(mover, store):
        assert responses(mover.hear("yes"))[-1] == "utter_payment_ask_code"
    assert responses(mover.hear("yes"))[-1] == "utter_payment_ask_code"
    assert responses(mover.hear(mover.code("right")))[-1] == "utter_payment_on_its_way"
    assert [each["amount"] for each in booked_since(mover.practice, before)] == ["-301.00"]
    assert payments_of(mover, "301.00") == [PaymentState.ON_ITS_WAY]


@pytest.mark.parametrize("said", ["yes", "make it three hundred and three", "cancel", "repeat"])
def test_an_order_that_was_handed_over_and_not_written_down_is_called_back(
    mover: Mover, store: StoreServer, said: str
) -> None:
    before = last_entry(mover.practice)
    mover.hear(ORDER.format("three hundred and two"))
    with Death(mover, store):
        mover.hear("yes")
        mover.services.confirmations.pop(mover.name)
    assert responses(mover.hear(said))[-1] == "utter_payment_withdrawn"
    assert payments_of(mover, "302.00")[-1] is PaymentState.CANCELLED
    assert payments_of(mover, "303.00") == []
    assert booked_since(mover.practice, before) == []
    assert mover.services.confirmations.ids() == frozenset()


def test_a_code_that_was_given_by_a_server_which_died_pays_once(mover: Mover, store: StoreServer) -> None:
    before = last_entry(mover.practice)
    mover.hear(ORDER.format("three hundred and four"))
    mover.hear("yes")
    code = mover.code("right")
    with Death(mover, store):
        kept = mover.services.confirmations.get(mover.name)
        assert kept is not None
        assert responses(mover.hear(code))[-1] == "utter_payment_on_its_way"
        mover.services.confirmations.put(mover.name, kept)
    assert responses(mover.hear(code))[-1] == "utter_payment_on_its_way"
    assert [each["amount"] for each in booked_since(mover.practice, before)] == ["-304.00"]
    assert len(payments_of(mover, "304.00")) == 1


def test_a_lost_answer_is_not_asked_for_again(mover: Mover, store: StoreServer) -> None:
    """The line breaks while it is handed over, and the server dies: nobody knows, and nothing is sent."""
    before = last_entry(mover.practice)
    mover.hear(ORDER.format("three hundred and five"))
    with Death(mover, store):
        mover.practice.order(bank="harbour", kind="reset", when="after", path="POST /payments/*", calls=1)
        mover.hear("yes")
    answer = mover.hear("yes")
    assert answer.replies[-1].values.get("code") == "bank.payment_unknown"
    assert payments_of(mover, "305.00") == [PaymentState.UNKNOWN]
    assert booked_since(mover.practice, before) == []


def test_what_is_being_confirmed_elsewhere_is_no_news(mover: Mover) -> None:
    mover.hear(ORDER.format("three hundred and six"))
    mover.hear("yes")
    mover.move()
    answer = mover.dialogue.handle("did my payment go through", conversation="another room")
    assert "utter_payment_news" not in responses(answer)
    assert responses(mover.hear("cancel"))[-1] == "utter_payment_withdrawn"
