"""Limits, and the only door to money: what was not released is not written down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bank.journal import Journal
from assistant.bank.payees import PayeeBook
from assistant.bank.payment import Order, Payment, PaymentState, Product, order_to_own_account
from assistant.bank.portfolio import Portfolio
from assistant.errors import GuardError, LimitError, NoLimitError, StorageError
from assistant.money import Money
from assistant.security.demands import Act, Need
from assistant.security.guard import Guard
from assistant.security.rules import DAY, Limits, Rules, spent
from assistant.security.trail import FILE_NAME, Deed
from assistant.settings import Settings
from tests.bank.conftest import TODAY
from tests.bank.test_payment_orders import EVERYDAY, GERMAN, IRISH, SAVINGS, order
from tests.conftest import ROOT
from tests.security.clock import Machine, asked, digits_for

cents = st.decimals(Decimal("0.01"), Decimal("5000"), places=2)
states = st.sampled_from(PaymentState)
NOWHERE = (PaymentState.NOT_DONE, PaymentState.REFUSED, PaymentState.CANCELLED)


FRENCH = "FR1420041010050500013M02606"


def euros(amount: str | Decimal) -> Money:
    return Money(Decimal(amount), "EUR")


def payment(machine: Machine, amount: Decimal, state: PaymentState, hours: float) -> Payment:
    began = machine.wall - timedelta(hours=hours)
    return Payment("id", replace(order(), money=euros(amount)), "request", "end", began, state=state)


@pytest.fixture
def journal(folder: Path, machine: Machine, guard: Guard) -> Journal:
    return Journal(folder, keyring=False, now=lambda: machine.wall, watch=guard)


def between_own(amount: str) -> Order:
    return order_to_own_account(EVERYDAY, SAVINGS, euros(amount), Product.SEPA, remittance="", today=TODAY)


def release(guard: Guard, amount: str, *, new_payee: bool = False, remittance: str = "concert") -> None:
    """Say the digits, as after the yes."""
    release_order(guard, order(amount=amount, remittance=remittance), new_payee=new_payee)


def release_order(guard: Guard, wanted: Order, *, new_payee: bool = False) -> None:
    act = Act.MOVE if wanted.own else Act.PAY
    demand = guard.demand(act, order=wanted, new_payee=new_payee, conversation="desk")
    if demand is not None:
        assert guard.answer("desk", digits_for(demand)).right
        assert guard.demand(act, order=wanted, new_payee=new_payee, conversation="desk") is None


# --- rules ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(cents, states, st.floats(-48, 48)), max_size=12))
def test_what_may_have_left_within_a_day_counts(made: list[tuple[Decimal, PaymentState, float]]) -> None:
    machine = Machine()
    payments = [payment(machine, *each) for each in made]
    expected = sum(
        (amount for amount, state, hours in made if state not in NOWHERE and hours < 24), Decimal(0)
    )
    assert spent(payments, "EUR", machine.wall) == euros(expected)
    assert spent(payments, "GBP", machine.wall) == Money.zero("GBP")


@given(cents, cents, st.booleans())
def test_nothing_passes_that_is_above_a_limit(amount: Decimal, before: Decimal, new_payee: bool) -> None:
    limits = Limits(payment=Decimal(1000), day=Decimal(2000), new_payee=Decimal(250))
    rules = Rules({"EUR": limits})
    most = min(Decimal(250 if new_payee else 1000), Decimal(2000) - before)
    try:
        rules.check(euros(amount), new_payee=new_payee, spent=euros(before))
    except LimitError:
        assert amount > most
    else:
        assert amount <= most


def test_a_currency_without_limits_is_not_paid_in() -> None:
    money = Money(Decimal(1), "USD")
    with pytest.raises(NoLimitError) as refused:
        Rules().check(money, new_payee=False, spent=Money.zero("USD"))
    assert "assistant limits set" in refused.value.remedy


@pytest.mark.parametrize(
    "limits", [("10", "5", "1"), ("10", "20", "11"), ("-1", "5", "-2"), ("1.001", "5", "1")]
)
def test_limits_that_cannot_be_kept_are_refused(limits: tuple[str, str, str]) -> None:
    payment_, day, new = map(Decimal, limits)
    with pytest.raises(ValueError, match=r"limit|new payee"):
        Limits(payment_, day, new)


@given(
    st.dictionaries(st.sampled_from(["EUR", "GBP", "SEK"]), st.tuples(cents, cents, cents).map(sorted)),
    st.integers(0, 60),
    st.none() | st.integers(0, 60),
    st.booleans(),
)
def test_rules_are_read_as_they_were_written(
    limits: dict[str, list[Decimal]], money: int, answers: int | None, screen: bool
) -> None:
    rules = Rules(
        {each: Limits(new_payee=a, payment=b, day=c) for each, (a, b, c) in limits.items()},
        money,
        answers,
        screen,
    )
    assert Rules.from_json(rules.to_json()) == rules


def test_the_guard_names_the_limit_before_it_asks_for_digits(guard: Guard) -> None:
    for amount, new_payee, said in (("1000.01", False, "1000 EUR"), ("250.01", True, "250 EUR")):
        demand = guard.demand(Act.PAY, order=order(amount=amount), new_payee=new_payee, conversation="desk")
        assert demand is not None
        assert demand.need is Need.REFUSED
        assert demand.error is not None
        assert said in demand.error.say
    demand = guard.demand(Act.MOVE, order=between_own("5000"), conversation="desk")
    assert demand is not None
    assert demand.need is Need.POSITIONS, "between own accounts nothing is lost"


# --- the door ---------------------------------------------------------------------------------


def test_what_is_gone_on_with_passes_the_door_too_and_counts_once(guard: Guard, journal: Journal) -> None:
    guard.set_rules(replace(guard.rules, limits={"EUR": Limits(Decimal(60), Decimal(60), Decimal(60))}))
    release(guard, "40")
    left = journal.begin(order(amount="40"))
    with pytest.raises(GuardError):
        journal.again(left)
    refused = guard.demand(Act.PAY, order=left.order, conversation="desk")
    assert refused is not None
    assert refused.need is Need.REFUSED, "a second one would be above the limit of the day"
    assert guard.demand(Act.PAY, order=left.order, resumes=left.id, conversation="desk") is None
    journal.again(left)
    with pytest.raises(GuardError):
        journal.again(left)


def test_what_was_not_released_is_not_written_down(journal: Journal, guard: Guard) -> None:
    with pytest.raises(GuardError):
        journal.begin(order(amount="45.00"))
    demand = asked(guard)
    with pytest.raises(GuardError):
        journal.begin(order(amount="45.00"))
    guard.answer("desk", digits_for(demand))
    with pytest.raises(GuardError):
        journal.begin(order(amount="45.00"))
    assert journal.all() == ()


def test_a_release_is_for_one_payment_of_that_amount_to_that_account(journal: Journal, guard: Guard) -> None:
    release(guard, "45.00")
    others = (order(amount="450.00"), order(iban=FRENCH), order(on=TODAY + DAY), order(remittance="rent"))
    for other in others:
        with pytest.raises(GuardError):
            journal.begin(other)
    made = journal.begin(order(amount="45.00"))
    with pytest.raises(GuardError):
        journal.begin(order(amount="45.00", remittance="again"))
    assert journal.all() == (made,)


def test_a_release_lapses(journal: Journal, guard: Guard, machine: Machine) -> None:
    release(guard, "45.00")
    machine.wait(11 * 60)
    with pytest.raises(GuardError):
        journal.begin(order(amount="45.00"))


def test_a_move_between_own_accounts_is_no_release_for_others(journal: Journal, guard: Guard) -> None:
    release_order(guard, between_own("45.00"))
    with pytest.raises(GuardError):
        journal.begin(order(amount="45.00"))
    release_order(guard, between_own("46.00"))
    journal.begin(between_own("46.00"))
    assert guard.spent("EUR") == euros("0")


def test_the_day_is_full_at_its_limit(journal: Journal, guard: Guard, machine: Machine) -> None:
    release(guard, "1000.00")
    first = journal.begin(order(amount="1000.00"))
    release(guard, "999.99")
    journal.begin(order(amount="999.99"))
    demand = guard.demand(Act.PAY, order=order(amount="0.02"), conversation="desk")
    assert demand is not None
    assert demand.need is Need.REFUSED
    assert demand.error is not None
    assert "0.01 EUR" in demand.error.say
    assert guard.demand(Act.PAY, order=order(amount="0.01"), conversation="desk") is None
    journal.note(first, state=PaymentState.REFUSED)
    assert guard.spent("EUR") == euros("999.99"), "what the bank refused is free again"
    machine.wait(DAY.total_seconds())
    assert guard.spent("EUR") == euros("0")


def test_a_clock_set_back_frees_nothing(journal: Journal, guard: Guard, machine: Machine) -> None:
    release(guard, "900.00")
    journal.begin(order(amount="900.00"))
    machine.set_clock(-3 * 86_400)
    assert guard.spent("EUR") == euros("900.00")


def test_of_two_payments_at_once_only_one_fits(journal: Journal, guard: Guard) -> None:
    """Both were released while the day had room for one of them."""
    guard.set_rules(Rules({"EUR": Limits(Decimal(100), Decimal(150), Decimal(50))}))
    for number in range(8):
        release(guard, "100.00", remittance=f"payment {number}")

    def pay(number: int) -> bool:
        try:
            journal.begin(order(amount="100.00", remittance=f"payment {number}"))
        except LimitError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(pay, range(8))) == 1
    assert guard.spent("EUR") == euros("100.00")


def test_every_step_is_in_the_record(journal: Journal, guard: Guard) -> None:
    release(guard, "45.00", new_payee=True)
    made = journal.begin(order(amount="45.00"))
    journal.note(made, state=PaymentState.ON_ITS_WAY)
    journal.note(made, state=PaymentState.PAID)
    journal.note(made, told=PaymentState.PAID)
    entries = guard.trail.entries()
    assert [each.deed for each in entries] == [
        Deed.PASSCODE_SET,
        Deed.PASSCODE_ASKED,
        Deed.PASSCODE_TRIED,
        Deed.PASSCODE_RIGHT,
        Deed.RELEASED,
        Deed.PAYMENT_BEGUN,
        Deed.PAYMENT_STATE,
        Deed.PAYMENT_STATE,
    ]
    told = str([each.facts for each in entries])
    assert made.order.payee.iban[-4:] in told
    assert made.order.payee.iban[:-4] not in told
    assert "45.00 EUR" in told


def test_payees_are_in_the_record_and_not_changed_without_it(folder: Path, guard: Guard) -> None:
    settings = Settings(data=ROOT, home=folder.parent, keyring=False)
    with closing(Portfolio.from_settings(settings, lambda: TODAY)) as portfolio:
        book = PayeeBook(folder, portfolio, keyring=False, watch=guard)
        kept = book.add("Keane Plumbing", GERMAN)
        kept = book.rename(kept, "The plumber")
        record = folder / FILE_NAME
        content = record.read_bytes()
        for each in folder.glob(f"{FILE_NAME}*"):
            each.unlink()
        record.write_bytes(b"no database" * 1000)
        with pytest.raises(StorageError):
            book.add("Somebody", IRISH)
        with pytest.raises(StorageError):
            book.remove(kept)
        assert book.saved() == (kept,)
        record.write_bytes(content)
        book.remove(kept)
    told = [(each.deed.value, each.facts) for each in guard.trail.entries()][-3:]
    end = {"to": f"•••• {GERMAN[-4:]}"}
    assert told == [("payee added", end), ("payee renamed", end), ("payee removed", end)]
