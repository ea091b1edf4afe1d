"""Cards: frozen at once, since that harms nobody; freed and limited after a read-back and a yes."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal

from assistant.actions import wording
from assistant.actions.base import BankingAction
from assistant.actions.money.every_bank import of_every_bank
from assistant.actions.money.heard import parts_of
from assistant.actions.money.said import Said
from assistant.actions.money.task import Kind, Step, Task, open_task, picked
from assistant.actions.names import resolve
from assistant.actions.turn import Turn
from assistant.bank.model import PaymentCard
from assistant.errors import NotKnownError, NotOfferedError
from assistant.money import Money


class FreezeCard(BankingAction):
    NAME = "action_freeze_card"

    def answer(self, turn: Turn) -> None:
        open_task(turn, Freeze().begin(turn))


class UnfreezeCard(BankingAction):
    NAME = "action_unfreeze_card"

    def answer(self, turn: Turn) -> None:
        open_task(turn, Unfreeze().begin(turn))


class LimitCard(BankingAction):
    NAME = "action_limit_card"

    def answer(self, turn: Turn) -> None:
        open_task(turn, Limit().begin(turn))


class _OfACard(Kind):
    ASKS = ""

    def begin(self, turn: Turn) -> Task:
        said = parts_of(turn)
        value = f"{said.value}" if said.value is not None else ""
        return self.found(turn, Task(self.NAME, value=value, currency=said.currency or ""), _said(turn))

    def taken(self, turn: Turn, task: Task) -> Task | None:
        if task.step is Step.WHICH:
            option = picked(turn, task)
            return self.found(turn, task, option) if option else None
        return None

    def found(self, turn: Turn, task: Task, said: str) -> Task:
        """Which card is meant: all cards but those that are so already."""
        cards = of_every_bank(turn, turn.services.payments.cards)
        if not cards:
            return task.end("utter_cards_none")
        named = {_label(card, cards): card for card in cards}
        names = resolve(said, list(named)) if said else list(named)
        if said and not names:
            names = [name for name, card in named.items() if card.account and resolve(said, [card.account])]
        if not names:
            turn.say("utter_card_unknown", name=said)
            names = list(named)
        names = [name for name in names if self.fits(named[name])] or names
        if len(names) > 1:
            return task.at(Step.WHICH, options=tuple(names))
        card = named[names[0]]
        return self.asked(turn, task.at(Step.CONFIRM, name=names[0], subject=card.id, bank=card.bank), card)

    def question(self, turn: Turn, task: Task) -> Said:
        if task.step is Step.WHICH:
            return Said("utter_card_which", {"options": turn.wording.one_of(task.options)})
        return Said(self.ASKS, {"card": task.name})

    @abstractmethod
    def fits(self, card: PaymentCard) -> bool:
        """Whether there is anything to do with it: the others are not offered."""

    @abstractmethod
    def asked(self, turn: Turn, task: Task, card: PaymentCard) -> Task:
        """With the next question open, or done."""

    @staticmethod
    def card(turn: Turn, task: Task) -> PaymentCard:
        """Raises NotKnownError."""
        for card in turn.services.payments.cards(task.bank):
            if card.id == task.subject:
                return card
        raise NotKnownError("the card is gone", bank=task.bank)


class Freeze(_OfACard):
    NAME = "freeze card"

    def fits(self, card: PaymentCard) -> bool:
        return not card.blocked

    def asked(self, turn: Turn, task: Task, card: PaymentCard) -> Task:
        return (
            task.end("utter_card_frozen_already", card=task.name) if card.blocked else self.done(turn, task)
        )

    def done(self, turn: Turn, task: Task) -> Task:
        turn.services.payments.block(self.card(turn, task), blocked=True)
        return task.end("utter_card_frozen", card=task.name)


class Unfreeze(_OfACard):
    NAME = "unfreeze card"
    ASKS = "utter_card_unfreeze"

    def fits(self, card: PaymentCard) -> bool:
        return card.blocked

    def asked(self, turn: Turn, task: Task, card: PaymentCard) -> Task:  # noqa: ARG002
        return task if card.blocked else task.end("utter_card_not_frozen", card=task.name)

    def done(self, turn: Turn, task: Task) -> Task:
        turn.services.payments.block(self.card(turn, task), blocked=False)
        return task.end("utter_card_unfrozen", card=task.name)


class Limit(_OfACard):
    NAME = "limit card"

    def fits(self, card: PaymentCard) -> bool:
        return not card.blocked

    def taken(self, turn: Turn, task: Task) -> Task | None:
        parts = parts_of(turn)
        if task.step in (Step.AMOUNT, Step.CONFIRM) and parts.value is not None:
            new = task.at(task.step, value=f"{parts.value}", currency=parts.currency or task.currency)
            return self.asked(turn, new, self.card(turn, new))
        return super().taken(turn, task)

    def asked(self, turn: Turn, task: Task, card: PaymentCard) -> Task:
        currency = card.daily_limit.currency
        if not task.value:
            return task.at(Step.AMOUNT, currency=currency)
        if task.currency not in ("", currency) or Decimal(task.value) <= 0:
            turn.say("utter_card_limit_amount", currency=currency)
            return task.at(Step.AMOUNT, value="", currency=currency)
        return task.at(Step.CONFIRM, currency=currency)

    def question(self, turn: Turn, task: Task) -> Said:
        if task.step is Step.AMOUNT:
            return Said("utter_card_ask_limit", {"card": task.name})
        if task.step is Step.CONFIRM:
            return Said("utter_card_limit_read_back", {"card": task.name, "amount": _amount(turn, task)})
        return super().question(turn, task)

    def done(self, turn: Turn, task: Task) -> Task:
        wanted = Money(Decimal(task.value), task.currency)
        try:
            card = turn.services.payments.limit(self.card(turn, task), wanted)
        except NotOfferedError:
            turn.say("utter_card_limit_too_high", amount=_amount(turn, task))
            return task.at(Step.AMOUNT, value="")
        return task.end("utter_card_limited", card=task.name, amount=turn.wording.money(card.daily_limit))


def _label(card: PaymentCard, among: list[PaymentCard]) -> str:
    same = [each for each in among if each.account == card.account]
    return card.account if len(same) == 1 and card.account else wording.card(card.masked_pan)


def _said(turn: Turn) -> str:
    """The account or card that was named, if that tells one from another."""
    heard = [each for each in turn.entities if each["entity"] == "account"]
    said = turn.text[heard[-1]["start"] : heard[-1]["end"]] if heard else ""
    return "" if said.lower() in turn.phrases.words("account_words.card") else said


def _amount(turn: Turn, task: Task) -> str:
    return turn.wording.money(Money(Decimal(task.value), task.currency))
