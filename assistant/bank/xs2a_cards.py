"""Freezing and limiting cards, under a consent: an extension, since XS2A only reads cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from assistant.bank.address import own_address
from assistant.bank.model import PaymentCard
from assistant.bank.reading import Json, UnreadableError, member, money, objects, optional_text, text
from assistant.bank.wire import Wire
from assistant.errors import BankAnswerError
from assistant.money import Money

_BLOCKED = {"blocked": True, "enabled": False}


class Xs2aCards:
    """Every method may raise a BankError; NotKnownError or NotOfferedError where a bank has no such thing."""

    def __init__(self, wire: Wire, consent_id: str):
        self._wire = wire
        self._headers = {"Consent-ID": consent_id, "PSU-IP-Address": own_address(wire.base_url)}

    def cards(self) -> list[PaymentCard]:
        with self._strict():
            return [
                _card(self._wire.bank, entry) for entry in objects(self._call("GET", "/x/cards"), "cards")
            ]

    def block(self, card: PaymentCard, *, blocked: bool) -> PaymentCard:
        """Freeze it or thaw it. To do so twice changes nothing."""
        return self._change(card, "block", {"blocked": blocked})

    def limit(self, card: PaymentCard, a_day: Money) -> PaymentCard:
        """Set what can be spent with it in a day."""
        wanted = {"currency": a_day.currency, "amount": f"{a_day.amount:.2f}"}
        return self._change(card, "limit", {"dailyLimit": wanted})

    def _change(self, card: PaymentCard, what: str, body: Mapping[str, Any]) -> PaymentCard:
        with self._strict():
            answer = self._call("PUT", f"/x/cards/{quote(card.id, safe='')}/{what}", body)
            return _card(self._wire.bank, member(answer, "card"))

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        return self._wire.call(method, self._wire.url(path), headers=self._headers, body=body).body

    @contextmanager
    def _strict(self) -> Iterator[None]:
        try:
            yield
        except UnreadableError as error:
            raise BankAnswerError(str(error), bank=self._wire.bank) from error


def _card(bank: str, entry: Json) -> PaymentCard:
    status = text(entry, "status")
    if status not in _BLOCKED:
        raise UnreadableError("status of a card is unknown")
    return PaymentCard(
        bank=bank,
        id=text(entry, "cardId"),
        masked_pan=text(entry, "maskedPan"),
        account=optional_text(entry, "account"),
        blocked=_BLOCKED[status],
        daily_limit=money(entry, "dailyLimit"),
    )
