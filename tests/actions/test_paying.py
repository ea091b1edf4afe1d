"""Payments in conversation: trained model, dialogue, actions and client, and a practice bank's books.

Every dialogue of `paying/` says what is answered and what the bank booked in the end. Steps beside `say`:

* `code`: give a one-time code: `right`, `wrong`, `long` (too long for one), `spoken`, or the `page`'s;
* `app` and `page`: `approve` or `refuse` at the practice bank; `confirm_behind`: the code is given, and
  nobody hears the answer;
* `late`: eleven minutes pass at the bank, and its codes are worth nothing any more;
* `fault`: the practice bank's next calls fail; `well`: they no longer do;
* `restart`: all that the process kept is gone, and the next one tells its news.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import requests
from rasa.shared.core.trackers import EventVerbosity

from assistant.actions.services import Services, configure, nobody_types
from assistant.nlu.answer import Answer
from assistant.nlu.runtime import Dialogue
from assistant.nlu.values.today import TODAY as TODAY_VARIABLE
from assistant.practice import password_of
from assistant.settings import Settings
from tests.actions.conftest import PASSCODE, TODAY, Practice, connected_home, services_of
from tests.actions.scripts import hold, scripts
from tests.actions.till import age_codes, hold_booked, last_entry

DIALOGUES = scripts("paying")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass
class Customer:
    """One conversation, and what the customer has beside it: the phone, the app, the browser."""

    name: str
    dialogue: Dialogue
    practice: Practice
    services: Services
    codes: list[str] = field(default_factory=list)
    """Every code that was given away."""
    page: str = ""
    shown: str = ""

    def take(self, step: Mapping[str, Any]) -> Answer | None:
        """What is answered; None for what happens elsewhere."""
        if "say" in step:
            return self.hear(step["say"])
        if "code" in step:
            return self.hear(self.code(step["code"]))
        if "restart" in step:
            return self.restart()
        if "confirm_behind" in step:
            underway = self.services.confirmations.get(self.name)
            assert underway is not None
            underway.give(self.code("right"))
        elif "app" in step:
            self.tap(approve=step["app"] == "approve")
        elif "page" in step:
            self.sign(approve=step["page"] == "approve")
        elif "late" in step:
            age_codes(self.practice)
        elif "well" in step:
            self.practice.relieve()
        else:
            self.practice.order(**step["fault"])
        return None

    def hear(self, text: str) -> Answer:
        """The passcode, which `dialogues/guarding.yml` is about, is given unasked here."""
        answer = self.dialogue.handle(text, conversation=self.name)
        if answer.replies[-1].response == "utter_passcode_ask":
            answer = self.dialogue.handle(self.digits(answer), conversation=self.name)
        self.page = next(
            (str(each.values["page"]) for each in answer.replies if "page" in each.values), self.page
        )
        return answer

    def digits(self, answer: Answer) -> str:
        places = self.services.phrases.words("passcode_places")
        wanted = (str(answer.replies[-1].values[each]) for each in ("first", "second"))
        return " ".join(PASSCODE[places.index(each)] for each in wanted)

    def code(self, kind: str) -> str:
        if kind == "page":
            return self.shown
        waiting = self.ask("otp")["codes"]
        right = str(waiting[0]["code"])
        self.codes.append(right)
        if kind == "wrong":
            return f"{(int(right) + 1) % 10 ** len(right):0{len(right)}}"
        if kind == "long":
            return right * 2
        return " ".join(DIGITS[int(digit)] for digit in right) if kind == "spoken" else right

    def tap(self, *, approve: bool) -> None:
        waiting = self.ask("approvals")["approvals"][0]
        answer = {"bank": waiting["bank"], "authorisationId": waiting["authorisationId"], "approve": approve}
        url = f"{self.practice.bank.base_url}/practice/approvals"
        requests.post(url, json=answer, timeout=5).raise_for_status()

    def sign(self, *, approve: bool) -> None:
        form = {"psu": "anna", "password": "sunflower", "answer": "yes" if approve else "no"}
        page = requests.post(self.page, data=form, timeout=5)
        page.raise_for_status()
        code = re.search(r"<code>(\w+)</code>", page.text)
        self.shown = code[1] if code else ""
        self.codes += [self.shown] if code else []

    def restart(self) -> Answer:
        self.dialogue.forget(self.name)
        self.services = configured(self.services.settings, self.services.password is not nobody_types)
        return self.dialogue.begin("payment_news", conversation=self.name)

    def ask(self, what: str) -> Any:
        answer = requests.get(f"{self.practice.bank.base_url}/practice/{what}", timeout=5)
        answer.raise_for_status()
        return answer.json()


def configured(settings: Settings, keyboard: bool) -> Services:
    """The services of a new process."""
    services = replace(services_of(settings), password=password_of if keyboard else nobody_types)
    configure(services)
    return services


@pytest.fixture(scope="module")
def wallet(till: Practice, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return connected_home(till, tmp_path_factory.mktemp("wallet"), "EUR", "GBP")


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
    services = configured(replace(wallet, confirm=script.get("confirm", "")), script.get("keyboard", True))
    for payee in script.get("payees", ()):
        services.payees.add(**payee)
    set_quirks(till, script.get("quirks", {}))
    yield Customer(name, dialogue, till, services)
    till.relieve()
    set_quirks(till, {bank: [] for bank in script.get("quirks", {})})
    for known in services.payees.saved():
        services.payees.remove(known)
    dialogue.forget(name)
    configure(None)


def memory_of(customer: Customer) -> str:
    """Everything that Rasa remembers of the conversation: events with texts and metadata, slots."""
    tracker = asyncio.run(customer.dialogue._memory.retrieve(customer.name))
    if tracker is None:
        return ""
    state = tracker.current_state(EventVerbosity.ALL)
    return json.dumps(state, default=str, ensure_ascii=False)


def set_quirks(till: Practice, quirks: Mapping[str, list[str]]) -> None:
    usual = {"harbour": ["absoluteLinks"], "meadow": ["relativeLinks"]}
    for bank, wanted in quirks.items():
        order = {"bank": bank, "quirks": [*usual[bank], *wanted]}
        url = f"{till.bank.base_url}/practice/quirks"
        requests.post(url, json=order, timeout=5).raise_for_status()


def test_there_are_enough_dialogues() -> None:
    assert len(DIALOGUES) >= 40
    assert all("booked" in dialogue for dialogue in DIALOGUES.values())


@pytest.mark.parametrize("customer", list(DIALOGUES), indirect=True)
def test_a_payment(customer: Customer, caplog: pytest.LogCaptureFixture) -> None:
    script = DIALOGUES[customer.name]
    caplog.set_level(logging.DEBUG)
    before, open_before = last_entry(customer.practice), customer.services.payments.open_payments()
    said = remembered = ""
    for step in script["turns"]:
        answer = customer.take(step)
        if answer is None:
            continue
        said += "".join(f"{each.screen}\n{each.speech}\n{dict(each.values)}\n" for each in answer.replies)
        said += f"{answer.entities}"
        remembered += memory_of(customer)
        if step["replies"] == "any":
            continue
        hold(answer, step["replies"], step, said)
    hold_booked(customer.practice, before, script["booked"])
    opened = [each for each in customer.services.payments.open_payments() if each not in open_before]
    unsettled = [each for each in opened if each.state.value != "on its way"]
    assert len(unsettled) == script.get("open", 0), opened
    for code in customer.codes:
        spoken = " ".join(DIGITS[int(digit)] for digit in code) if code.isdigit() else code
        for place in (remembered, said, caplog.text):
            assert code not in place
            assert spoken not in place
