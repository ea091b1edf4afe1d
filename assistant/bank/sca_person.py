"""The person who confirms, asked for one thing after the other until the bank is satisfied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.bank.sca import Ask, Need
from assistant.bank.sca_steps import Challenge, ScaMethod
from assistant.bank.wire import Wire
from assistant.errors import ScaError, ScaTimeoutError

LONGEST_POLL = 300.0
"""Seconds that the person has in the bank's app or on its page."""
POLLS = (2.0, 3.0, 5.0)
"""Seconds between looks at the status; the last one repeats."""


class Person(Protocol):
    """Whoever confirms. Any method may raise to give up, KeyboardInterrupt for instance."""

    def ask_password(self, bank: str, psu_id: str) -> str:
        """Typed, never spoken."""

    def choose_method(self, methods: Sequence[ScaMethod]) -> ScaMethod:
        """One of at least two."""

    def ask_otp(self, challenge: Challenge) -> str:
        """A one-time code, by whichever way."""

    def ask_confirmation_code(self) -> str:
        """What the bank's page gave at its end."""

    def show_message(self, message: str) -> None:
        """Something the bank wants to have said."""

    def open_url(self, url: str) -> None:
        """A page of the bank's, for the browser."""


class Confirmation(Protocol):
    """An `Authorisation`, or what is confirmed by one."""

    @property
    def wire(self) -> Wire: ...

    @property
    def psu_id(self) -> str: ...

    @property
    def codes_left(self) -> int: ...

    @property
    def ask(self) -> Ask: ...

    def give(self, answer: str) -> Ask: ...

    def look(self) -> Ask: ...


def walk(confirmation: Confirmation, person: Person) -> None:
    """Bring it to its end with a person who answers at once.

    Raises as `Authorisation` does, and ScaTimeoutError when nobody confirmed in the app or on the page.
    """
    ask = confirmation.ask
    while True:
        if ask.message:
            person.show_message(ask.message)
        if ask.page:
            person.open_url(ask.page)
        if ask.need is Need.NOTHING:
            return
        if ask.need is Need.WAIT:
            ask = _wait(confirmation, person)
            continue
        try:
            ask = confirmation.give(_answer(confirmation, ask, person))
        except ScaError as error:
            if type(error) is not ScaError or ask.need is not Need.CODE or not confirmation.codes_left:
                raise
            person.show_message(error.say)
            ask = Ask(Need.CODE, challenge=ask.challenge)


def _answer(confirmation: Confirmation, ask: Ask, person: Person) -> str:
    if ask.need is Need.PASSWORD:
        return person.ask_password(confirmation.wire.bank, confirmation.psu_id)
    if ask.need is Need.METHOD:
        return person.choose_method(ask.methods).id
    if ask.need is Need.CODE:
        return person.ask_otp(ask.challenge)
    return person.ask_confirmation_code()


def _wait(confirmation: Confirmation, person: Person) -> Ask:
    """Look again and again until there is something to do or to tell."""
    waited, looks = 0.0, 0
    while waited < LONGEST_POLL:
        pause = POLLS[min(looks, len(POLLS) - 1)]
        confirmation.wire.patience.sleep(pause)
        waited += pause
        looks += 1
        ask = confirmation.look()
        if ask.need is not Need.WAIT or ask.page:
            return ask
        if ask.message:
            person.show_message(ask.message)
    raise ScaTimeoutError("nobody confirmed", bank=confirmation.wire.bank)
