from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.actions import wording
from assistant.actions.wording import Wording
from assistant.bank.model import Account, AccountKind
from assistant.money import Money

ENGLISH = Wording("en")
TODAY = date(2026, 3, 18)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("1234.56", "EUR", "€1,234.56"),
        ("-5", "GBP", "-£5.00"),
        ("0.005", "EUR", "€0.00"),
        ("1500", "JPY", "¥1,500"),
        ("99999999999999.99", "USD", "$99,999,999,999,999.99"),
    ],
)
def test_money_is_written_with_the_decimals_of_its_currency(amount: str, currency: str, written: str) -> None:
    assert ENGLISH.money(Money(Decimal(amount), currency)) == written


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=2))
def test_written_money_can_be_read_back_exactly(amount: Decimal) -> None:
    written = ENGLISH.money(Money(amount, "EUR"))
    assert Decimal(written.replace("€", "").replace(",", "")) == amount


def test_amounts_in_two_currencies_stay_apart() -> None:
    assert ENGLISH.moneys([Money(Decimal(2), "EUR"), Money(Decimal(3), "GBP")]) == "€2.00 and £3.00"


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 3, 16), "Monday 16 March"),
        (date(2026, 3, 25), "Wednesday 25 March"),
        (date(2026, 3, 3), "3 March"),
        (date(2025, 12, 24), "24 December 2025"),
    ],
)
def test_near_days_have_a_weekday_and_far_ones_a_year(day: date, written: str) -> None:
    assert ENGLISH.weekday(day, TODAY) == written


@pytest.mark.parametrize(
    ("ratio", "written"),
    [("0.1234", "12%"), ("0.0456", "4.6%"), ("0.05", "5%"), ("2.5", "250%"), ("0", "0%")],
)
def test_percentages(ratio: str, written: str) -> None:
    assert ENGLISH.percent(Decimal(ratio)) == written


def test_lists_have_no_comma_before_their_last_word() -> None:
    assert ENGLISH.all_of(["a", "b", "c"]) == "a, b and c"
    assert ENGLISH.one_of(["a", "b"]) == "a or b"
    assert ENGLISH.all_of(["a"]) == "a"


def test_countries_are_found_by_name_and_written_by_code() -> None:
    assert ENGLISH.country_code("France") == "FR"
    assert ENGLISH.country_code("united kingdom") == "GB"
    assert ENGLISH.country_code("Tesco") is None
    assert ENGLISH.country("DE") == "Germany"


def test_an_iban_comes_in_groups_of_four() -> None:
    assert wording.iban("IE29AIBK93115212345678") == "IE29 AIBK 9311 5212 3456 78"
    assert wording.iban("IE29 AIBK9311 5212345678") == "IE29 AIBK 9311 5212 3456 78"


def test_a_card_shows_its_end_alone() -> None:
    assert wording.card("414932******3241") == "•••• 3241"


def test_accounts_of_one_name_are_told_apart_by_their_bank() -> None:
    one = Account("Meadow Bank", "1", AccountKind.CURRENT, "Current account", "EUR")
    other = Account("Harbour Bank", "1", AccountKind.CURRENT, "current account", "EUR")
    assert wording.account(one, [one]) == "Current account"
    assert wording.account(one, [one, other]) == "Current account at Meadow Bank"
