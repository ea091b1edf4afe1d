"""Amounts: exact, in one currency, and read only from what the protocol allows."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.money import CurrencyMismatchError, Money, sum_by_currency

amounts = st.from_regex(r"\A-?[0-9]{1,14}(\.[0-9]{1,3})?\Z")
currencies = st.sampled_from(["EUR", "GBP", "USD", "CHF"])
euros = st.decimals(-(10**12), 10**12, places=2).map(lambda amount: Money(amount, "EUR"))


@given(amounts, currencies)
def test_every_amount_of_the_standard_is_read_exactly(amount: str, currency: str) -> None:
    money = Money.parse(amount, currency)
    assert money.amount == Decimal(amount)
    assert money.currency == currency
    assert money.amount.as_tuple().exponent == -len(amount.partition(".")[2])


@given(st.text())
def test_nothing_else_is(text: str) -> None:
    if re.fullmatch(r"-?[0-9]{1,14}(\.[0-9]{1,3})?", text, re.ASCII):
        Money.parse(text, "EUR")
    else:
        with pytest.raises(ValueError, match="not an XS2A amount"):
            Money.parse(text, "EUR")


@pytest.mark.parametrize(
    "amount",
    [
        *("", " 1", "1 ", "1\n", "+1", "--1", "1.", ".5", "1.2345", "1,50", "1e3", "0x10", "NaN", "Infinity"),
        *("1_000", "١٢", "123456789012345", 1, 1.5, True, None, Decimal(1), ["1"], b"1"),
    ],
)
def test_what_is_no_amount(amount: Any) -> None:
    with pytest.raises(ValueError, match="not an XS2A amount"):
        Money.parse(amount, "EUR")


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "EU", "E R", "€", None, 978, "ЕUR", "EUR\n"])
def test_what_is_no_currency(currency: Any) -> None:
    with pytest.raises(ValueError, match="currency"):
        Money.parse("1", currency)


def test_money_is_never_made_of_a_float() -> None:
    amounts: list[Any] = [1.5, 1, "1.5", None]
    for amount in amounts:
        with pytest.raises(TypeError):
            Money(amount, "EUR")
    for endless in ("NaN", "Infinity", "-Infinity"):
        with pytest.raises(ValueError, match="finite"):
            Money(Decimal(endless), "EUR")


@given(euros, euros)
def test_arithmetic_is_exact(one: Money, other: Money) -> None:
    assert (one + other) - other == one
    assert -one + one == Money.zero("EUR")
    assert abs(one).amount == abs(one.amount)
    assert (one < other) == (one.amount < other.amount)
    assert (one <= other) == (one.amount <= other.amount)
    assert one.is_negative == (one < Money.zero("EUR"))


def test_currencies_do_not_mix() -> None:
    euro, pound = Money(Decimal(1), "EUR"), Money(Decimal(1), "GBP")
    assert euro != pound
    mixes: list[Any] = [euro.__add__, euro.__sub__, euro.__lt__, euro.__le__]
    for mix in mixes:
        with pytest.raises(CurrencyMismatchError):
            mix(pound)


@given(st.lists(st.tuples(st.decimals(-1000, 1000, places=2), currencies)))
def test_totals_by_currency(pairs: list[tuple[Decimal, str]]) -> None:
    totals = sum_by_currency([Money(amount, currency) for amount, currency in pairs])
    counts = [sum(currency == total.currency for _, currency in pairs) for total in totals]
    assert {total.currency for total in totals} == {currency for _, currency in pairs}
    assert counts == sorted(counts, reverse=True)
    for total in totals:
        assert total.amount == sum(amount for amount, currency in pairs if currency == total.currency)


def test_the_form_for_logs() -> None:
    assert str(Money(Decimal("1234.50"), "EUR")) == "1234.50 EUR"
    assert str(Money(Decimal("-1E+3"), "EUR")) == "-1000 EUR"
