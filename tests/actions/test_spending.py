from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assistant.actions.categories import category_of
from assistant.actions.spending import Comparison, Group, compare, largest_groups, spent
from assistant.money import Money
from tests.actions.ledger import STERLING, euro, paid, transfer


def pounds(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def test_refunds_of_shops_are_taken_off_but_friends_money_is_not() -> None:
    total = spent([paid("-50", "Zara"), paid("-7.25"), paid("20", "Zara"), transfer("30", "Tom Baker")])
    assert total.totals == (euro("37.25"),)
    assert total.refunds == (euro("20"),)
    assert total.payments == 2


def test_more_back_than_out_is_nothing_spent() -> None:
    assert spent([paid("-5", "Zara"), paid("20", "Zara")]).totals == (euro("0"),)


def test_currencies_are_never_added() -> None:
    total = spent([paid("-5"), paid("-6"), paid("-7", currency="GBP", account=STERLING)])
    assert total.totals == (euro("11"), pounds("7"))


@given(st.lists(st.integers(1, 10**8), max_size=30))
def test_totals_are_exact(cents: list[int]) -> None:
    total = spent([paid(f"-{Decimal(cent) / 100:.2f}") for cent in cents])
    assert total.totals == ((Money(Decimal(sum(cents)) / 100, "EUR"),) if cents else ())


def test_comparing() -> None:
    more, less = compare([euro("112"), pounds("10")], [pounds("40"), euro("100")])
    assert (more.is_more, more.difference, more.ratio) == (True, euro("12"), Decimal("0.12"))
    assert (less.is_more, less.difference, less.ratio) == (False, pounds("30"), Decimal("0.75"))


def test_comparing_with_nothing_has_no_ratio() -> None:
    (comparison,) = compare([euro("5")], [])
    assert comparison == Comparison(euro("5"), euro("0"))
    assert comparison.ratio is None
    assert compare([euro("5")], [euro("5")])[0].is_same


def test_largest_groups_first_less_what_came_back() -> None:
    groups = largest_groups(
        [
            paid("-50", "Zara", code="5651"),
            paid("-30", "Lidl"),
            paid("-30", "Tesco"),
            paid("10", "Tesco"),
            paid("40", "Amazon", code="5942"),
            transfer("-500", "Tom Baker"),
            transfer("900", "Brightwater Design", purpose="SALA"),
        ],
        category_of,
    )
    assert groups == [Group("clothes", euro("50"), 1), Group("groceries", euro("50"), 2)]
