"""The slot of a payment, and what one message says about it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.actions.money.draft import Draft, Recipient, Source, Step
from assistant.actions.money.heard import parts_of
from assistant.actions.money.said import Said
from assistant.actions.turn import Turn
from assistant.bank.payment import Match

TODAY = date(2026, 3, 18)

drafts = st.builds(
    Draft,
    said_payee=st.text(max_size=8),
    refused=st.lists(st.text(min_size=1, max_size=5), max_size=2).map(tuple),
    to=st.none() | st.builds(Recipient, st.text(max_size=5), st.text(max_size=5), own=st.booleans()),
    value=st.none() | st.decimals("0.01", "999999.99", places=2),
    currency=st.none() | st.sampled_from(["EUR", "GBP"]),
    doubt=st.booleans(),
    source=st.none()
    | st.builds(Source, st.text(max_size=4), st.text(max_size=4), st.just("x"), st.just("EUR")),
    on=st.none() | st.dates(),
    instant=st.booleans(),
    step=st.none() | st.sampled_from(Step),
    choices=st.lists(st.tuples(st.just("2.50"), st.none() | st.just("EUR")), max_size=2).map(tuple),
    match=st.none() | st.sampled_from(Match),
    ended=st.lists(st.builds(Said, st.just("utter_x"), st.just({"a": "b"})), max_size=2).map(tuple),
)


@given(drafts)
def test_a_draft_survives_its_slot(draft: Draft) -> None:
    assert Draft.from_slot(json.loads(json.dumps(draft.to_slot()))) == draft


def test_an_account_number_is_in_no_repr() -> None:
    assert "DE8937" not in repr(Draft(to=Recipient("Marie", "Marie", "DE89370400440532013000")))


def heard(text: str, *entities: tuple[str, str, str]) -> Any:
    """What is read out of a message; entities are (kind, words, role)."""
    found: list[dict[str, object]] = []
    for kind, words, role in entities:
        start = text.index(words)
        entity = {"entity": kind, "value": words, "start": start, "end": start + len(words)}
        found.append(entity | ({"role": role} if role else {}))
    return parts_of(cast("Turn", SimpleNamespace(text=text, entities=found, today=TODAY)))


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("fifty", "50", None),
        ("no wait make it fifty", "50", None),
        ("fifteen not fifty", "15", None),
        ("twelve fifty", "12.50", None),
        ("two hundred and seventy euros", "270", "EUR"),
        ("no fifteen no wait sixteen euros", "16", "EUR"),
    ],
)
def test_an_amount_needs_no_neighbours(text: str, value: str, currency: str | None) -> None:
    parts = heard(text)
    assert (parts.value, parts.currency) == (Decimal(value), currency)


@pytest.mark.parametrize("text", ["about fifty", "not fifty", "between ten and twenty euros"])
def test_what_is_no_exact_amount(text: str) -> None:
    parts = heard(text)
    assert parts.value is None
    assert parts.inexact


def test_a_figure_in_the_reason_is_no_amount() -> None:
    text = "pay keane plumbing sixty euros for invoice forty one"
    parts = heard(text, ("payee", "keane plumbing", ""), ("remittance", "invoice forty one", ""))
    assert parts.value == 60
    assert parts.remittance == "invoice forty one"
    assert parts.payee == "keane plumbing"


def test_a_day_gone_by_in_the_reason_is_no_day_to_pay_on() -> None:
    parts = heard("for dinner yesterday", ("remittance", "dinner yesterday", ""))
    assert (parts.on, parts.remittance) == (None, "dinner yesterday")
    assert not parts.no_day


def test_a_day_to_come_behind_the_reason_is_one() -> None:
    parts = heard("for the rent on friday", ("remittance", "the rent on friday", ""))
    assert (parts.on, parts.remittance) == (date(2026, 3, 20), "the rent")


@pytest.mark.parametrize(
    ("text", "on"), [("on friday", "2026-03-20"), ("on the third of april", "2026-04-03")]
)
def test_days_lie_ahead(text: str, on: str) -> None:
    assert heard(f"send it {text}").on == date.fromisoformat(on)


@pytest.mark.parametrize("text", ["next week", "yesterday"])
def test_what_is_no_day_to_pay_on(text: str) -> None:
    assert heard(f"pay it {text}").no_day


def test_who_is_meant_and_who_is_not() -> None:
    parts = heard("not martin martine", ("payee", "martin", "not"), ("payee", "martine", ""))
    assert parts.refused == ("martin",)
    assert parts.payee == "martine"
