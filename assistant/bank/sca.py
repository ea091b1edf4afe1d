"""Strong customer authentication: one machine that goes where the bank's links lead.

The order of the steps is nowhere written down. Every answer names what can be done next, and the
machine does it, asking the person where only the person can know. Embedded, decoupled and redirect
approaches, and mixtures of them, are the same loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from assistant.bank.address import own_address
from assistant.bank.links import UnsafeLinkError, check_page
from assistant.bank.reading import (
    Json,
    UnreadableError,
    links,
    optional_member,
    optional_objects,
    optional_text,
    text,
)
from assistant.bank.wire import Wire
from assistant.errors import BankAnswerError, NotOfferedError, ScaError, ScaTimeoutError

MOST_CODES = 3
"""Tries at a one-time code; banks lock the method after about as many."""
LONGEST_POLL = 300.0
"""Seconds that the person has in the bank's app or on its page."""
_POLLS = (2.0, 3.0, 5.0)
"""Seconds between looks at the status; the last one repeats."""
_MOST_STEPS = 20
"""More than any bank has: somebody leads us in a circle."""


class ScaStatus(str, Enum):
    """XS2A `scaStatus`."""

    RECEIVED = "received"
    IDENTIFIED = "psuIdentified"
    AUTHENTICATED = "psuAuthenticated"
    METHOD_SELECTED = "scaMethodSelected"
    STARTED = "started"
    UNCONFIRMED = "unconfirmed"
    FINALISED = "finalised"
    FAILED = "failed"
    EXEMPTED = "exempted"


_DONE = frozenset({ScaStatus.FINALISED, ScaStatus.EXEMPTED})


@dataclass(frozen=True, slots=True)
class ScaMethod:
    id: str
    kind: str
    """XS2A `authenticationType`: SMS_OTP, CHIP_OTP, PHOTO_OTP, PUSH_OTP, SMTP_OTP."""
    name: str
    """The bank's words for it; its kind when it has none."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a one-time code is asked for with."""

    longest: int | None = None
    """Characters of the code at most."""
    digits_only: bool = False
    data: tuple[str, ...] = field(default=(), repr=False)
    """What is typed into a card reader."""
    instructions: str = ""
    """The bank's own words, which the person must be shown."""


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


