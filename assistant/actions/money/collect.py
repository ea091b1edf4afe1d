"""From what was said to a payment that can be read back: one short question at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from assistant.actions.accounts import label
from assistant.actions.money.amount import objects, with_amount
from assistant.actions.money.certainty import name_is_clear
from assistant.actions.money.checks import checked
from assistant.actions.money.draft import Draft, Source, Step
from assistant.actions.money.heard import Parts
from assistant.actions.money.owed import owed_on
from assistant.actions.money.payees import find_account, has_twin, own_account, resolve
from assistant.actions.names import Unclear, Unknown, pick
from assistant.actions.turn import Turn
from assistant.bank.model import Account, AccountKind
from assistant.errors import ConsentError
from assistant.money import Money


def merged(turn: Turn, draft: Draft, parts: Parts) -> Draft:
    """The draft with what was said now in place of what was said before."""
    parts = _changeable(turn, draft, parts)
    draft = with_amount(turn, draft, parts)
    draft = _with_names(turn, draft, parts)
    if parts.remittance:
        draft = replace(draft, remittance=parts.remittance)
    if parts.frequency is not None:
        draft = replace(draft, frequency=parts.frequency, standing=True, instant=False)
    if parts.span is not None and draft.standing:
        first, last = parts.span
        draft = replace(draft, until=last, on=first if first > turn.today else draft.on)
    if parts.on is not None:
        on = parts.on if parts.on != turn.today or draft.standing else None
        draft = replace(draft, on=on, instant=False)
    if parts.instant and not draft.standing:
        draft = replace(draft, instant=True, on=None)
    return draft


def _changeable(turn: Turn, draft: Draft, parts: Parts) -> Parts:
    """Without what a request to pay leaves no choice about."""
    if not draft.request:
        return parts
    allowed = Parts(source=parts.source, account=parts.account, on=parts.on, instant=parts.instant)
    if parts != replace(allowed, no_day=parts.no_day):
        turn.say("utter_request_fixed")
    return allowed


def advanced(turn: Turn, draft: Draft) -> Draft:
    """With the next question open; READ_BACK when nothing is left to ask.

    Looks names up and asks the bank about payee and funds. Raises AssistantError.
    """
    if draft.cancels:
        return draft.at(Step.READ_BACK)
    accounts = _accounts(turn)
    try:
        draft = _found(turn, draft, accounts)
    except Unclear as unclear:
        return draft.at(Step.WHICH, part=unclear.choice.part, options=unclear.choice.options)
    except Unknown as unknown:
        if unknown.part == "payee":
            turn.say("utter_payment_unknown_payee", name=unknown.said)
            return replace(draft, said_payee="").at(Step.PAYEE)
        turn.say("utter_unknown_account", name=unknown.said, options=turn.wording.all_of(unknown.options))
        part = Step.PAYEE if draft.said_target else Step.SOURCE
        return replace(draft, said_target="", said_source="").at(part)
    return _asked(turn, draft, accounts)


def take_option(turn: Turn, draft: Draft) -> Draft | None:
    """The draft with the answer to "a or b?"; None when it was none."""
    option = pick(turn.text, draft.options, turn.phrases.words("ordinals"), 3)
    if option is None:
        return None
    if draft.part == "amount":
        value, currency = draft.choices[draft.options.index(option)]
        return replace(draft, value=Decimal(value), currency=currency, choices=())
    if draft.part == "payee":
        return replace(draft, said_payee=option, to=None)
    if draft.said_target:
        return replace(draft, said_target=option)
    return replace(draft, said_source=option, source=None)


def whole_text(turn: Turn, draft: Draft) -> Parts:
    """A name that answers the open question by itself, where no name was found in the sentence."""
    accounts = _accounts(turn)
    try:
        if draft.step is Step.PAYEE:
            resolve(turn, turn.text, draft.refused)
            return Parts(payee=turn.text)
        if draft.step in (Step.SOURCE, Step.OTHER_SOURCE):
            find_account(turn, accounts, turn.text, accounts)
            return Parts(source=turn.text)
    except Unclear:
        return Parts(payee=turn.text) if draft.step is Step.PAYEE else Parts(source=turn.text)
    except Unknown:
        pass
    return Parts()


def pays(account: Account) -> bool:
    """Whether credit transfers can go out from it."""
    return account.iban is not None and account.kind is not AccountKind.CARD


def _accounts(turn: Turn) -> Sequence[Account]:
    """Of the banks that answer. Raises the bank's error when none does."""
    gathered = turn.services.portfolio.accounts()
    if not gathered.items:
        raise gathered.failures[0] if gathered.failures else ConsentError("no account is shared")
    return gathered.items


# --- what was said -----------------------------------------------------------------------------


def _with_names(turn: Turn, draft: Draft, parts: Parts) -> Draft:
    if draft.to is not None and _is_misheard_again(turn, draft, parts.payee):
        parts = replace(parts, refused=(draft.to.label,))
        draft = replace(draft, refused=())
    if parts.refused:
        refused = tuple(dict.fromkeys((*draft.refused, *parts.refused)))
        draft = replace(draft, refused=refused, to=None, said_payee="", said_target="", match=None)
    target = parts.target
    source = parts.source
    if parts.account:
        # "Savings" by itself answers whichever of the two is open.
        open_payee = draft.step is Step.PAYEE or (draft.step is None and not source)
        if open_payee and not target and not parts.payee:
            target = parts.account
        else:
            source = source or parts.account
    if target:
        draft = replace(draft, said_target=target, said_payee="", to=None)
    elif parts.payee:
        doubt = draft.doubt or not name_is_clear(turn, parts.payee)
        draft = replace(draft, said_payee=parts.payee, said_target="", to=None, doubt=doubt)
    if source:
        draft = replace(draft, said_source=source, source=None)
    return draft


