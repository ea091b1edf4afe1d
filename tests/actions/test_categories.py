import pytest

from assistant.actions.categories import CATEGORIES, belongs, category_of
from assistant.bank.model import Transaction
from tests.actions.ledger import paid, transfer


@pytest.mark.parametrize(
    ("transaction", "category"),
    [
        (paid("-9", "Tesco", code="5411"), "groceries"),
        (paid("-9", "Green Garden Restaurant", code="5812"), "restaurants"),
        (paid("-9", "McDonald's", code="5814"), "restaurants"),
        (paid("-9", "Starbucks", code="5814"), "coffee"),
        (paid("-9", "Café des Arts", code="5814"), "coffee"),
        (paid("-9", "Shell", code="5541"), "fuel"),
        (paid("-9", "Dublin Bus", code="4111"), "transport"),
        (paid("-9", "Ryanair", code="4511"), "travel"),
        (paid("-9", "Ryanair", code="3246"), "travel"),
        (paid("-9", "Netflix", code="4899"), "subscriptions"),
        (paid("-9", "Lighthouse Cinema", code="7832"), "entertainment"),
        (paid("-9", "Zara", code="5651"), "clothes"),
        (paid("-9", "Amazon", code="5942"), "shopping"),
        (paid("-9", "Boots", code="5912"), "health"),
        (paid("-9", "Cash withdrawal", code="6011"), "cash"),
        (transfer("3850", "Brightwater Design", purpose="SALA"), "salary"),
        (transfer("-1350", "Liffey Homes", purpose="RENT"), "rent"),
        (transfer("-34", "Vodafone", purpose="PHON"), "phone"),
        (transfer("-99", "Green Isle Energy", purpose="ELEC"), "utilities"),
        (transfer("-48", "Shield Insurance", purpose="INSU"), "insurance"),
        (transfer("-39", "City Gym"), "fitness"),
        (transfer("-20", "Tom Baker"), None),
        (paid("-9", "Somewhere", code=None), None),
        (paid("-9", "Somewhere", code="٥٤١١"), None),
    ],
)
def test_what_a_payment_was_for(transaction: Transaction, category: str | None) -> None:
    assert category_of(transaction) == category


def test_every_category_of_the_language_is_known() -> None:
    promised = (
        "groceries restaurants coffee transport travel fuel shopping clothes entertainment subscriptions "
        "utilities phone rent health insurance fitness cash salary"
    )
    assert set(CATEGORIES) == set(promised.split())


def test_shopping_means_clothes_too_but_not_the_other_way_round() -> None:
    zara, amazon = paid("-9", "Zara", code="5651"), paid("-9", "Amazon", code="5942")
    assert belongs(zara, {"shopping"})
    assert belongs(zara, {"clothes"})
    assert not belongs(amazon, {"clothes"})
    assert not belongs(transfer("-20", "Tom Baker"), {"shopping"})
