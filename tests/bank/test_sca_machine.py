"""The confirmation of anything, at every bank that the protocol allows: it ends, and it ends rightly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.bank.reading import UnreadableError
from assistant.bank.sca import MOST_CODES, Authorisation, Need, Wish, wants_confirmation
from assistant.bank.sca_person import walk
from assistant.bank.sca_steps import Challenge, ScaMethod
from assistant.bank.wire import Patience, Wire
from assistant.errors import BankError, ScaError
from tests.bank.crooked import Line, Seen, crooked_bank

PARENT = "/v1/payments/sepa-credit-transfers/p1"
ONE = f"{PARENT}/authorisations/a1"
PAGE = "https://login.bank.example/sca"
CODE = "123456"


@dataclass(frozen=True)
class Habits:
    """How a bank confirms."""

    approach: str
    implicit: bool
    """It begins by itself, with its first answer."""
    identifies: bool
    methods: int
    confirmation: bool
    """Its page ends with a code that must be handed in."""
    looks: int
    """How often the status is read before the person has acted in the app or on the page."""
    declines: bool


habits = st.builds(
    Habits,
    approach=st.sampled_from(["EMBEDDED", "DECOUPLED", "REDIRECT"]),
    implicit=st.booleans(),
    identifies=st.booleans(),
    methods=st.integers(1, 3),
    confirmation=st.booleans(),
    looks=st.integers(0, 4),
    declines=st.booleans(),
)
LOST = ("before", "after", "half")
"""The connection is cut before the bank did its work, or after it, or in the middle of the answer."""


@dataclass
class Bank:
    """A bank with these habits, which loses the n-th answer to a code as `lost` says."""

    habits: Habits
    lost: Sequence[str | None] = ()
    status: str = "none"
    finished: int = 0
    codes: list[str] = field(default_factory=list)

    def first(self) -> dict[str, Any]:
        if self.habits.implicit:
            return self.start()
        start = "startAuthorisationWithPsuIdentification"
        return {"transactionStatus": "RCVD", **self.links(**{start: f"{PARENT}/authorisations"})}

    def start(self) -> dict[str, Any]:
        self.status = "received" if self.habits.identifies else "psuIdentified"
        return self.step()

    def step(self) -> dict[str, Any]:
        steps: dict[str, dict[str, Any]] = {
            "received": self.links(updatePsuIdentification=ONE),
            "psuIdentified": self.links(updatePsuAuthentication=ONE),
            "psuAuthenticated": self.links(selectAuthenticationMethod=ONE) | {"scaMethods": self.methods()},
            "scaMethodSelected": self.links(authoriseTransaction=ONE),
            "started": self.links(scaStatus=ONE),
            "unconfirmed": self.links(confirmation=ONE, scaStatus=ONE),
        }
        if self.status == "psuIdentified" and self.habits.approach != "EMBEDDED":
            self.status = "started"
            page = {"scaRedirect": PAGE} if self.habits.approach == "REDIRECT" else {}
            return {"scaStatus": self.status, **self.links(scaStatus=ONE, **page)}
        return {"scaStatus": self.status, **steps.get(self.status, {})}

    def methods(self) -> list[dict[str, str]]:
        kinds = ["SMS_OTP", "CHIP_OTP", "PUSH_OTP"][: self.habits.methods]
        return [{"authenticationType": kind, "authenticationMethodId": kind} for kind in kinds]

    def __call__(self, line: Line, seen: Seen) -> None:
        if seen.method == "POST":
            return line.json(self.start(), 201)
        if seen.method == "GET":
            self._look()
            return line.json({"scaStatus": self.status, **self._leading()})
        body = seen.json()
        code = body.get("scaAuthenticationData") or body.get("confirmationCode")
        if code is None:
            self.status = {"received": "psuIdentified", "psuIdentified": "psuAuthenticated"}.get(
                self.status, "scaMethodSelected"
            )
            return line.json(self.step())
        self.codes.append(code)
        lost = self.lost[len(self.codes) - 1] if len(self.codes) <= len(self.lost) else None
        if lost == "before":
            return line.reset()
        status, answer = self._code(code)
        if lost == "after":
            return line.reset()
        if lost == "half":
            return line.text('{"scaStatus": "fin', status)
        return line.json(answer, status)

    def _look(self) -> None:
        if self.status == "started":
            self._looks = getattr(self, "_looks", 0) + 1
            if self._looks > self.habits.looks:
                redirected = self.habits.approach == "REDIRECT" and self.habits.confirmation
                self.status = (
                    "failed" if self.habits.declines else "unconfirmed" if redirected else self.finish()
                )

    def _leading(self) -> dict[str, Any]:
        return self.links(confirmation=ONE) if self.status == "unconfirmed" else {}

    def _code(self, code: str) -> tuple[int, dict[str, Any]]:
        if self.status not in ("scaMethodSelected", "unconfirmed"):
            return 409, {"tppMessages": [{"category": "ERROR", "code": "STATUS_INVALID"}]}
        if code != CODE:
            return 400, {"tppMessages": [{"category": "ERROR", "code": "SCA_INVALID"}]}
        self.status = self.finish()
        return 200, {"scaStatus": self.status}

    def finish(self) -> str:
        self.finished += 1
        return "finalised"

    def links(self, **hrefs: str) -> dict[str, Any]:
        return {"_links": {name: {"href": href} for name, href in hrefs.items()}}


@dataclass
class Typist:
    """Gives wrong codes first, then the right one."""

    wrong: int = 0
    pages: list[str] = field(default_factory=list)

    def ask_password(self, bank: str, psu_id: str) -> str:
        return "sunflower"

    def choose_method(self, methods: Sequence[ScaMethod]) -> ScaMethod:
        assert len(methods) > 1, "one method is no choice"
        return methods[-1]

    def ask_otp(self, challenge: Challenge) -> str:
        self.wrong -= 1
        return "000000" if self.wrong >= 0 else CODE

    def ask_confirmation_code(self) -> str:
        return CODE

    def show_message(self, message: str) -> None:
        assert message

    def open_url(self, url: str) -> None:
        self.pages.append(url)


def confirm(bank: Bank, person: Typist) -> BankError | None:
    """What went wrong, None when the machine says that the bank is satisfied."""
    with crooked_bank(bank) as served:
        wire = Wire("Bank", served.base_url, Patience(sleep=lambda _: None, draw=lambda: 0.0))
        authorisation = Authorisation(wire, "anna", Wish())
        first = bank.first()
        assert wants_confirmation(first)
        try:
            authorisation.begin(first)
            walk(authorisation, person)
        except UnreadableError:
            raise
        except BankError as error:
            return error
        finally:
            wire.close()
        assert authorisation.ask.need is Need.NOTHING
        return None


@given(habits, st.integers(0, 4))
@settings(max_examples=80, deadline=None)
def test_it_ends_satisfied_exactly_when_the_bank_is(how: Habits, wrong: int) -> None:
    bank, person = Bank(how), Typist(wrong)
    error = confirm(bank, person)
    assert (error is None) == (bank.finished == 1)
    if how.approach == "EMBEDDED":
        assert (error is None) == (wrong < MOST_CODES)
        assert len(bank.codes) == min(wrong + 1, MOST_CODES)
    else:
        assert (error is None) == (not how.declines)
        assert isinstance(error, ScaError | None)
    assert person.pages == ([PAGE] if how.approach == "REDIRECT" else [])


@pytest.mark.parametrize("approach", ["EMBEDDED", "REDIRECT"])
@pytest.mark.parametrize(
    "lost", [*product(LOST), *product(LOST, LOST), *product(LOST, LOST, LOST)], ids="+".join
)
def test_a_lost_answer_to_a_code_is_found_out(approach: str, lost: tuple[str, ...]) -> None:
    how = Habits(approach, True, True, methods=2, confirmation=True, looks=1, declines=False)
    bank = Bank(how, lost)
    error = confirm(bank, Typist())
    if lost[:2] == ("before", "before"):
        assert error is not None
        assert error.maybe_done, "a third try is not made, so that nobody waits for ever"
        assert bank.finished == 0
    else:
        assert error is None
        assert bank.finished == 1
