"""Strong customer authentication: one machine that goes where the bank's links lead.

The order of the steps is nowhere written down. Every answer names what can be done next, and the
machine does it, stopping where only the person can know. Consents, payments and cancellations are
confirmed alike; embedded, decoupled and redirect approaches, and mixtures of them, are the same loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from assistant.bank.address import own_address
from assistant.bank.links import UnsafeLinkError, check_page
from assistant.bank.reading import Json, UnreadableError, links
from assistant.bank.sca_steps import DONE, Challenge, ScaMethod, ScaStatus, Step
from assistant.bank.uninterrupted import uninterrupted
from assistant.bank.wire import Wire
from assistant.errors import (
    BankAnswerError,
    BankError,
    NotKnownError,
    NotOfferedError,
    ScaDeclinedError,
    ScaError,
    ScaExpiredError,
    WrongStateError,
)

MOST_CODES = 3
"""Tries at a one-time code; banks lock the method after about as many."""
_MOST_STEPS = 20
"""More than any bank has: somebody leads us in a circle."""


class Need(Enum):
    """What the machine waits for."""

    PASSWORD = "password"  # noqa: S105 - no password, the word for it
    METHOD = "method"
    """The id of one of `Ask.methods`, of which there are at least two."""
    CODE = "code"
    """A one-time code, to be asked for with `Ask.challenge`."""
    CONFIRMATION = "confirmation"
    """What the bank's page gave at its end."""
    WAIT = "wait"
    """The person is in the bank's app or on its page: `look` now and then."""
    NOTHING = "nothing"
    """The bank is satisfied."""


@dataclass(frozen=True, slots=True)
class Ask:
    need: Need
    methods: tuple[ScaMethod, ...] = ()
    challenge: Challenge = field(default_factory=Challenge)
    page: str = ""
    """A page of the bank's that is to be opened now."""
    message: str = ""
    """Something the bank wants to have said, once."""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "need": self.need.value}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Ask:
        """What `to_json` wrote."""
        return cls(
            Need(facts["need"]),
            tuple(ScaMethod(**method) for method in facts["methods"]),
            Challenge.from_json(facts["challenge"]),
            facts["page"],
            facts["message"],
        )


_CODE = ("authoriseTransaction", "startAuthorisationWithTransactionAuthorisation")
_METHOD = ("selectAuthenticationMethod", "startAuthorisationWithAuthenticationMethodSelection")
_PASSWORD = ("updatePsuAuthentication", "startAuthorisationWithPsuAuthentication")
_NOBODY = ("updatePsuIdentification", "startAuthorisationWithPsuIdentification", "startAuthorisation")
_LINKS = (*_CODE, *_METHOD, *_PASSWORD, *_NOBODY)
"""The furthest first: with a code at hand nobody chooses a method again."""


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


def wants_confirmation(first: Json) -> bool:
    """Whether the answer names a way to confirm: small payments, for instance, may need none."""
    return any(name in _LINKS or name.startswith(("sca", "start")) for name in links(first))


