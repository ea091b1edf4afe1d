from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assistant.actions.recurring import Regular, regular_payments
from assistant.bank.model import StandingOrder, Transaction
from assistant.nlu.values.calendar import add_months
from tests.actions.ledger import EVERYDAY, JOINT, TODAY, VISA, euro, paid, transfer


def monthly(name: str, amounts: list[str], last: date) -> list[Transaction]:
    count = len(amounts)
    return [
        transfer(amount, name, add_months(last, index - count + 1)) for index, amount in enumerate(amounts)
    ]


def order(
    name: str, amount: str, next_on: date, frequency: str = "Monthly", until: date | None = None
) -> StandingOrder:
    return StandingOrder(EVERYDAY.bank, EVERYDAY.id, name, euro(amount), name, next_on, frequency, until)


def found(transactions: list[Transaction], orders: list[StandingOrder] | None = None) -> list[Regular]:
    return regular_payments(transactions, orders or [], TODAY)


def test_three_similar_payments_at_even_intervals_are_regular() -> None:
    (netflix,) = found(monthly("Netflix", ["-12.99", "-13.99", "-13.99"], date(2026, 3, 12)))
    assert (netflix.name, netflix.frequency, netflix.money) == ("Netflix", "Monthly", euro("-13.99"))
    assert netflix.next_on == date(2026, 4, 12)
    assert not netflix.ordered


def test_two_are_a_coincidence() -> None:
    assert found(monthly("Netflix", ["-13.99", "-13.99"], date(2026, 3, 12))) == []


def test_a_bill_that_follows_the_seasons_is_regular() -> None:
    (power,) = found(monthly("Green Isle Energy", ["-138", "-121", "-99", "-80", "-105"], date(2026, 2, 20)))
    assert power.next_on == date(2026, 3, 20)


def test_weekly_shopping_of_any_size_is_not() -> None:
    trips = [
        paid(amount, "Tesco", TODAY - timedelta(days=7 * week))
        for week, amount in enumerate(["-98", "-12", "-55", "-31"])
    ]
    assert found(trips) == []


def test_uneven_intervals_are_not() -> None:
    assert found([paid("-10", "Uber", TODAY - timedelta(days=days)) for days in (1, 9, 30, 33)]) == []


def test_a_subscription_is_seen_among_purchases_at_the_same_shop() -> None:
    prime = [paid("-8.99", "Amazon", date(2026, month, 7)) for month in (1, 2, 3)]
    books = [paid("-31.20", "Amazon", date(2026, 2, 20)), paid("-64.90", "Amazon", date(2026, 3, 2))]
    (regular,) = found([*prime, *books])
    assert (regular.money, regular.next_on) == (euro("-8.99"), date(2026, 4, 7))


def test_what_has_stopped_is_no_longer_regular() -> None:
    assert found(monthly("Old Gym", ["-39", "-39", "-39"], date(2026, 1, 15))) == []


def test_weekends_move_payments_without_hiding_them() -> None:
    days = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 2), date(2026, 3, 2)]
    (rent,) = found([transfer("-1350", "Liffey Homes", day) for day in days])
    assert rent.next_on == date(2026, 4, 2)


def test_weekly_and_quarterly() -> None:
    bus = [paid("-20", "Dublin Bus", TODAY - timedelta(days=2 + 7 * week)) for week in range(5)]
    bins = [
        transfer("-61.50", "City Bins", day)
        for day in (date(2025, 8, 25), date(2025, 11, 25), date(2026, 2, 25))
    ]
    assert {each.name: each.frequency for each in found([*bus, *bins])} == {
        "Dublin Bus": "Weekly",
        "City Bins": "Quarterly",
    }


def test_the_same_name_on_two_accounts_is_two_things() -> None:
    here = monthly("Spotify", ["-11.99"] * 3, date(2026, 3, 8))
    there = [paid("-11.99", "Spotify", each.on, account=VISA) for each in here]
    assert len(found([*here, *there])) == 2


def test_money_in_and_money_out_are_kept_apart() -> None:
    out = monthly("Tom Baker", ["-20", "-20"], date(2026, 3, 2))
    back = monthly("Tom Baker", ["20", "20"], date(2026, 3, 3))
    assert found([*out, *back]) == []


def test_a_standing_order_is_told_once_and_first_hand() -> None:
    past = monthly("Liffey Homes", ["-1350", "-1350", "-1350"], date(2026, 3, 2))
    (rent,) = found(past, [order("Liffey Homes", "1350", date(2026, 4, 1))])
    assert rent.ordered
    assert rent.money == euro("-1350")
    assert rent.next_on == date(2026, 4, 1)


def test_an_order_that_ended_is_left_out() -> None:
    assert found([], [order("Car", "199", date(2026, 1, 1), until=date(2026, 2, 1))]) == []


def test_due_days() -> None:
    gym = Regular(EVERYDAY.bank, EVERYDAY.id, "Gym", euro("-39"), "Monthly", date(2026, 1, 31), ordered=True)
    assert gym.days_until(date(2026, 4, 30)) == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]
    ending = Regular(
        JOINT.bank,
        JOINT.id,
        "Club",
        euro("-5"),
        "Weekly",
        TODAY,
        ordered=True,
        until=TODAY + timedelta(days=8),
    )
    assert len(ending.days_until(TODAY + timedelta(days=60))) == 2
    unknown = Regular(JOINT.bank, JOINT.id, "Odd", euro("-5"), "Sometimes", TODAY, ordered=True)
    assert unknown.days_until(TODAY + timedelta(days=60)) == [TODAY]


def test_what_it_comes_to_in_a_month() -> None:
    weekly = Regular(EVERYDAY.bank, "1", "Bus", euro("-20"), "Weekly", TODAY, ordered=False)
    yearly = Regular(EVERYDAY.bank, "1", "Club", euro("-120"), "Annual", TODAY, ordered=True)
    assert weekly.per_month == euro("-86.67")
    assert yearly.per_month == euro("-10.00")


@given(
    st.integers(3, 12),
    st.integers(1, 28),
    st.lists(st.integers(0, 2), min_size=12, max_size=12),
    st.lists(st.integers(900, 1100), min_size=12, max_size=12),
)
def test_any_monthly_payment_is_found(count: int, day: int, shifts: list[int], cents: list[int]) -> None:
    """Moved by weekends, a tenth up or down: still the same bill."""
    last = date(2026, 3, 1) + timedelta(days=day - 1)
    today = last + timedelta(days=20)
    payments = [
        transfer(
            f"{-Decimal(cents[index]) / 100:.2f}",
            "Bill",
            add_months(last, -index) + timedelta(days=shifts[index]),
        )
        for index in range(count)
    ]
    (bill,) = regular_payments(payments, [], today)
    assert bill.frequency == "Monthly"
    assert abs((bill.next_on - add_months(last, 1)).days) <= 3
