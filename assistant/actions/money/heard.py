"""What one message says about a payment, whichever question it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from assistant.actions.turn import Turn
from assistant.bank.payment import Frequency
from assistant.nlu.matching import plain_words
from assistant.nlu.values import amounts, frequencies, ibans, periods
from assistant.nlu.values.found import Found

_NAMES = ("payee", "merchant", "bank", "place")
"""Kinds of name that somebody who is paid may be taken for."""
_REASONS = ("remittance", "category")


@dataclass(frozen=True, slots=True)
class Parts:
    """None and empty for what was not said."""

    payee: str = ""
    refused: tuple[str, ...] = ()
    """Payees that are not meant."""
    target: str = ""
    """An account of the customer's own that is to receive it."""
    source: str = ""
    account: str = ""
    """An account, and not whether it pays or is paid."""
    value: Decimal | None = None
    currency: str | None = None
    inexact: bool = False
    """Only "about fifty" or "not fifty" was said."""
    remittance: str = ""
    on: date | None = None
    no_day: bool = False
    """A time was said that is no day to pay on."""
    span: tuple[date, date] | None = None
    """First and last day of "until december": only a standing order has them."""
    instant: bool = False
    frequency: Frequency | None = None
    whole: bool = False
    """All that is owed."""

    def __bool__(self) -> bool:
        return self != Parts()


def parts_of(turn: Turn) -> Parts:
    entities = [each for each in _whole(turn.text, turn.entities) if not _is_figure(turn.text, each)]
    reasons = [each for each in entities if each["entity"] in _REASONS]
    found = periods.find(turn.text, turn.today, ahead=True)
    days = [each for each in found if not _is_in(each, reasons) or _is_last(each, reasons, turn.today)]
    remittance = _reason(turn.text, reasons, days)
    held = [*_places(days), *_places_of(entities, (*_NAMES, "account", *_REASONS))]
    figures = amounts.find(turn.text, held, bare=True)
    meant = [each for each in figures if not each.role and each.value["comparison"] in (None, "exactly")]
    # "No fifteen, no wait, sixteen": what was said last counts.
    amount = meant[-1].value if meant else None
    named = [each for each in entities if each["entity"] in _NAMES]
    accounts = [each for each in entities if each["entity"] == "account"]
    often = frequencies.find(turn.text)
    spans = [each.value for each in days if each.value["grain"] == "range"]
    span = (date.fromisoformat(spans[-1]["start"]), date.fromisoformat(spans[-1]["end"])) if spans else None
    single = [each.value for each in days if each.value["grain"] != "range"]
    day = single[-1] if single else None
    on = date.fromisoformat(day["start"]) if day and day["grain"] == "day" else None
    past = on is not None and on < turn.today
    return Parts(
        payee=_last(turn.text, (each for each in named if each.get("role") != "not")),
        refused=tuple(_text(turn.text, each) for each in named if each.get("role") == "not"),
        target=_last(turn.text, (each for each in accounts if each.get("role") == "to")),
        source=_last(turn.text, (each for each in accounts if each.get("role") == "from")),
        account=_last(turn.text, (each for each in accounts if not each.get("role"))),
        value=Decimal(amount["value"]) if amount else None,
        currency=amount["currency"] if amount else None,
        inexact=bool(figures) and amount is None,
        remittance=remittance,
        on=None if past else on,
        no_day=past or (day is not None and on is None) or (span is not None and span[1] <= turn.today),
        span=span if span is not None and span[1] > turn.today else None,
        instant=any(each["entity"] == "instant" for each in entities),
        frequency=Frequency(often[-1].value) if often else None,
        whole=any(each["entity"] == "whole" for each in entities),
    )


def phone_in(text: str) -> str:
    """A phone number, typed or said digit by digit; empty for none (ITU-T E.164: at most fifteen digits)."""
    digits = ibans.characters(text.replace("+", "")) or ""
    return digits if digits.isdigit() and 7 <= len(digits) <= 15 else ""


def currency_in(turn: Turn, among: Sequence[str]) -> str | None:
    """A currency that was named by itself, "euros", if it is one of these."""
    known: Mapping[str, Any] = turn.phrases.table("account_currencies")
    said = {str(known[word]) for word in plain_words(turn.text) if word in known}
    return next((each for each in among if said == {each}), None)


def _reason(text: str, reasons: Sequence[Mapping[str, Any]], days: Sequence[Found]) -> str:
    """What the payee is to read, up to a day that was taken for part of it: "for the rent on friday"."""
    if not reasons:
        return ""
    last = reasons[-1]
    end = min([each.start for each in days if last["start"] < each.start < last["end"]], default=last["end"])
    return text[last["start"] : end].strip()


def _is_in(found: Found, entities: Iterable[Mapping[str, Any]]) -> bool:
    return any(each["start"] <= found.start and found.end <= each["end"] for each in entities)


def _is_last(found: Found, reasons: Iterable[Mapping[str, Any]], today: date) -> bool:
    """Whether a day to come ends what looks like a reason: then it is when, and not why."""
    to_come = found.value["grain"] == "day" and date.fromisoformat(found.value["start"]) >= today
    return to_come and any(each["start"] < found.start and found.end == each["end"] for each in reasons)


def _whole(text: str, entities: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """With accounts in a row as one: nobody names two without a word between them, and the tagger makes two
    of "everyday account" where what is around it is unusual ("for my everyday account to savings")."""
    found: list[Mapping[str, Any]] = []
    for each in sorted(entities, key=lambda each: int(each["start"])):
        last = found[-1] if found else None
        if last and last["entity"] == each["entity"] == "account" and _touch(text, last, each):
            found[-1] = {**last, "end": each["end"], "role": last.get("role") or each.get("role")}
        else:
            found.append(each)
    return found


def _touch(text: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return not text[first["end"] : second["start"]].strip() and first["end"] < second["start"]


def _is_figure(text: str, entity: Mapping[str, Any]) -> bool:
    """A number that was taken for somebody's name: nobody is called "sixty three"."""
    if entity["entity"] not in _NAMES:
        return False
    name = _text(text, entity)
    return any((each.start, each.end) == (0, len(name)) for each in amounts.find(name, [], bare=True))


def _places(found: Iterable[Found]) -> list[tuple[int, int]]:
    return [(each.start, each.end) for each in found]


def _places_of(entities: Iterable[Mapping[str, Any]], kinds: Sequence[str]) -> list[tuple[int, int]]:
    return [(each["start"], each["end"]) for each in entities if each["entity"] in kinds]


def _last(text: str, entities: Iterable[Mapping[str, Any]]) -> str:
    found = list(entities)
    return _text(text, found[-1]) if found else ""


def _text(text: str, entity: Mapping[str, Any]) -> str:
    """As it was said: a synonym would make one shop of another."""
    return text[entity["start"] : entity["end"]]
