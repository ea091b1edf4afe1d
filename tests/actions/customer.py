"""Somebody with a script, in conversation with the actions and the client, and a practice bank beside them.

Steps beside `say`:

* `code`: give a one-time code: `right`, `wrong`, `long` (too long for one), `spoken`, or the `page`'s;
* `app` and `page`: `approve` or `refuse` at the practice bank; `confirm_behind`: the code is given, and
  nobody hears the answer;
* `late`: eleven minutes pass at the bank, and its codes are worth nothing any more;
* `fault`: the practice bank's next calls fail; `well`: they no longer do;
* `restart`: all that the process kept is gone, and the next one tells its news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import requests

from assistant.actions.services import Services, configure, nobody_types
from assistant.asr.graph_text import DIGITS
from assistant.nlu.answer import Answer
from assistant.nlu.runtime import Dialogue
from assistant.practice import password_of
from assistant.settings import Settings
from tests.actions.conftest import PASSCODE, Practice, services_of
from tests.actions.till import age_codes


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
        answer = self.answered(text)
        if answer.replies[-1].response == "utter_passcode_ask":
            answer = self.answered(self.digits(answer))
        self.page = next(
            (str(each.values["page"]) for each in answer.replies if "page" in each.values), self.page
        )
        return answer

    def answered(self, text: str) -> Answer:
        return self.dialogue.handle(text, conversation=self.name)

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


@contextmanager
def prepared(script: Mapping[str, Any], wallet: Settings, till: Practice) -> Iterator[Services]:
    """What a dialogue begins with: services of its own, payees, and banks with their quirks."""
    services = configured(replace(wallet, confirm=script.get("confirm", "")), script.get("keyboard", True))
    for payee in script.get("payees", ()):
        services.payees.add(**payee)
    set_quirks(till, script.get("quirks", {}))
    yield services
    till.relieve()
    set_quirks(till, {bank: [] for bank in script.get("quirks", {})})
    for known in services.payees.saved():
        services.payees.remove(known)
    configure(None)


def set_quirks(till: Practice, quirks: Mapping[str, list[str]]) -> None:
    usual = {"harbour": ["absoluteLinks"], "meadow": ["relativeLinks"]}
    for bank, wanted in quirks.items():
        order = {"bank": bank, "quirks": [*usual[bank], *wanted]}
        url = f"{till.bank.base_url}/practice/quirks"
        requests.post(url, json=order, timeout=5).raise_for_status()
