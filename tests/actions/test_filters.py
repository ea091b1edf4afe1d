from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.actions.filters import (
    Places,
    Sieve,
    amount_fits,
    home_country,
    is_card_payment,
    is_own_transfer,
)
from assistant.actions.periods import Period
from assistant.actions.question import AmountFilter
from assistant.money import Money
from tests.actions.ledger import ACCOUNTS, EVERYDAY, STERLING, VISA, paid, transfer

LONDON = paid(
    "-11.68", "Costa", code="5814", city="London", country="GB", original=Money(Decimal(-10), "GBP")
)
PARIS = paid("-20", "Zara", code="5651", city="Paris", country="FR")
HOME = paid("-9.50", "Tesco", on=date(2026, 2, 3))
FRIEND = transfer("25", "Marie Dubois")
EVERYTHING = [HOME, LONDON, PARIS, FRIEND]


@pytest.mark.parametrize(
    ("sieve", "left"),
    [
        (Sieve(), [LONDON, PARIS, FRIEND, HOME]),
        (Sieve(period=Period(date(2026, 2, 1), date(2026, 2, 28), "")), [HOME]),
        (Sieve(names=frozenset({"zara", "costa"})), [LONDON, PARIS]),
        (Sieve(categories=frozenset({"groceries"})), [HOME]),
        (Sieve(places=Places(cities=frozenset({"paris"}))), [PARIS]),
        (Sieve(places=Places(countries=frozenset({"GB"}))), [LONDON]),
        (Sieve(places=Places(abroad=True), home="IE"), [LONDON, PARIS]),
        (Sieve(places=Places(abroad=True), home=None), []),
        (Sieve(direction="incoming"), [FRIEND]),
        (Sieve(direction="outgoing", amount=AmountFilter(Decimal(10), "above")), [LONDON, PARIS]),
    ],
)
def test_only_what_was_asked_for_gets_through_newest_first(sieve: Sieve, left: list[object]) -> None:
    assert sieve.sift(EVERYTHING) == left


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (AmountFilter(Decimal("11.68")), True),
        (AmountFilter(Decimal("11.67")), False),
        (AmountFilter(Decimal("11.68"), "above"), False),
        (AmountFilter(Decimal("11.68"), "below"), False),
        (AmountFilter(Decimal("11.67"), "above"), True),
        (AmountFilter(Decimal(11), "about"), True),
        (AmountFilter(Decimal(10), "about"), False),
        (AmountFilter(Decimal(5), "between", upper=Decimal("11.68")), True),
        (AmountFilter(Decimal(12), "between", upper=Decimal(5)), True),
        (AmountFilter(Decimal(10), currency="GBP"), True),
        (AmountFilter(Decimal(10), currency="EUR"), False),
        # Without a currency the account's counts, not the shop's.
        (AmountFilter(Decimal(10)), False),
        (AmountFilter(Decimal(10), "above", currency="USD"), False),
    ],
)
def test_amounts(wanted: AmountFilter, fits: bool) -> None:
    assert amount_fits(LONDON, wanted) is fits


@given(
    st.decimals(min_value=0, max_value=10**6, places=2), st.decimals(min_value=0, max_value=10**6, places=2)
)
def test_an_amount_is_above_below_or_exact(size: Decimal, value: Decimal) -> None:
    payment = paid(f"{-size:f}")
    fitting = [
        comparison
        for comparison in ("above", "below", "exactly")
        if amount_fits(payment, AmountFilter(value, comparison))
    ]
    assert len(fitting) == 1


def test_what_was_paid_by_card() -> None:
    cards = {(VISA.bank, VISA.id)}
    assert is_card_payment(HOME, cards)
    assert is_card_payment(transfer("-5", "Fee", account=VISA), cards)
    assert not is_card_payment(paid("20"), cards)
    assert not is_card_payment(transfer("-20", "Tom Baker"), cards)


def test_own_money_moved_is_told_from_payments() -> None:
    assert is_own_transfer(transfer("-300", "anna keller"), ACCOUNTS)
    assert is_own_transfer(transfer("-450", "Harbour Visa"), ACCOUNTS)
    assert is_own_transfer(transfer("-450", "Some issuer", purpose="CCRD"), ACCOUNTS)
    assert not is_own_transfer(transfer("-20", "Tom Baker"), ACCOUNTS)
    assert not is_own_transfer(transfer("-20", ""), [VISA])


def test_home_is_where_most_accounts_are() -> None:
    assert home_country(ACCOUNTS) == "IE"
    assert home_country([STERLING]) == "GB"
    assert home_country([EVERYDAY, VISA]) == "IE"
    assert home_country([VISA]) is None