@dataclass(frozen=True, slots=True)
class _Step:
    """One answer of the bank's about an authorisation."""

    status: ScaStatus | None
    links: Mapping[str, str]
    methods: tuple[ScaMethod, ...]
    challenge: Challenge
    message: str

    @classmethod
    def read(cls, body: Json) -> _Step:
        """Raises UnreadableError."""
        said = optional_text(body, "scaStatus")
        if said and said not in set(ScaStatus):
            raise UnreadableError("scaStatus is unknown")
        return cls(
            status=ScaStatus(said) if said else None,
            links=links(body),
            methods=tuple(map(_method, optional_objects(body, "scaMethods"))),
            challenge=_challenge(optional_member(body, "challengeData")),
            message=optional_text(body, "psuMessage"),
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """How the customer would like to confirm; the bank decides."""

    decoupled: bool = False
    """In the bank's app."""
    redirect_uri: str = ""
    """On the bank's page, which then leads to this address; empty for no redirect."""

    def headers(self) -> Mapping[str, str]:
        given = {
            "TPP-Redirect-Preferred": "true" if self.redirect_uri else "false",
            "TPP-Decoupled-Preferred": "true" if self.decoupled else "false",
        }
        if self.redirect_uri:
            given |= {"TPP-Redirect-URI": self.redirect_uri, "TPP-Nok-Redirect-URI": self.redirect_uri}
        return given


class Authorisation:
    """Walks one authorisation to its end."""

    def __init__(self, wire: Wire, person: Person, psu_id: str, wish: Wish):
        self._wire = wire
        self._person = person
        self._wish = wish
        self._headers = {"PSU-IP-Address": own_address(wire.base_url)}
        if psu_id:
            self._headers["PSU-ID"] = psu_id
        self._psu_id = psu_id
        self._shown = ""
        self._status_url = ""
        self._confirmation = ""
        self._opened = False

    def run(self, first: Json) -> None:
        """Go on from the answer that named the first links until the bank is satisfied.

        Returns when the status is finalised or exempted. Raises ScaError when it failed,
        ScaTimeoutError when nobody confirmed, NotOfferedError for a way that needs what we lack,
        UnreadableError and BankError for what went wrong with the bank.
        """
        step = _Step.read(first)
        for _ in range(_MOST_STEPS):
            self._notice(step)
            if step.status in _DONE:
                return
            if step.status is ScaStatus.FAILED:
                raise ScaError("scaStatus failed", bank=self._wire.bank)
            step = self._next(step)
        raise BankAnswerError("the confirmation leads in a circle", bank=self._wire.bank)

    def _notice(self, step: _Step) -> None:
        if step.message and step.message != self._shown:
            self._person.show_message(step.message)
            self._shown = step.message
        if "scaStatus" in step.links:
            self._status_url = self._wire.follow(step.links["scaStatus"])
        if "confirmation" in step.links:
            self._confirmation = self._wire.follow(step.links["confirmation"])

    def _next(self, step: _Step) -> _Step:
        """Do the first thing that the answer allows and that brings us further."""
        for name, act in self._actions():
            if name in step.links:
                return act(name, step)
        if step.status is ScaStatus.UNCONFIRMED and self._confirmation:
            return self._confirm()
        if "scaRedirect" in step.links and not self._opened:
            self._open(step.links["scaRedirect"])
            return self._poll()
        if self._status_url:
            return self._poll()
        raise NotOfferedError(f"links: {', '.join(sorted(step.links)) or 'none'}", bank=self._wire.bank)

    def _actions(self) -> tuple[tuple[str, Callable[[str, _Step], _Step]], ...]:
        """By link, the furthest first: with a code at hand nobody chooses a method again."""
        return (
            ("authoriseTransaction", self._give_code),
            ("startAuthorisationWithTransactionAuthorisation", self._give_code),
            ("selectAuthenticationMethod", self._choose),
            ("startAuthorisationWithAuthenticationMethodSelection", self._choose),
            ("updatePsuAuthentication", self._give_password),
            ("startAuthorisationWithPsuAuthentication", self._give_password),
            ("updatePsuIdentification", self._identify),
            ("startAuthorisationWithPsuIdentification", self._identify),
            ("startAuthorisation", self._identify),
        )

    def _give_code(self, name: str, step: _Step) -> _Step:
        for attempt in range(MOST_CODES):
            code = self._person.ask_otp(step.challenge)
            try:
                return self._send(name, step, {"scaAuthenticationData": code})
            except ScaError as error:
                # SCA_INVALID: the code was wrong, and the bank takes another.
                if type(error) is not ScaError or attempt + 1 == MOST_CODES:
                    raise
                self._person.show_message(error.say)
        raise AssertionError("the loop returns or raises")

    def _choose(self, name: str, step: _Step) -> _Step:
        if not step.methods:
            raise UnreadableError("scaMethods is missing")
        one = len(step.methods) == 1
        method = step.methods[0] if one else self._person.choose_method(step.methods)
        return self._send(name, step, {"authenticationMethodId": method.id})

    def _give_password(self, name: str, step: _Step) -> _Step:
        # One try: banks close an account's online access after a few wrong passwords.
        password = self._person.ask_password(self._wire.bank, self._psu_id)
        return self._send(name, step, {"psuData": {"password": password}})

    def _identify(self, name: str, step: _Step) -> _Step:
        return self._send(name, step, {})

    def _send(self, name: str, step: _Step, body: Mapping[str, Any]) -> _Step:
        """A link that starts something is posted to, one that updates something is put to."""
        url = self._wire.follow(step.links[name])
        if name.startswith("start"):
            headers = {**self._headers, **self._wish.headers()}
            return _Step.read(self._wire.call("POST", url, headers=headers, body=body).body)
        return _Step.read(self._wire.call("PUT", url, headers=self._headers, body=body).body)

    def _confirm(self) -> _Step:
        code = self._person.ask_confirmation_code()
        answer = self._wire.call(
            "PUT", self._confirmation, headers=self._headers, body={"confirmationCode": code}
        )
        return _Step.read(answer.body)

    def _open(self, href: str) -> None:
        try:
            page = check_page(href)
        except UnsafeLinkError as error:
            raise BankAnswerError(str(error), bank=self._wire.bank) from error
        self._opened = True
        self._person.open_url(page)

    def _poll(self) -> _Step:
        """Look again and again until there is something to do or to tell."""
        if not self._status_url:
            raise UnreadableError("scaStatus link is missing")
        waited, look = 0.0, 0
        while waited < LONGEST_POLL:
            pause = _POLLS[min(look, len(_POLLS) - 1)]
            self._wire.patience.sleep(pause)
            waited += pause
            look += 1
            step = _Step.read(self._wire.call("GET", self._status_url).body)
            self._notice(step)
            if step.status in _DONE or step.status is ScaStatus.FAILED or self._leads_on(step):
                return step
        raise ScaTimeoutError("nobody confirmed", bank=self._wire.bank)

    def _leads_on(self, step: _Step) -> bool:
        if step.status is ScaStatus.UNCONFIRMED:
            return bool(self._confirmation)
        new_page = "scaRedirect" in step.links and not self._opened
        return new_page or any(name in step.links for name, _ in self._actions())


def _method(entry: Json) -> ScaMethod:
    kind = text(entry, "authenticationType")
    return ScaMethod(text(entry, "authenticationMethodId"), kind, optional_text(entry, "name") or kind)


def _challenge(entry: Json) -> Challenge:
    longest = entry.get("otpMaxLength")
    if longest is not None and (not isinstance(longest, int) or isinstance(longest, bool) or longest < 1):
        raise UnreadableError("otpMaxLength is no number")
    data = entry.get("data")
    given = [data] if isinstance(data, str) else data or []
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise UnreadableError("challengeData.data is no list of texts")
    return Challenge(
        longest=longest,
        digits_only=optional_text(entry, "otpFormat") == "integer",
        data=tuple(given),
        instructions=optional_text(entry, "additionalInformation"),
    )
