"""Finding a payment among the entries of an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from assistant.bank.model import StandingOrder, Transaction
from assistant.bank.payment import Frequency, Payment, PaymentState, Schedule
from assistant.bank.reconciliation import (
    GIVEN_UP_AFTER,
    booking_of,
    first_day_to_search,
    is_given_up,
    is_standing,
)
from tests.bank.conftest import TODAY
from tests.bank.test_payment_orders import GERMAN, order

BEGAN = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=timezone.utc)
LOST = Payment("1", order(), "request", "e2e-1", BEGAN)
ENTRY = Transaction(
    bank="Meadow Bank",
    account_id="1",
    id="t1",
    money=-LOST.order.money,
    on=TODAY,
    pending=False,
    counterparty="MARIE DUBOIS",
    remittance="Concert",
    counterparty_iban=GERMAN,
)


def test_by_its_id_whatever_else_the_bank_writes() -> None:
    entry = replace(ENTRY, end_to_end="e2e-1", remittance="", counterparty="", counterparty_iban=None)
    assert booking_of(LOST, [ENTRY, entry], [LOST]) is entry


def test_by_everything_else_where_the_bank_hands_no_ids_on() -> None:
    assert booking_of(LOST, [ENTRY], [LOST]) is ENTRY
    assert booking_of(LOST, [replace(ENTRY, counterparty_iban=None)], [LOST]) is not None


def test_not_by_something_similar() -> None:
    for other in (
        replace(ENTRY, money=LOST.order.money),
        replace(ENTRY, money=-order(amount="45.01").money),
        replace(ENTRY, remittance="ticket"),
        replace(ENTRY, counterparty_iban="IE64IRCE92050112345678"),
        replace(ENTRY, counterparty_iban=None, counterparty="Maria Dubois"),
        replace(ENTRY, end_to_end="of another payment"),
    ):
        assert booking_of(LOST, [other], [LOST]) is None


@given(st.integers(0, 4), st.lists(st.sampled_from(PaymentState), max_size=4))
def test_no_entry_proves_two_payments(entries: int, others: list[PaymentState]) -> None:
    alike = [LOST, *(replace(LOST, id=str(n + 2), state=state) for n, state in enumerate(others))]
    theirs = sum(
        state not in (PaymentState.NOT_DONE, PaymentState.REFUSED, PaymentState.CANCELLED) for state in others
    )
    found = booking_of(LOST, [replace(ENTRY, id=f"t{n}") for n in range(entries)], alike)
    assert (found is not None) == (entries > theirs)


def test_it_is_given_up_only_when_it_would_have_appeared() -> None:
    last = TODAY + GIVEN_UP_AFTER
    assert not is_given_up(LOST, last)
    assert is_given_up(LOST, last + timedelta(days=1))
    dated = replace(LOST, order=order(on=TODAY + timedelta(days=30)))
    assert not is_given_up(dated, last + timedelta(days=30))
    assert is_given_up(dated, last + timedelta(days=31))
    assert first_day_to_search(LOST) == TODAY - timedelta(days=1)


def test_a_standing_order_is_known_by_what_the_bank_lists() -> None:
    until = date(2027, 4, 22)
    wanted = order(schedule=Schedule(TODAY, Frequency.MONTHLY, until))
    listed = StandingOrder("Meadow Bank", "1", "s1", -wanted.money, "Marie Dubois", TODAY, "Monthly", until)
    assert is_standing(wanted, [listed])
    assert not is_standing(order(), [listed])
    for other in (
        replace(listed, money=-order(amount="46").money),
        replace(listed, counterparty="Ana"),
        replace(listed, frequency="Weekly"),
        replace(listed, until=None),
    ):
        assert not is_standing(wanted, [other])