def _is_misheard_again(turn: Turn, draft: Draft, said: str) -> bool:
    """ "No, to Martine", heard as Martin again: he is not meant, and somebody who sounds like him is."""
    if not said or draft.step is not Step.READ_BACK or turn.is_typed or not objects(turn):
        return False
    try:
        return resolve(turn, said, draft.refused) == draft.to
    except (Unclear, Unknown):
        return False


# --- what it means -----------------------------------------------------------------------------


def _found(turn: Turn, draft: Draft, accounts: Sequence[Account]) -> Draft:
    """With names looked up. Raises Unclear or Unknown."""
    if draft.said_target and draft.to is None:
        draft = replace(draft, to=own_account(turn, accounts, draft.said_target), said_target="")
    if draft.said_payee and draft.to is None:
        found, doubt = resolve(turn, draft.said_payee, draft.refused), has_twin(turn, draft.said_payee)
        draft = replace(draft, to=found, said_payee="", doubt=draft.doubt or doubt)
    if draft.said_source and draft.source is None:
        paying = [each for each in accounts if pays(each)]
        account = find_account(turn, paying, draft.said_source, accounts)
        draft = replace(draft, source=_source(account, accounts), said_source="")
    return draft


def _source(account: Account, accounts: Sequence[Account]) -> Source:
    return Source(account.bank, account.id, label(account, accounts), account.currency)


def _asked(turn: Turn, draft: Draft, accounts: Sequence[Account]) -> Draft:
    if draft.to is None:
        return draft.at(Step.PAYEE)
    if draft.choices:
        options = tuple(_amount(turn, *each) for each in draft.choices)
        return draft.at(Step.WHICH, part="amount", options=options, choices=draft.choices)
    owed = owed_on(turn, draft.to) if draft.whole else None
    if owed is not None:
        draft = replace(draft, value=owed.amount, currency=owed.currency, whole=False)
    if draft.value is None:
        return replace(draft, whole=False).at(Step.AMOUNT)
    if draft.currency is None:
        currencies = tuple(dict.fromkeys(each.currency for each in accounts))
        if len(currencies) > 1:
            options = tuple(turn.wording.money(Money(draft.value, each)) for each in currencies)
            return draft.at(Step.CURRENCY, options=options)
        draft = replace(draft, currency=currencies[0])
    if draft.offered and f"{draft.value:.2f}" not in draft.offered:
        turn.say("utter_top_up_amounts", amounts=turn.wording.one_of(_offers(turn, draft)))
        return replace(draft, value=None).at(Step.AMOUNT)
    if draft.offered and not draft.remittance:
        return draft.at(Step.PHONE)
    if draft.standing and draft.frequency is None:
        return draft.at(Step.OFTEN)
    if draft.standing and draft.on and draft.until and draft.until < draft.on:
        turn.say("utter_standing_ends_early", first=turn.day(draft.on), last=turn.day(draft.until))
        draft = replace(draft, on=None)
    if draft.standing and draft.on is None:
        return draft.at(Step.DAY)
    return _from_somewhere(turn, draft, accounts)


def _offers(turn: Turn, draft: Draft) -> list[str]:
    currency = draft.currency or ""
    return [turn.wording.money(Money(Decimal(each), currency)) for each in draft.offered]


def _amount(turn: Turn, value: str, currency: str | None) -> str:
    return value if currency is None else turn.wording.money(Money(Decimal(value), currency))


def _from_somewhere(turn: Turn, draft: Draft, accounts: Sequence[Account]) -> Draft:
    paid = draft.to.iban if draft.to else ""
    if draft.source is not None and draft.source.currency != draft.currency:
        turn.say("utter_payment_not_payable", account=draft.source.label)
        draft = replace(draft, source=None)
    possible = [
        each
        for each in accounts
        if pays(each)
        and each.currency == draft.currency
        and each.iban != paid
        and draft.bank in ("", each.bank)
    ]
    if draft.source is not None and not any(_is(draft.source, each) for each in possible):
        turn.say("utter_payment_not_payable", account=draft.source.label)
        draft = replace(draft, source=None)
    if not possible:
        turn.say("utter_payment_no_source")
        return draft.end()
    if draft.source is None and len(possible) > 1:
        return draft.at(Step.SOURCE, options=tuple(label(each, accounts) for each in possible))
    if draft.source is None:
        draft = replace(draft, source=_source(possible[0], accounts))
    account = next(each for each in possible if draft.source is not None and _is(draft.source, each))
    return checked(turn, draft, account)


def _is(source: Source, account: Account) -> bool:
    return (source.bank, source.id) == (account.bank, account.id)


def said_nothing_payable(turn: Turn, draft: Draft, parts: Parts) -> bool:
    """Tell what was said and cannot be used as it is."""
    no_day = parts.no_day or (parts.span is not None and not draft.standing and parts.frequency is None)
    if parts.inexact:
        turn.say("utter_payment_exact_amount")
    if no_day:
        turn.say("utter_payment_one_day")
    return parts.inexact or no_day