class Authorisation:
    """One authorisation on its way. `ask` says what is needed, `give` and `look` bring it on.

    Every method may raise ScaError when it failed, NotOfferedError for a way that needs what we lack,
    UnreadableError and other BankErrors for what went wrong with the bank. For one thread at a time.
    """

    def __init__(self, wire: Wire, psu_id: str, wish: Wish):
        self.wire = wire
        self.psu_id = psu_id
        self.ask = Ask(Need.WAIT)
        self.codes_left = MOST_CODES
        """How many times a code may still be given."""
        self._wish = wish
        self._headers = {"PSU-IP-Address": own_address(wire.base_url)}
        if psu_id:
            self._headers["PSU-ID"] = psu_id
        self._steps = 0
        self._shown = ""
        self._status_url = ""
        self._confirmation = ""
        self._opened = False
        self._waiting = Step.read({})
        """The answer whose link is taken next."""

    def to_json(self) -> dict[str, Any]:
        """For another process to go on with; holds nothing that the person gave."""
        return {
            "psu_id": self.psu_id,
            "wish": asdict(self._wish),
            "ask": self.ask.to_json(),
            "codes_left": self.codes_left,
            "steps": self._steps,
            "shown": self._shown,
            "status_url": self._status_url,
            "confirmation": self._confirmation,
            "opened": self._opened,
            "waiting": self._waiting.to_json(),
        }

    @classmethod
    def from_json(cls, wire: Wire, facts: Mapping[str, Any]) -> Authorisation:
        """What `to_json` wrote, over another line to the same bank."""
        made = cls(wire, facts["psu_id"], Wish(**facts["wish"]))
        made.ask = Ask.from_json(facts["ask"])
        made.codes_left = facts["codes_left"]
        made._steps = facts["steps"]
        made._shown = facts["shown"]
        made._status_url = facts["status_url"]
        made._confirmation = facts["confirmation"]
        made._opened = facts["opened"]
        made._waiting = Step.from_json(facts["waiting"])
        return made

    def begin(self, first: Json) -> Ask:
        """Go on from the answer that named the first links: of a consent, a payment or a cancellation."""
        self.ask = self._advance(Step.read(first))
        return self.ask

    def give(self, answer: str) -> Ask:
        """What was asked for. After a wrong code ScaError is raised, and while `codes_left` another may
        be given."""
        need, link = self.ask.need, self._link(self._waiting)
        if need is Need.PASSWORD:
            # One try: banks close an account's online access after a few wrong passwords.
            step = self._send(link, {"psuData": {"password": answer}})
        elif need is Need.METHOD:
            step = self._send(link, {"authenticationMethodId": answer})
        elif need is Need.CODE:
            # SCA_INVALID: the code was wrong, and the bank takes another.
            self.codes_left -= 1
            step = self._send(link, {"scaAuthenticationData": answer}, once=False)
        elif need is Need.CONFIRMATION:
            step = self._put_surely(self._confirmation, {"confirmationCode": answer})
        else:
            raise ValueError(f"nothing to be given: {need.value}")
        self.ask = self._advance(step)
        return self.ask

    def look(self) -> Ask:
        """How it stands at the bank now."""
        step = self._read(self._status_url)
        if step.is_over or self._leads_on(step):
            self.ask = self._advance(step)
        else:
            self.ask = Ask(Need.WAIT, message=self._noticed(step))
        return self.ask

    def _advance(self, step: Step) -> Ask:
        """Go on until the person is needed."""
        while True:
            message = self._noticed(step)
            if step.status in DONE:
                return Ask(Need.NOTHING, message=message)
            if step.status is ScaStatus.FAILED:
                given, self.codes_left = self.codes_left < MOST_CODES, 0
                raise (ScaError if given else ScaDeclinedError)("scaStatus failed", bank=self.wire.bank)
            self._steps += 1
            if self._steps > _MOST_STEPS:
                raise BankAnswerError("the confirmation leads in a circle", bank=self.wire.bank)
            self._waiting = step
            link = self._link(step)
            if link in _CODE:
                return Ask(Need.CODE, challenge=step.challenge, message=message)
            if link in _METHOD and not step.methods:
                raise UnreadableError("scaMethods is missing")
            if link in _METHOD and len(step.methods) > 1:
                return Ask(Need.METHOD, methods=step.methods, message=message)
            if link in _PASSWORD:
                return Ask(Need.PASSWORD, message=message)
            if not link:
                return self._elsewhere(step, message)
            chosen = {"authenticationMethodId": step.methods[0].id} if link in _METHOD else {}
            step = self._send(link, chosen)

    def _elsewhere(self, step: Step, message: str) -> Ask:
        """What goes on in the bank's app or on its page."""
        if step.status is ScaStatus.UNCONFIRMED and self._confirmation:
            return Ask(Need.CONFIRMATION, message=message)
        page = step.links.get("scaRedirect", "") if not self._opened else ""
        if page:
            try:
                check_page(page)
            except UnsafeLinkError as error:
                raise BankAnswerError(str(error), bank=self.wire.bank) from error
            if not self._status_url:
                raise UnreadableError("scaStatus link is missing")
            self._opened = True
        if not self._status_url:
            raise NotOfferedError(f"links: {', '.join(sorted(step.links)) or 'none'}", bank=self.wire.bank)
        return Ask(Need.WAIT, page=page, message=message)

    def _leads_on(self, step: Step) -> bool:
        if step.status is ScaStatus.UNCONFIRMED:
            return bool(self._confirmation)
        return bool(self._link(step)) or ("scaRedirect" in step.links and not self._opened)

    def _link(self, step: Step) -> str:
        return next((name for name in _LINKS if name in step.links), "")

    def _noticed(self, step: Step) -> str:
        """Keep what later steps need; the bank's message if it is a new one."""
        if "scaStatus" in step.links:
            self._status_url = self.wire.follow(step.links["scaStatus"])
        if "confirmation" in step.links:
            self._confirmation = self.wire.follow(step.links["confirmation"])
        message = step.message if step.message != self._shown else ""
        self._shown = step.message or self._shown
        return message

    def _send(self, link: str, body: Mapping[str, Any], *, once: bool = True) -> Step:
        """A link that starts something is posted to, one that updates something is put to."""
        url = self.wire.follow(self._waiting.links[link])
        if link.startswith("start"):
            headers = {**self._headers, **self._wish.headers()}
            with uninterrupted():
                return Step.read(self.wire.call("POST", url, headers=headers, body=body).body)
        return self._put(url, body) if once else self._put_surely(url, body)

    def _put_surely(self, url: str, body: Mapping[str, Any]) -> Step:
        """Give a code, and find out what happened when the answer is lost.

        A second try is safe: a code belongs to one authorisation, which the bank finishes once.
        """
        lost: Exception | None = None
        with uninterrupted():
            for _ in range(2):
                try:
                    return self._put(url, body)
                except (BankError, UnreadableError) as error:
                    certain = isinstance(error, BankError) and not error.maybe_done
                    # To the second try, "not as things stand" means that the first one worked.
                    if certain and not (lost and isinstance(error, WrongStateError)):
                        raise
                    lost = error
                step = self._read(self._status_url or url)
                if step.is_over:
                    return step
        raise lost or AssertionError("the loop returns or fails")

    def _put(self, url: str, body: Mapping[str, Any]) -> Step:
        try:
            return Step.read(self.wire.call("PUT", url, headers=self._headers, body=body).body)
        except NotKnownError as error:
            raise ScaExpiredError(error.detail, bank=self.wire.bank, status=error.status) from error

    def _read(self, url: str) -> Step:
        try:
            return Step.read(self.wire.call("GET", url).body)
        except NotKnownError as error:
            raise ScaExpiredError(error.detail, bank=self.wire.bank, status=error.status) from error
